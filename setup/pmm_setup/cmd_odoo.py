"""``setup/odoo`` and ``setup/psql``: Odoo and psql on the database of ``setup/run``."""

from __future__ import annotations

import os

from . import addons, paths, postgres, provision
from .console import SetupError, console
from .odoo_cli import attended

WITH_CONFIG = {"server", "shell", "db", "module", "neutralize", "populate", "obfuscate"}
# these read -c only behind their own subcommand: odoo i18n export -c FILE
NESTED = {"i18n"}


def odoo(argv: list[str]) -> int:
    """Run Odoo with our addons, configuration and database server."""
    _quiet()
    instance = provision.odoo(_name())
    _fill(instance)
    instance.write_config()
    with instance.server.running():
        if argv and argv[0] in WITH_CONFIG:
            words = [argv[0], "-c", str(instance.config), *argv[1:]]
        elif len(argv) > 1 and argv[0] in NESTED:
            words = [*argv[:2], "-c", str(instance.config), *argv[2:]]
        elif argv and not argv[0].startswith("-"):
            words = argv  # a subcommand that reads no configuration
        else:
            words = ["-c", str(instance.config), *argv]
        return instance.attended(*words)


def psql(argv: list[str]) -> int:
    """Run psql on the database of ``setup/run`` (or the one named first)."""
    server = postgres.choose(_name(), durable=_name() == "run")
    if server.private and not server.exists():
        raise SetupError("there is no database yet: start setup/run once.")
    with server.running():
        database = [] if argv and not argv[0].startswith("-") else ["-d", f"pmm_{_name()}"]
        return attended([postgres._psql(), *database, *argv], {**os.environ, **server.env})


def _name() -> str:
    return os.environ.get("PMM_INSTANCE", "run")


def _quiet() -> None:
    """Keep the progress lines out of what Odoo prints."""
    import sys

    console.stream = sys.stderr


def _fill(instance) -> None:
    """Give a first call its cluster."""
    server = instance.server
    if server.private and not server.exists():
        provision.template(instance, addons.discover(paths.ROOT), replace=False)
