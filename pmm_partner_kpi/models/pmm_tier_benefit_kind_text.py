from odoo import api, models
from odoo.exceptions import ValidationError


class PmmTierBenefitKindText(models.AbstractModel):
    """A promise that people keep: nothing is applied in Odoo."""

    _name = "pmm.tier.benefit.kind.text"
    _inherit = ["pmm.tier.benefit.kind"]
    _description = "Kind of Tier Benefit: Promised"

    @api.model
    def _title(self, benefit):
        return benefit.name or ""

    @api.model
    def _check(self, benefit):
        if not benefit.name:
            raise ValidationError(
                self.env._("Say in words what is promised, e.g. “Support within 4 hours”.")
            )

    @api.model
    def _is_applied(self):
        return False

    @api.model
    def _same(self, benefit):
        return benefit.with_context(lang=None).name
