"""Run the doctests of ``pmm_*/engine/*.py`` without Odoo: engines are plain Python.

Each addon is entered as an empty package, so that its ``__init__`` (which imports models) stays
out while relative imports between the modules of an engine work.
"""

from __future__ import annotations

import doctest
import importlib
import sys
import types
from pathlib import Path


def main(root: Path) -> int:
    """Test every engine module; return 1 if one fails."""
    attempted = failed = 0
    for file in sorted(root.glob("pmm_*/engine/*.py")):
        addon = file.parents[1]
        if addon.name not in sys.modules:
            package = types.ModuleType(addon.name)
            package.__path__ = [str(addon)]
            sys.modules[addon.name] = package
        name = f"{addon.name}.engine" + ("" if file.stem == "__init__" else f".{file.stem}")
        result = doctest.testmod(importlib.import_module(name))
        attempted += result.attempted
        failed += result.failed
    print(f"{attempted} examples, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
