from odoo import api, models

from ..queries.credit_aggregates import IS_SALE, both, total
from ..queries.credit_values import document_values


class PmmKpiSourceLargestOrder(models.AbstractModel):
    """Untaxed amount of the largest document that was sold; returns do not change it.

    Documents count as in *Number of orders*; with conditions on products only the amount of such
    lines. Of an order that grew in two windows each has what came in it. No orders, no data.
    """

    _name = "pmm.kpi.source.largest_order"
    _inherit = ["pmm.kpi.source.orders"]
    _description = "KPI Source: Largest Order"
    _extreme = "max"

    @api.model
    def _pass_key(self, kpi):
        return "documents", *super()._pass_key(kpi)

    @api.model
    def _values(self, kpis, windows):
        columns = []
        for kpi in kpis:
            matching = both(kpi._credit_condition(windows.program), IS_SALE, self._is_standing())
            extreme = kpi._source()._extreme
            columns.append((kpi._value_column(), total("amount", matching), matching, extreme))
        first = kpis[0]
        day = first._credit_day(windows.program)
        return document_values(windows, first.scope, day, columns, first.stage)

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
