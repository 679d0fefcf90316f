"""What do facts that are no sales credits add up to, per enrolment and window?"""

from odoo.tools import SQL

from .counted_partners import counted_partners
from .enrollment_days import enrolled_on


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


def _join_enrollments(windows, scope, day):
    if scope == "own":
        # what is compared with last year counts from before the enrolment as well
        enrolled = SQL("TRUE") if windows.stretch.years_back else enrolled_on(day)
        return SQL(
            "JOIN pmm_enrollment enrollment ON enrollment.partner_id = fact.partner_id AND %s",
            enrolled,
        )
    # facts do not remember whose they were before a merge, so stretches of one partner that
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
