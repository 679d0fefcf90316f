from odoo import api, models
from odoo.tools import SQL


class PmmKpiSourceMarginRate(models.AbstractModel):
    """Margin in percent of the amount of the lines whose cost is known, returns taken off.

    No data where no line has a known cost, or where returns have eaten up the amount.
    """

    _name = "pmm.kpi.source.margin_rate"
    _inherit = ["pmm.kpi.source.margin"]
    _description = "KPI Source: Margin in Percent"

    @api.model
    def _aggregate(self, kpi, matching):
        amount = SQL(
            "SUM(pmm_credit.amount * days.factor) FILTER (WHERE %s)", self._known(matching)
        )
        return SQL(
            "CASE WHEN %(amount)s > 0 THEN %(margin)s * 100 / %(amount)s END",
            amount=amount,
            margin=super()._aggregate(kpi, matching),
        )

    @api.model
    def _unit(self, kpi):
        return "percent"

    @api.model
    def _is_additive(self, kpi):
        return False
