"""The figures: one JSON object per line for programmes, a table with verdicts for people."""

from __future__ import annotations

import json

IDLE = "idle worker"
MEMORY = 300  # MB above an idle worker
DAY_TO_DAY = 1.0  # seconds that a run after a few changes may always take
# ratio at most
GOALS = {
    "a": 1.5,
    "b": 1.5,
    "c": 2.0,
    "d": 0.03,
    "d1": 0.0,
    "e": 1.05,
    "f": 1.2,
    "g1": 2.0,
    "g2": 1.5,
    "g3": 0.03,
}
AFTER_CHANGES = {"d", "d1", "g3"}  # steps that may always take DAY_TO_DAY; d1 has no other goal
# steps that ask the database as often at every size; g3 asks more where somebody moves
BATCHED = {"a", "b", "c", "d", "e", "g1", "g2"}
HEAD = ("step", "seconds", "floor", "ratio", "goal", "queries", "MB above idle", "verdict")


def line(name, size, seconds=None, floor=None, queries=None, peak=None) -> dict:
    """Return the object of one step.

    >>> line("a. x", "S", 3.0, 2.0, 14, 150.04)["ratio"]
    1.5
    """
    return {
        "name": name,
        "size": size,
        "seconds": _rounded(seconds, 4),
        "floor_seconds": _rounded(floor, 4),
        "ratio": _rounded(seconds / floor, 4) if seconds and floor else None,
        "queries": queries,
        "peak_rss_mb": _rounded(peak, 1),
    }


def json_lines(lines: list[dict]) -> str:
    """Return the objects as text, one a line."""
    return "".join(f"{json.dumps(each)}\n" for each in lines)


def parse(text: str) -> list[dict]:
    """Return the objects of such a text."""
    return [json.loads(each) for each in text.splitlines()]


def table(lines: list[dict], other: list[dict] | None = None) -> str:
    """Return the figures aligned, with the goal of each step and whether it is met.

    ``other`` are the lines of the other size, if it was measured before.

    >>> print(table([line("idle worker", "S", peak=150), line("a. x", "S", 3, 2, 14, 160)]))
    step         seconds  floor  ratio  goal  queries  MB above idle  verdict
    idle worker
    a. x           3.000  2.000   1.50  1.50       14             10  met
    """
    idle = next((each["peak_rss_mb"] for each in lines if each["name"] == IDLE), 0)
    expected = {each["name"]: each["queries"] for each in other or []}
    rows = [HEAD, *(_row(each, idle, expected) for each in lines)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    return "\n".join(_aligned(row, widths) for row in rows)


def missed(each: dict, idle: float, expected: dict | None = None) -> list[str]:
    """Return what of a step misses its goal: ratio, memory, queries.

    >>> missed(line("d. x", "L", 0.9, 20, 14, 500), 150)
    ['memory']
    >>> missed(line("e. x", "S", 1.06, 1, 3), 150, {"e. x": 2})
    ['ratio', 'queries']
    """
    found = []
    step = _step(each)
    goal = _goal(each)
    excused = step in AFTER_CHANGES and each["seconds"] <= DAY_TO_DAY
    if goal is not None and each["ratio"] > goal and not excused:
        found.append("ratio")
    if (each["peak_rss_mb"] or 0) - idle > MEMORY:
        found.append("memory")
    if step in BATCHED and (expected or {}).get(each["name"], each["queries"]) != each["queries"]:
        found.append("queries")
    return found


def _goal(each):
    return GOALS.get(_step(each)) if each["ratio"] else None


def _step(each):
    return each["name"].partition(".")[0]


def _row(each, idle, expected):
    if each["seconds"] is None:
        return (each["name"], *[""] * 7)
    goal, problems = _goal(each), missed(each, idle, expected)
    return (
        each["name"],
        f"{each['seconds']:.3f}",
        _text(each["floor_seconds"], "{:.3f}"),
        _text(each["ratio"], "{:.3f}" if goal and goal < 1 else "{:.2f}"),
        _text(goal, "{:.2f}"),
        _text(each["queries"], "{}"),
        _text(each["peak_rss_mb"] and each["peak_rss_mb"] - idle, "{:.0f}"),
        f"MISSED: {', '.join(problems)}" if problems else "met",
    )


def _aligned(row, widths):
    name, *figures, verdict = row
    cells = [name.ljust(widths[0])]
    cells += [cell.rjust(width) for cell, width in zip(figures, widths[1:-1], strict=True)]
    return "  ".join([*cells, verdict]).rstrip()


def _text(value, form):
    return "" if value is None else form.format(value)


def _rounded(value, digits):
    return None if value is None else round(value, digits)
