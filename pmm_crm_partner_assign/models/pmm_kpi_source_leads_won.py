from odoo import api, models

from ..queries.lead_facts import leads_won


class PmmKpiSourceLeadsWon(models.AbstractModel):
    """Number of leads that were won while the partner had them."""

    _name = "pmm.kpi.source.leads_won"
    _inherit = ["pmm.kpi.source.leads_received"]
    _description = "KPI Source: Leads Won"

    @api.model
    def _facts(self, kpi, program):
        return leads_won(program, kpi.lead_origin)

    @api.model
    def _pass_key(self, kpi):
        return "leads_won", kpi.scope, kpi.lead_origin
