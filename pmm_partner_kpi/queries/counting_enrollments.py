"""Which enrolments may count what these partners are credited with?"""

from odoo.tools import SQL

from .hierarchy import above


def counting_enrollments(partner_ids):
    """Return a SELECT of ids: their own, all above those, and all who shared a group."""
    return SQL(
        """
        %(above)s
        UNION
        SELECT enrollment.id
        FROM pmm_partner_group_member changed
        JOIN pmm_partner_group_member mine ON mine.group_id = changed.group_id
        JOIN pmm_enrollment enrollment ON enrollment.partner_id = mine.partner_id
            AND enrollment.company_id = mine.company_id
        WHERE changed.partner_id = ANY(%(partners)s)
        """,
        above=above(SQL("SELECT id FROM pmm_enrollment WHERE partner_id = ANY(%s)", partner_ids)),
        partners=partner_ids,
    )
