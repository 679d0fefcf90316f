"""What can be added up and counted over the rows of ``pmm_credit`` and ``days``?

Every function returns an aggregate for :func:`credit_values.credit_values`; ``matching`` is the
condition of the credits that it looks at. Amounts are in programme currency.
"""

from odoo.tools import SQL

SUMS = {
    "amount": SQL("pmm_credit.amount * days.factor"),
    "margin": SQL("(pmm_credit.amount - pmm_credit.cost) * days.factor"),
    "quantity": SQL("pmm_credit.quantity"),
}
HAS_COST = SQL("pmm_credit.has_cost")
IS_RETURN = SQL("pmm_credit.is_return")
IS_SALE = SQL("NOT pmm_credit.is_return")


def both(*conditions):
    """Return the condition that all of ``conditions`` hold."""
    return SQL(" AND ").join(SQL("(%s)", condition) for condition in conditions)


def total(measure, matching):
    """Return the sum of a measure, one of ``SUMS``; NULL where no credit is matching."""
    return SQL("SUM(%s) FILTER (WHERE %s)", SUMS[measure], matching)


def different(column, matching):
    """Return how many different values ``column`` has; documents of one stage are of one model."""
    return SQL(
        "COUNT(DISTINCT %s) FILTER (WHERE %s)", SQL.identifier("pmm_credit", column), matching
    )


def is_among(column, ids):
    """Return the condition that ``column`` is one of ``ids``."""
    return SQL("%s = ANY(%s)", SQL.identifier("pmm_credit", column), list(ids))


def average(part, count):
    """Return ``part`` by ``count``; NULL where there is nothing to divide by."""
    return SQL("%s / NULLIF(%s, 0)", part, count)


def percent_of_number(part, number):
    """Return ``part`` in percent of ``number``, which is above 0."""
    return SQL("%s * 100.0 / %s", part, number)


def percent(part, whole):
    """Return ``part`` (nothing is 0) in percent of ``whole``; NULL where that is not above 0."""
    return SQL(
        "CASE WHEN %(whole)s > 0 THEN COALESCE(%(part)s, 0) * 100 / %(whole)s END",
        part=part,
        whole=whole,
    )


def negative(value):
    """Return ``value`` with the other sign."""
    return SQL("-(%s)", value)
