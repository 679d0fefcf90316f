from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.pmm_partner_kpi.queries.fact_values import fact_values

from ..queries.customer_ratings import average_rating, customer_ratings


class PmmKpiSourceCustomerRating(models.AbstractModel):
    """Average of the ratings, 1 to 5, that customers gave to the partner or its deals."""

    _name = "pmm.kpi.source.customer_rating"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source: Customer Rating"

    @api.model
    def _facts(self, program):
        """Return the SELECT of the ratings that count."""
        return customer_ratings(program, self.env["rating.rating"]._rated_partner_sources())

    @api.model
    def _aggregate(self, kpi):
        """Return the SQL aggregate over the facts."""
        return average_rating(kpi.min_answers)

    @api.model
    def _pass_key(self, kpi):
        return "customer_ratings", kpi.scope

    @api.model
    def _values(self, kpis, windows):
        columns = {kpi._value_column(): kpi._source()._aggregate(kpi) for kpi in kpis}
        return fact_values(windows, kpis[0].scope, self._facts(windows.program), columns)

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "score"

    @api.model
    def _has_scope(self, kpi):
        return True

    @api.model
    def _counts_answers(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        Rating = self.env["rating.rating"]
        if not Rating.has_access("read"):
            raise UserError(self.env._("Ratings are open to internal users only."))
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_rating.rating_rating_action")
        return action | {
            "display_name": measurement.display_name,
            "domain": [("id", "in", measurement._fact_ids(self._facts(measurement.program_id)))],
        }
