"""What do the posted invoices and credit notes say *now* about who is credited with what?

One row per document line, partner and role, in the columns of ``pmm.credit``. Taxes, sections
and notes are no product lines and so never appear; a down-payment line counts when it is
invoiced and is taken off by its negative line on the final invoice, so it counts once.
"""

from odoo.tools import SQL

from .credited_partners import (
    cost_of,
    credited_partners,
    has_cost,
    is_known,
    share_of,
    state_of,
    units_of,
)
from .no_sales import is_no_sale

_QUANTITY = units_of(
    SQL(
        """(CASE WHEN move.move_type = 'out_refund' THEN -line.quantity ELSE line.quantity END
        * COALESCE(line_uom.factor, 1) / COALESCE(NULLIF(uom.factor, 0), 1))"""
    ),
    "line",
)
# Where less is sold than was paid in advance Odoo makes the last invoice a credit note of nothing
# that was invoiced, with what it sells below 0: neither that nor the down payment has come back.
_IS_RETURN = SQL(
    """(CASE
        WHEN move.move_type <> 'out_refund' THEN FALSE
        WHEN move.reversed_entry_id IS NOT NULL THEN TRUE
        WHEN line.is_downpayment OR line.quantity < 0 THEN 0 = (
            SELECT COUNT(*) FROM account_move_line sold
            WHERE sold.move_id = move.id AND sold.display_type = 'product'
                AND sold.is_downpayment IS NOT TRUE
                AND sold.quantity < 0 AND sold.price_unit >= 0
        )
        ELSE TRUE
    END)"""
)


def invoiced_lines(scope, *, excluded=(), everybody=False):
    """Return a SELECT of the credits that the documents in ``scope`` give.

    ``excluded``: conditions on ``sale_line``, the order line that a line invoices, and ``move``,
    each of which makes it no sale. Only who was ever enrolled or in a group with the company is
    credited, unless ``everybody`` is asked for.
    """
    return SQL(
        """
        SELECT
            'account.move.line' AS line_model,
            line.id AS line_id,
            credited.partner_id,
            credited.role,
            'invoiced' AS stage,
            move.company_id,
            move.invoice_date AS date,
            COALESCE(origin.invoice_date, move.invoice_date) AS origin_date,
            NULL::timestamp AS booked_at,
            COALESCE(origin.id, move.id) AS origin_document_id,
            move.commercial_partner_id AS customer_id,
            line.product_id,
            move.invoice_user_id AS user_id,
            move.team_id,
            credited.share,
            %(has_cost)s AS has_cost,
            'account.move' AS document_model,
            move.id AS document_id,
            move.name AS document_name,
            %(is_return)s AS is_return,
            template.categ_id,
            COALESCE(ship.country_id, customer.country_id) AS country_id,
            %(state)s AS state_id,
            line.company_currency_id AS currency_id,
            credited.former_refs,
            %(quantity)s AS quantity,
            %(amount)s AS amount,
            %(cost)s AS cost
        FROM (%(credited)s) credited
        JOIN account_move move ON move.id = credited.document_id
        JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'product'
        JOIN res_currency currency ON currency.id = line.company_currency_id
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
            AND %(known)s AND %(in_companies)s
            AND NOT EXISTS (
                SELECT 1 FROM sale_order_line_invoice_rel link
                JOIN sale_order_line sale_line ON sale_line.id = link.order_line_id
                WHERE link.invoice_line_id = line.id AND %(excluded)s
            )
        """,
        is_return=_IS_RETURN,
        state=state_of("ship", "customer"),
        quantity=share_of(_QUANTITY, SQL("0.000001")),
        amount=share_of(SQL("-line.balance"), SQL("currency.rounding")),
        has_cost=has_cost("line"),
        cost=cost_of(SQL("line.pmm_unit_cost"), _QUANTITY),
        credited=credited_partners("account.move", scope),
        known=SQL("TRUE") if everybody else is_known("move"),
        in_companies=scope.in_companies(SQL.identifier("move", "company_id")),
        excluded=is_no_sale(excluded),
    )
