from odoo import api, models

from ..queries.lead_facts import leads_received, number


class PmmKpiSourceLeadsReceived(models.AbstractModel):
    """Number of leads and opportunities that were assigned to the partner.

    The base of the other sources over leads: they differ in facts or aggregate.
    """

    _name = "pmm.kpi.source.leads_received"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Leads Received"

    @api.model
    def _facts(self, kpi, program):
        return leads_received(program, kpi.lead_origin)

    @api.model
    def _facts_model(self, kpi):
        return "pmm.lead.assignment"

    @api.model
    def _aggregate(self, kpi):
        return number()

    @api.model
    def _pass_key(self, kpi):
        return "leads_received", kpi.scope, kpi.lead_origin

    @api.model
    def _is_marked(self, kpi):
        return True

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        return super()._view_facts(measurement) | {"view_mode": "list"}
