from odoo import api, models

from ..queries.credit_aggregates import total


class PmmKpiSourceQuantity(models.AbstractModel):
    """Number of units sold, less returned ones, each in its product's own unit."""

    _name = "pmm.kpi.source.quantity"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Quantity"

    @api.model
    def _aggregate(self, kpi, matching):
        return total("quantity", matching)

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _takes_quotations(self, kpi):
        # what is paid before the period ends is hardly a quotation today
        return kpi.stage != "collected"
