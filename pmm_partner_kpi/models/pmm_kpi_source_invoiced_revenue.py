from odoo import api, models

from ..queries.measurement import credited_amounts


class PmmKpiSourceInvoicedRevenue(models.AbstractModel):
    """Untaxed amount of posted invoices less credit notes, in programme currency."""

    _name = "pmm.kpi.source.invoiced_revenue"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source: Invoiced Revenue"

    @api.model
    def _actuals(self, kpi, program, enrollment_ids):
        # a run measures partners of all account managers; results have rules of their own
        credits = self.env["pmm.credit"].sudo()
        return credited_amounts(
            program,
            enrollment_ids,
            credits._search(kpi._credit_domain(program)),
            kpi._credit_date_column(),
        )

    @api.model
    def _void_actual(self, kpi):
        return 0
