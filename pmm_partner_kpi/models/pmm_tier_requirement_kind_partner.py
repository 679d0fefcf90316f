from odoo import api, models
from odoo.exceptions import ValidationError

from ..queries.tier_facts import holds_for


class PmmTierRequirementKindPartner(models.AbstractModel):
    """A condition on the partner's own data."""

    _name = "pmm.tier.requirement.kind.partner"
    _inherit = ["pmm.tier.requirement.kind"]
    _description = "Kind of Tier Requirement: Partner Data"

    @api.model
    def _values(self, requirement, windows):
        # a run looks at partners of all account managers
        partners = self.env["res.partner"].sudo()
        return holds_for(partners._search(requirement._partner_domain()), windows)

    @api.model
    def _check(self, requirement):
        if not requirement.name:
            raise ValidationError(
                self.env._("Say in words what the partner data must show, e.g. “Is in the EU”.")
            )
        if requirement._partner_domain().is_true():
            raise ValidationError(
                self.env._(
                    "Choose which partners meet “%s”: without a condition everybody would.",
                    requirement.name,
                )
            )

    @api.model
    def _title(self, requirement):
        return requirement.name or ""

    @api.model
    def _is_yes_no(self, requirement):
        return True
