"""What had come on each day a year ago, of all partners of a programme together?"""

from odoo.tools import SQL

from .credit_aggregates import different
from .credit_values import credit_values

OF_THE_DAY = SQL(", days.day")


def season_days(windows, scope, day, columns, stage):
    """Return a SELECT (period_id, day, ``value_<id>`` and ``documents_<id>`` of each KPI).

    As :func:`credit_values.credit_values` for windows a year earlier; ``columns`` is a list of
    (KPI's id, aggregate, condition). ``day`` is the day of this year that the values stand for.
    """
    sums, wanted = [], [("day", SQL("days.day"), columns[0][2])]
    for kpi_id, aggregate, matching in columns:
        # as text, since Odoo would make a float of it
        sums.append(_sum(f"value_{kpi_id}", SQL("text")))
        sums.append(_sum(f"documents_{kpi_id}", SQL("int")))
        wanted.append((f"value_{kpi_id}", aggregate, matching))
        wanted.append((f"documents_{kpi_id}", different("document_id", matching), matching))
    return SQL(
        """
        SELECT window_id AS period_id, (day + INTERVAL '1 year')::date AS day, %(sums)s
        FROM (%(values)s) daily
        GROUP BY window_id, day
        ORDER BY window_id, day
        """,
        sums=SQL(", ").join(sums),
        values=credit_values(windows, scope, day, wanted, stage, each=OF_THE_DAY),
    )


def _sum(name, type_):
    column = SQL.identifier(name)
    return SQL("COALESCE(SUM(%s), 0)::%s AS %s", column, type_, column)


def season_windows(program, today):
    """Return the condition on ``period`` that it is one of ``program`` that runs on ``today``."""
    return SQL(
        "period.program_id = %(program)s AND period.state <> 'closed'"
        " AND period.date_start <= %(today)s AND %(today)s < period.date_stop",
        program=program.id,
        today=today,
    )
