"""How many points do units of KPIs give, each up to a limit per period?"""

from odoo.tools import SQL


def points_expression(lines):
    """Return the SQL sum of ``lines``: (SQL of the units, points per unit, limit or None).

    What has no data gives no points.
    """
    return SQL(
        "(%s)",
        SQL(" + ").join(
            SQL("%s * %s::numeric", _counted(units, limit), str(points))
            for units, points, limit in lines
        ),
    )


def _counted(units, limit):
    known = SQL("COALESCE(%s, 0)", units)
    return known if limit is None else SQL("LEAST(%s, %s::numeric)", known, str(limit))


def window_periods(periods):
    """Return a SELECT (enrollment_id, window_id) of ``periods``, a :class:`PeriodsOfWindows`."""
    return SQL("SELECT enrollment_id, window_id FROM (%s) span", periods.days())


def points_in_windows(select, columns):
    """Return ``select`` (enrollment_id, window_id, ``columns``) summed up per enrolment."""
    return SQL(
        "SELECT enrollment_id, 0 AS window_id, %s FROM (%s) period GROUP BY enrollment_id",
        SQL(", ").join(
            SQL("SUM(%s) AS %s", SQL.identifier(name), SQL.identifier(name)) for name in columns
        ),
        select,
    )


def added(first, second):
    """Return the sum of two SELECTs (enrollment_id, value), per enrolment."""
    return SQL(
        """
        SELECT enrollment_id, SUM(value) AS value
        FROM (SELECT enrollment_id, value FROM (%s) one
            UNION ALL SELECT enrollment_id, value FROM (%s) other) part
        GROUP BY enrollment_id
        """,
        first,
        second,
    )
