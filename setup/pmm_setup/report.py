"""What the main job reports, as a table for people."""

from __future__ import annotations

import json
from pathlib import Path

from .console import SetupError


def read(file: Path) -> dict:
    """Return the report; refuse one that is not ``{"rows": [...], "logins": [...]}``."""
    try:
        result = json.loads(file.read_text())
    except FileNotFoundError:
        raise SetupError("the main job wrote no report to PMM_REPORT: mend it.") from None
    except ValueError as error:
        raise SetupError(f"the main job's report is no JSON ({error}): mend it.") from None
    if not isinstance(result, dict) or not isinstance(result.get("rows"), list):
        raise SetupError("the main job's report has no list of rows: mend it.")
    return result


def table(rows: list[dict]) -> str:
    """Return the rows aligned.

    >>> print(table([{"what": "entries", "count": 12, "amount": "3.50", "currency": "EUR"},
    ...              {"what": "partners measured", "count": 3, "amount": None}]))
    entries            12  3.50 EUR
    partners measured   3
    """
    cells = [
        (
            str(row.get("what", "")),
            str(row.get("count", "")),
            str(row.get("amount") or ""),
            str(row.get("currency") or ""),
        )
        for row in rows
    ]
    what, count, amount, _ = (max((len(cell[i]) for cell in cells), default=0) for i in range(4))
    lines = [f"{a:<{what}}  {b:>{count}}  {c:>{amount}} {d}".rstrip() for a, b, c, d in cells]
    return "\n".join(lines)


def logins(rows: list[dict]) -> str:
    """Return who can log in, a line each.

    >>> print(logins([{"role": "partner", "login": "p", "password": "q"}]))
    partner: log in as p, password q
    """
    return "\n".join(
        f"{row['role']}: log in as {row['login']}, password {row['password']}" for row in rows
    )
