from odoo import api, models

from ..queries.meeting_facts import EACH_ONCE, done_activities


class PmmKpiSourceActivities(models.AbstractModel):
    """Number of activities done on the partner, its contacts, orders, invoices and leads."""

    _name = "pmm.kpi.source.activities"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Activities"

    @api.model
    def _facts(self, kpi, program):
        return done_activities(program)

    @api.model
    def _aggregate(self, kpi):
        return EACH_ONCE

    @api.model
    def _facts_model(self, kpi):
        return "mail.activity"

    @api.model
    def _is_additive(self, kpi):
        return True
