from odoo import api, models
from odoo.tools import SQL


class PmmKpiSourceRevenue(models.AbstractModel):
    """Untaxed amount of what was sold, less returns, in programme currency."""

    _name = "pmm.kpi.source.revenue"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Revenue"

    @api.model
    def _aggregate(self, kpi, matching):
        return SQL("SUM(pmm_credit.amount * days.factor) FILTER (WHERE %s)", matching)

    @api.model
    def _unit(self, kpi):
        return "money"

    @api.model
    def _is_additive(self, kpi):
        return True
