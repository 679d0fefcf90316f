from odoo import fields, models


class PmmTierRequirement(models.Model):
    _inherit = "pmm.tier.requirement"

    kind = fields.Selection(
        selection_add=[("certificates", "Certified people")],
        # a tier must not become easier because an addon goes: somebody has to decide then
        ondelete={"certificates": lambda requirements: requirements._retire_certificates()},
    )
    certification_ids = fields.Many2many(
        "survey.survey",
        "pmm_tier_requirement_survey_survey_rel",
        "requirement_id",
        "survey_id",
        string="Certifications",
        domain=[("certification", "=", True)],
        # an emptied list would mean all of them
        ondelete="restrict",
        groups="pmm_partner_kpi.group_pmm_user",
        help="One of them is enough for a person to count; leave empty for any certification.",
    )

    def _retire_certificates(self):
        """Keep the tiers as hard as they were: what cannot be counted is confirmed by hand."""
        for requirement in self:
            requirement.write({"name": requirement._title()})
        self.write({"kind": "check", "threshold": 1})
