from odoo import fields, models


class PmmEnrollment(models.Model):
    _inherit = "pmm.enrollment"

    entry_ids = fields.One2many("pmm.reward.entry", "enrollment_id", string="Rewards")
    reward_total = fields.Monetary(string="Earned", compute="_compute_reward_total")

    def _compute_reward_total(self):
        sums = dict(
            self.env["pmm.reward.entry"]._read_group(
                [("enrollment_id", "in", self.ids)], ["enrollment_id"], ["amount:sum"]
            )
        )
        for enrollment in self:
            enrollment.reward_total = sums.get(enrollment, 0.0)

    def _with_results(self):
        earned = self.env["pmm.reward.entry"]._read_group(
            [("enrollment_id", "in", self.ids)], ["enrollment_id"]
        )
        return super()._with_results().union(*(enrollment for [enrollment] in earned))

    def _mark_to_measure(self):
        self._mark_to_accrue()
        return super()._mark_to_measure()

    def _mark_to_accrue(self):
        """Note that what these enrolments have earned may differ from the ledger."""
        self.env["pmm.dirty"]._mark("accrue", self.ids)

    def _measured_sentence(self, figures):
        sentence = super()._measured_sentence(figures)
        if not figures["entries"]:
            return sentence
        added = self.env._("New reward entries: %s.", figures["entries"])
        only = not any(count for stage, count in figures.items() if stage != "entries")
        return added if only else f"{sentence} {added}"

    def action_view_entries(self):
        """Return the action that shows the reward ledger of this enrolment."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_rewards.pmm_reward_entry_action"
        )
        return action | {"domain": [("enrollment_id", "in", self.ids)], "context": {}}

    def _with_history(self):
        # whoever merges partners need not see rewards
        entries = self.env["pmm.reward.entry"].sudo()
        earned = entries.search([("enrollment_id", "in", self.ids)]).enrollment_id
        return super()._with_history() | earned.with_env(self.env)
