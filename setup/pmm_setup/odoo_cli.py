"""One Odoo with its configuration, database server and log."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from . import addons, logcheck, paths
from .console import Failure, tail
from .odoo_tree import OdooTree
from .postgres import Server, copy_tree


@dataclass
class Odoo:
    """Odoo in a working folder of its own (``.pmm/run``, ``.pmm/test``)."""

    name: str
    tree: OdooTree
    python: Path
    server: Server

    @property
    def folder(self) -> Path:
        return paths.work_dir() / self.name

    @property
    def config(self) -> Path:
        return self.folder / "odoo.conf"

    @property
    def addons_path(self) -> str:
        folders = [*([self.tree.addons] if self.tree.addons else []), *addons.search_path()]
        return ",".join(map(str, folders))

    @property
    def env(self) -> dict[str, str]:
        """The environment of a process that runs this Odoo."""
        own = {**self.tree.env, **self.server.env, "ODOO_RC": str(self.config)}
        return {**os.environ, **own, "PYTHONUNBUFFERED": "1"}

    def filestore(self, database: str) -> Path:
        return self.folder / "data" / "filestore" / database

    def write_config(self) -> None:
        """Write the configuration; database name and password are never part of it."""
        (self.folder / "data").mkdir(parents=True, exist_ok=True)
        values = {
            "addons_path": self.addons_path,
            "data_dir": self.folder / "data",
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "http_interface": "127.0.0.1",
            "list_db": False,
            "max_cron_threads": 1 if self.name == "run" else 0,
        }
        lines = [f"{key} = {value}" for key, value in values.items() if value != ""]
        self.config.write_text("\n".join(["[options]", *lines, ""]))

    def command(self, *arguments) -> list[str]:
        """Return the words that start Odoo; a subcommand may come first."""
        words = [str(word) for word in arguments]
        return [str(self.python), str(self.tree.launcher), *words]

    def duplicate(self, template: str, database: str, filestore: Path) -> None:
        """Make the database as a copy of the template, with links to its attachments."""
        self.server.create_from(template, database)
        target = self.filestore(database)
        run_quietly(["rm", "-rf", target])
        if filestore.is_dir():
            target.mkdir(parents=True)
            copy_tree(filestore, target)

    def install(self, database: str, init=(), update=(), judge=logcheck.FAULTS) -> None:
        """Install and update addons; a record of the log at a level in ``judge`` is a failure."""
        log = self.folder / f"install-{database}.log"
        log.unlink(missing_ok=True)
        words = ["-c", self.config, "-d", database, "--no-http", "--stop-after-init",
                 "--max-cron-threads=0", f"--logfile={log}"]  # fmt: skip
        words += [f"-i{','.join(init)}"] if init else []
        words += [f"-u{','.join(update)}"] if update else []
        done = subprocess.run(
            self.command(*words),
            env=self.env,
            cwd=paths.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        text = log.read_text(errors="replace") if log.exists() else ""
        what = f"installing {', '.join([*init, *update])} failed (log: {log})"
        levels = logcheck.FAULTS if done.returncode else judge
        found = logcheck.faults(text, logcheck.ignored(), levels) if levels else []
        if found:
            raise Failure("\n".join([f"{what}:", *found]))
        if done.returncode:
            raise Failure(f"{what}.\n{tail(done.stdout or text)}")

    def attended(self, *arguments, env: dict | None = None, **options) -> int:
        """Run Odoo in the foreground with this terminal; return its exit code."""
        return attended(self.command(*arguments), {**self.env, **(env or {})}, **options)


def attended(words: list[str], env: dict, **options) -> int:
    """Run a programme in the foreground; a signal to us ends it first, then us."""
    with subprocess.Popen(words, env=env, **options) as process:

        def forward(number, _frame):
            from_keyboard = number == signal.SIGINT and sys.stdin and sys.stdin.isatty()
            if not from_keyboard and process.poll() is None:  # Ctrl-C reaches it by itself
                process.send_signal(number)

        before = {n: signal.signal(n, forward) for n in (signal.SIGINT, signal.SIGTERM)}
        try:
            code = process.wait()
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def run_quietly(words: list) -> None:
    """Run a programme of which nothing is expected but that it works."""
    subprocess.run([str(word) for word in words], check=True, stdout=sys.stderr)
