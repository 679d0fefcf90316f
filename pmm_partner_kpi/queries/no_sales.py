"""Which lines of orders are no sale: what a coupon takes off or gives for free, and delivery?"""

from odoo.tools import SQL

# column of sale_order_line, where the addon that brings it is installed: condition
NO_SALES = {
    "reward_id": SQL("sale_line.reward_id IS NOT NULL"),  # sale_loyalty
    "is_delivery": SQL("sale_line.is_delivery"),  # delivery
}

# Before 19.0.1.2.0 such lines of invoices were credited. The upgrade notes in these parameters the
# last credit that was there; documents with credits up to it stay as they were published.
CREDITED_UNTIL = {
    "reward_id": "pmm_partner_kpi.rewards_credited_until",
    "is_delivery": "pmm_partner_kpi.delivery_credited_until",
}


def is_new_no_sale(condition, last_credit):
    """Return ``condition`` for invoices without credits up to ``last_credit``, an id.

    What reverses an invoice with such credits goes with it.
    """
    return SQL(
        """(%s AND NOT EXISTS (
            SELECT 1 FROM pmm_credit earlier
            WHERE earlier.document_model = 'account.move'
                AND earlier.document_id IN (move.id, move.reversed_entry_id)
                AND earlier.id <= %s
        ))""",
        condition,
        last_credit,
    )


def is_no_sale(conditions):
    """Return the condition that the row ``sale_line`` is no sale; ``conditions`` is any of it."""
    return SQL("(%s)", SQL(" OR ").join([SQL("FALSE"), *conditions]))
