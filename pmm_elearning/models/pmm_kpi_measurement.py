from datetime import datetime

import pytz

from odoo import models


class PmmKpiMeasurement(models.Model):
    _inherit = "pmm.kpi.measurement"

    def _attempts_domain(self):
        """Return the domain of the attempts that this result counts."""
        period, enrollment, program = self.period_id, self.enrollment_id, self.program_id
        start = max(period.date_start, program.date_start)
        days = enrollment._counting_domain(
            "end_datetime", start, period.date_stop, moment=self._midnight
        )
        return [
            ("pmm_partner_id", "=", self.partner_id.id),
            *days,
            *self.kpi_id._passed_domain(),
        ]

    def _midnight(self, day):
        """Return when ``day`` begins in the programme's time zone, as UTC."""
        zone = pytz.timezone(self.program_id.tz)
        local = zone.localize(datetime.combine(day, datetime.min.time()))
        return local.astimezone(pytz.utc).replace(tzinfo=None)
