"""Every linter with its command; two at a time, all of them even when one fails."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import addons, paths
from .console import console


@dataclass(frozen=True)
class Linter:
    """One check: its name, its command, and whether it has anything to look at."""

    name: str
    command: list
    concerned: bool = True


def collect(python: Path, lint: Path | None) -> list[Linter]:
    """Return the checks of this repository, the slowest first."""
    root = paths.ROOT
    ours = [addon.path for addon in addons.discover().values()]
    names = [str(path.relative_to(root)) for path in ours]
    catalogues = sorted(
        str(file.relative_to(root))
        for pattern in ("pmm_*/i18n/*.po*", "tests/*/i18n/*.po*")
        for file in root.glob(pattern)
    )
    tools = lint.parent if lint else None
    pytest = [python, "-m", "pytest", "-p", "no:odoo", "-p", "no:cacheprovider", "-q"]
    return [
        Linter("repository tests", [*pytest, "tests/repo"], (root / "tests/repo").is_dir()),
        *(
            [
                Linter(
                    "pylint-odoo",
                    [
                        tools / "pylint",
                        "--rcfile=.pylintrc-mandatory",
                        # a model of many concerns is a file for each
                        "--disable=consider-merging-classes-inherited",
                        "--jobs=1",
                        *names,
                    ],
                    bool(names),
                ),
                Linter("oca-checks-odoo-module", [tools / "oca-checks-odoo-module", *names],
                       bool(names)),
                Linter("oca-checks-po",
                       [tools / "oca-checks-po", "--disable=po-pretty-format", *catalogues],
                       bool(catalogues)),
                Linter("READMEs", [tools / "python", "setup/gen_readme.py", "--check"]),
                Linter("ruff check", [tools / "ruff", "check", "."]),
                Linter("ruff format", [tools / "ruff", "format", "--check", "."]),
            ]
            if tools
            else []
        ),
        Linter("prettier", ["node_modules/.bin/prettier", "--check", "."],
               (root / "node_modules/.bin/prettier").exists()),
        Linter("engine doctests", [sys.executable, "-m", "pmm_setup.engine_doctests", root]),
    ]  # fmt: skip


def run_all(linters: list[Linter]) -> bool:
    """Run the checks, print a line for each (and the output of those that fail)."""
    concerned = [linter for linter in linters if linter.concerned]
    with ThreadPoolExecutor(max_workers=2) as pool:
        verdicts = list(pool.map(_run, concerned))
    bad = [linter.name for linter, good in zip(concerned, verdicts, strict=True) if not good]
    if bad:
        console.say(f"         these checks failed: {', '.join(bad)}")
    return not bad


def _run(linter: Linter) -> bool:
    started = time.monotonic()
    path = os.pathsep.join([str(paths.SETUP), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    done = subprocess.run(
        [str(word) for word in linter.command],
        cwd=paths.ROOT,
        env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    good = done.returncode == 0
    seconds = time.monotonic() - started
    lines = [f"[{seconds:6.1f}s] {linter.name} … {'ok' if good else 'FAILED'}"]
    console.say("\n".join(lines if good else [*lines, done.stdout.rstrip()]))
    return good
