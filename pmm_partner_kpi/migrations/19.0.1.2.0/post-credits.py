"""What was ordered and paid before there were credits of it, and what is credited no more."""

from odoo.tools import SQL

# {parameter: what credited such lines of invoices until now}; the addon pmm_offers left out rewards
CREDITED = {
    "pmm_partner_kpi.delivery_credited_until": SQL("'delivery' = ANY(installed)"),
    "pmm_partner_kpi.rewards_credited_until": SQL(
        "'sale_loyalty' = ANY(installed) AND NOT 'pmm_offers' = ANY(installed)"
    ),
}


def migrate(cr, version):
    """See the two steps."""
    _keep_what_was_credited(cr)
    _mark_partners(cr)


def _keep_what_was_credited(cr):
    """Note the last credit: documents with credits up to it keep those of such lines."""
    for key, condition in CREDITED.items():
        cr.execute(
            SQL(
                """
                INSERT INTO ir_config_parameter (key, value)
                SELECT %s, last::text
                FROM (SELECT MAX(id) AS last FROM pmm_credit) credit,
                    (SELECT ARRAY_AGG(name::text) AS installed FROM ir_module_module
                     WHERE state IN ('installed', 'to upgrade')) module
                WHERE last IS NOT NULL AND %s
                ON CONFLICT (key) DO NOTHING
                """,
                key,
                condition,
            )
        )


def _mark_partners(cr):
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
