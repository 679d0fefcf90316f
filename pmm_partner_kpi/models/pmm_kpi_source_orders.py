from odoo import api, models
from odoo.fields import Domain

from ..queries.credit_aggregates import IS_SALE, both, different


class PmmKpiSourceOrders(models.AbstractModel):
    """Number of documents: confirmed orders, posted invoices, or invoices that were paid.

    A document counts once if at least one of its lines is counted. Credit notes are no orders
    and take none off: a refunded order stays an order, and is seen in the returns rate. What is
    cancelled or reset to draft does not count. An invoice that is paid in two windows counts in
    both; one over 0 is settled when it is posted.
    """

    _name = "pmm.kpi.source.orders"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Number of Orders"

    @api.model
    def _aggregate(self, kpi, matching):
        return different("document_id", both(matching, IS_SALE, self._is_standing()))

    @api.model
    def _is_additive(self, kpi):
        return kpi.stage != "collected"

    @api.model
    def _counts_returns(self, kpi):
        return False

    @api.model
    def _facts_domain(self, measurement, start, stop):
        return Domain("is_return", "=", False)

    @api.model
    def _facts_groups(self, kpi):
        return ["document_name"]

    @api.model
    def _builds_up(self, kpi):
        return True
