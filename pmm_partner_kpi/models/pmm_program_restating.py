from odoo import fields, models


class PmmProgram(models.Model):
    """How far back a run looks for what would be another figure today."""

    _inherit = "pmm.program"

    _restate_months_positive = models.Constraint(
        "CHECK(restate_months BETWEEN 0 AND 120)",
        "Late changes are looked for in 0 to 120 months.",
    )

    restate_months = fields.Integer(
        string="Look for late changes",
        default=24,
        tracking=True,
        help="So many months back, closed periods are measured again and what differs from the"
        " published figure is noted beside it. Periods that ended earlier are left alone, and what"
        " comes for them is not noted: each month makes a run longer. 0: none is looked at.",
    )
    restatement_count = fields.Integer(string="Late changes", compute="_compute_restatement_count")

    def _compute_restatement_count(self):
        counts = dict(
            self.env["pmm.kpi.restatement"]._read_group(
                [("program_id", "in", self.ids)], ["program_id"], ["__count"]
            )
        )
        for program in self:
            program.restatement_count = counts.get(program, 0)

    def action_view_restatements(self):
        """Return the action that lists the late changes in closed periods of this programme."""
        return self.env["pmm.kpi.measurement"]._restatement_action([("program_id", "in", self.ids)])

    def _restated_since(self, today):
        """Return the day after which closed periods that are looked at ended, None for none."""
        self.ensure_one()
        since = fields.Date.subtract(today, months=self.restate_months)
        # whoever starts the run need not be allowed to read programmes
        periods = self.sudo().period_ids.filtered(
            lambda period: period.state == "closed" and period.date_stop > since
        )
        return since if self.restate_months and periods else None
