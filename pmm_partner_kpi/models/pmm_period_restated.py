from odoo import fields, models


class PmmPeriod(models.Model):
    """What became known of a period after it was closed."""

    _inherit = "pmm.period"

    credits_until = fields.Integer(
        string="Up to sales credit",
        readonly=True,
        copy=False,
        aggregator=None,
        help="The last sales credit that the published figures know.",
    )
    restatement_count = fields.Integer(string="Late changes", compute="_compute_restatement_count")

    def _compute_restatement_count(self):
        counts = dict(
            self.env["pmm.kpi.restatement"]._read_group(
                [("period_id", "in", self.ids)], ["period_id"], ["__count"]
            )
        )
        for period in self:
            period.restatement_count = counts.get(period, 0)

    def action_view_restatements(self):
        """Return the action that lists what changed after these periods were closed."""
        return self.env["pmm.kpi.measurement"]._restatement_action([("period_id", "in", self.ids)])
