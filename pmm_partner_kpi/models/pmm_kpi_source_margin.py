from odoo import api, models
from odoo.fields import Domain

from ..queries.credit_aggregates import HAS_COST, both, total


class PmmKpiSourceMargin(models.AbstractModel):
    """Untaxed amount less cost, of the lines whose cost is known, less returns of such lines.

    A line without a known cost counts neither with its amount nor with its cost. Where no line
    has one there is no data.
    """

    _name = "pmm.kpi.source.margin"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Margin"

    @api.model
    def _aggregate(self, kpi, matching):
        return total("margin", self._known(matching))

    @api.model
    def _known(self, matching):
        """Return the condition of the lines that count; none must be left by a withdrawal."""
        return both(matching, HAS_COST, self._is_standing())

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "money"

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _facts_domain(self, measurement, start, stop):
        return Domain("has_cost", "=", True)

    @api.model
    def _is_internal(self, kpi):
        return True
