from odoo import fields, models


class PmmProgramTemplateTier(models.Model):
    """A tier of a template also proposes its own rate."""

    _inherit = "pmm.program.template.tier"

    reward_rate = fields.Float(
        string="Rate", digits=(9, 6), help="The share of each document that this tier earns."
    )

    _reward_rate_range = models.Constraint(
        "CHECK(reward_rate >= 0 AND reward_rate <= 1)", "A rate lies between 0 % and 100 %."
    )

    def _prepare_vals(self):
        return super()._prepare_vals() | {"reward_rate": self.reward_rate}
