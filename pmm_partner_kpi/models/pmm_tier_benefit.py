from odoo import fields, models


class PmmTierBenefit(models.Model):
    """What a tier gives; how it is applied in Odoo is its kind's matter."""

    _name = "pmm.tier.benefit"
    _description = "Tier Benefit"
    _order = "program_tier_id, sequence, id"

    program_tier_id = fields.Many2one(
        "pmm.program.tier", string="Tier", required=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="program_tier_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="program_tier_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("pricelist", "Pricelist"), ("text", "Promised, not applied by Odoo")],
        required=True,
        default="pricelist",
    )
    pricelist_id = fields.Many2one("product.pricelist", ondelete="restrict")
    name = fields.Char(
        string="Wording",
        translate=True,
        help="As partners read it; empty: made from what is given.",
    )
