from odoo import fields, models


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    pmm_unit_cost = fields.Float(
        string="Cost per unit",
        digits=(20, 6),
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What a unit of the product cost when the order was confirmed, in company currency.",
    )
