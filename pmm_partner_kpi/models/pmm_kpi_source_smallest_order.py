from odoo import models


class PmmKpiSourceSmallestOrder(models.AbstractModel):
    """Untaxed amount of the smallest document that was sold; else as the largest."""

    _name = "pmm.kpi.source.smallest_order"
    _inherit = ["pmm.kpi.source.largest_order"]
    _description = "KPI Source: Smallest Order"
    _extreme = "min"
