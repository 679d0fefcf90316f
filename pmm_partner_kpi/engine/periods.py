"""Which half-open periods does a programme have?

>>> for period in periods("quarter", date(2026, 1, 1), date(2026, 7, 1)):
...     print(*period)
2026-01-01 2026-04-01
2026-04-01 2026-07-01
"""

from datetime import date, timedelta

MONTHS = {"month": 1, "quarter": 3, "year": 12}


def floor(scheme, day):
    """Return the first day of the calendar period of ``scheme`` that contains ``day``.

    >>> floor("month", date(2028, 2, 29)), floor("quarter", date(2026, 12, 31))
    (datetime.date(2028, 2, 1), datetime.date(2026, 10, 1))
    >>> floor("year", date(2026, 1, 1))
    datetime.date(2026, 1, 1)
    """
    months = MONTHS[scheme]
    return date(day.year, (day.month - 1) // months * months + 1, 1)


def following(scheme, start):
    """Return the first day after the period of ``scheme`` that begins on ``start``.

    >>> following("month", date(2026, 12, 1)), following("quarter", date(2026, 10, 1))
    (datetime.date(2027, 1, 1), datetime.date(2027, 1, 1))
    """
    month = start.month - 1 + MONTHS[scheme]
    return date(start.year + month // 12, month % 12 + 1, 1)


def periods(scheme, start, until):
    """Return ``[(start, stop), …]``: the calendar periods that meet ``[start, until)``.

    Whole periods are returned, also where ``start`` lies inside the first one; an empty
    span has none.

    >>> periods("month", date(2026, 1, 31), date(2026, 2, 2))  # doctest: +NORMALIZE_WHITESPACE
    [(datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)),
     (datetime.date(2026, 2, 1), datetime.date(2026, 3, 1))]
    >>> periods("month", date(2026, 1, 1), date(2026, 2, 1))
    [(datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))]
    >>> periods("year", date(2026, 5, 5), date(2026, 5, 5))
    []
    """
    found = []
    current = floor(scheme, start)
    while current < until and start < until:
        stop = following(scheme, current)
        found.append((current, stop))
        current = stop
    return found


def last_day(stop):
    """Return the last day of a half-open period that ends before ``stop``.

    >>> last_day(date(2028, 3, 1))
    datetime.date(2028, 2, 29)
    """
    return stop - timedelta(days=1)
