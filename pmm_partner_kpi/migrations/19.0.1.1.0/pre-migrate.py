"""Partners know the tiers that they have: an upgrade is no news to them."""

from odoo.tools import SQL
from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Take today's tiers for told, before anything is loaded that would tell of them."""
    if not column_exists(cr, "pmm_enrollment", "told_grade_id"):
        create_column(cr, "pmm_enrollment", "told_grade_id", "int4")
    cr.execute(
        SQL(
            """
            UPDATE pmm_enrollment enrollment
            SET told_grade_id = tier.grade_id
            FROM pmm_enrollment_tier tier
            WHERE tier.enrollment_id = enrollment.id
                AND tier.date_start <= CURRENT_DATE
                AND CURRENT_DATE < COALESCE(tier.date_stop, 'infinity')
            """
        )
    )
