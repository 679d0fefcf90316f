"""How much of a period has passed, and what has to come each day that is left?

Days have weights: 1 per working day, or what came on the same day a year earlier. A day that has
come counts, today counts half, as nobody knows how much of it is over for business.
"""

from datetime import timedelta
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

# before that nothing is told of the end of the period
TOO_EARLY = Decimal("0.1")
# of so many documents at least a season is made, and no more than a tenth of it may have come back
ENOUGH_DOCUMENTS = 5
MOST_RETURNED = Decimal("0.1")
_SHARE = Decimal("0.000000001")


def weekdays(start, stop):
    """Return the days from Monday to Friday of ``[start, stop)``.

    >>> from datetime import date
    >>> [day.day for day in sorted(weekdays(date(2026, 4, 3), date(2026, 4, 8)))]
    [3, 6, 7]
    """
    days = (start + timedelta(days=number) for number in range((stop - start).days))
    return {day for day in days if day.weekday() < 5}


def season(rows):
    """Return the weights {day: value} of rows (day, value, documents), None where too thin.

    It takes five documents, a total above 0, and not more than a tenth of it in days that took
    more back than they brought.

    >>> from datetime import date
    >>> first, second = date(2026, 4, 1), date(2026, 4, 2)
    >>> season([(first, Decimal(30), 2), (second, Decimal(10), 3)]) is None
    False
    >>> season([(first, Decimal(30), 2), (second, Decimal(10), 2)]) is None
    True
    >>> season([(first, Decimal(11), 4), (second, Decimal(-1), 4)]) is None
    False
    >>> season([(first, Decimal(10), 4), (second, Decimal(-1), 4)]) is None
    True
    >>> season([]) is None
    True
    """
    weights = {}
    for day, value, _documents in rows:
        # two days may be one a year later: 28 and 29 February
        weights[day] = weights.get(day, Decimal(0)) + value
    total = sum(weights.values(), Decimal(0))
    returned = -sum((value for value in weights.values() if value < 0), Decimal(0))
    enough = sum(documents for _day, _value, documents in rows) >= ENOUGH_DOCUMENTS
    return weights if enough and total > 0 and returned <= total * MOST_RETURNED else None


def passed(weights, first, stop, today):
    """Return which part of ``[first, stop)`` has passed, from 0 to 1; None where nothing weighs.

    >>> from datetime import date
    >>> april = {date(2026, 4, day): Decimal(weight) for day, weight in ((1, 10), (2, 20), (3, 70))}
    >>> [str(passed(april, date(2026, 4, 1), date(2026, 4, 4), date(2026, 4, day)))
    ...  for day in (1, 2, 3, 4)]
    ['0.050000000', '0.200000000', '0.650000000', '1.000000000']

    Who joins on the second has 20 and 70 before itself:

    >>> passed(april, date(2026, 4, 2), date(2026, 4, 4), date(2026, 4, 2))
    Decimal('0.111111111')
    >>> passed({}, date(2026, 4, 1), date(2026, 4, 4), date(2026, 4, 2)) is None
    True
    """
    if today >= stop:
        return Decimal(1).quantize(_SHARE)
    done = whole = Decimal(0)
    for day, weight in weights.items():
        if first <= day < stop:
            whole += weight
            if day < today:
                done += weight
            elif day == today:
                done += weight / 2
    if whole <= 0:
        return None
    part = min(max(done / whole, Decimal(0)), Decimal(1))
    return part.quantize(_SHARE, ROUND_HALF_UP)


def needed_per_day(missing, days, quantum):
    """Return what ``missing`` is for each of ``days``, rounded up; None where no day is left.

    >>> cent = Decimal("0.01")
    >>> needed_per_day(Decimal(1000), 3, cent)
    Decimal('333.34')
    >>> needed_per_day(Decimal(-5), 3, cent), needed_per_day(Decimal(5), 0, cent)
    (Decimal('0.00'), None)
    """
    if not days:
        return None
    parts = (max(missing, Decimal(0)) / days / quantum).to_integral_value(ROUND_CEILING)
    return (parts * quantum).quantize(quantum)
