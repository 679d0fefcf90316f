"""Cache entries that are whole or absent, and locks between setups that run at once.

A *folder* entry is built under a temporary name and renamed when whole. A virtual environment
cannot be moved, so it is built *in place* and counts only once its stamp file stands in it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from pathlib import Path

from .console import SetupError, console

STAMP = ".complete"
KEPT = 30 * 24 * 3600  # seconds that an entry survives without use


@contextlib.contextmanager
def lock(path: Path, why: str, wait: bool = True):
    """Hold an exclusive lock on the file; say so when another setup makes us wait."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if not wait:
                raise SetupError(f"another setup is busy with {why}: wait for its end.") from None
            console.say(f"         waiting for another setup that is busy with {why}")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def is_complete(entry: Path) -> bool:
    """Return whether the entry was finished by whoever began it."""
    return (entry / STAMP).is_file()


def folder(entry: Path, build) -> bool:
    """Make the entry by ``build(temporary folder)`` unless it is there; return if it was built."""
    if is_complete(entry):
        return False
    entry.parent.mkdir(parents=True, exist_ok=True)
    for leftover in [entry, *entry.parent.glob(f"{entry.name}.tmp-*")]:
        discard(leftover)
    temporary = entry.with_name(f"{entry.name}.tmp-{os.getpid()}")
    try:
        temporary.mkdir()
        build(temporary)
        stamp(temporary)
        temporary.rename(entry)
    except BaseException:
        discard(temporary)
        raise
    return True


def in_place(entry: Path, build) -> bool:
    """Make an entry that cannot be moved by ``build(entry)``; return whether it was built."""
    if is_complete(entry):
        return False
    discard(entry)
    entry.mkdir(parents=True)
    try:
        build(entry)
    except BaseException:
        discard(entry)
        raise
    stamp(entry)
    return True


def stamp(entry: Path) -> None:
    """Declare the entry whole, after its content has reached the disk."""
    os.sync()
    (entry / STAMP).touch()


def prune(entry: Path) -> None:
    """Note that the entry is in use, and remove its siblings that nobody used for a month."""
    (entry / STAMP).touch()
    for sibling in entry.parent.iterdir():
        stamp_file = sibling / STAMP
        if stamp_file.is_file() and time.time() - stamp_file.stat().st_mtime > KEPT:
            discard(sibling)


def discard(entry: Path) -> None:
    """Remove a folder, whatever state it is in."""
    if entry.is_symlink() or entry.is_file():
        entry.unlink()
    elif entry.exists():
        # The stamp first: a removal cut short must not leave something that looks whole.
        (entry / STAMP).unlink(missing_ok=True)
        shutil.rmtree(entry)
