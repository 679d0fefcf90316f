"""How many targets has each enrolment in each period, and how many are reached?"""

from odoo.tools import SQL


def reached_targets():
    """Return a SELECT (enrollment_id, period_id, targets, targets_reached)."""
    return SQL(
        """
        SELECT enrollment_id, period_id, COUNT(*) AS targets,
            COUNT(*) FILTER (WHERE state = 'reached') AS targets_reached
        FROM pmm_kpi_measurement
        WHERE has_target
        GROUP BY enrollment_id, period_id
        """
    )
