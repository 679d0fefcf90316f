from odoo import api, models

from ..queries.lead_facts import leads_accepted


class PmmKpiSourceLeadsAccepted(models.AbstractModel):
    """Number of leads that the partner has accepted and not given back."""

    _name = "pmm.kpi.source.leads_accepted"
    _inherit = ["pmm.kpi.source.leads_received"]
    _description = "KPI Source: Leads Accepted"

    @api.model
    def _facts(self, kpi, program):
        return leads_accepted(program, kpi.lead_origin)

    @api.model
    def _pass_key(self, kpi):
        return "leads_accepted", kpi.scope, kpi.lead_origin
