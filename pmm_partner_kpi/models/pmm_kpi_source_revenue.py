from odoo import api, models

from ..queries.credit_aggregates import total


class PmmKpiSourceRevenue(models.AbstractModel):
    """Untaxed amount of what was sold, less returns, in programme currency."""

    _name = "pmm.kpi.source.revenue"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Revenue"

    @api.model
    def _aggregate(self, kpi, matching):
        return total("amount", matching)

    @api.model
    def _unit(self, kpi):
        return "money"

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _takes_quotations(self, kpi):
        # what is paid before the period ends is hardly a quotation today
        return kpi.stage != "collected"
