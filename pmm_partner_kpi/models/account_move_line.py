from odoo import fields, models


class AccountMoveLine(models.Model):
    _inherit = "account.move.line"

    pmm_unit_cost = fields.Float(
        string="Cost per unit",
        digits=(20, 6),
        readonly=True,
        copy=True,  # a credit note costs what the invoice did that it reverses
        groups="base.group_user",
        help="What a unit of the product cost when the invoice was posted, in company currency.",
    )
