"""What did enrolments bring along from before the programme, and where does it count?"""

from odoo.tools import SQL


def openings_per_period(kpi, program, enrollment_ids):
    """Return a SELECT (enrollment_id, period_id, value): sums of the opening actuals of ``kpi``.

    An opening counts in the period that its date lies in, also where it lies before the first
    day that the programme or the enrolment counts.
    """
    return SQL(
        """
        SELECT opening.enrollment_id, period.id AS period_id, SUM(opening.value) AS value
        FROM pmm_opening_balance opening
        JOIN pmm_period period ON period.program_id = %s
            AND period.date_start <= opening.date AND opening.date < period.date_stop
        WHERE opening.kind = 'actual' AND opening.kpi_id = %s
            AND opening.enrollment_id = ANY(%s)
        GROUP BY opening.enrollment_id, period.id
        """,
        program.id,
        kpi.id,
        enrollment_ids,
    )


def with_openings(totals, kpi, windows):
    """Return ``totals``, a SELECT (enrollment_id, value) of ``kpi``, with what lies in ``windows``.

    ``windows`` is a SELECT (enrollment_id, date_start, date_stop). "No data" and an opening is
    the opening.
    """
    return SQL(
        """
        SELECT enrollment_id, SUM(value) AS value
        FROM (SELECT enrollment_id, value FROM (%s) total UNION ALL %s) part
        GROUP BY enrollment_id
        """,
        totals,
        _in_windows(SQL("opening.kind = 'actual' AND opening.kpi_id = %s", kpi.id), windows),
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
