from odoo import api, models

from ..queries.lead_facts import percent_answered


class PmmKpiSourceLeadsAnswered(models.AbstractModel):
    """Percent of the leads received to which the partner has reacted, in whatever way."""

    _name = "pmm.kpi.source.leads_answered"
    _inherit = ["pmm.kpi.source.leads_received"]
    _description = "KPI Source: Leads Answered"

    @api.model
    def _aggregate(self, kpi):
        return percent_answered()

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "percent"

    @api.model
    def _is_additive(self, kpi):
        return False
