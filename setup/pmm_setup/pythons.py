"""Virtual environments in the cache: one that runs Odoo, one for the linters."""

from __future__ import annotations

import sys
from pathlib import Path

from . import cache, paths
from .console import SetupError, console
from .shell import run, which

SUPPORTED = ((3, 10), (3, 13))  # of Odoo 19, both included


def interpreter() -> str:
    """Return a Python that Odoo 19 runs on: this one, or the newest other one on the PATH."""
    if SUPPORTED[0] <= sys.version_info[:2] <= SUPPORTED[1]:
        return sys.executable
    for minor in range(SUPPORTED[1][1], SUPPORTED[0][1] - 1, -1):
        found = which(f"python3.{minor}")
        if found:
            return found
    raise SetupError(
        f"this is Python {sys.version_info[0]}.{sys.version_info[1]}, Odoo 19 needs 3.10 to 3.13: "
        "install one of them (python3.13, say) beside it and start again."
    )


def ensure(requirements: Path, name: str) -> Path:
    """Return the Python of a virtual environment with exactly these requirements."""
    with console.step(f"Python packages ({requirements.name})") as notes:
        python = interpreter()
        identity = run(
            [python, "-c", "import sys, platform as p; print(sys.version, sys.prefix, p.machine())"]
        ).stdout
        key = paths.digest(requirements.read_bytes(), identity)
        entry = paths.cache_dir() / name / key
        with cache.lock(paths.cache_dir() / f"lock-{name}", "Python packages"):
            built = cache.in_place(entry, lambda folder: _build(python, folder, requirements))
            cache.prune(entry)
        notes.append("installed" if built else "cached")
    return entry / "bin" / "python"


def _build(python: str, folder: Path, requirements: Path) -> None:
    run(
        [python, "-m", "venv", folder],
        otherwise="the virtual environment could not be made (Debian: install python3-venv)",
    )
    run(
        [
            folder / "bin" / "python", "-m", "pip", "install", "--quiet",
            "--disable-pip-version-check", "--prefer-binary", "--no-input",
            "--requirement", requirements,
        ],
        otherwise=f"the Python packages of {requirements.name} could not be installed",
    )  # fmt: skip
