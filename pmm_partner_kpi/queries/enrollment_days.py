"""On which days does an enrolment take part, and which credits are its own?

Every query that joins enrolments with days or credits asks here, so that all agree.
"""

from odoo.tools import SQL


def enrolled_on(day):
    """Return the condition that the row ``enrollment`` takes part on ``day``: not suspended."""
    # written so that PostgreSQL turns it into a hashed anti-join: suspensions are few
    return SQL(
        """(enrollment.date_start <= %(day)s
        AND %(day)s < COALESCE(enrollment.date_stop, 'infinity')
        AND NOT EXISTS (
            SELECT 1 FROM pmm_enrollment_suspension suspension
            WHERE suspension.enrollment_id = enrollment.id
                AND suspension.date_start <= %(day)s
                AND %(day)s < COALESCE(suspension.date_stop, 'infinity')
        ))""",
        day=day,
    )


def counts_for(credit, day):
    """Return the condition that the row ``credit`` (an alias) counts for ``enrollment`` on ``day``.

    It is the condition of a join and begins with what PostgreSQL can hash.
    """
    return SQL(
        "enrollment.partner_id = %s AND %s", SQL.identifier(credit, "partner_id"), enrolled_on(day)
    )
