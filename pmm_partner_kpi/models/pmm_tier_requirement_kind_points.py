from odoo import api, models

from ..queries.points import added


class PmmTierRequirementKindPoints(models.AbstractModel):
    """Points that were gained in the time that counts for tiers."""

    _name = "pmm.tier.requirement.kind.points"
    _inherit = ["pmm.tier.requirement.kind"]
    _description = "Kind of Tier Requirement: Points"

    @api.model
    def _values(self, requirement, windows):
        points = self.env["pmm.enrollment"]._points(windows)
        program = requirement.program_id
        kpi = program.points_kpi_id
        return added(points, kpi._totals(program, windows)) if kpi else points

    @api.model
    def _fact_key(self, requirement):
        return requirement.kind

    @api.model
    def _title(self, requirement):
        return self.env._("Points")
