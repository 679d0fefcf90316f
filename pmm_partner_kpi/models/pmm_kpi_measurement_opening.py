from odoo import fields, models


class PmmKpiMeasurement(models.Model):
    """How much of a result was brought along as opening balances."""

    _inherit = "pmm.kpi.measurement"

    opening = fields.Float(
        string="Of which imported",
        digits=(20, 4),
        compute="_compute_opening",
        # it is part of a figure that the reader sees
        compute_sudo=True,
        help="Opening balances from before the programme that count in this period.",
    )

    def _compute_opening(self):
        openings = self.env["pmm.opening.balance"].search(
            [
                ("kind", "=", "actual"),
                ("enrollment_id", "in", self.enrollment_id.ids),
                ("kpi_id", "in", self.kpi_id.ids),
            ]
        )
        by_key = openings.grouped(lambda opening: (opening.enrollment_id, opening.kpi_id))
        for measurement in self:
            period = measurement.period_id
            own = by_key.get((measurement.enrollment_id, measurement.kpi_id), openings.browse())
            measurement.opening = sum(
                opening.value for opening in own if period._period_of(opening.date)
            )

    def action_view_openings(self):
        """Return the action that lists the opening balances which count in this result."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_opening_balance_action"
        )
        period = self.period_id
        return action | {
            "domain": [
                ("enrollment_id", "=", self.enrollment_id.id),
                ("kpi_id", "=", self.kpi_id.id),
                ("date", ">=", period.date_start),
                ("date", "<", period.date_stop),
            ],
            "context": {},
        }
