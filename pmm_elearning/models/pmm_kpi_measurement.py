from odoo import models
from odoo.fields import Domain


class PmmKpiMeasurement(models.Model):
    _inherit = "pmm.kpi.measurement"

    def _attempts_domain(self):
        """Return the domain of the attempts that this result counts."""
        period, program = self.period_id, self.program_id
        start = max(period.date_start, program.date_start)
        stretches = self.enrollment_id._counted_stretches("own", start, period.date_stop)
        counted = Domain.OR(
            Domain("pmm_partner_id", "=", partner)
            & Domain("end_datetime", ">=", self.program_id._midnight(first))
            & Domain("end_datetime", "<", self.program_id._midnight(end))
            & self._former_domain(partner, ref)
            for partner, ref, first, end in stretches
        )
        counted &= self.enrollment_id._suspension_domain("end_datetime", self.program_id._midnight)
        return list(counted & self.env["survey.user_input"]._pmm_passed_domain(self.kpi_id))

    def _former_domain(self, partner, ref):
        """Return the domain of the attempts that were those of the partner numbered ``ref``."""
        if ref:
            return Domain("pmm_former_ref", "=", ref)
        merged = self.env["survey.user_input"]._read_group(
            [("pmm_partner_id", "=", partner), ("pmm_merged_on", "!=", False)],
            ["pmm_former_ref"],
            ["pmm_merged_on:max"],
        )
        # what was made on the day of a merge counts together already
        return Domain("pmm_former_ref", "in", (0, False)) | Domain.OR(
            Domain("pmm_former_ref", "=", former)
            & Domain("end_datetime", ">=", self.program_id._midnight(day))
            for former, day in merged
        )
