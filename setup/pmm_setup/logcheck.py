"""Which lines of Odoo's log are faults: every WARNING and above that is not known as harmless."""

from __future__ import annotations

import re
from pathlib import Path

from . import paths

IGNORE_FILE = paths.SETUP / "log-ignore.txt"
# 2026-11-23 12:00:00,123 4711 WARNING database odoo.some.logger: text
RECORD = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d+ \d+ (?P<level>[A-Z]+) ")
FAULTS = ("WARNING", "ERROR", "CRITICAL")
NO_DEMO = "demo data failed to install"  # a warning for Odoo, never for us


def ignored(file: Path = IGNORE_FILE) -> list[re.Pattern]:
    """Return the patterns of the ignore-list; a line that starts with # is a comment."""
    lines = file.read_text().splitlines() if file.exists() else []
    return [re.compile(line) for line in lines if line.strip() and not line.startswith("#")]


def faults(log: str, harmless: list[re.Pattern], levels=FAULTS) -> list[str]:
    """Return the records of these levels, with the lines that belong to them.

    >>> log = '''2026-01-01 10:00:00,000 1 INFO db odoo: fine
    ... 2026-01-01 10:00:00,000 1 WARNING db odoo: bad
    ... second line
    ... 2026-01-01 10:00:00,000 1 WARNING db odoo: known'''
    >>> faults(log, [re.compile("odoo: known")])
    ['2026-01-01 10:00:00,000 1 WARNING db odoo: bad\\nsecond line']
    """
    records: list[list[str]] = []
    for line in log.splitlines():
        if RECORD.match(line) or not records:
            records.append([line])
        else:
            records[-1].append(line)
    found = []
    for record in records:
        head, text = RECORD.match(record[0]), "\n".join(record)
        if not head or any(pattern.search(text) for pattern in harmless):
            continue
        if head["level"] in levels or NO_DEMO in record[0]:
            found.append(text)
    return found
