"""What do facts that are no sales credits add up to, per enrolment and window?"""

from odoo.tools import SQL

from .counted_partners import counted_partners
from .enrollment_days import enrolled_on, is_former
from .program_days import counted_in, program_days
from .windows import PeriodWindows


def fact_values(windows, scope, facts, columns):
    """Return a SELECT (enrollment_id, window_id, …), one column per item of ``columns``.

    ``facts`` is a SELECT of (partner_id, day, and what else the columns need): the commercial
    partner and the day in the programme's time zone. ``columns`` maps the name of a column to
    its aggregate over the alias ``fact``. ``scope`` is "own", "group" or "tree".
    """
    day = SQL.identifier("fact", "day")
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.window_id, %(columns)s
        FROM (%(facts)s) fact
        %(enrollments)s
        %(days)s
        WHERE %(windows)s
        GROUP BY enrollment.id, days.window_id
        """,
        columns=SQL(", ").join(
            SQL("%s AS %s", aggregate, SQL.identifier(name)) for name, aggregate in columns.items()
        ),
        facts=facts,
        enrollments=_join_enrollments(windows, scope, day),
        days=windows.join(day),
        windows=windows.where,
    )


def fact_records(measurement, scope, facts, stretch):
    """Return a SELECT DISTINCT (record_id) of the ``facts`` that count for one result.

    They are those of :func:`fact_values`, which have a column ``record_id``; closed periods
    have theirs as well.
    """
    day = SQL.identifier("fact", "day")
    windows = PeriodWindows.of(measurement, stretch)
    return SQL(
        "SELECT DISTINCT fact.record_id FROM (%s) fact %s %s WHERE %s",
        facts,
        _join_enrollments(windows, scope, day),
        windows.join(day),
        windows.where,
    )


def fact_day_without_rate(program, facts, stretches):
    """Return a SELECT (day) of the first day with ``facts`` that has no exchange rate, if any."""
    return SQL(
        """
        SELECT MIN(days.day)
        FROM (%s) days
        JOIN (%s) fact ON fact.day = days.day
        WHERE days.factor IS NULL AND fact.partner_id IN (%s)
        HAVING MIN(days.day) IS NOT NULL
        """,
        SQL(" UNION ALL ").join(
            SQL("(%s)", program_days(program, SQL("TRUE"), stretch)) for stretch in stretches
        ),
        facts,
        counted_in(program),
    )


def _join_enrollments(windows, scope, day):
    if scope == "own":
        return SQL(
            "JOIN pmm_enrollment enrollment ON enrollment.partner_id = fact.partner_id"
            " AND %s AND %s",
            # facts do not remember whose they were before a merge: they are of who is there now
            is_former(SQL("0"), day),
            enrolled_on(day, windows.stretch.years_back),
        )
    # of a group or downline they are of every former partner, too; stretches of one partner that
    # overlap become one
    return SQL(
        """
        JOIN (
            SELECT enrollment_id, partner_id,
                UNNEST(RANGE_AGG(DATERANGE(date_start, date_stop))) AS days
            FROM (%(counted)s) stretch GROUP BY enrollment_id, partner_id
        ) scope ON scope.partner_id = fact.partner_id AND scope.days @> %(day)s
        JOIN pmm_enrollment enrollment ON enrollment.id = scope.enrollment_id AND %(enrolled)s
        """,
        counted=counted_partners(scope, windows.wanted),
        day=day,
        enrolled=enrolled_on(day),
    )
