"""On which days does an enrolment take part, and which credits are its own?

Every query that joins enrolments with days or credits asks here, so that all agree.
"""

from odoo.tools import SQL


def enrolled_on(day):
    """Return the condition that the row ``enrollment`` takes part on ``day``."""
    return SQL(
        "(enrollment.date_start <= %(day)s"
        " AND %(day)s < COALESCE(enrollment.date_stop, 'infinity'))",
        day=day,
    )


def counts_for(credit, day):
    """Return the condition that the row ``credit`` (an alias) counts for ``enrollment`` on ``day``.

    It is the condition of a join and begins with what PostgreSQL can hash.
    """
    return SQL(
        "enrollment.partner_id = %s AND %s", SQL.identifier(credit, "partner_id"), enrolled_on(day)
    )
