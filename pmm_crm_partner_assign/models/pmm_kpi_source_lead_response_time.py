from odoo import api, models

from ..queries.lead_facts import average_hours


class PmmKpiSourceLeadResponseTime(models.AbstractModel):
    """Average hours from the assignment of a lead to the partner's first reaction.

    Leads without any reaction are not in it; ``leads_answered`` shows them.
    """

    _name = "pmm.kpi.source.lead_response_time"
    _inherit = ["pmm.kpi.source.leads_received"]
    _description = "KPI Source: Response Time to Leads"

    @api.model
    def _aggregate(self, kpi):
        return average_hours()

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "hours"

    @api.model
    def _is_additive(self, kpi):
        return False

    @api.model
    def _is_limit(self, kpi):
        return True
