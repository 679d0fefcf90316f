"""``setup/check``: the linters, the tests of the repository itself, the doctests of the engines."""

from __future__ import annotations

import argparse

from . import linters, provision


def main(argv: list[str]) -> int:
    """Run every check; return 0 only when all are green."""
    parser = argparse.ArgumentParser(prog="setup/check", description=__doc__)
    parser.parse_args(argv)
    return 0 if check() else 1


def check() -> bool:
    """Provision the tools and run every check."""
    python, lint = provision.linters()
    return linters.run_all(linters.collect(python, lint))
