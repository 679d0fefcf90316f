"""``setup/test``: every check, then every Odoo test on a fresh copy of the template database."""

from __future__ import annotations

import json
import os
from pathlib import Path

from . import addons, alone, cache, paths, provision
from .cmd_check import check
from .console import SetupError, console, env_flag
from .odoo_cli import Odoo, attended

DATABASE = "pmm_test"
COVERAGE = ["-m", "coverage", "run", "--source=."]
USAGE = """usage: setup/test [--keep-db] [pytest arguments]

Without arguments: linters, repository tests, each addon alone (install, work, uninstall), then all
Odoo tests. With arguments: only the Odoo
tests that they select, e.g.  setup/test pmm_rewards/tests/test_entry.py -k refund

--keep-db (or PMM_KEEP_DB=1)  update the addons that changed in the present test database instead
                              of installing all of them into a new one (quicker, less thorough)
PMM_COVERAGE=1                measure the coverage into .coverage (for `coverage report`)
"""


def main(argv: list[str]) -> int:
    """Run the tests; return pytest's exit code, or 1 when only a linter failed."""
    if argv in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    keep = "--keep-db" in argv or env_flag("PMM_KEEP_DB")
    arguments = [word for word in argv if word != "--keep-db"]
    clean = True if arguments else check()
    with cache.lock(paths.work_dir() / "lock-test", "the test database"):
        return _test(arguments, keep, clean, each=not arguments)


def _test(arguments: list[str], keep: bool, clean: bool, *, each: bool) -> int:
    every = addons.discover()
    if not every:
        raise SetupError("there is no addon to test yet (no pmm_*/__manifest__.py).")
    selected, named = selection(arguments, every)
    odoo = provision.odoo("test", browser=True)
    model = provision.template(odoo, every, replace=True)
    odoo.write_config()
    with odoo.server.running():
        if each:
            alone.check(odoo, every)
        _prepare(odoo, model, addons.closure(named, every), keep)
        if not clean:
            console.say("         a linter failed (see above): the exit code will be 1")
        code = _pytest(odoo, selected)
    return code or (0 if clean else 1)


def selection(arguments: list[str], every: dict[str, addons.Addon]):
    """Return pytest's arguments with paths in them, and the addons that these paths lie in."""
    paths_given = [word for word in arguments if _addon_of(word, every)]
    if paths_given:
        return arguments, sorted({_addon_of(word, every) for word in paths_given})
    outside = [word for word in arguments if not word.startswith("-") and "/" in word]
    if outside:
        raise SetupError(f"{outside[0]} lies in no addon: tests/repo is run by setup/check.")
    folders = [addon.path / "tests" for addon in every.values()]
    default = [str(folder.relative_to(paths.ROOT)) for folder in folders if folder.is_dir()]
    return [*arguments, *default], sorted(every)


def _addon_of(word: str, every: dict[str, addons.Addon]) -> str | None:
    """Return the addon that a pytest argument (path, or node id) lies in."""
    if word.startswith("-"):
        return None
    target = Path(os.path.abspath(word.split("::")[0]))
    if not target.exists():
        target = paths.ROOT / word.split("::")[0]
    for addon in every.values():
        if target == addon.path or addon.path in target.parents:
            return addon.name if target.exists() else None
    return None


def _prepare(odoo: Odoo, model, needed: dict[str, addons.Addon], keep: bool) -> None:
    """Have the needed addons installed, from their present files, in the test database."""
    record_file = odoo.folder / "installed.json"
    record = json.loads(record_file.read_text()) if record_file.exists() else {}
    present = {name: addon.content_hash() for name, addon in needed.items()}
    usable = record.get("template") == model.key and DATABASE in odoo.server.databases()
    before = record.get("addons", {}) if usable else {}
    ours = addons.discover()
    with console.step(f"test database ({len(needed)} of our addons)") as notes:
        unchanged = all(name in ours and ours[name].content_hash() == value
                        for name, value in before.items())  # fmt: skip
        if before and unchanged and present.items() <= before.items():
            notes.append("unchanged")
            return
        record_file.unlink(missing_ok=True)
        if keep and before:
            update = [name for name in present if name in before and before[name] != present[name]]
            init = [name for name in present if name not in before]
            odoo.install(DATABASE, init=init, update=update)
            present = {**before, **present}
            notes.append(f"updated {', '.join(update + init)}")
        else:
            odoo.duplicate(model.database, DATABASE, model.filestore)
            odoo.install(DATABASE, init=present)
            notes.append("installed")
    record_file.write_text(json.dumps({"template": model.key, "addons": present}))


def _pytest(odoo: Odoo, arguments: list[str]) -> int:
    log = odoo.folder / "tests.log"
    log.unlink(missing_ok=True)
    measured = env_flag("PMM_COVERAGE")
    words = [
        odoo.python, *(COVERAGE if measured else []), "-m", "pytest",
        "-c", paths.SETUP / "pytest.ini", f"--rootdir={paths.ROOT}",
        "-p", "pmm_setup.pytest_odoo_log", f"--odoo-database={DATABASE}",
        f"--odoo-config={odoo.config}", "--odoo-log-level=info", "--odoo-http",
        "--odoo-extra", f"logfile={log}", *arguments,
    ]  # fmt: skip
    library = os.pathsep.join(filter(None, [odoo.env.get("PYTHONPATH"), str(paths.SETUP)]))
    env = {**odoo.env, "PYTHONPATH": library, "PYTHONDONTWRITEBYTECODE": "1"}
    env["COVERAGE_FILE"] = str(paths.ROOT / ".coverage")
    console.say(f"         Odoo tests (log: {log.relative_to(paths.ROOT)})")
    return attended([str(word) for word in words], env, cwd=paths.ROOT)
