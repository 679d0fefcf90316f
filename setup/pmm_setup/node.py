"""The node tools of the linters, in the git-ignored node_modules."""

from __future__ import annotations

from . import cache, paths
from .console import console
from .shell import run


def ensure() -> bool:
    """Install what package-lock.json pins; return whether there is anything to use."""
    lock_file = paths.ROOT / "package-lock.json"
    if not lock_file.exists():
        return False
    with (
        cache.lock(paths.work_dir() / "lock-node", "node packages"),
        console.step("node packages") as notes,
    ):
        key = paths.digest(lock_file.read_bytes(), (paths.ROOT / "package.json").read_bytes())
        stamp = paths.ROOT / "node_modules" / ".pmm-key"
        if stamp.exists() and stamp.read_text() == key:
            notes.append("there")
            return True
        run(
            ["npm", "ci", "--no-audit", "--no-fund", "--no-update-notifier"],
            otherwise="the node packages could not be installed",
            cwd=paths.ROOT,
        )
        stamp.write_text(key)
        notes.append("installed")
    return True
