from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon
from .facts_common import FactsCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiSourcePayments(FactsCommon, PmmCommon):
    """K5: paid on time, days late; each boundary from both sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.on_time = cls._kpi("On time", source="paid_on_time")
        cls.late = cls._kpi("Late", source="days_late")

    def _due(self, day, amount, partner=None, **vals):
        """Return an invoice of 1 January that is due on ``day``."""
        vals = {"invoice_date_due": day} | vals
        return self._invoice(partner or self.acme, "2026-01-01", amount, **vals)

    def test_defaults(self):
        """K5: units, direction, nothing is no data."""
        self.assertEqual((self.on_time.unit, self.on_time.direction), ("percent", "higher"))
        self.assertEqual((self.late.unit, self.late.direction), ("days", "lower"))
        self.assertEqual(self._actuals(self.on_time), {})
        self.assertEqual(self._actuals(self.late), {})
        self.late.direction = "higher"
        self.assertEqual(self.late.direction, "higher")

    def test_day_before_on_and_after_the_due_date(self):
        """DESIGN 3.8: on the due date is in time, a day later is late; early is not late."""
        for paid, percent, days in (
            ("2026-02-09", 100, 0),
            ("2026-02-10", 100, 0),
            ("2026-02-11", 0, 1),
            ("2026-02-20", 0, 10),
        ):
            with self.subTest(paid):
                partner = self.env["res.partner"].create({"name": paid, "is_company": True})
                enrollment = self._enroll(partner)
                self._pay(self._due("2026-02-10", 100, partner), paid)
                self.assertEqual(self._actuals(self.on_time, enrollment), {"2026-02": percent})
                self.assertEqual(self._actuals(self.late, enrollment, run=False), {"2026-02": days})

    def test_weighted_by_amount(self):
        """K5: 300 in time and 100 late are 75 %; 300 × 0 and 100 × 8 days are 2 days late."""
        self._pay(self._due("2026-02-10", 300), "2026-02-05")
        self._pay(self._due("2026-02-10", 100), "2026-02-18")
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 75})
        self.assertEqual(self._actuals(self.late, run=False), {"2026-02": 2})
        found = self._facts_of(self.on_time, "2026-02")
        self.assertEqual(sorted(found.mapped("amount_total")), [100, 300])

    def test_open_is_late_from_the_day_after_it_is_due(self):
        """K5: what is not due yet does not count, paid or not; overdue and open is late."""
        self._pay(self._due("2026-04-15", 50), "2026-04-01")
        self._due("2026-04-15", 100)
        self._due("2026-04-14", 0.01)
        self.assertEqual(self._actuals(self.on_time), {"2026-04": 0})
        self.assertEqual(len(self._facts_of(self.on_time, "2026-04")), 1)
        with freeze_time("2026-04-16"):
            self.assertEqual(self._actuals(self.on_time), {"2026-04": 33.3311})

    def test_parts_and_instalments(self):
        """K5: the last part decides; each due date is judged by itself."""
        move = self._due("2026-02-10", 100)
        self._pay(move, "2026-02-05", 99.99)
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 0})
        self.assertEqual(self._actuals(self.late, run=False), {})
        self._pay(move, "2026-03-02", 0.01)
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 0})
        self.assertEqual(self._actuals(self.late, run=False), {"2026-03": 20})
        term = self.env["account.payment.term"].create(
            {
                "name": "Half and half",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (40, 68)  # 10 February, 10 March
                ],
            }
        )
        move = self._invoice(
            self.bolt, "2026-01-01", 200, invoice_payment_term_id=term.id, invoice_date_due=False
        )
        self._pay(move, "2026-02-20", 100)
        self._pay(move, "2026-03-10", 100)
        self.assertEqual(self._actuals(self.on_time, self.bolt_in), {"2026-02": 0, "2026-03": 100})
        self.assertEqual(
            self._actuals(self.late, self.bolt_in, run=False), {"2026-02": 10, "2026-03": 0}
        )

    def test_credit_notes(self):
        """K5: what a credit note took off was never owed; credit notes themselves are out."""

        def credited(move, day, amount=None):
            # Odoo matches it with the invoice that it reverses
            self._refund(move, day, amount)
            self.assertTrue(move.line_ids.matched_credit_ids)

        credited(self._due("2026-02-10", 100), "2026-03-20")
        self.assertEqual(self._actuals(self.on_time), {})
        move = self._due("2026-02-10", 100)
        credited(move, "2026-03-20", 60)
        self._pay(move, "2026-02-10")
        self._due("2026-02-10", 10)
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 80})  # 40 of 50
        self.assertEqual(self._actuals(self.late, run=False), {"2026-02": 0})

    def test_payment_taken_back(self):
        """K5: a payment that bounced has paid nothing."""
        move = self._due("2026-02-10", 100)
        self._pay(move, "2026-02-05")
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 100})
        move.line_ids.remove_move_reconcile()
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 0})

    def test_exchange_difference_is_no_payment(self):
        """K5: what Odoo books for rates, at the end of a month, makes nobody late."""
        euro = self._foreign_currency("EUR", ("2025-01-01", 0.5), ("2026-02-01", 0.4))
        move = self._due("2026-02-10", 100, currency_id=euro.id)
        self._pay(move, "2026-02-10")
        self.assertTrue(move.line_ids.matched_credit_ids.exchange_move_id)
        self.assertEqual(self._actuals(self.on_time), {"2026-02": 100})

    def test_what_is_no_invoice_of_ours(self):
        """K5: drafts, cancelled ones, bills and credit notes do not count."""
        self._due("2026-02-10", 100, post=False)
        self._due("2026-02-10", 100)
        cancelled = self._due("2026-02-10", 100)
        cancelled.button_draft()
        cancelled.button_cancel()
        self._due("2026-02-10", 100, move_type="in_invoice")
        self._due("2026-02-10", 100, move_type="out_refund")
        self.assertEqual(len(self._actuals(self.on_time)), 1)
        self.assertEqual(len(self._facts_of(self.on_time, "2026-02")), 1)

    def test_who_may_not_read_invoices(self):
        """K11: the figure says why it does not open."""
        self._pay(self._due("2026-02-10", 100), "2026-02-05")
        self.program._run()
        user = self._user("plain", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = user
        result = self._measurement(self.acme_in, "2026-02", self.on_time).with_user(user)
        with self.assertRefused("which you may not read"):
            result.action_view_credits()
