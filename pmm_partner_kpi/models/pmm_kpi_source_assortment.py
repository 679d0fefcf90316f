from odoo import api, models
from odoo.fields import Domain

from ..queries.credit_aggregates import both, different

COLUMNS = {"product": "product_id", "category": "categ_id", "customer": "customer_id"}


class PmmKpiSourceAssortment(models.AbstractModel):
    """Number of different products, product categories or customers that were sold (to).

    A line counts that stands and has an amount above 0: what is given away, deductions, and
    lines without a product are not sold. Returns take nothing off; they are seen in the returns
    rate.
    """

    _name = "pmm.kpi.source.assortment"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Assortment"

    @api.model
    def _aggregate(self, kpi, matching):
        return different(self._counted_column(kpi), both(matching, self._is_sold()))

    @api.model
    def _counted_column(self, kpi):
        """Return the column of the credit whose different values count."""
        return COLUMNS[kpi.distinct_by]

    @api.model
    def _check(self, kpi):
        if kpi.distinct_by == "customer":
            kpi._check_other_customers()

    @api.model
    def _counts_returns(self, kpi):
        return False

    @api.model
    def _facts_domain(self, measurement, start, stop):
        return Domain("is_return", "=", False) & Domain(
            self._counted_column(measurement.kpi_id), "!=", False
        )

    @api.model
    def _facts_groups(self, kpi):
        return [self._counted_column(kpi)]

    @api.model
    def _builds_up(self, kpi):
        return True
