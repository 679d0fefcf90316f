from odoo import api, models

from odoo.addons.rating.models.rating_data import RATING_LIMIT_SATISFIED

from ..queries.customer_ratings import percent_satisfied


class PmmKpiSourceCustomerSatisfaction(models.AbstractModel):
    """Percent of the ratings that Odoo calls happy: 4 and more of 5."""

    _name = "pmm.kpi.source.customer_satisfaction"
    _inherit = ["pmm.kpi.source.customer_rating"]
    _description = "KPI Source: Satisfied Customers"

    @api.model
    def _aggregate(self, kpi):
        return percent_satisfied(RATING_LIMIT_SATISFIED, kpi.min_answers)

    @api.model
    def _unit(self, kpi):
        return "percent"
