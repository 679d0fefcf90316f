from odoo import fields, models

REWARDS = [
    ("none", "None for now"),
    ("rate", "One rate for all"),
    ("tier", "A rate for each tier"),
]


class PmmProgramTemplate(models.Model):
    """A template also proposes what partners earn."""

    _inherit = "pmm.program.template"

    reward_kind = fields.Selection(REWARDS, string="Rewards", required=True, default="none")
    reward_rate = fields.Float(
        string="Rate", digits=(9, 6), help="The share of each document that is granted."
    )

    _reward_rate_range = models.Constraint(
        "CHECK(reward_rate >= 0 AND reward_rate <= 1)", "A rate lies between 0 % and 100 %."
    )
