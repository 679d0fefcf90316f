"""What does a unit of what is sold cost, at the moment when a document is posted or confirmed?

In company currency, per unit of the product. Where sale_margin keeps a cost on the order line that
one holds, else the product's own. 0 is no cost.
"""

from odoo.tools import SQL

_STANDARD = SQL("NULLIF((product.standard_price->>(document.company_id::text))::numeric, 0)")
# purchase_price is in the order's currency, per unit of the line
_OF_MARGIN = SQL(
    """NULLIF(sale_line.purchase_price::numeric, 0) / COALESCE(NULLIF(sale.currency_rate, 0), 1)
        / COALESCE(NULLIF(line_uom.factor, 0), 1) * COALESCE(uom.factor, 1)"""
)


def note_order_costs(line_ids, *, has_margin):
    """Return the UPDATE that notes the cost of those of these order lines that have none."""
    return SQL(
        """
        UPDATE sale_order_line noted SET pmm_unit_cost = ROUND(found.cost, 6)
        FROM (
            SELECT sale_line.id, COALESCE(%(margin)s, %(standard)s) AS cost
            FROM sale_order_line sale_line
            JOIN sale_order document ON document.id = sale_line.order_id
            JOIN sale_order sale ON sale.id = document.id
            JOIN product_product product ON product.id = sale_line.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom line_uom ON line_uom.id = sale_line.product_uom_id
            LEFT JOIN uom_uom uom ON uom.id = template.uom_id
            WHERE sale_line.id = ANY(%(lines)s)
        ) found
        WHERE noted.id = found.id AND found.cost IS NOT NULL
            AND COALESCE(noted.pmm_unit_cost, 0) = 0
        """,
        margin=_OF_MARGIN if has_margin else SQL("NULL"),
        standard=_STANDARD,
        lines=line_ids,
    )


def note_invoice_costs(move_ids, first_ids, *, has_margin):
    """Return the UPDATE that notes the costs of the lines of these invoices and credit notes.

    Those posted for the first time (``first_ids``) get today's, whatever they were copied from;
    else only lines without a cost do. What a credit note takes back costs what it did on the
    invoice that it reverses, which may be nothing.
    """
    return SQL(
        """
        UPDATE account_move_line noted SET pmm_unit_cost = ROUND(found.cost, 6)
        FROM (
            SELECT line.id, COALESCE(%(margin)s, %(standard)s) AS cost
            FROM account_move_line line
            JOIN account_move document ON document.id = line.move_id
            JOIN product_product product ON product.id = line.product_id
            JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom uom ON uom.id = template.uom_id
            WHERE line.move_id = ANY(%(moves)s) AND line.display_type = 'product'
                AND document.move_type IN ('out_invoice', 'out_refund')
                AND NOT EXISTS (
                    SELECT 1 FROM account_move_line reversed
                    WHERE reversed.move_id = document.reversed_entry_id
                        AND reversed.display_type = 'product'
                        AND reversed.product_id = line.product_id
                )
        ) found
        WHERE noted.id = found.id
            AND (noted.move_id = ANY(%(first)s) OR COALESCE(noted.pmm_unit_cost, 0) = 0)
            AND COALESCE(noted.pmm_unit_cost, 0) <> COALESCE(ROUND(found.cost, 6), 0)
        """,
        margin=(
            SQL(
                """(
                SELECT AVG(%s) FROM sale_order_line_invoice_rel link
                JOIN sale_order_line sale_line ON sale_line.id = link.order_line_id
                JOIN sale_order sale ON sale.id = sale_line.order_id
                LEFT JOIN uom_uom line_uom ON line_uom.id = sale_line.product_uom_id
                WHERE link.invoice_line_id = line.id AND sale_line.product_id = line.product_id
            )""",
                _OF_MARGIN,
            )
            if has_margin
            else SQL("NULL")
        ),
        standard=_STANDARD,
        moves=move_ids,
        first=first_ids,
    )
