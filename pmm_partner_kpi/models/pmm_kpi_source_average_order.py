from odoo import api, models

from ..queries.credit_aggregates import IS_SALE, average, both, total


class PmmKpiSourceAverageOrder(models.AbstractModel):
    """Untaxed amount of what was sold, divided by the number of orders; returns change neither.

    With conditions on products only the amount of such lines counts, and the documents that
    have one. No orders, no data.
    """

    _name = "pmm.kpi.source.average_order"
    _inherit = ["pmm.kpi.source.orders"]
    _description = "KPI Source: Average Order"

    @api.model
    def _aggregate(self, kpi, matching):
        sold = total("amount", both(matching, IS_SALE))
        return average(sold, super()._aggregate(kpi, matching))

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "money"

    @api.model
    def _is_additive(self, kpi):
        return False

    @api.model
    def _builds_up(self, kpi):
        return False
