from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestLateChanges(RewardCommon):
    """K10, K11: what comes late earns once, and one partner is accrued at once."""

    def test_late_document_earns_once(self):
        """DESIGN 3.1: the figure of March stays, the reward of the late invoice is booked once."""
        plan = self._plan(self._rate(0.1))
        self._invoice(self.acme, "2026-03-10", 100)
        self._close("2026-01", "2026-02", "2026-03")
        late = self._invoice(self.acme, "2026-03-11", 50)
        for _again in range(2):
            self.program._run()
            self.assertResult(self.acme_in, "2026-03", 100)
            self.assertEqual(self._earned(self.acme_in), 15)
        changes = self.env["pmm.kpi.restatement"].search([])
        self.assertEqual(changes.mapped("difference"), [50])
        entries = self.env["pmm.reward.entry"].search([("rule_id", "in", plan.rule_ids.ids)])
        self.assertEqual(sum(entries.mapped("amount")), 15)
        late.button_draft()
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 10)

    def test_measure_now_accrues_this_partner_only(self):
        """K10: rewards of the partner follow at once, marks of the others stay."""
        self._plan(self._rate(0.1))
        self.program._run()
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-04-10", 100)
        self.bolt_in._mark_to_accrue()
        message = self.acme_in.action_measure_now()["params"]["message"]
        self.assertIn("New reward entries: 1.", message)
        self.assertEqual(self._earned(self.acme_in), 10)
        self.assertEqual(self._earned(self.bolt_in), 0)
        self.assertEqual(self.env["pmm.dirty"]._peek("accrue"), self.bolt_in.ids)
        message = self.acme_in.action_measure_now()["params"]["message"]
        self.assertEqual(message, "Nothing has changed.")
        self.program._run()
        self.assertEqual((self._earned(self.acme_in), self._earned(self.bolt_in)), (10, 10))
