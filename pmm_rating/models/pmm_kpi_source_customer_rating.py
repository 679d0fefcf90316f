from odoo import api, models

from ..queries.customer_ratings import average_rating, customer_ratings


class PmmKpiSourceCustomerRating(models.AbstractModel):
    """Average of the ratings, 1 to 5, that customers gave to the partner or its deals.

    New ratings leave marks; whose a rated document is may change without one, hence daily.
    """

    _name = "pmm.kpi.source.customer_rating"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Customer Rating"

    @api.model
    def _facts(self, kpi, program):
        return customer_ratings(program, self.env["rating.rating"]._rated_partner_sources())

    @api.model
    def _facts_model(self, kpi):
        return "rating.rating"

    @api.model
    def _aggregate(self, kpi):
        return average_rating(kpi.min_answers)

    @api.model
    def _pass_key(self, kpi):
        return "customer_ratings", kpi.scope

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "score"

    @api.model
    def _counts_answers(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        # a list of its own: Odoo's tells neither day nor figure
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_rating.rating_rating_action")
        views = {name: action[name] for name in ("views", "view_mode")}
        return super()._view_facts(measurement) | views
