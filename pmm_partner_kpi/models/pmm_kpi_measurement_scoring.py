from odoo import api, models


class PmmKpiMeasurement(models.Model):
    """Results make scores."""

    _inherit = "pmm.kpi.measurement"

    @api.model
    def _measure_batch(self, program, enrollment_ids):
        changed = super()._measure_batch(program, enrollment_ids)
        self.env["pmm.score"]._score_batch(program, enrollment_ids)
        return changed
