from decimal import Decimal

from odoo import fields, models


class PmmPeriod(models.Model):
    """What had come on each day of the same period last year, of all partners together."""

    _inherit = "pmm.period"

    season = fields.Json(
        readonly=True,
        copy=False,
        groups="pmm_partner_kpi.group_pmm_admin",
        help="Per KPI the days with what they brought a year ago; forecasts follow them.",
    )

    def _season_of(self, kpi):
        """Return {day: weight} of ``kpi`` in this period, None where last year tells nothing."""
        self.ensure_one()
        days = (self.season or {}).get(str(kpi.id))
        return days and {fields.Date.to_date(day): Decimal(value) for day, value in days}
