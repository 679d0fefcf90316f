from odoo import api, models

from ..queries.portal_visits import PEOPLE, PERSON_DAYS, visit_facts


class PmmKpiSourcePortalActivity(models.AbstractModel):
    """How much people of the partner used the pages of their programme."""

    _name = "pmm.kpi.source.portal_activity"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Portal Activity"

    @api.model
    def _facts(self, kpi, program):
        return visit_facts(program, kpi.scope)

    @api.model
    def _aggregate(self, kpi):
        return PEOPLE if kpi.portal_count == "people" else PERSON_DAYS

    @api.model
    def _facts_model(self, kpi):
        return "pmm.portal.visit"

    @api.model
    def _is_additive(self, kpi):
        return kpi.portal_count == "days"

    @api.model
    def _builds_up(self, kpi):
        return True
