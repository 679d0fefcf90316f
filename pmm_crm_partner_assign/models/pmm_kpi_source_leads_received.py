from odoo import api, models

from odoo.addons.pmm_partner_kpi.queries.fact_values import fact_values

from ..queries.lead_facts import is_of_origin, leads_received, number


class PmmKpiSourceLeadsReceived(models.AbstractModel):
    """Number of leads and opportunities that were assigned to the partner.

    The base of the other sources over leads: they differ in facts and aggregate.
    """

    _name = "pmm.kpi.source.leads_received"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source: Leads Received"

    @api.model
    def _facts(self, program):
        """Return the SELECT of the leads that count, one of ``queries/lead_facts.py``."""
        return leads_received(program)

    @api.model
    def _aggregate(self, condition):
        """Return the SQL aggregate over the facts that meet ``condition``."""
        return number(condition)

    @api.model
    def _pass_key(self, kpi):
        return "leads_received", kpi.scope

    @api.model
    def _values(self, kpis, windows):
        columns = {
            kpi._value_column(): kpi._source()._aggregate(is_of_origin(kpi.lead_origin))
            for kpi in kpis
        }
        return fact_values(windows, kpis[0].scope, self._facts(windows.program), columns)

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _has_scope(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        ids = measurement._fact_ids(self._facts(measurement.program_id))
        origin = {"given": [("is_own", "=", False)], "own": [("is_own", "=", True)], "all": []}
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_crm_partner_assign.pmm_lead_assignment_action"
        )
        return action | {
            "display_name": measurement.display_name,
            "domain": [("id", "in", ids), *origin[measurement.kpi_id.lead_origin]],
        }
