"""What do the rows of an import of opening balances mean, and which cannot be imported?

Every row becomes an :class:`Item` or a :class:`Problem`; problems are values, so that a file is
judged as a whole. A problem names its row, its column and a code that the caller words.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .opening_cells import day, key, number

COLUMNS = ("partner", "type", "value", "date", "valid_until")


@dataclass(frozen=True)
class Item:
    """One tier, points or actual that is to be imported; ``stop`` and ``valid_until`` of tiers."""

    row: int
    kind: str
    enrollment_id: int
    day: date
    value: Decimal | None = None
    kpi_id: int | None = None
    grade_id: int | None = None
    stop: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be imported: ``code`` and what it is about."""

    row: int
    column: str
    code: str
    detail: str = ""


@dataclass
class Facts:
    """What the rows are judged by; names are keys as ``opening_cells.key`` makes them."""

    partners: dict  # {key: {partner id}}
    enrollments: dict  # {partner id: [(start, stop or None, enrolment id)]}
    kpis: dict  # {key: {KPI id}}
    grades: dict  # {key: {tier id}}
    spans: dict  # {enrolment id: [(start, stop or None)]} of the tiers that there are
    known: set  # {(enrolment id, kind, KPI id or None, day)} of the balances that there are
    closed: list  # [(start, stop, name)] of closed periods
    tier_words: set
    points_words: set
    without_openings: frozenset = frozenset()  # keys of KPIs to which nothing can be added
    decimal_point: str = "."
    thousands_sep: str = ","
    date_format: str = "%m/%d/%Y"


def plan(rows, facts):
    """Return ([Item], [Problem]) of ``rows``: [(row number, (cell per column))]."""
    items, problems = [], []
    for row, cells in rows:
        if not any(key(cell) for cell in cells):
            continue
        item, refused = _item(row, dict(zip(COLUMNS, cells, strict=True)), facts)
        if refused:
            problems += refused
        else:
            items.append(item)
    items, twice = _once(items)
    items, taken = _without_taken(items, facts)
    return _with_ends(items, facts), sorted(problems + twice + taken, key=lambda p: p.row)


class _Refused(Exception):
    """(column, code, detail) of a cell that cannot be imported."""


def _item(row, cells, facts):
    """Return (Item, all Problems of the row): whoever mends a file sees them at once."""
    problems = []

    def read(how, *args):
        try:
            return how(*args)
        except _Refused as refused:
            problems.append(Problem(row, *refused.args))
            return None

    partner_id = read(_single, cells["partner"], facts.partners, "partner", "no_partner")
    kind, kpi_id = read(_kind, cells["type"], facts) or (None, None)
    value = read(_value, kind, cells["value"], facts) if kind else None
    when = read(_day, cells["date"], "date", facts)
    until = read(_valid_until, kind, cells["valid_until"], when, facts)
    # what a day is judged by is known only where partner and type are
    enrollment_id = read(_enrollment, partner_id, when, facts) if partner_id and when else None
    if kind and when:
        read(_check_open, kind, when, facts)
    if (enrollment_id, kind, kpi_id, when) in facts.known:
        problems.append(Problem(row, "date", "known"))
    if problems:
        return None, problems
    if kind == "tier":
        return Item(row, kind, enrollment_id, when, grade_id=value, valid_until=until), []
    return Item(row, kind, enrollment_id, when, value=value, kpi_id=kpi_id), []


def _value(kind, cell, facts):
    """Return the tier or the number that ``cell`` says."""
    if kind == "tier":
        return _single(cell, facts.grades, "value", "no_tier")
    value = number(cell, facts.decimal_point, facts.thousands_sep)
    if value is None:
        raise _Refused("value", "no_number", str(cell or ""))
    return value


def _day(cell, column, facts):
    found = day(cell, facts.date_format)
    if found is None:
        raise _Refused(column, "no_date", str(cell or ""))
    return found


def _valid_until(kind, cell, when, facts):
    if not key(cell):
        return None
    if kind and kind != "tier":
        raise _Refused("valid_until", "only_tiers")
    until = _day(cell, "valid_until", facts)
    if when and until < when:
        raise _Refused("valid_until", "until_before")
    return until


def _kind(cell, facts):
    if key(cell) in facts.tier_words:
        return "tier", None
    if key(cell) in facts.points_words:
        return "points", None
    if key(cell) in facts.without_openings:
        raise _Refused("type", "no_opening", str(cell))
    return "actual", _single(cell, facts.kpis, "type", "no_type")


def _single(cell, names, column, code):
    found = names.get(key(cell), ())
    if len(found) != 1:
        raise _Refused(column, "ambiguous" if found else code, str(cell or ""))
    return next(iter(found))


def _enrollment(partner_id, when, facts):
    """Return the enrolment that runs on the day, else the first one after it."""
    spans = sorted(facts.enrollments[partner_id])
    for start, stop, enrollment_id in spans:
        if (start <= when and (stop is None or when < stop)) or start > when:
            return enrollment_id
    raise _Refused("date", "left")


def _check_open(kind, when, facts):
    for start, stop, name in facts.closed:
        # a tier goes on, so a period that closed after its first day is touched as well
        if when < stop and (start <= when or kind == "tier"):
            raise _Refused("date", "closed", name)


def _once(items):
    first, kept, problems = {}, [], []
    for item in items:
        same = (item.enrollment_id, item.kind, item.kpi_id, item.day)
        if same in first:
            problems.append(Problem(item.row, "partner", "twice", str(first[same])))
        else:
            first[same] = item.row
            kept.append(item)
    return kept, problems


def _without_taken(items, facts):
    kept, problems = [], []
    for item in items:
        spans = facts.spans.get(item.enrollment_id, ()) if item.kind == "tier" else ()
        if any(start <= item.day and (not stop or item.day < stop) for start, stop in spans):
            problems.append(Problem(item.row, "date", "tier_taken"))
        else:
            kept.append(item)
    return kept, problems


def _with_ends(items, facts):
    """Let each tier end where the next one of its enrolment starts."""
    starts = {}  # {enrolment id: {first day of a tier}}
    for item in items:
        if item.kind == "tier":
            known = {start for start, _stop in facts.spans.get(item.enrollment_id, ())}
            starts.setdefault(item.enrollment_id, known).add(item.day)
    ended = []
    for item in items:
        later = (
            [start for start in starts[item.enrollment_id] if start > item.day]
            if item.kind == "tier"
            else []
        )
        ended.append(_until(item, min(later, default=None)))
    return ended


def _until(item, stop):
    return item if stop is None else Item(**{**item.__dict__, "stop": stop})
