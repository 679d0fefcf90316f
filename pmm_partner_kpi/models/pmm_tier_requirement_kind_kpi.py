from odoo import api, models
from odoo.exceptions import ValidationError


class PmmTierRequirementKindKpi(models.AbstractModel):
    """A KPI, measured over the time that counts for tiers."""

    _name = "pmm.tier.requirement.kind.kpi"
    _inherit = ["pmm.tier.requirement.kind"]
    _description = "Kind of Tier Requirement: KPI"

    @api.model
    def _values(self, requirement, windows):
        return requirement.kpi_id._totals(requirement.program_id, windows)

    @api.model
    def _fact_key(self, requirement):
        return requirement.kind, requirement.kpi_id.id

    @api.model
    def _void_value(self, requirement):
        return None  # values are complete, and none is no data

    @api.model
    def _check(self, requirement):
        if not requirement.kpi_id:
            raise ValidationError(
                self.env._(
                    "Choose the KPI that “%s” asks for.", requirement.program_tier_id.display_name
                )
            )

        company = requirement.kpi_id.company_id
        if company and company != requirement.program_id.company_id:
            raise ValidationError(
                self.env._(
                    "“%(kpi)s” is a KPI of %(company)s only. Leave its company empty to use it"
                    " here.",
                    kpi=requirement.kpi_id.name,
                    company=company.name,
                )
            )

    @api.model
    def _title(self, requirement):
        return requirement.kpi_id.name or ""

    @api.model
    def _currency(self, requirement):
        kpi = requirement.kpi_id
        return kpi._currency(requirement.program_id) if kpi else self.env["res.currency"]

    @api.model
    def _unit(self, requirement):
        return requirement.kpi_id.unit or super()._unit(requirement)
