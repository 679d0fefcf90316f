"""What was ordered and paid before there were credits of it."""

from odoo.tools import SQL


def migrate(cr, version):
    """Mark the partners that the programmes know: the next run adds what is missing.

    Else the nightly comparison would find it, as if a hook had failed.
    """
    cr.execute(
        SQL(
            """
            INSERT INTO pmm_dirty (queue, res_id)
            SELECT 'credit_partner', partner_id FROM (
                SELECT partner_id FROM pmm_enrollment
                UNION SELECT partner_id FROM pmm_partner_group_member
            ) known
            """
        )
    )
