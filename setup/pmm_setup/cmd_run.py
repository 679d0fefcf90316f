"""``setup/run``: provision, install our addons with demo data, run the main job, serve."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from . import addons, cache, paths, provision, report
from .console import SetupError, console, tail
from .odoo_cli import Odoo

DATABASE = "pmm_run"
MAIN_JOB = paths.SETUP / "main_job.py"
LOADER = paths.SETUP / "load_dataset"


def main(argv: list[str]) -> int:
    """Do all of it; return 0, or the served Odoo's exit code."""
    options = _options(argv)
    if options.json:
        console.stream = sys.stderr
    if not MAIN_JOB.exists():
        raise SetupError(f"the main job {MAIN_JOB.relative_to(paths.ROOT)} is missing: restore it.")
    ours = {name: addon for name, addon in addons.discover().items() if not addon.hidden}
    if not ours:
        raise SetupError("there is no addon to install yet (no pmm_*/__manifest__.py).")
    if not options.no_serve:
        check_port(options.port)
    with contextlib.ExitStack() as stack:
        with cache.lock(paths.work_dir() / "lock-run", "the database of setup/run"):
            odoo = provision.odoo("run")
            model = _template(odoo, ours, options.fresh)
            odoo.write_config()
            stack.enter_context(odoo.server.running())
            install(odoo, model, ours, options.fresh)
            if options.dataset:
                load_dataset(odoo, options.dataset)
            result = main_job(odoo)
        print(json.dumps(result, ensure_ascii=False, indent=2) if options.json
              else report.table(result["rows"]), flush=True)  # fmt: skip
        if options.no_serve:
            if result.get("logins") and not options.json:
                console.say(report.logins(result["logins"]))
            return 0
        return serve(odoo, options.port, result.get("logins", []))


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="setup/run", description=__doc__)
    parser.add_argument("--no-serve", action="store_true", help="end after the main job")
    parser.add_argument("--json", action="store_true", help="print the result as JSON, alone")
    parser.add_argument("--dataset", type=Path, metavar="DIR", help="load this data set first")
    parser.add_argument("--port", type=_port, default=8069, metavar="N", help="default: 8069")
    parser.add_argument("--fresh", action="store_true", help="drop the database and begin anew")
    options = parser.parse_args(argv)
    if options.dataset and not options.dataset.is_dir():
        raise SetupError(f"--dataset names {options.dataset}, which is no folder: name another.")
    return options


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port (1 to 65535)")
    return int(text)


def check_port(port: int) -> None:
    """Refuse a port that somebody else listens on, before the long work."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except PermissionError:
            raise SetupError(f"port {port} is reserved for root: name another, --port N.") from None
        except OSError:
            raise SetupError(
                f"port {port} is taken: stop what listens there, or name another, --port N."
            ) from None


def _template(odoo: Odoo, ours: dict[str, addons.Addon], fresh: bool):
    """Return the template; an existing cluster of ours stays unless it shall be made anew."""
    if fresh and odoo.server.private:
        odoo.server.stop()
        cache.discard(odoo.server.data)
    return provision.template(odoo, ours, replace=False)


def install(odoo: Odoo, model, ours: dict[str, addons.Addon], fresh: bool) -> None:
    """Have our addons with their demo data in the database; what did not change is left alone."""
    state = odoo.folder / "state.json"
    with console.step(f"database {DATABASE} ({len(ours)} of our addons)") as notes:
        exists = DATABASE in odoo.server.databases()
        before = _recorded(odoo, state) if exists and not fresh else None
        if before is None:
            state.unlink(missing_ok=True)
            odoo.duplicate(model.database, DATABASE, model.filestore)
            _new_secrets(odoo)
            before = {}
        present = {name: addon.content_hash() for name, addon in ours.items()}
        init = [name for name in present if name not in before]
        update = [name for name in present if before.get(name, present[name]) != present[name]]
        if not init and not update:
            notes.append("unchanged")
            return
        _install_with_demo(odoo, ours, init, update)
        state.write_text(json.dumps({"server": odoo.server.address, "addons": present}))
        notes.extend([f"installed {', '.join(init)}"] if init else [])
        notes.extend([f"updated {', '.join(update)}"] if update else [])


def _recorded(odoo: Odoo, state: Path) -> dict[str, str] | None:
    """Return what is installed on this server; None for a database that was never finished."""
    record = json.loads(state.read_text()) if state.exists() else {}
    return record.get("addons") if record.get("server") == odoo.server.address else None


def _install_with_demo(odoo: Odoo, ours: dict, init: list[str], update: list[str]) -> None:
    """Install ours with demo data on standard addons that have none.

    Odoo loads an addon's demo data only where all that it depends on is marked as having demo
    data, so the standard addons carry that mark for the time of the installation, and no longer:
    else their next update would load theirs.
    """
    levels = ("ERROR", "CRITICAL")
    lacking = [name for name in addons.standard(ours) if name not in _installed(odoo)]
    if lacking:
        odoo.install(DATABASE, init=lacking, judge=levels)
    try:
        odoo.server.sql(
            "UPDATE ir_module_module SET demo = true WHERE state = 'installed'", DATABASE
        )
        odoo.install(DATABASE, init=init, update=update, judge=levels)
    finally:
        odoo.server.sql(
            "UPDATE ir_module_module SET demo = false WHERE name NOT LIKE 'pmm\\_%'", DATABASE
        )


def _installed(odoo: Odoo) -> set[str]:
    query = "SELECT name FROM ir_module_module WHERE state = 'installed'"
    return set(odoo.server.sql(query, DATABASE).split())


def _new_secrets(odoo: Odoo) -> None:
    """Give the copy an identity of its own: the template's secrets are in every copy of it."""
    odoo.server.sql(
        "UPDATE ir_config_parameter SET value = gen_random_uuid()::text "
        "WHERE key IN ('database.uuid', 'database.secret')",
        DATABASE,
    )


def load_dataset(odoo: Odoo, folder: Path) -> None:
    """Hand the data set to its loader."""
    if not LOADER.exists():
        raise SetupError("setup/load_dataset is missing: restore it, or start without --dataset.")
    with console.step(f"data set {folder.name}"):
        words = [str(LOADER), str(folder.resolve()), DATABASE]
        done = subprocess.run(words, env=odoo.env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, check=False)  # fmt: skip
        if done.returncode:
            raise SetupError(f"the data set {folder} was not loaded.\n{tail(done.stdout, 25)}")
    if done.stdout.strip():
        console.say(done.stdout.rstrip())


def main_job(odoo: Odoo) -> dict:
    """Run ``setup/main_job.py`` in an Odoo shell (committed at its end); return its report."""
    file = odoo.folder / "report.json"
    file.unlink(missing_ok=True)
    script = MAIN_JOB.read_text(encoding="utf-8") + "\nenv.cr.commit()\n"
    log = odoo.folder / "main_job.log"
    words = ["shell", "-c", odoo.config, "-d", DATABASE, "--no-http", "--max-cron-threads=0",
             f"--logfile={log}"]  # fmt: skip
    with console.step("main job"):
        done = subprocess.run(odoo.command(*words), env={**odoo.env, "PMM_REPORT": str(file)},
                              input=script, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, cwd=paths.ROOT, check=False)  # fmt: skip
        if done.returncode:
            raise SetupError(f"the main job failed (log: {log}).\n{tail(done.stdout, 25)}")
        return report.read(file)


def serve(odoo: Odoo, port: int, logins: list[dict]) -> int:
    """Serve on this machine alone until Ctrl-C."""
    check_port(port)
    console.say(f"Odoo serves on http://127.0.0.1:{port}/odoo — Ctrl-C ends it")
    console.say(report.logins(logins))
    words = ["-c", odoo.config, "-d", DATABASE, f"--http-port={port}",
             f"--db-filter=^{DATABASE}$", f"--logfile={odoo.folder / 'server.log'}"]  # fmt: skip
    try:
        return odoo.attended(*words, stdin=subprocess.DEVNULL, stdout=sys.stderr)
    finally:
        os.sync()
