"""What our addons are, what they depend on, and whether their files changed."""

from __future__ import annotations

import ast
import hashlib
from dataclasses import dataclass
from pathlib import Path

from . import paths
from .console import SetupError

# Neither is loaded when an addon is installed, so a change needs no new installation.
NOT_INSTALLED = {"__pycache__", "tests", "readme"}


@dataclass(frozen=True)
class Addon:
    """One addon of this repository."""

    name: str
    path: Path
    depends: tuple[str, ...]
    hidden: bool  # lives under tests/: for tests only

    def content_hash(self) -> str:
        """Return a hash of every file that an installation reads."""
        total = hashlib.sha256()
        for file in sorted(self.path.rglob("*")):
            inside = file.relative_to(self.path)
            if file.is_file() and not NOT_INSTALLED.intersection(inside.parts):
                total.update(str(inside).encode() + b"\0" + file.read_bytes() + b"\0")
        return total.hexdigest()[:16]


def discover(root: Path = paths.ROOT) -> dict[str, Addon]:
    """Return our installable addons by name: ``pmm_*`` and the hidden ones under ``tests/``."""
    found = {}
    for pattern, hidden in (("pmm_*", False), ("tests/*", True)):
        for manifest in sorted(root.glob(f"{pattern}/__manifest__.py")):
            values = _read(manifest)
            if values.get("installable", True):
                depends = tuple(values.get("depends", ["base"]))
                folder = manifest.parent
                found[folder.name] = Addon(folder.name, folder, depends, hidden)
    return found


def _read(manifest: Path) -> dict:
    try:
        return ast.literal_eval(manifest.read_text())
    except (SyntaxError, ValueError) as error:
        raise SetupError(f"{manifest} cannot be read ({error}): mend it.") from None


def closure(names, ours: dict[str, Addon]) -> dict[str, Addon]:
    """Return those of our addons that the named ones need, themselves included.

    >>> base, top = (Addon(n, Path(n), d, False) for n, d in (("a", ("sale",)), ("b", ("a",))))
    >>> sorted(closure(["b"], {"a": base, "b": top, "c": top}))
    ['a', 'b']
    """
    reached, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name in ours and name not in reached:
            reached[name] = ours[name]
            waiting.extend(ours[name].depends)
    return dict(sorted(reached.items()))


def standard(ours: dict[str, Addon]) -> list[str]:
    """Return the addons that ours depend on and this repository does not hold.

    >>> standard({"a": Addon("a", Path("a"), ("sale", "b"), False),
    ...           "b": Addon("b", Path("b"), ("mail",), False)})
    ['mail', 'sale']
    """
    wanted = {name for addon in ours.values() for name in addon.depends}
    return sorted(wanted - set(ours))


def search_path(root: Path = paths.ROOT) -> list[Path]:
    """Return the folders of this repository for Odoo's addons path."""
    folders = {addon.path.parent for addon in discover(root).values()}
    return sorted(folders)
