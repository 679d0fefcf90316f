from odoo import api, models

from ..queries.certified_people import certified_people


class PmmTierRequirementKindCertificates(models.AbstractModel):
    """People who work for the partner today and have passed one of the certifications."""

    _name = "pmm.tier.requirement.kind.certificates"
    _inherit = ["pmm.tier.requirement.kind"]
    _description = "Kind of Tier Requirement: Certified People"

    @api.model
    def _values(self, requirement, windows):
        # the run counts attempts that whoever starts it need not be allowed to read
        attempts = self.env["survey.user_input"].sudo()
        return certified_people(
            requirement.program_id,
            windows,
            attempts._search(attempts._pmm_passed_domain(requirement)),
        )

    @api.model
    def _title(self, requirement):
        # partners read the names of certifications, not the surveys
        names = requirement.sudo().certification_ids.mapped("title")
        if not names:
            return self.env._("Certified people")
        return self.env._("People certified in %s", ", ".join(names))
