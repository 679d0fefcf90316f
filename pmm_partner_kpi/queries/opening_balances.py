"""What did enrolments bring along from before the programme, and where does it count?"""

from odoo.tools import SQL


def opening_values(kpis, windows):
    """Return a SELECT (enrollment_id, window_id, ``value_<id>`` of each of ``kpis``).

    An opening counts in the window that its date lies in, also where it lies before the first
    day that the programme or the enrolment counts.
    """
    return SQL(
        """
        SELECT opening.enrollment_id, counted.window_id, %s
        FROM pmm_opening_balance opening
        JOIN (%s) counted ON counted.enrollment_id = opening.enrollment_id
            AND counted.date_start <= opening.date AND opening.date < counted.date_stop
        WHERE opening.kind = 'actual' AND opening.kpi_id = ANY(%s)
        GROUP BY opening.enrollment_id, counted.window_id
        """,
        SQL(", ").join(
            SQL(
                "SUM(opening.value) FILTER (WHERE opening.kpi_id = %s) AS %s",
                kpi.id,
                SQL.identifier(kpi._value_column()),
            )
            for kpi in kpis
        ),
        windows.days(),
        kpis.ids,
    )


def opening_points(windows):
    """Return a SELECT (enrollment_id, value) of the points brought along in ``windows``."""
    return SQL(
        "SELECT enrollment_id, SUM(value) AS value FROM (%s) part GROUP BY enrollment_id",
        _in_windows(SQL("opening.kind = 'points'"), windows),
    )


def _in_windows(where, windows):
    return SQL(
        """
        SELECT opening.enrollment_id, opening.value
        FROM pmm_opening_balance opening
        JOIN (%s) counted ON counted.enrollment_id = opening.enrollment_id
            AND counted.date_start <= opening.date AND opening.date < counted.date_stop
        WHERE %s
        """,
        windows,
        where,
    )
