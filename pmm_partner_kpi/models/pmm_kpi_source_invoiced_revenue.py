from odoo import api, models

from ..queries.measurement import credited_amounts
from ..queries.window_totals import credited_totals


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
            kpi.scope,
        )

    @api.model
    def _totals(self, kpi, program, windows):
        # as above
        credits = self.env["pmm.credit"].sudo()
        return credited_totals(
            program,
            windows,
            credits._search(kpi._credit_domain(program)),
            kpi._credit_date_column(),
            kpi.scope,
        )

    @api.model
    def _void_actual(self, kpi):
        return 0

    @api.model
    def _has_scope(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        kpi, program, period = measurement.kpi_id, measurement.program_id, measurement.period_id
        counted = measurement.enrollment_id._counted_domain(
            kpi.scope,
            kpi._credit_date_column(),
            max(period.date_start, program.date_start),
            period.date_stop,
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        return action | {
            "display_name": measurement.display_name,
            "context": {},
            "domain": list(counted & kpi._credit_domain(program)),
        }
