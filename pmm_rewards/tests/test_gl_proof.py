from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestGlProof(RewardCommon):
    """W7, S21, DESIGN 3.4: the accrued account holds what is earned and not billed, at any date."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._rate(0.10))

    def _figures(self, day, partner=None):
        """Return (posted, settled, expected, balance, difference, not posted) of a partner."""
        row = self._proof(day, partner or self.acme)
        self.assertLessEqual(len(row), 1)
        names = ("posted", "settled", "expected", "balance", "difference", "not_posted")
        return tuple(row[name] for name in names)

    def _assert_story(self, story, partner=None):
        """Assert {day: (posted, settled)} and that nothing differs on these days or between."""
        for day, (posted, settled) in story.items():
            with self.subTest(day=day):
                rest = posted - settled
                self.assertEqual(self._figures(day, partner), (posted, settled, rest, rest, 0, 0))
        first, last = fields.Date.to_date(min(story)), fields.Date.to_date(max(story))
        day = first
        while day <= last:
            self.assertProof(day)
            day = fields.Date.add(day, days=3)

    def test_nothing_happened(self):
        """DESIGN 3.7: no rewards, no row."""
        self.assertFalse(self._proof("2026-04-15"))

    def test_a_story_before_at_and_after_each_event(self):
        """W7: accrual, bill, payment, clawback, netting, second bill; day by day."""
        invoice = self._invoice(self.acme, "2026-01-20", 10000)
        january = self._state("2026-01")  # accrued on 31 January
        self._pay(self._bill(january, "2026-02-10"), "2026-02-20")
        self._refund(invoice, "2026-02-25", 4000)
        self._invoice(self.acme, "2026-02-26", 50)
        february = self._state("2026-02")  # 5 − 400 on 28 February
        self._invoice(self.acme, "2026-03-20", 5000)
        march = self._state("2026-03")  # 500 on 31 March
        self._pay(self._bill(march, "2026-04-10"), "2026-04-12", 30)
        self._invoice(self.acme, "2026-04-12", 70)
        self.program._run()
        self._post()  # 7 on 15 April
        self.assertEqual(february.move_id, march.move_id)
        nothing = (0, 0, 0, 0, 0, 0)
        self.assertEqual(self._figures("2026-01-30"), nothing)
        self._assert_story(
            {
                "2026-01-31": (1000, 0),
                "2026-02-09": (1000, 0),
                "2026-02-10": (1000, 1000),
                "2026-02-20": (1000, 1000),
                "2026-02-27": (1000, 1000),
                "2026-02-28": (605, 1000),
                "2026-03-30": (605, 1000),
                "2026-03-31": (1105, 1000),
                "2026-04-09": (1105, 1000),
                "2026-04-10": (1105, 1105),
                "2026-04-14": (1105, 1105),
                "2026-04-15": (1112, 1105),
                "2027-01-01": (1112, 1105),
            }
        )
        self.assertEqual(self._figures(None), self._figures("2026-04-15"))

    def test_what_is_not_posted_stands_beside_it(self):
        """W7: a column of its own, zero after posting; it is no difference."""
        self._invoice(self.acme, "2026-02-10", 1000)
        self.program._run()
        self.assertEqual(self._figures("2026-04-15"), (0, 0, 0, 0, 0, 100))
        self._post()
        self.assertEqual(self._figures("2026-04-15"), (100, 0, 100, 100, 0, 0))
        self._invoice(self.acme, "2026-02-11", 500)
        self.program._run()
        self.assertEqual(self._figures("2026-04-15"), (100, 0, 100, 100, 0, 50))
        self._post()
        self.assertEqual(self._figures("2026-04-15")[-1], 0)

    def test_a_manual_item_shows_up_for_its_partner(self):
        """W7: 25 booked on the account by hand: Acme differs by it, Bolt does not."""
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-02-10", 1000)
        self.program._run()
        self._post()
        accrued, expense = self.program.accrued_account_id, self.program.expense_account_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-05",
                "line_ids": [
                    Command.create(
                        {"account_id": accrued.id, "partner_id": self.acme.id, "credit": 25}
                    ),
                    Command.create({"account_id": expense.id, "debit": 25}),
                ],
            }
        )
        self.assertProof("2026-04-15")  # a draft is not in the books
        move.action_post()
        self.assertProof("2026-03-04")
        self.assertEqual(self._figures("2026-03-05"), (100, 0, 100, 125, 25, 0))
        self.assertEqual(self._figures("2026-03-05", self.bolt), (100, 0, 100, 100, 0, 0))
        first = self._proof("2026-04-15")[0]
        self.assertEqual(first.partner_id, self.acme, "what differs comes first")
        move.line_ids.remove_move_reconcile()
        move.button_draft()
        self.assertProof("2026-04-15")

    def test_a_manual_item_without_partner_or_of_a_stranger_shows_up(self):
        """W7: what belongs to nobody in the programme is a row too."""
        accrued, expense = self.program.accrued_account_id, self.program.expense_account_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-03-05",
                "line_ids": [
                    Command.create({"account_id": accrued.id, "debit": 3}),
                    Command.create(
                        {"account_id": accrued.id, "partner_id": self.stranger.id, "credit": 10}
                    ),
                    Command.create({"account_id": expense.id, "debit": 7}),
                ],
            }
        )
        move.action_post()
        rows = self._proof("2026-03-05")
        self.assertEqual(sorted(rows.mapped("difference")), [-3, 10])

    def test_a_cancelled_bill_agrees_at_every_date(self):
        """S10, DESIGN 3.4: before, on and after the day of the reversal, and billed again."""
        self._invoice(self.acme, "2026-01-20", 1000)
        statement = self._state("2026-01")
        self._bill(statement, "2026-02-10")
        with freeze_time("2026-02-20"):
            statement.action_cancel_bill()
        story = {
            "2026-02-09": (100, 0),
            "2026-02-10": (100, 100),
            "2026-02-19": (100, 100),
            "2026-02-20": (100, 0),
            "2026-03-09": (100, 0),
        }
        self._assert_story(story)
        self._bill(statement, "2026-03-10")
        self._assert_story(story | {"2026-03-10": (100, 100), "2026-04-15": (100, 100)})

    def test_taxes_are_outside(self):
        """W7: what the bill adds as tax is not on the account."""
        account = self.company_data["default_account_tax_purchase"]
        self.program.tax_ids = self.env["account.tax"].create(
            {
                "name": "19",
                "amount": 19,
                "type_tax_use": "purchase",
                "price_include_override": "tax_included",
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": account.id}),
                ],
            }
        )
        self._invoice(self.acme, "2026-01-20", 333.30)
        bill = self._bill(self._state("2026-01"), "2026-02-10")
        self.assertEqual(bill.amount_total, 39.66)
        self._assert_story({"2026-02-09": (33.33, 0), "2026-02-10": (33.33, 33.33)})

    def test_programme_in_another_currency(self):
        """W7, S12: compared in the currency of the programme; exchange differences are outside."""
        euro = self._currency(
            "PME", {"2026-01-01": 0.5, "2026-01-31": 0.8, "2026-02-10": 2.0, "2026-03-01": 4.0}
        )
        program = self._program("Euro", currency_id=euro.id)
        self._enroll(self.acme, program=program)
        self._plan(self._rate(0.10), program=program)
        self.assertNotEqual(program.accrued_account_id, self.program.accrued_account_id)
        invoice = self._invoice(self.acme, "2026-01-20", 10000)
        self._invoice(self.acme, "2026-03-20", 1000)
        statement = self._state("2026-01", program=program)
        self._pay(self._bill(statement, "2026-02-10"), "2026-03-05")
        self._refund(invoice, "2026-02-20", 100)
        program._run()
        self._post(program)
        for day, expected in {
            "2026-01-31": 500,
            "2026-02-09": 500,
            "2026-02-10": 0,
            "2026-02-28": -5,
            "2026-03-31": 395,
            "2026-04-15": 395,
        }.items():
            with self.subTest(day=day):
                row = self._proof(day, self.acme, program)
                self.assertEqual(row.currency_id, euro)
                self.assertEqual(
                    (row.expected, row.balance, row.difference), (expected,) * 2 + (0,)
                )

    def test_two_programmes_on_one_account(self):
        """W7: whoever gives two programmes one account gets one row with both."""
        program = self._program("Second")
        program.accrued_account_id = self.program.accrued_account_id
        self._enroll(self.acme, program=program)
        self._plan(self._rate(0.01), program=program)
        self._invoice(self.acme, "2026-01-20", 1000)
        self._bill(self._state("2026-01"), "2026-02-10")
        self._bill(self._state("2026-01", program=program), "2026-03-10")
        self._assert_story(
            {"2026-01-31": (110, 0), "2026-02-10": (110, 100), "2026-03-10": (110, 110)}
        )

    def test_the_wizard_asks_for_the_day(self):
        """S21: the list opens with the chosen day."""
        self._invoice(self.acme, "2026-01-20", 1000)
        self._bill(self._state("2026-01"), "2026-02-10")
        for day, balance in (("2026-02-09", 100), ("2026-02-10", 0)):
            action = self.env["pmm.gl.proof.wizard"].create({"date": day}).action_open()
            proof = self.env[action["res_model"]].with_context(**action["context"])
            proof.invalidate_model()
            self.assertEqual(proof.search([("partner_id", "=", self.acme.id)]).balance, balance)
