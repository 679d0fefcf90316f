from odoo import api, models

from ..queries.instalments import ON_TIME, due_instalments


class PmmKpiSourcePaidOnTime(models.AbstractModel):
    """Percent of what fell due, by amount, that was paid in full on or before its due date."""

    _name = "pmm.kpi.source.paid_on_time"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Paid on Time"

    @api.model
    def _facts(self, kpi, program):
        return due_instalments(program, program._today())

    @api.model
    def _aggregate(self, kpi):
        return ON_TIME

    @api.model
    def _facts_model(self, kpi):
        return "account.move"

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "percent"
