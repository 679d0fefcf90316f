from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditCollected(PmmCommon):
    """K4, DESIGN 1: what is paid of an invoice is credited at the stage "collected"."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bank = cls.company_data["default_journal_bank"]
        cls.receivable = cls.company_data["default_account_receivable"]
        cls.fees = cls.company_data["default_account_expense"]

    # === BUILDERS AND QUESTIONS === #

    def _collected(self, partner=None):
        """Return [(day, amount)] of what stands, by day."""
        self.program._run()
        days = {}
        for credit in self._stage("collected", partner):
            days[str(credit.date)] = days.get(str(credit.date), 0) + credit.amount
        return [(day, round(sum_, 2)) for day, sum_ in sorted(days.items()) if round(sum_, 6)]

    def _statement(self, day, *lines, amount):
        """Return a statement line of the bank whose entry has ``lines``: [(account, balance)]."""
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.bank.id,
                "date": day,
                "payment_ref": "Transfer",
                "partner_id": self.acme.id,
                "amount": amount,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        rest = -amount - sum(balance for _account, balance in lines)
        commands = [
            Command.create(
                {
                    "account_id": account.id,
                    "balance": balance,
                    "partner_id": self.acme.id,
                    "name": "Part",
                }
            )
            for account, balance in lines
        ]
        commands.append(
            Command.update(suspense.id, {"balance": rest})
            if self.currency.round(rest)
            else Command.delete(suspense.id)
        )
        line.move_id.with_context(
            force_delete=True, skip_readonly_check=True, skip_account_move_synchronization=True
        ).write({"line_ids": commands})
        return line

    def _due(self, move):
        return move.line_ids.filtered(lambda line: line.account_id == self.receivable)

    def _match(self, *moves):
        lines = self.env["account.move.line"].union(*map(self._due, moves))
        lines.reconcile()

    # === PAYMENTS === #

    def test_paid_in_parts(self):
        """K4: (payments, what is credited per day); the sum is the line to the cent."""
        cases = [
            ([("2026-02-10", 100)], [("2026-02-10", 100)]),
            ([("2026-02-10", 99.99)], [("2026-02-10", 99.99)]),
            ([("2026-02-10", 0.01)], [("2026-02-10", 0.01)]),
            (
                [("2026-02-10", 40), ("2026-03-11", 60)],
                [("2026-02-10", 40), ("2026-03-11", 60)],
            ),
            ([("2026-02-10", 40), ("2026-02-10", 60)], [("2026-02-10", 100)]),
            (
                [("2026-03-11", 60), ("2026-02-10", 40)],
                [("2026-02-10", 40), ("2026-03-11", 60)],
            ),
        ]
        for payments, expected in cases:
            partner = self.env["res.partner"].create({"name": "P", "is_company": True})
            self._enroll(partner)
            invoice = self._invoice(partner, "2026-02-03", 100)
            for day, amount in payments:
                self._pay(invoice, day, amount)
            with self.subTest(payments=payments):
                self.assertEqual(self._collected(partner), expected)
        self.assertNothingToMend()

    def test_half_a_cent_is_rounded_up(self):
        """K4: the part of a line is divided last: a cent of 3.00 is half a cent of 1.50."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 1.5), (self.valve, 1, 1.5))
        self._pay(invoice, "2026-02-10", 0.01)
        self.program._run()
        self.assertEqual(self._stage("collected").mapped("amount"), [0.01, 0.01])
        self._pay(invoice, "2026-02-11")
        self.assertEqual(self._collected(), [("2026-02-10", 0.02), ("2026-02-11", 2.98)])

    def test_thirds_add_up_to_the_cent(self):
        """K4: three lines with tax, paid in three equal parts, lose nothing."""
        tax = self.env["account.tax"].create({"name": "19 %", "amount": 19})
        invoice = self._invoice(
            self.acme,
            "2026-02-03",
            (self.pump, 1, 33.33),
            (self.valve, 7, 9.99),
            (self.training, 1, 0.02),
            post=False,
        )
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        third = self.currency.round(invoice.amount_total / 3)
        self._pay(invoice, "2026-02-10", third)
        self._pay(invoice, "2026-02-11", third)
        self.program._run()
        self.assertLess(sum(self._stage("collected").mapped("amount")), 103.28)
        self._pay(invoice, "2026-02-12")
        self.program._run()
        credits = self._stage("collected")
        for line in invoice.invoice_line_ids:
            own = credits.filtered(lambda c, line=line: c.line_id == line.id)
            self.assertEqual(round(sum(own.mapped("amount")), 6), line.price_subtotal)
            self.assertEqual(round(sum(own.mapped("quantity")), 9), line.quantity)
        cents = credits.filtered(lambda c: c.product_id == self.training)
        self.assertEqual(cents.mapped("amount"), [0.01, 0, 0.01])
        self.assertNothingToMend()

    def test_unpaid_and_draft_are_not_collected(self):
        """K4: an open invoice, and one that is reset to draft, have collected nothing."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.assertEqual(self._collected(), [])
        self._pay(invoice, "2026-02-10", 40)
        self.assertEqual(self._collected(), [("2026-02-10", 40)])
        invoice.button_draft()
        self.assertEqual(self._collected(), [])
        self.assertNothingToMend()

    def test_unreconciled_and_reconciled_again(self):
        """DESIGN 1: an unreconciliation is a negative row."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        payment = self._pay(invoice, "2026-02-10", 40)
        self.assertEqual(self._collected(), [("2026-02-10", 40)])
        self._due(invoice).remove_move_reconcile()
        self.assertEqual(self._collected(), [])
        self.assertEqual(self._stage("collected").mapped("amount"), [40, -40])
        self.assertEqual(self._stage("collected").mapped("reason"), ["new", "withdrawn"])
        self._match(invoice, payment.move_id)
        self.assertEqual(self._collected(), [("2026-02-10", 40)])
        self.assertNothingToMend()

    def test_payment_that_is_moved_or_cancelled(self):
        """DESIGN 1: dated by the payment, as long as that is posted."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        payment = self._pay(invoice, "2026-02-10")
        self.assertEqual(self._collected(), [("2026-02-10", 100)])
        payment.action_draft()
        self.assertEqual(self._collected(), [])
        payment.date = "2026-03-02"
        payment.action_post()
        if not payment.is_reconciled:
            self._match(invoice, payment.move_id)
        self.assertEqual(self._collected(), [("2026-03-02", 100)])
        payment.action_cancel()
        self.assertEqual(self._collected(), [])
        self.assertNothingToMend()

    def test_one_payment_of_several_invoices(self):
        """K4: each invoice gets what was matched with it."""
        moves = self._invoice(self.acme, "2026-02-03", 100) | self._invoice(
            self.acme, "2026-02-04", 50
        )
        self._pay(moves, "2026-02-10", 120, group_payment=True)
        self.assertEqual(self._collected(), [("2026-02-10", 120)])
        self.assertNothingToMend()

    # === WHAT IS NO MONEY === #

    def test_credit_notes_and_entries_are_no_money(self):
        """DESIGN 1: what is settled by a credit note or by hand has not come in."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        refund = self._refund(invoice, "2026-02-05", 30)
        self._match(invoice, refund)
        entry = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-02-06",
                "line_ids": [
                    Command.create({"account_id": self.receivable.id, "credit": 20}),
                    Command.create({"account_id": self.fees.id, "debit": 20}),
                ],
            }
        )
        entry.line_ids.partner_id = self.acme
        entry.action_post()
        self._match(invoice, entry)
        self.assertEqual(invoice.amount_residual, 50)
        self.assertEqual(self._collected(), [])
        self._pay(invoice, "2026-02-10")
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._collected(), [("2026-02-10", 50)])
        self.assertNothingToMend()

    def test_difference_written_off_in_the_payment(self):
        """DESIGN 1: (money, what is credited): the rest is written off with the payment."""
        for money, expected in ((98, 98), (1, 1), (99.99, 99.99)):
            partner = self.env["res.partner"].create({"name": "P", "is_company": True})
            self._enroll(partner)
            invoice = self._invoice(partner, "2026-02-03", 100)
            self._pay(
                invoice,
                "2026-02-10",
                money,
                payment_difference_handling="reconcile",
                writeoff_account_id=self.fees.id,
            )
            with self.subTest(money):
                self.assertEqual(invoice.amount_residual, 0)
                self.assertEqual(self._collected(partner), [("2026-02-10", expected)])
        self.assertNothingToMend()

    def test_more_than_due_is_not_collected(self):
        """DESIGN 1: what is paid too much and booked as income is no part of the invoice."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self._pay(
            invoice,
            "2026-02-10",
            103,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.fees.id,
        )
        self.assertEqual(self._collected(), [("2026-02-10", 100)])
        self.assertNothingToMend()

    def test_early_payment_discount(self):
        """DESIGN 1: (day, what is credited): 2 % off within 10 days, with and without tax."""
        terms = self.env["account.payment.term"].create(
            {
                "name": "2 % 10 days",
                "early_discount": True,
                "discount_days": 10,
                "discount_percentage": 2,
                "early_pay_discount_computation": "included",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 100, "nb_days": 30})
                ],
            }
        )
        tax = self.env["account.tax"].create({"name": "21 %", "amount": 21})
        for taxes in (False, tax):
            for day, expected in (("2026-02-13", 98), ("2026-02-14", 100)):
                partner = self.env["res.partner"].create({"name": "P", "is_company": True})
                self._enroll(partner)
                invoice = self._invoice(
                    partner, "2026-02-03", 100, post=False, invoice_payment_term_id=terms.id
                )
                invoice.invoice_line_ids.tax_ids = taxes
                invoice.action_post()
                self._pay(invoice, day)
                with self.subTest(day=day, taxes=bool(taxes)):
                    self.assertEqual(invoice.amount_residual, 0)
                    self.assertEqual(self._collected(partner), [(day, expected)])
        self.assertNothingToMend()

    # === BANK STATEMENTS === #

    def test_statement_line_pays_an_invoice(self):
        """DESIGN 1: (money, lines, credited): in full, in part, with a fee, with a rest."""
        cases = [
            (100, [(self.receivable, -100)], 100),
            (60, [(self.receivable, -60)], 60),
            (98, [(self.receivable, -100), (self.fees, 2)], 98),
            (150, [(self.receivable, -100)], 100),  # 50 are still to be matched
            (150, [(self.receivable, -100), (self.fees, -50)], 100),
        ]
        for money, lines, expected in cases:
            invoice = self._invoice(self.acme, "2026-02-03", 100)
            before = sum(amount for _day, amount in self._collected())
            statement_line = self._statement("2026-02-10", *lines, amount=money)
            self._match(invoice, statement_line.move_id)
            with self.subTest(money=money, lines=len(lines)):
                after = sum(amount for _day, amount in self._collected())
                self.assertEqual(round(after - before, 2), expected)
            self._due(invoice).remove_move_reconcile()
        self.assertEqual(self._collected(), [])
        self.assertNothingToMend()

    def test_payment_and_its_statement_line_count_once(self):
        """DESIGN 1: a payment by an outstanding account, and what the bank says of it later."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        payment = self._pay(invoice, "2026-02-10", journal_id=self.bank.id)
        outstanding = payment.outstanding_account_id
        self.assertTrue(outstanding)
        line = self._statement("2026-02-12", (outstanding, -100), amount=100)
        (line.move_id | payment.move_id).line_ids.filtered(
            lambda item: item.account_id == outstanding
        ).reconcile()
        self.assertEqual(self._collected(), [("2026-02-10", 100)])
        self.assertNothingToMend()

    def test_journal_without_an_outstanding_account(self):
        """DESIGN 1: Odoo books on its own one then; it is money, what is written off is not."""
        self.bank.inbound_payment_method_line_ids.payment_account_id = False
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self._pay(
            invoice,
            "2026-02-10",
            98,
            journal_id=self.bank.id,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.fees.id,
        )
        self.assertEqual(self._collected(), [("2026-02-10", 98)])
        self.assertNothingToMend()

    def test_statement_line_that_is_undone(self):
        """DESIGN 1: the bank statement brings the money; what is undone did not come in."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        line = self._statement("2026-02-12", (self.receivable, -100), amount=100)
        self._match(invoice, line.move_id)
        self.assertEqual(self._collected(), [("2026-02-12", 100)])
        line.action_undo_reconciliation()
        self.assertEqual(self._collected(), [])
        self.assertNothingToMend()

    # === CURRENCIES === #

    def test_payment_in_another_currency(self):
        """DESIGN 1: the part paid is that of the document's currency, at the invoice's rate."""
        euro = self._foreign_currency(
            "EUR", ("2026-01-01", 0.5), ("2026-02-10", 0.8), ("2026-03-10", 0.4)
        )
        invoice = self._invoice(self.acme, "2026-02-03", 100, currency_id=euro.id)
        self._pay(invoice, "2026-02-10", 25, currency_id=euro.id)
        self.assertEqual(self._collected(), [("2026-02-10", 50)])
        self._pay(invoice, "2026-03-10", currency_id=self.currency.id)
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._collected(), [("2026-02-10", 50), ("2026-03-10", 150)])
        self.assertNothingToMend()

    def test_difference_in_another_currency(self):
        """DESIGN 1: what the payment writes off is taken out in the payment's currency."""
        euro = self._foreign_currency("EUR", ("2026-01-01", 0.5), ("2026-02-10", 0.7))
        invoice = self._invoice(self.acme, "2026-02-03", 100, currency_id=euro.id)
        self._pay(
            invoice,
            "2026-02-10",
            97,
            currency_id=euro.id,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.fees.id,
        )
        self.assertEqual(invoice.amount_residual, 0)
        self.assertEqual(self._collected(), [("2026-02-10", 194)])
        self.assertNothingToMend()

    # === RETURNS === #

    def test_credit_note_paid_back(self):
        """K12: negative on the day it is paid, and on the day the invoice was paid."""
        invoice = self._invoice(self.acme, "2026-01-20", 100)
        self._pay(invoice, "2026-02-10", 60)
        self._pay(invoice, "2026-02-20")
        refund = self._refund(invoice, "2026-03-02", 30)
        self.program._run()
        self.assertEqual(sum(self._stage("collected").mapped("amount")), 100)
        self._pay(refund, "2026-03-05", 10)
        self._pay(refund, "2026-04-05")
        self.program._run()
        credits = self._stage("collected", is_return=True)
        self.assertEqual(
            [(str(c.date), str(c.origin_date), c.amount) for c in credits],
            [("2026-03-05", "2026-02-20", -10), ("2026-04-05", "2026-02-20", -20)],
        )
        self.assertEqual(round(sum(credits.mapped("quantity")), 6), -1)
        self.assertEqual(set(credits.mapped("origin_document_id")), {invoice.id})
        self.assertEqual(self._stage("collected", is_return=False).mapped("amount"), [60, 40])
        self.assertNothingToMend()

    def test_origin_of_what_is_paid_back(self):
        """K12: (day the invoice was paid, origin of the return): never later than the return."""
        for paid, expected in (
            ("2026-03-04", "2026-03-04"),
            ("2026-03-05", "2026-03-05"),
            ("2026-03-06", "2026-03-05"),
            (None, "2026-03-05"),
        ):
            partner = self.env["res.partner"].create({"name": "P", "is_company": True})
            self._enroll(partner)
            invoice = self._invoice(partner, "2026-01-20", 100)
            refund = self._refund(invoice, "2026-03-02")
            # Odoo has matched the two
            self._due(refund).remove_move_reconcile()
            self._pay(refund, "2026-03-05")
            self.program._run()
            if paid:
                self._pay(invoice, paid)
                self.program._run()
            with self.subTest(paid=paid):
                credits = self._stage("collected", partner, is_return=True)
                standing = {}
                for credit in credits:
                    day = str(credit.origin_date)
                    standing[day] = standing.get(day, 0) + credit.amount
                self.assertEqual({d: a for d, a in standing.items() if a}, {expected: -100})
        self.assertNothingToMend()

    # === DOCUMENTS OF NOTHING, SHARES, SWEEP === #

    def test_a_document_of_nothing(self):
        """K4: an invoice over 0 is settled on its day, and divides nothing by nothing."""
        self._invoice(self.acme, "2026-02-03", 100, -100)
        self.program._run()
        credits = self._stage("collected")
        self.assertEqual(sorted(credits.mapped("amount")), [-100, 100])
        self.assertEqual({str(credit.date) for credit in credits}, {"2026-02-03"})
        self.assertNothingToMend()

    def test_lines_below_zero(self):
        """K4: a discount line is collected in the same proportion."""
        invoice = self._invoice(self.acme, "2026-02-03", 100, -20)
        self._pay(invoice, "2026-02-10", 40)
        self.program._run()
        self.assertEqual(self._stage("collected").mapped("amount"), [50, -10])
        self._pay(invoice, "2026-02-10")
        self.assertEqual(self._collected(), [("2026-02-10", 80)])
        self.assertNothingToMend()

    def test_the_referrer_is_credited_too(self):
        """R14: every role at every stage."""
        invoice = self._invoice(self.acme, "2026-02-03", 100, pmm_referrer_id=self.bolt.id)
        self._pay(invoice, "2026-02-10", 40)
        self.assertEqual(self._collected(self.bolt), [("2026-02-10", 40)])
        self._change_credits(invoice, referrer_id=False)
        self.assertEqual(self._collected(self.bolt), [])
        self.assertNothingToMend()

    def test_the_sweep_mends_what_was_paid(self):
        """X13: a reconciliation that nothing announced, and one that vanished."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self._pay(invoice, "2026-02-10", 40)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM pmm_dirty")
        Credit = self.env["pmm.credit"]
        self.assertEqual(Credit._fill_range(invoice.id, invoice.id), 1)
        self.assertEqual(self._stage("collected").mapped("mended"), [True])
        self.env.cr.execute("DELETE FROM account_partial_reconcile")
        self.env.invalidate_all()
        self.assertEqual(Credit._fill_range(invoice.id, invoice.id), 1)
        self.assertEqual(self._stage("collected").mapped("amount"), [40, -40])
