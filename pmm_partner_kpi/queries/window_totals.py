"""What has each enrolment been credited with in its own stretch of time?

Periods are joined by day (see :mod:`measurement`); tiers count over windows that differ from
enrolment to enrolment, so here the window is a condition on the joined row.
"""

from odoo.tools import SQL

from .counted_partners import join_counted
from .program_days import program_days


def credited_totals(program, windows, credits, date_column, scope="own"):
    """Return a SELECT (enrollment_id, value): untaxed amounts in programme currency.

    ``windows`` is a SELECT (enrollment_id, date_start, date_stop), ``credits`` the Query of the
    credits that count, ``date_column`` the one of their dates that decides, ``scope`` says
    whose credits count (:mod:`counted_partners`). Nothing before the programme's start counts.
    The sum is rounded once.
    """
    date = SQL.identifier("pmm_credit", date_column)
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id,
            ROUND(SUM(pmm_credit.amount * days.factor) / %(quantum)s) * %(quantum)s AS value
        FROM %(credits)s
        %(join_counted)s
        JOIN (%(windows)s) counted ON counted.enrollment_id = enrollment.id
            AND counted.date_start <= %(date)s AND %(date)s < counted.date_stop
        JOIN (%(days)s) days ON days.day = %(date)s
        WHERE %(where)s AND enrollment.program_id = %(program)s
        GROUP BY enrollment.id
        """,
        quantum=SQL("%s::numeric", str(program.currency_id.rounding)),
        credits=credits.from_clause,
        join_counted=join_counted(
            scope, date, SQL("SELECT enrollment_id FROM (%s) wanted", windows)
        ),
        windows=windows,
        date=date,
        # an old programme has many days on which no window lies
        days=program_days(
            program,
            SQL("period.date_stop > (SELECT MIN(date_start) FROM (%s) counted)", windows),
        ),
        where=credits.where_clause or SQL("TRUE"),
        program=program.id,
    )
