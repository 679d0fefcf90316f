from odoo import api, fields, models


class PmmTierBenefit(models.Model):
    _inherit = "pmm.tier.benefit"

    kind = fields.Selection(
        selection_add=[("lead_weight", "Lead weight")], ondelete={"lead_weight": "cascade"}
    )
    lead_weight = fields.Integer(
        default=1,
        help="A partner with weight 10 gets ten times as many leads as one with weight 1; with 0,"
        " none.",
    )

    _weight_not_negative = models.Constraint(
        "CHECK(lead_weight >= 0)", "A lead weight is 0, which means no leads, or more."
    )

    @api.depends("lead_weight")
    def _compute_display_name(self):
        return super()._compute_display_name()
