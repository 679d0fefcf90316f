"""What does an enrolment have of the tier requirements that no KPI measures?

``windows`` is a SELECT (enrollment_id, date_start, date_stop) everywhere: the time that counts.
"""

from odoo.tools import SQL


def windows(enrollment_ids, starts, stops):
    """Return a SELECT (enrollment_id, date_start, date_stop) of these lists of equal length."""
    return SQL(
        "SELECT * FROM UNNEST(%s::int[], %s::date[], %s::date[])"
        " AS counted(enrollment_id, date_start, date_stop)",
        enrollment_ids,
        starts,
        stops,
    )


def confirmed(requirement, windows):
    """Return a SELECT (enrollment_id, value): 1 where it is confirmed on the last day counted."""
    return SQL(
        """
        SELECT DISTINCT counted.enrollment_id, 1::numeric AS value
        FROM (%s) counted
        JOIN pmm_tier_check confirmation ON confirmation.requirement_id = %s
            AND confirmation.enrollment_id = counted.enrollment_id
            AND confirmation.date_start < counted.date_stop
            AND counted.date_stop <= COALESCE(confirmation.date_stop, 'infinity')
        """,
        windows,
        requirement.id,
    )


def holds_for(partners, windows):
    """Return a SELECT (enrollment_id, value): 1 where the partner is among ``partners``."""
    return SQL(
        """
        SELECT counted.enrollment_id, 1::numeric AS value
        FROM (%s) counted
        JOIN pmm_enrollment enrollment ON enrollment.id = counted.enrollment_id
        WHERE enrollment.partner_id IN (%s)
        """,
        windows,
        partners.subselect(),
    )
