"""To which partner company does an order belong that was there before the addon?"""

from odoo.tools import SQL


def fill_order_partners():
    """Return the UPDATE that notes on every order the company that buys, as of now."""
    return SQL(
        """
        UPDATE sale_order SET pmm_partner_id = partner.commercial_partner_id
        FROM res_partner partner WHERE partner.id = sale_order.partner_id
        """
    )
