from odoo import api, models
from odoo.exceptions import ValidationError

from ..queries.credit_aggregates import (
    IS_RETURN,
    IS_SALE,
    both,
    negative,
    percent,
    total,
)


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
        returned = negative(total("amount", both(matching, IS_RETURN)))
        return percent(returned, total("amount", both(matching, IS_SALE)))

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

    @api.model
    def _is_limit(self, kpi):
        return True
