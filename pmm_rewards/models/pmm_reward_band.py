from odoo import api, fields, models


class PmmRewardBand(models.Model):
    """From ``floor`` on each unit of revenue earns ``rate``; the next floor ends the band."""

    _name = "pmm.reward.band"
    _description = "Reward Band"
    _order = "rule_id, floor, id"

    _one_per_floor = models.Constraint(
        "UNIQUE(rule_id, floor)", "Two bands of a rule cannot start at the same amount."
    )
    _floor_positive = models.Constraint("CHECK(floor >= 0)", "A band cannot start below 0.")
    _rate_range = models.Constraint(
        "CHECK(rate >= 0 AND rate <= 1)", "A rate lies between 0 % and 100 %."
    )

    rule_id = fields.Many2one("pmm.reward.rule", required=True, index=True, ondelete="cascade")
    company_id = fields.Many2one(related="rule_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="rule_id.currency_id")
    floor = fields.Float(string="From", digits=(15, 2), required=True)
    rate = fields.Float(digits=(9, 6), required=True)

    @api.model_create_multi
    def create(self, vals_list):
        bands = super().create(vals_list)
        bands.rule_id.plan_id._check_draft()
        return bands

    def write(self, vals):
        self.rule_id.plan_id._check_draft()
        result = super().write(vals)
        if "rule_id" in vals:
            # nothing moves into a plan that counts, either
            self.rule_id.plan_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        self.rule_id.plan_id._check_draft()
