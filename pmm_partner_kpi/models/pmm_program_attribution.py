from odoo import fields, models


class PmmProgram(models.Model):
    """What a programme allows where several partners share a sale."""

    _inherit = "pmm.program"

    allow_over_split = fields.Boolean(
        string="Shares over 100 %",
        tracking=True,
        help="The shares of an order or invoice of this company may add up to more than 100 %: on"
        " purpose, more is credited than was sold.",
    )
