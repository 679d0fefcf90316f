from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestGuide(RewardCommon):
    """The worked examples of readme/USAGE.md, figure by figure."""

    def _activate(self, **rule):
        plan = self.env["pmm.reward.plan"].create(
            {
                "name": "Plan",
                "program_id": self.program.id,
                "rule_ids": [Command.create({"name": "Rule", **rule})],
            }
        )
        plan.action_activate()
        return plan

    def _amounts(self, plan):
        entries = self.env["pmm.reward.entry"].search([("plan_id", "=", plan.id)], order="id")
        return [(e.amount, e.origin_period_id.name, e.period_id.name) for e in entries]

    def test_rate_per_document(self):
        """R1, R32: 51.01 in the month, −15.00 in the next one for the credit note, no more."""
        plan = self._activate(rate=0.05, category_ids=[Command.set(self.hardware.ids)])
        invoice = self._invoice(
            self.acme, "2026-02-05", (self.valve, 1, 1020.10), (self.training, 1, 5000)
        )
        self._close("2026-01", "2026-02")
        refund = self._refund(invoice, "2026-03-10", 300)
        self.program._run()
        self.assertEqual(
            self._amounts(plan), [(51.01, "2026-02", "2026-02"), (-15.00, "2026-02", "2026-03")]
        )
        last = self.env["pmm.reward.entry"].search([("plan_id", "=", plan.id)], order="id")[-1]
        self.assertEqual(last.cause_name, refund.name)
        self.assertIn("720.10", last.explanation)
        self.assertIn("36.01", last.explanation)
        self.assertFalse(any(self.program._run().values()))

    def test_bands_on_period_revenue(self):
        """R3: 1,100.00 for 3,800, and −1,060.00 when a credit note leaves 250."""
        plan = self._activate(
            kind="period_bands",
            band_ids=[
                Command.create({"floor": floor, "rate": rate})
                for floor, rate in ((0, 0.1), (100, 0.2), (300, 0.3))
            ],
        )
        invoice = self._invoice(self.acme, "2026-02-05", 3800)
        self.program._run()
        self._refund(invoice, "2026-02-20", 3550)
        self.program._run()
        self.assertEqual(
            self._amounts(plan), [(1100, "2026-02", "2026-02"), (-1060, "2026-02", "2026-02")]
        )

    def test_from_statement_to_payment(self):
        """S2, S4: the bill of 51.01 empties the account; the next statement is 45.00."""
        self._activate(rate=0.05)
        invoice = self._invoice(self.acme, "2026-02-05", 1020.10)
        self._close("2026-01", "2026-02")
        first = self._make("2026-02")
        move = self.env["pmm.reward.posting"]._post(self.program)
        self.assertEqual(str(move.date), "2026-02-28")
        self.assertEqual(sorted(move.line_ids.mapped("balance")), [-51.01, 51.01])
        first._create_bills()
        self.assertEqual(first.move_id.amount_total, 51.01)
        self._refund(invoice, "2026-03-10", 300)
        self._invoice(self.acme, "2026-03-12", 1200)
        self._close("2026-03")
        second = self._make("2026-03")
        self.assertEqual(second.amount_total, 45.00)
        self.env["pmm.reward.posting"]._post(self.program)
        second._create_bills()
        self.assertFalse(
            self.env["pmm.gl.proof"].search([("partner_id", "=", self.acme.id)]).balance
        )
