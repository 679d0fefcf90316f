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

# the cost that the order lines of an invoice line hold
_OF_ORDER = SQL(
    """
    SELECT AVG(%s) AS cost FROM sale_order_line_invoice_rel link
    JOIN sale_order_line sale_line ON sale_line.id = link.order_line_id
    JOIN sale_order sale ON sale.id = sale_line.order_id
    LEFT JOIN uom_uom line_uom ON line_uom.id = sale_line.product_uom_id
    WHERE link.invoice_line_id = line.id AND sale_line.product_id = line.product_id
    """,
    _OF_MARGIN,
)
# The lines that sold what a line takes back: 1 on the document that it reverses, 2 of its order
# line. A line that was copied keeps its cost where the reversed document has it, also none; one
# that was typed in has the average of what is known.
_SOLD = SQL(
    """
    SELECT origin.rank, CASE
            WHEN origin.rank = 1
                AND BOOL_OR(COALESCE(origin.cost, 0) = COALESCE(line.pmm_unit_cost, 0))
            THEN line.pmm_unit_cost
            ELSE SUM(origin.cost * origin.quantity) FILTER (WHERE origin.cost > 0)
                / NULLIF(SUM(origin.quantity) FILTER (WHERE origin.cost > 0), 0)
        END AS cost
    FROM (
        SELECT 1 AS rank, other.pmm_unit_cost AS cost,
            ABS(other.quantity) * COALESCE(other_uom.factor, 1) AS quantity
        FROM account_move_line other
        LEFT JOIN uom_uom other_uom ON other_uom.id = other.product_uom_id
        WHERE other.move_id = document.reversed_entry_id AND other.display_type = 'product'
            AND other.product_id = line.product_id AND other.pmm_cost_noted
        UNION ALL
        SELECT 2, other.pmm_unit_cost, other.quantity * COALESCE(other_uom.factor, 1)
        FROM sale_order_line_invoice_rel link
        JOIN sale_order_line_invoice_rel other_link
            ON other_link.order_line_id = link.order_line_id
        JOIN account_move_line other ON other.id = other_link.invoice_line_id
        JOIN account_move invoice ON invoice.id = other.move_id
        LEFT JOIN uom_uom other_uom ON other_uom.id = other.product_uom_id
        WHERE link.invoice_line_id = line.id
            AND CASE document.move_type
                WHEN 'out_refund' THEN line.quantity > 0 ELSE line.quantity < 0
            END
            AND invoice.state = 'posted' AND invoice.move_type = 'out_invoice'
            AND other.quantity > 0 AND other.product_id = line.product_id
            AND other.pmm_cost_noted
    ) origin
    GROUP BY origin.rank ORDER BY origin.rank LIMIT 1
    """
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


def note_invoice_costs(move_ids, *, has_margin, has_returns):
    """Return the UPDATE that notes the costs of the lines of these invoices and credit notes.

    Once noted a cost stays; none only until the order line (or the invoice) knows one. What
    comes back costs what it did on the invoice that it reverses, else on those of the same order
    line; that may be nothing. Where nothing comes back (not ``has_returns``) it is not looked for.
    """
    return SQL(
        """
        UPDATE account_move_line noted
        SET pmm_unit_cost = ROUND(COALESCE(found.cost, 0), 6), pmm_cost_noted = TRUE
        FROM (
            SELECT line.id,
                CASE WHEN sold.rank IS NULL THEN COALESCE(kept.cost, %(standard)s)
                    ELSE sold.cost END AS cost,
                CASE WHEN sold.rank IS NULL THEN kept.cost ELSE sold.cost END > 0 AS is_kept
            FROM account_move_line line
            JOIN account_move document ON document.id = line.move_id
            LEFT JOIN product_product product ON product.id = line.product_id
            LEFT JOIN product_template template ON template.id = product.product_tmpl_id
            LEFT JOIN uom_uom uom ON uom.id = template.uom_id
            LEFT JOIN LATERAL (%(sold)s) sold ON TRUE
            LEFT JOIN LATERAL (%(kept)s) kept ON TRUE
            WHERE line.move_id = ANY(%(moves)s) AND line.display_type = 'product'
                AND document.move_type IN ('out_invoice', 'out_refund')
        ) found
        WHERE noted.id = found.id AND (
            noted.pmm_cost_noted IS NOT TRUE
            OR COALESCE(noted.pmm_unit_cost, 0) = 0 AND found.is_kept
        )
        """,
        sold=_SOLD if has_returns else SQL("SELECT NULL::int AS rank, NULL::numeric AS cost"),
        kept=_OF_ORDER if has_margin else SQL("SELECT NULL::numeric AS cost"),
        standard=_STANDARD,
        moves=move_ids,
    )


def add_cost_noted():
    """Return the statements that add the column: TRUE for what was posted before, at once."""
    return [
        # a constant default is not written into the rows that are there
        SQL("ALTER TABLE account_move_line ADD COLUMN pmm_cost_noted boolean DEFAULT TRUE"),
        SQL("ALTER TABLE account_move_line ALTER COLUMN pmm_cost_noted DROP DEFAULT"),
        SQL(
            """
            UPDATE account_move_line line SET pmm_cost_noted = FALSE
            FROM account_move document
            WHERE document.id = line.move_id AND document.posted_before IS NOT TRUE
            """
        ),
    ]
