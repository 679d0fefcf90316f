"""Where things lie: the checkout, its git-ignored working folder, the user's cache."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".pmm"
SETUP = ROOT / "setup"


def cache_dir() -> Path:
    """Return the cache folder that every checkout of this user shares."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "pmm"


def digest(*parts: str | bytes) -> str:
    """Return a short hash of the parts, stable over machines and runs.

    >>> digest("a", "b") == digest("a", b"b") != digest("ab")
    True
    """
    total = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()[:16]


def work_dir() -> Path:
    """Return the git-ignored working folder, made if need be."""
    WORK.mkdir(exist_ok=True)
    return WORK
