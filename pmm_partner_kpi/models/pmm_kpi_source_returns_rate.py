from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL


class PmmKpiSourceReturnsRate(models.AbstractModel):
    """Untaxed amount of credit notes in percent of what was sold in the same window.

    With credit notes in the period of the original invoice, it is how much of that period's
    sales came back. No sales, no data.
    """

    _name = "pmm.kpi.source.returns_rate"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: Returns Rate"

    @api.model
    def _aggregate(self, kpi, matching):
        returned, sold = (
            SQL(
                "SUM(pmm_credit.amount * days.factor) FILTER (WHERE %s AND %s)",
                matching,
                condition,
            )
            for condition in (SQL("pmm_credit.is_return"), SQL("NOT pmm_credit.is_return"))
        )
        return SQL(
            "CASE WHEN %(sold)s > 0 THEN -COALESCE(%(returned)s, 0) * 100 / %(sold)s END",
            sold=sold,
            returned=returned,
        )

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "percent"

    @api.model
    def _check(self, kpi):
        if kpi.stage == "booked":
            raise ValidationError(
                self.env._(
                    "“%s”: orders have no returns. Count what is invoiced or paid instead.",
                    kpi.name,
                )
            )
