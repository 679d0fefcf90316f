from odoo import api, models


class PmmKpiMeasurement(models.Model):
    """Results make scores, and other results."""

    _inherit = "pmm.kpi.measurement"

    @api.model
    def _measure_batch(self, program, enrollment_ids):
        changed = super()._measure_batch(program, enrollment_ids)
        self.env["pmm.score"]._score_batch(program, enrollment_ids)
        return changed

    def _view_needed_results(self):
        """Return the action that lists the results from which this one was calculated."""
        self.ensure_one()
        needed = self.kpi_id._source()._needs(self.kpi_id)
        domain = [
            ("kpi_id", "in", needed.ids),
            ("enrollment_id", "=", self.enrollment_id.id),
            ("period_id", "=", self.period_id.id),
        ]
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_kpi_measurement_action"
        )
        return action | {
            "display_name": self.display_name,
            "domain": domain,
            "views": [(False, "list"), (False, "form")],
            "context": {},
            "help": self.env._(
                "This result is calculated from KPIs that the programme does not measure by"
                " themselves: %s. Add them to the programme to see their results.",
                ", ".join(needed.mapped("name")),
            ),
        }
