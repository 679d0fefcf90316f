"""Which invoice lines are no sale but the discount of a coupon?"""

from odoo.tools import SQL


def without_reward_lines(relation):
    """Return ``relation`` (columns of ``pmm.credit``) less what invoices loyalty reward lines.

    Such a line is no purchase: what a partner is granted must not lower what it has bought, and
    a free product must not count as bought.
    """
    return SQL(
        """
        SELECT documents.* FROM (%s) documents
        WHERE NOT EXISTS (
            SELECT 1 FROM sale_order_line_invoice_rel link
            JOIN sale_order_line line ON line.id = link.order_line_id
            WHERE link.invoice_line_id = documents.line_id AND line.reward_id IS NOT NULL
        )
        """,
        relation,
    )
