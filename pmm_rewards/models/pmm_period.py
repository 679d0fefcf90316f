from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmPeriod(models.Model):
    _inherit = "pmm.period"

    statement_count = fields.Integer(compute="_compute_statement_count")

    def _compute_statement_count(self):
        counts = dict(
            self.env["pmm.statement"]._read_group(
                [("period_id", "in", self.ids)], ["period_id"], ["__count"]
            )
        )
        for period in self:
            period.statement_count = counts.get(period, 0)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_rewarded(self):
        entry = self.env["pmm.reward.entry"].search(
            ["|", ("period_id", "in", self.ids), ("origin_period_id", "in", self.ids)], limit=1
        )
        if entry:
            raise UserError(
                self.env._(
                    "Rewards are booked in %(period)s: the periods of this programme stay.",
                    period=entry.period_id.name,
                )
            )

    def action_make_statements(self):
        """Issue the statements of these closed periods and show them."""
        self.check_access("read")
        if not self.env.user.has_group("pmm_rewards.group_pmm_approver"):
            raise UserError(self.env._("Statements are issued by programme approvers."))
        # the ledger's links are written by the run, on behalf of whoever may start it
        Statement = self.env["pmm.statement"].sudo()
        statements = Statement
        for period in self.sorted("date_start"):
            statements |= Statement._make(period)
        if not statements:
            raise UserError(
                self.env._("There is nothing to state: no rewards wait for a statement.")
            )
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_rewards.pmm_statement_action")
        return action | {"domain": [("id", "in", statements.ids)], "context": {}}

    def action_view_statements(self):
        """Return the action that lists the statements of this period."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_rewards.pmm_statement_action")
        return action | {"domain": [("period_id", "in", self.ids)], "context": {}}
