"""What do the posted invoices and credit notes say *now* about who is credited with what?

One row per document line and role, in the columns of ``pmm.credit``. Taxes, sections and
notes are no product lines and so never appear; a down-payment line counts when it is invoiced
and is taken off by its negative line on the final invoice, so it counts once.
"""

from odoo.tools import SQL

# role: the column of account_move that names the credited partner
ROLES = {
    "buyer": SQL.identifier("move", "commercial_partner_id"),
    "referrer": SQL.identifier("move", "pmm_referrer_id"),
}


def invoiced_lines(roles, where, *, everybody=False):
    """Return a SELECT of the credits that documents in ``where`` give to ``roles``.

    ``where(partner)`` returns the condition of the wanted rows; it is given the column that
    names the credited partner and may use the aliases ``move`` and ``line``. Only who was ever
    enrolled or in a group with the company is credited, unless ``everybody`` is asked for.
    """
    parts = [_lines_of_role(role, ROLES[role], where(ROLES[role]), everybody) for role in roles]
    return SQL(" UNION ALL ").join(parts)


def _lines_of_role(role, partner, where, everybody):
    return SQL(
        """
        SELECT
            'account.move.line' AS line_model,
            line.id AS line_id,
            %(partner)s AS partner_id,
            %(role)s AS role,
            'invoiced' AS stage,
            move.company_id,
            move.invoice_date AS date,
            COALESCE(origin.invoice_date, move.invoice_date) AS origin_date,
            COALESCE(origin.id, move.id) AS origin_document_id,
            move.commercial_partner_id AS customer_id,
            line.product_id,
            move.invoice_user_id AS user_id,
            move.team_id,
            'account.move' AS document_model,
            move.id AS document_id,
            move.name AS document_name,
            template.categ_id,
            COALESCE(ship.country_id, customer.country_id) AS country_id,
            COALESCE(ship.state_id, customer.state_id) AS state_id,
            line.company_currency_id AS currency_id,
            (CASE WHEN move.move_type = 'out_refund' THEN -line.quantity ELSE line.quantity END)
                * COALESCE(line_uom.factor, 1) / COALESCE(NULLIF(uom.factor, 0), 1) AS quantity,
            -line.balance AS amount
        FROM account_move move
        JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'product'
        LEFT JOIN account_move origin
            ON origin.id = move.reversed_entry_id AND move.move_type = 'out_refund'
            AND origin.state = 'posted'
        LEFT JOIN res_partner customer ON customer.id = move.commercial_partner_id
        LEFT JOIN res_partner ship ON ship.id = move.partner_shipping_id
        LEFT JOIN product_product product ON product.id = line.product_id
        LEFT JOIN product_template template ON template.id = product.product_tmpl_id
        LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
        LEFT JOIN uom_uom uom ON uom.id = template.uom_id
        WHERE move.state = 'posted'
            AND move.move_type IN ('out_invoice', 'out_refund')
            AND %(partner)s IS NOT NULL
            AND %(known)s
            AND (%(where)s)
        """,
        partner=partner,
        role=role,
        known=SQL("TRUE") if everybody else _is_known(partner),
        where=where,
    )


def _is_known(partner):
    return SQL(
        """
        EXISTS (
            SELECT 1 FROM (
                SELECT partner_id, company_id FROM pmm_enrollment
                UNION ALL SELECT partner_id, company_id FROM pmm_partner_group_member
            ) known
            WHERE known.partner_id = %s AND known.company_id = move.company_id
        )
        """,
        partner,
    )
