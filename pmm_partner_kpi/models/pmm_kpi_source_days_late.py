from odoo import api, models

from ..queries.instalments import DAYS_LATE, paid_instalments


class PmmKpiSourceDaysLate(models.AbstractModel):
    """Days beyond terms: how late what was paid was, on average, weighted by amount; early is 0."""

    _name = "pmm.kpi.source.days_late"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Days Late"

    @api.model
    def _facts(self, kpi, program):
        return paid_instalments(program)

    @api.model
    def _aggregate(self, kpi):
        return DAYS_LATE

    @api.model
    def _facts_model(self, kpi):
        return "account.move"

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "days"

    @api.model
    def _is_limit(self, kpi):
        return True
