"""Which lines of orders are no sale: what a coupon takes off or gives for free, and delivery?"""

from odoo.tools import SQL

# column of sale_order_line, where the addon that brings it is installed: condition
NO_SALES = {
    "reward_id": SQL("sale_line.reward_id IS NOT NULL"),  # sale_loyalty
    "is_delivery": SQL("sale_line.is_delivery"),  # delivery
}


def is_no_sale(conditions):
    """Return the condition that the row ``sale_line`` is no sale; ``conditions`` is any of it."""
    return SQL("(%s)", SQL(" OR ").join([SQL("FALSE"), *conditions]))
