"""Which tier has a partner earned, and what follows from it today?

Tiers are ranks, 0 the lowest; None is "no tier". A *window* is the half-open time over which
requirements are counted. A tier is *valid until* a day on which it is reviewed.
"""

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta


@dataclass(frozen=True)
class Window:
    """How a programme counts: ``kind`` fixed (from ``month``/``day``), anniversary, or rolling."""

    kind: str
    months: int = 12
    month: int = 1
    day: int = 1


@dataclass(frozen=True)
class Rung:
    """A tier of the ladder: ``groups`` are tuples of requirement ids."""

    groups: Sequence[Sequence[int]] = ()
    inside: str = "all"  # all or any requirement of a group
    between: str = "any"  # all or any of the groups


@dataclass(frozen=True)
class Policy:
    """What follows from not requalifying."""

    downgrade: str = "earned"  # never, step, earned
    grace_days: int = 0
    warn_days: int = 0
    keep: str = "next"  # window, next
    recheck: bool = True


@dataclass(frozen=True)
class Held:
    """The tier that a partner has, or is going to have."""

    rank: int | None = None
    valid_until: date | None = None
    warned: bool = False
    # what was reached before still holds where nothing was returned
    still_met: bool = True
    # a lower tier of earlier that is still good, and the day of its review (None: it has none)
    floor: int | None = None
    floor_until: date | None = None


@dataclass(frozen=True)
class Earned:
    """What is earned: ``now`` in the present window, ``before`` in the one under review.

    Between reviews ``before`` is what is earned since the tier was reached.
    """

    now: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Move:
    """What follows: ``kind`` is none, up, keep, warn, down or return.

    ``by`` says what the tier is earned by: now, before, floor (as in :class:`Held` and
    :class:`Earned`); None: it is not earned, only left.
    """

    kind: str
    rank: int | None = None
    day: date | None = None
    valid_until: date | None = None
    by: str | None = None


def add_months(day, months):
    """Return the same day ``months`` later (or earlier), the month's last where there is none.

    >>> add_months(date(2028, 2, 29), 12), add_months(date(2027, 2, 28), 12)
    (datetime.date(2029, 2, 28), datetime.date(2028, 2, 28))
    >>> add_months(date(2026, 3, 31), -1)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return _clipped(year, month + 1, day.day)


def window_of(window, day, joined):
    """Return the half-open window ``(start, stop)`` that contains ``day``.

    ``joined`` is the first day of the enrolment. 29 February is 28 February in other years.

    >>> window_of(Window("fixed", month=7, day=1), date(2026, 6, 30), date(2020, 1, 1))
    (datetime.date(2025, 7, 1), datetime.date(2026, 7, 1))
    >>> window_of(Window("fixed", month=7, day=1), date(2026, 7, 1), date(2020, 1, 1))
    (datetime.date(2026, 7, 1), datetime.date(2027, 7, 1))
    >>> window_of(Window("anniversary"), date(2027, 2, 28), date(2024, 2, 29))
    (datetime.date(2027, 2, 28), datetime.date(2028, 2, 29))
    >>> window_of(Window("anniversary"), date(2028, 2, 28), date(2024, 2, 29))
    (datetime.date(2027, 2, 28), datetime.date(2028, 2, 29))
    >>> window_of(Window("rolling", months=3), date(2026, 4, 15), date(2020, 1, 1))
    (datetime.date(2026, 1, 16), datetime.date(2026, 4, 16))
    """
    if window.kind == "rolling":
        stop = day + timedelta(days=1)
        return add_months(stop, -window.months), stop
    month, number = (
        (joined.month, joined.day) if window.kind == "anniversary" else (window.month, window.day)
    )
    year = day.year if _clipped(day.year, month, number) <= day else day.year - 1
    return _clipped(year, month, number), _clipped(year + 1, month, number)


def valid_until(window, policy, day, joined):
    """Return the day on which a tier that is reached on ``day`` is reviewed.

    >>> valid_until(Window("fixed"), Policy(keep="next"), date(2026, 4, 15), date(2020, 1, 1))
    datetime.date(2028, 1, 1)
    >>> valid_until(Window("fixed"), Policy(keep="window"), date(2026, 4, 15), date(2020, 1, 1))
    datetime.date(2027, 1, 1)
    >>> valid_until(Window("rolling", months=6), Policy(), date(2026, 8, 31), date(2020, 1, 1))
    datetime.date(2027, 2, 28)
    """
    if window.kind == "rolling":
        return add_months(day, window.months)
    _start, stop = window_of(window, day, joined)
    return window_of(window, stop, joined)[1] if policy.keep == "next" else stop


def met_by(values, thresholds):
    """Return {requirement id: met}; a value of None is "no data" and meets nothing.

    >>> met_by({1: 999, 2: 1000, 3: None}, {1: 1000, 2: 1000, 3: 0, 4: 0})
    {1: False, 2: True, 3: False, 4: False}
    """
    return {
        key: values.get(key) is not None and values[key] >= threshold
        for key, threshold in thresholds.items()
    }


def is_met(rung, met: Mapping[int, bool]):
    """Return whether the requirements of ``rung`` hold; one that asks for nothing always does.

    >>> rung = Rung(groups=((1, 2), (3,)))
    >>> is_met(rung, {1: True, 2: False, 3: False}), is_met(rung, {1: True, 2: True, 3: False})
    (False, True)
    >>> is_met(Rung(groups=((1, 2), (3,)), inside="any", between="all"), {1: True, 3: True})
    True
    """
    quantor = {"all": all, "any": any}
    groups = [
        quantor[rung.inside](met.get(requirement, False) for requirement in group)
        for group in rung.groups
    ]
    return quantor[rung.between](groups) if groups else True


def met_in(rung, met: Mapping[int, bool]):
    """Return the requirements by which ``rung`` is met: those that are, in groups that are.

    >>> rung = Rung(groups=((1, 2), (3, 4)))
    >>> met_in(rung, {1: True, 2: True, 3: True, 4: False})
    {1, 2}
    >>> sorted(met_in(Rung(rung.groups, inside="any"), {1: True, 2: False, 3: True}))
    [1, 3]
    """
    return {
        requirement
        for group in rung.groups
        if is_met(Rung((group,), rung.inside), met)
        for requirement in group
        if met.get(requirement, False)
    }


def earned(ladder: Sequence[Rung], met: Mapping[int, bool]):
    """Return the rank of the highest rung that is met, None where none is.

    >>> ladder = [Rung(), Rung(groups=((1,),)), Rung(groups=((2,),))]
    >>> earned(ladder, {}), earned(ladder, {1: True}), earned(ladder, {2: True})
    (0, 1, 2)
    >>> earned(ladder[1:], {}) is None
    True
    """
    return max((rank for rank, rung in enumerate(ladder) if is_met(rung, met)), default=None)


def decide(held: Held, earned: Earned, window, policy, today, begins, joined):
    """Return the :class:`Move` of a partner on ``today``; ``begins``: when a higher tier begins.

    Higher is moved to at once. Lower only when the tier is reviewed and the grace days are over,
    or when what it was reached by has been returned.

    >>> year, policy = Window("fixed"), Policy(grace_days=30, warn_days=30)
    >>> joined = date(2020, 1, 1)
    >>> def on(*day, now, before=None, rank=1, until=date(2027, 1, 1)):
    ...     move = decide(Held(rank, until), Earned(now, before), year, policy, date(*day),
    ...                   date(*day), joined)
    ...     return move.kind, move.rank, str(move.day or move.valid_until)
    >>> on(2026, 4, 15, now=2)
    ('up', 2, '2026-04-15')
    >>> on(2026, 12, 1, now=0), on(2026, 12, 2, now=0)
    (('none', None, 'None'), ('warn', 0, '2027-01-31'))
    >>> on(2027, 1, 30, now=None, before=0)
    ('warn', 0, '2027-01-31')
    >>> on(2027, 1, 31, now=None, before=0)
    ('down', 0, '2027-01-31')
    >>> on(2027, 1, 1, now=None, before=1)
    ('keep', 1, '2028-01-01')
    >>> policy = Policy(keep="window")
    >>> on(2027, 1, 1, now=0, before=2, rank=2)
    ('down', 0, '2027-01-01')
    """
    now, current = _rank(earned.now), _rank(held.rank)
    before = _rank(earned.before)
    fresh = valid_until(window, policy, today, joined)
    if now > current:
        return Move("up", earned.now, begins, fresh, "now")
    due = held.valid_until is not None and today >= held.valid_until
    if renewed := _renewed(held, earned, window, policy, fresh, joined, due=due):
        return renewed
    if policy.recheck and not due and not held.still_met and before < current:
        return _returned(held, earned, fresh, today)
    if held.valid_until is None or policy.downgrade == "never" or now >= current:
        return Move("none")
    # a tier that ends with its window begins anew; else the time under review counts as well
    looks_back = due and (policy.keep == "next" or window.kind == "rolling")
    best = max(now, before) if looks_back else now
    lower = current - 1 if policy.downgrade == "step" else min(best, current - 1)
    falls = held.valid_until + timedelta(days=policy.grace_days)
    if today >= falls:
        by = "now" if lower == now else "before" if looks_back and lower == before else None
        _start, stop = window_of(window, today, joined)
        reviewed = fresh if by == "now" or window.kind == "rolling" else stop
        return Move("down", _or_none(lower), today, reviewed, by)
    if not held.warned and today >= held.valid_until - timedelta(days=policy.warn_days):
        return Move("warn", _or_none(lower), falls, held.valid_until)
    return Move("none")


def _returned(held, earned, fresh, today):
    """Return the move to the best of what is left: the highest tier, then the latest review.

    >>> day = date(2026, 4, 15)
    >>> move = _returned(Held(2, date(2027, 1, 1), floor=1), Earned(0, 1), date(2028, 1, 1), day)
    >>> move.rank, move.valid_until, move.by
    (1, None, 'floor')
    """
    rank, until, by = max(
        (_rank(earned.now), fresh, "now"),
        (_rank(earned.before), held.valid_until or fresh, "before"),
        (_rank(held.floor), held.floor_until or date.max, "floor"),
        key=lambda left: left[:2],
    )
    return Move("return", _or_none(rank), today, None if until == date.max else until, by)


def _renewed(held, earned, window, policy, fresh, joined, *, due):
    """Return the move that keeps the tier anew, None where it is not kept."""
    now, before, current = _rank(earned.now), _rank(earned.before), _rank(held.rank)
    if held.valid_until is None:
        return None
    if now >= current:
        # rolling months would move the review every day: there it waits for the review
        if due or (window.kind != "rolling" and fresh > held.valid_until):
            return Move("keep", held.rank, None, fresh, "now")
        return None
    if due and before >= current:
        # what counts is the last day of the time under review
        renewed = valid_until(window, policy, held.valid_until - timedelta(days=1), joined)
        if renewed > held.valid_until:
            return Move("keep", held.rank, None, renewed, "before")
    return None


def _clipped(year, month, day):
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _rank(rank):
    return -1 if rank is None else rank


def _or_none(rank):
    return None if rank < 0 else rank
