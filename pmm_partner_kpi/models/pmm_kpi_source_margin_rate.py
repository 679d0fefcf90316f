from odoo import api, models

from ..queries.credit_aggregates import percent, total


class PmmKpiSourceMarginRate(models.AbstractModel):
    """Margin in percent of the amount of the lines whose cost is known, returns taken off.

    No data where no line has a known cost, or where returns have eaten up the amount.
    """

    _name = "pmm.kpi.source.margin_rate"
    _inherit = ["pmm.kpi.source.margin"]
    _description = "KPI Source: Margin in Percent"

    @api.model
    def _aggregate(self, kpi, matching):
        amount = total("amount", self._known(matching))
        return percent(super()._aggregate(kpi, matching), amount)

    @api.model
    def _unit(self, kpi):
        return "percent"

    @api.model
    def _is_additive(self, kpi):
        return False
