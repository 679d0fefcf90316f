"""What the commands need of the machine, in the order in which it is had."""

from __future__ import annotations

import shutil
from pathlib import Path

from . import cache, debian, node, odoo_tree, paths, postgres, pythons
from .addons import Addon
from .console import SetupError
from .odoo_cli import Odoo
from .template import Template

REQUIREMENTS = paths.ROOT / "requirements.txt"
DEV_REQUIREMENTS = paths.ROOT / "requirements-dev.txt"
ROOM_NEEDED = 3 * 2**30  # of a first start: package, tree, packages, template, databases


def odoo(name: str, *, browser: bool = False) -> Odoo:
    """Return an Odoo that can be started, in the working folder of that name."""
    _check_room()
    server_packages = (
        {"postgresql-client": "/usr/lib/postgresql/*/bin/psql|psql"}
        if postgres.external()
        else debian.POSTGRES_PACKAGES
    )
    groups = [debian.PYTHON_PACKAGES, debian.ODOO_PACKAGES, server_packages]
    with cache.lock(paths.cache_dir() / "lock-debian", "Debian packages"):
        debian.ensure(*groups, *([debian.BROWSER_PACKAGES] if browser else []))
    tree = odoo_tree.ensure()
    python = pythons.ensure(REQUIREMENTS, "venv")
    return Odoo(name, tree, python, postgres.choose(name, durable=name == "run"))


def template(instance: Odoo, ours: dict[str, Addon], *, replace: bool) -> Template:
    """Return the template for these addons, there for the instance to copy."""
    model = Template(instance.tree, instance.python, ours)
    if instance.server.private:
        model.provide(instance)
        model.fill(instance.server, replace)
    else:
        with instance.server.running():
            model.provide(instance)
    return model


def linters() -> tuple[Path, Path | None]:
    """Return the Python with pytest and the one with the linters; node's tools are there then."""
    _check_room()
    node_packages = debian.NODE_PACKAGES if (paths.ROOT / "package-lock.json").exists() else {}
    with cache.lock(paths.cache_dir() / "lock-debian", "Debian packages"):
        debian.ensure(debian.PYTHON_PACKAGES, debian.GIT_PACKAGES, node_packages)
    node.ensure()
    python = pythons.ensure(REQUIREMENTS, "venv")
    lint = pythons.ensure(DEV_REQUIREMENTS, "lint") if DEV_REQUIREMENTS.exists() else None
    return python, lint


def _check_room() -> None:
    """Refuse a first start that would end on a full disk."""
    folder = paths.cache_dir()
    started = (folder / "template").exists()
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    for place in {existing, paths.ROOT}:
        free = shutil.disk_usage(place).free
        if free < (ROOM_NEEDED / 10 if started else ROOM_NEEDED):
            raise SetupError(
                f"the disk is full: {place} has {free / 2**30:.1f} GB left and a first start "
                f"needs {ROOM_NEEDED / 2**30:.0f}: make room, or move the cache (XDG_CACHE_HOME)."
            )
