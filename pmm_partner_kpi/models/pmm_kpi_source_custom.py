from odoo import api, models
from odoo.exceptions import UserError

from ..queries.custom_facts import custom_aggregate


class PmmKpiSourceCustom(models.AbstractModel):
    """What a manager puts together: a model, conditions, a date, and what to count or add up."""

    _name = "pmm.kpi.source.custom"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Records of Your Choice"

    @api.model
    def _pass_key(self, kpi):
        return "custom", kpi.id

    @api.model
    def _facts(self, kpi, program):
        return kpi._custom_facts(program)

    @api.model
    def _aggregate(self, kpi):
        return custom_aggregate(kpi.custom_aggregate, kpi._custom_is_money())

    @api.model
    def _facts_model(self, kpi):
        return kpi.custom_model

    @api.model
    def _void_value(self, kpi):
        # there is no smallest, largest or average of nothing
        return None if kpi.custom_aggregate in ("avg", "min", "max") else 0

    @api.model
    def _unit(self, kpi):
        return "money" if kpi._custom_is_money() else kpi.custom_unit or "count"

    @api.model
    def _is_additive(self, kpi):
        return kpi.custom_aggregate in ("count", "sum")

    @api.model
    def _view_facts(self, measurement):
        kpi = measurement.kpi_id
        if kpi.custom_model not in self.env:
            raise UserError(
                self.env._("The addon whose records “%s” counts is not installed.", kpi.name)
            )
        return super()._view_facts(measurement)
