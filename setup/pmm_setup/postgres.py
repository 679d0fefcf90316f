"""PostgreSQL: a private cluster on a unix socket, or the server that PMM_DB_… names."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pwd
import re
import shutil
from pathlib import Path

from . import cache, paths
from .console import SetupError
from .shell import run, which

ROLE = "pmm"
PORT = "5432"  # of a socket's name only: nothing listens on the network
SOCKET_LIMIT = 107  # bytes in a unix socket's path
OLDEST = 13


class Server:
    """A PostgreSQL server that Odoo may make databases on."""

    private = False

    def __init__(self, host: str, port: str, user: str, password: str = ""):
        self.host, self.port, self.user, self.password = host, port, user, password

    @property
    def address(self) -> str:
        return f"{self.user}@{self.host}:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """What libpq reads, for psql as for Odoo; the password stands in no file."""
        env = {"PGHOST": self.host, "PGPORT": self.port, "PGUSER": self.user}
        return {**env, "PGPASSWORD": self.password} if self.password else env

    def sql(self, statement: str, database: str = "postgres", otherwise: str = "") -> str:
        """Run one statement and return what it prints, a row a line."""
        words = [_psql(), "-wXqAt", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", statement]
        return run(words, env=self.env, otherwise=otherwise).stdout.strip()

    def answers(self) -> bool:
        """Return whether the server lets us in; a password is never asked for."""
        words = [_psql(), "-wXqAt", "-d", "postgres", "-c", "SELECT 1"]
        return run(words, env=self.env, check=False).returncode == 0

    def databases(self) -> set[str]:
        return set(self.sql("SELECT datname FROM pg_database").split())

    def create_from(self, template: str, name: str) -> None:
        """Make the database anew as a copy of the template."""
        self.drop(name)
        strategy = " STRATEGY FILE_COPY" if self.major() >= 15 else ""
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"{strategy}')

    def drop(self, name: str) -> None:
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def major(self) -> int:
        return int(self.sql("SHOW server_version_num")) // 10000

    @contextlib.contextmanager
    def running(self):
        """Have the server up for the block; here: see that it answers."""
        if not self.answers():
            raise SetupError(
                f"the PostgreSQL server of PMM_DB_HOST ({self.host}, port {self.port}, user "
                f"{self.user}) does not answer or refuses us: start it, or mend PMM_DB_HOST, "
                "PMM_DB_PORT, PMM_DB_USER, PMM_DB_PASSWORD (without them a private one is used)."
            )
        if self.major() < OLDEST:
            raise SetupError(f"PostgreSQL {self.major()} is too old: Odoo 19 needs {OLDEST}.")
        yield self


class Cluster(Server):
    """A cluster of our own, owned by an ordinary user; ``durable`` unless it is for tests."""

    private = True

    def __init__(self, name: str, durable: bool):
        base = _place(name)
        self.durable, self.data, self.sockets = durable, base / "pg", base / "sock"
        self.log = self.data / "server.log"
        super().__init__(str(self.sockets), PORT, ROLE)

    def exists(self) -> bool:
        return (self.data / "PG_VERSION").is_file()

    def initialise(self) -> None:
        """Make an empty cluster."""
        self._own(self.data)
        run(
            [_binary("initdb"), "-D", self.data, "-U", ROLE, "-A", "trust", "-E", "UTF8",
             "--locale=C.UTF-8", "--no-sync", "--no-instructions"],
            otherwise="the private PostgreSQL cluster could not be made",
            **owner_options(),
        )  # fmt: skip

    def copy_from(self, source: Path) -> None:
        """Replace the cluster by a copy of a stopped one."""
        self.stop()
        cache.discard(self.data)
        self._own(self.data)
        copy_tree(source, self.data)

    def _own(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        user = owner()
        if user:
            shutil.chown(folder, user.pw_uid, user.pw_gid)

    def start(self) -> None:
        """Start the cluster unless it answers already; mend what a crash left behind."""
        if self.answers():
            return
        self._check_version()
        self._own(self.sockets)
        self._clear_stale()
        settings = ["listen_addresses=", f"unix_socket_directories={self.sockets}", f"port={PORT}",
                    "shared_buffers=256MB", "min_wal_size=32MB"]  # fmt: skip
        if not self.durable:
            settings += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        options = " ".join(f"-c {setting}" for setting in settings)
        done = run(
            [_binary("pg_ctl"), "-D", self.data, "-l", self.log, "-o", options, "-w", "start"],
            check=False,
            **owner_options(),
        )
        if done.returncode:
            end = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else done.stdout
            raise SetupError(f"the private PostgreSQL cluster did not start.\n{end}")

    def _check_version(self) -> None:
        of_data = (self.data / "PG_VERSION").read_text().strip()
        if of_data != str(binaries_major()):
            raise SetupError(
                f"the cluster in {self.data} is of PostgreSQL {of_data}, this machine has "
                f"{binaries_major()}: start again with --fresh, or remove .pmm."
            )

    def _clear_stale(self) -> None:
        """Remove the lock files of a server that is no more; stop one that lost its socket."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists():
            if _serves(pid_file, self.data):
                self.stop()
            pid_file.unlink(missing_ok=True)
        for leftover in self.sockets.glob(".s.PGSQL.*"):
            leftover.unlink()

    def stop(self) -> None:
        """Stop the cluster if it runs; a server whose data is being replaced stops at once."""
        pid_file = self.data / "postmaster.pid"
        if pid_file.exists() and _serves(pid_file, self.data):
            command = [_binary("pg_ctl"), "-D", self.data, "-m", "fast", "-w", "stop"]
            run(command, check=False, **owner_options())

    @contextlib.contextmanager
    def running(self):
        """Have the cluster up for the block; whoever uses it last stops it."""
        users = paths.work_dir() / f"users-{self.data.parent.name}"
        with users.open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            with cache.lock(paths.work_dir() / f"start-{self.data.parent.name}", "PostgreSQL"):
                self.start()
            try:
                yield self
            finally:
                with contextlib.suppress(BlockingIOError):  # somebody else still uses it
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    self.stop()


def choose(name: str, durable: bool) -> Server:
    """Return the server that the environment names, else the private cluster of that name."""
    given = {key: os.environ.get(f"PMM_DB_{key}") for key in ("HOST", "PORT", "USER", "PASSWORD")}
    if not any(given.values()):
        return Cluster(name, durable)
    user = given["USER"] or pwd.getpwuid(os.getuid()).pw_name
    if user == "postgres":
        raise SetupError("Odoo refuses the database user postgres: name another in PMM_DB_USER.")
    return Server(
        given["HOST"] or "localhost", given["PORT"] or PORT, user, given["PASSWORD"] or ""
    )


def external() -> bool:
    """Return whether the environment names a server."""
    return any(os.environ.get(f"PMM_DB_{key}") for key in ("HOST", "PORT", "USER", "PASSWORD"))


def owner() -> pwd.struct_passwd | None:
    """Return the ordinary user who must own a cluster when we are root, else None."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise SetupError("PostgreSQL refuses root and there is no user postgres: add one.")


def owner_options() -> dict:
    """Return how a programme is run as the cluster's owner."""
    user = owner()
    options: dict = {"cwd": "/"}
    if user:
        options |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return options


def _place(name: str) -> Path:
    """Return where the cluster's owner can reach it and the socket's path is short enough."""
    inside = paths.work_dir() / name
    if len(str(inside / "sock" / f".s.PGSQL.{PORT}")) <= SOCKET_LIMIT and _reachable(paths.WORK):
        return inside
    outside = Path("/var/tmp") / f"pmm-{os.getuid()}-{paths.digest(str(paths.ROOT))}"
    outside.mkdir(mode=0o711, exist_ok=True)
    if outside.is_symlink() or outside.stat().st_uid != os.getuid():
        raise SetupError(f"{outside} belongs to somebody else: have it removed.")
    return outside / name


def _reachable(folder: Path) -> bool:
    return run(["test", "-x", folder], check=False, **owner_options()).returncode == 0


def _serves(pid_file: Path, data: Path) -> bool:
    """Return whether the process that the file names is a PostgreSQL server on this data."""
    try:
        pid = int(pid_file.read_text().split()[0])
        return os.path.samefile(f"/proc/{pid}/cwd", data)
    except (OSError, ValueError, IndexError):
        return False


def copy_tree(source: Path, target: Path) -> None:
    """Copy the content of a folder with owners and times, sharing blocks where it is possible."""
    run(["cp", "-a", "--reflink=auto", f"{source}/.", target], otherwise="a copy failed")


def _folders() -> list[Path]:
    """Return the folders with PostgreSQL's server programmes, newest version first."""
    found = Path("/usr/lib/postgresql").glob("*/bin")
    numbered = [folder for folder in found if folder.parent.name.isdigit()]
    return sorted(numbered, key=lambda folder: int(folder.parent.name), reverse=True)


def _binary(name: str) -> str:
    found = which(name, *_folders())
    if not found:
        raise SetupError(
            f"PostgreSQL's {name} is missing: install postgresql, "
            "or name a server in PMM_DB_HOST, PMM_DB_PORT, PMM_DB_USER, PMM_DB_PASSWORD."
        )
    return found


def _psql() -> str:
    found = which("psql", *_folders())
    if not found:
        raise SetupError("psql is missing: install postgresql-client and start again.")
    return found


def binaries_major() -> int:
    """Return the major version of the server programmes on this machine."""
    text = run([_binary("initdb"), "--version"]).stdout
    major = int(re.search(r"(\d+)", text)[1])
    if major < OLDEST:
        raise SetupError(f"PostgreSQL {major} is too old: Odoo 19 needs {OLDEST}.")
    return major
