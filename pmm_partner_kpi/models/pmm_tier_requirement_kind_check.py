from odoo import api, models
from odoo.exceptions import ValidationError

from ..queries.tier_facts import confirmed


class PmmTierRequirementKindCheck(models.AbstractModel):
    """Something that we confirm by hand, with a date and a note."""

    _name = "pmm.tier.requirement.kind.check"
    _inherit = ["pmm.tier.requirement.kind"]
    _description = "Kind of Tier Requirement: Confirmed by Us"

    @api.model
    def _values(self, requirement, windows):
        return confirmed(requirement, windows)

    @api.model
    def _check(self, requirement):
        if not requirement.name:
            raise ValidationError(
                self.env._("Say in words what we confirm, e.g. “Has a showroom”.")
            )

    @api.model
    def _title(self, requirement):
        return requirement.name or ""

    @api.model
    def _is_yes_no(self, requirement):
        return True
