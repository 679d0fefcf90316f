from odoo.addons.pmm_crm_partner_assign.queries.lead_assignments import (
    first_assignments,
    first_wins,
)


def migrate(cr, version):
    """Note what is known of leads from before assignments were kept."""
    cr.execute(first_assignments())
    cr.execute(first_wins())
