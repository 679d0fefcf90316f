from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestBills(RewardCommon):
    """S4, S10: a statement becomes a self-billed bill on the accrued account, and is paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._rate(0.10))

    def _stated(self, price=1000, partner=None):
        """Return the statement of January over an invoice of ``price``, accrued."""
        self._invoice(partner or self.acme, "2026-01-20", price)
        return self._state("2026-01")

    def _accrued_items(self, moves):
        return moves.line_ids.filtered(lambda x: x.account_id == self.program.accrued_account_id)

    def test_bill_settles_the_accrual(self):
        """S4: posted, self-billed, its line on the accrued account, all items reconciled."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        self.assertEqual(len(bill), 1)
        self.assertEqual(bill.move_type, "in_invoice")
        self.assertEqual(bill.state, "posted")
        self.assertEqual(bill.journal_id, self.program.bill_journal_id)
        self.assertTrue(bill.journal_id.is_self_billing)
        self.assertEqual(bill.partner_id, self.acme)
        self.assertEqual((str(bill.invoice_date), str(bill.date)), ("2026-02-10", "2026-02-10"))
        self.assertEqual(bill.amount_total, 100)
        self.assertEqual(bill.invoice_line_ids.account_id, self.program.accrued_account_id)
        self.assertEqual(bill.currency_id, self.currency)
        self.assertIn(statement.name, bill.ref)
        items = self._accrued_items(bill | self._moves(self.program))
        self.assertEqual(len(items), 2)
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertEqual(items.mapped("amount_residual"), [0, 0])
        self.assertEqual(self._balance(), 0)
        self.assertEqual(statement.state, "billed")
        self.assertEqual(statement.move_id, bill)
        self.assertEqual(statement.line_ids.entry_id.mapped("state"), ["billed"])

    def test_bill_date_is_today_unless_told(self):
        """S4: the button bills as of today."""
        bill = self._stated()._create_bills()
        self.assertEqual(str(bill.invoice_date), "2026-04-15")

    def test_a_statement_is_billed_once(self):
        """DESIGN 3.2: billing again makes no bill."""
        statement = self._stated()
        self.assertTrue(statement._create_bills())
        self.assertFalse(statement._create_bills())
        self.assertRefused(statement.action_create_bills, "(?i)nothing to bill")
        self.assertEqual(len(self.env["account.move"].search([("ref", "=", statement.name)])), 1)

    def test_each_partner_gets_its_own_bill(self):
        """S4: two statements of two partners are two bills."""
        self._invoice(self.bolt, "2026-01-20", 70)
        statements = self._stated()
        bills = statements._create_bills()
        found = {(bill.partner_id, bill.amount_total) for bill in bills}
        self.assertEqual(found, {(self.acme, 100), (self.bolt, 7)})
        self.assertEqual(self._balance(), 0)

    def test_two_statements_of_a_partner_are_billed_together(self):
        """S5: one bill with a line per statement."""
        first = self._stated()
        self._invoice(self.acme, "2026-02-20", 50)
        second = self._state("2026-02")
        bill = (first | second)._create_bills()
        self.assertEqual(len(bill), 1)
        self.assertEqual(sorted(bill.invoice_line_ids.mapped("price_subtotal")), [5, 100])
        self.assertTrue(all(self._accrued_items(bill).mapped("reconciled")))
        self.assertEqual(self._balance(), 0)

    def test_other_positive_statements_are_left_alone(self):
        """S8: who bills February does not bill January, unless it takes something off."""
        first = self._stated()
        self._invoice(self.acme, "2026-02-20", 50)
        second = self._state("2026-02")
        self.assertEqual(second._create_bills().amount_total, 5)
        self.assertEqual(first.state, "issued")

    def test_two_programmes_of_a_partner_are_two_bills(self):
        """S4: programmes have their own accounts and bills."""
        program = self._program("Second")
        self._enroll(self.acme, program=program)
        self._plan(self._rate(0.01), program=program)
        first = self._stated()
        second = self._state("2026-01", program=program)
        bills = (first | second)._create_bills()
        self.assertEqual(sorted(bills.mapped("amount_total")), [10, 100])
        self.assertEqual(self._balance(), 0)
        self.assertEqual(self._balance(program), 0)

    # === NEGATIVE AND ZERO === #

    def _clawed_back(self, later=50):
        """Return January's statement, billed, and February's, which is ``later`` − 400."""
        invoice = self._invoice(self.acme, "2026-01-20", 10000)
        january = self._state("2026-01")
        self._bill(january, "2026-02-01")
        self._invoice(self.acme, "2026-02-20", later)
        self._refund(invoice, "2026-02-25", 4000)
        return january, self._state("2026-02")

    def test_a_negative_statement_is_carried_forward(self):
        """R32: no bill, no credit note; it waits for what comes."""
        _january, february = self._clawed_back()
        self.assertEqual(february.amount_total, 5 - 400)
        self.assertTrue(february.carried)
        self.assertFalse(february._create_bills())
        self.assertRefused(february.action_create_bills, "(?i)carried forward")
        self.assertEqual(february.state, "issued")
        self.assertEqual(self._balance(), 395)

    def test_a_negative_statement_is_netted_with_the_next_bill(self):
        """R32: March earns 500, less the 395 of February: 105 are billed, without asking."""
        _january, february = self._clawed_back()
        self._invoice(self.acme, "2026-03-20", 5000)
        march = self._state("2026-03")
        bill = march._create_bills()
        self.assertEqual(bill.amount_total, 105)
        self.assertEqual(sorted(bill.invoice_line_ids.mapped("price_subtotal")), [-395, 500])
        self.assertEqual((february | march).move_id, bill)
        self.assertEqual(self._balance(), 0)
        self.assertTrue(
            all(self._accrued_items(bill | self._moves(self.program)).mapped("reconciled"))
        )
        self.assertFalse(february.carried)

    def test_what_nets_to_less_than_zero_is_carried_on(self):
        """R32: March earns 100, February owes 395: both wait."""
        _january, february = self._clawed_back()
        self._invoice(self.acme, "2026-03-20", 1000)
        march = self._state("2026-03")
        self.assertFalse(march._create_bills())
        self.assertEqual((february | march).mapped("state"), ["issued", "issued"])

    def test_what_nets_to_exactly_zero_makes_no_bill(self):
        """DESIGN 3.8: at 0, one cent above it."""
        _january, february = self._clawed_back()
        self._invoice(self.acme, "2026-03-20", 3950)
        march = self._state("2026-03")
        self.assertFalse(march._create_bills())
        self._invoice(self.bolt, "2026-03-21", 1)  # of no concern to Acme
        self.assertEqual((february | march).mapped("state"), ["issued", "issued"])

    def test_one_cent_above_zero_is_billed(self):
        """DESIGN 3.8: one cent above 0."""
        self._clawed_back()
        self._invoice(self.acme, "2026-03-20", 3950.10)
        self.assertEqual(self._state("2026-03")._create_bills().amount_total, 0.01)
        self.assertEqual(self._balance(), 0)

    def test_a_period_of_exactly_zero_waits(self):
        """S7: +400 and −400 in one period: nothing to state, nothing to bill."""
        self.assertFalse(self._clawed_back(later=4000)[1])
        self._invoice(self.acme, "2026-03-20", 10)
        march = self._state("2026-03")
        self.assertEqual(self._bill(march).amount_total, 1)
        self.assertEqual(self._balance(), 0)

    def test_a_clawback_of_one_partner_is_not_netted_with_another(self):
        """R32: Bolt is paid in full while Acme owes."""
        self._clawed_back()
        self._invoice(self.bolt, "2026-03-20", 1000)
        bill = self._state("2026-03")._create_bills()
        self.assertEqual((bill.partner_id, bill.amount_total), (self.bolt, 100))

    # === TAXES === #

    def _tax(self, amount, name, **vals):
        account = self.company_data["default_account_tax_purchase"]
        return self.env["account.tax"].create(
            {
                "name": name,
                "amount": amount,
                "amount_type": "percent",
                "type_tax_use": "purchase",
                "invoice_repartition_line_ids": [
                    Command.create({"repartition_type": "base"}),
                    Command.create({"repartition_type": "tax", "account_id": account.id}),
                ],
                **vals,
            }
        )

    def _assert_net(self, statement, total):
        """Assert that the bill comes to ``total`` and takes the whole reward off the account."""
        bill = statement._create_bills()
        self.assertEqual(bill.amount_total, total)
        items = self._accrued_items(bill)
        self.assertEqual(sum(items.mapped("balance")), statement.amount_total)
        self.assertEqual(self._balance(), 0)
        self.assertTrue(all(items.mapped("reconciled")))
        return bill

    def test_price_excluded_tax_comes_on_top(self):
        """S19: 100 earned, 20 % on top: 120 to pay, 100 off the account."""
        self.program.tax_ids = self._tax(20, "20 excl", price_include_override="tax_excluded")
        self._assert_net(self._stated(), 120)

    def test_price_included_tax_comes_on_top_too(self):
        """S19: rewards are net of tax, whatever way the tax is entered."""
        self.program.tax_ids = self._tax(20, "20 incl", price_include_override="tax_included")
        self._assert_net(self._stated(), 120)

    def test_price_included_tax_of_awkward_amounts(self):
        """R45: no cent is lost on the way to the price and back."""
        self.program.tax_ids = self._tax(19.6, "19.6", price_include_override="tax_included")
        for number, price in enumerate((0.10, 0.30, 33.30, 99.90, 123.40, 7777.70)):
            partner = self.env["res.partner"].create({"name": f"P{number}", "is_company": True})
            self._enroll(partner)
            self._invoice(partner, "2026-01-20", price)
        statements = self._state("2026-01")
        bills = statements._create_bills()
        for statement in statements:
            items = self._accrued_items(statement.move_id)
            self.assertEqual(sum(items.mapped("balance")), statement.amount_total)
        self.assertEqual(len(bills), 6)
        self.assertEqual(self._balance(), 0)

    def test_included_and_excluded_taxes_together(self):
        """S19: 5 % within the price and 20 % on top."""
        self.program.tax_ids = self._tax(
            5, "5 incl", price_include_override="tax_included"
        ) | self._tax(20, "20 excl", price_include_override="tax_excluded")
        self._assert_net(self._stated(), 125)

    def test_no_tax_is_added_by_the_account_or_the_company(self):
        """S19: the taxes of the programme alone count."""
        self.program.accrued_account_id.tax_ids = self._tax(7, "7")
        bill = self._assert_net(self._stated(), 100)
        self.assertFalse(bill.line_ids.tax_ids)

    def test_tax_without_an_account_is_refused(self):
        """DESIGN 3.9: such a tax falls on the account of its line: the accrued one."""
        tax = self._tax(20, "20")
        tax.invoice_repartition_line_ids.account_id = False
        self.program.tax_ids = tax
        statement = self._stated()
        self.assertRefused(statement._create_bills, "(?i)tax")
        self.assertEqual(self._balance(), -100)

    def test_fiscal_position_of_the_partner_maps_the_taxes(self):
        """S19: abroad: 0 % instead of 20 %; at home 20 %."""
        home = self._tax(20, "20")
        position = self.env["account.fiscal.position"].create({"name": "Abroad"})
        abroad = self._tax(
            0,
            "0",
            fiscal_position_ids=[Command.set(position.ids)],
            original_tax_ids=[Command.set(home.ids)],
        )
        self.program.tax_ids = home
        self.bolt.with_company(self.company).property_account_position_id = position
        self._invoice(self.bolt, "2026-01-20", 1000)
        bills = self._stated()._create_bills()
        taxes = {bill.partner_id: bill.invoice_line_ids.tax_ids for bill in bills}
        self.assertEqual(taxes, {self.acme: home, self.bolt: abroad})
        self.assertEqual(sorted(bills.mapped("amount_total")), [100, 120])
        self.assertEqual(self._balance(), 0)

    # === REFUSALS === #

    def test_rewards_that_are_not_accrued_are_not_billed(self):
        """S4: the sentence says which button comes first; nothing is left behind."""
        self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01")
        statement = self._make("2026-01")
        self.assertRefused(statement._create_bills, "accruals")
        self.assertFalse(statement.move_id)
        self._post()
        self.assertTrue(statement._create_bills())

    def test_bill_in_a_locked_period_is_refused(self):
        """S4: Odoo would move it silently; it is refused and nothing is written."""
        statement = self._stated()
        self.company.fiscalyear_lock_date = "2026-02-28"
        self.assertRefused(lambda: self._bill(statement, "2026-02-10"), "(?i)locked|date")
        self.assertFalse(statement.move_id)
        self.assertEqual(self._balance(), -100)
        self.assertEqual(str(self._bill(statement, "2026-03-01").date), "2026-03-01")

    def test_bill_locked_for_purchases_is_refused(self):
        """S4: the lock date of purchases counts for bills."""
        statement = self._stated()
        self.company.purchase_lock_date = "2026-02-28"
        self.assertRefused(lambda: self._bill(statement, "2026-02-10"), "(?i)locked|date")

    # === PAYMENT === #

    def test_payment_flows_back(self):
        """S10: bill paid: statement and entries are paid."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        self._pay(bill, "2026-03-01")
        self.assertIn(bill.payment_state, ("paid", "in_payment"))
        self.assertEqual(statement.state, "paid")
        self.assertEqual(statement.line_ids.entry_id.mapped("state"), ["paid"])
        self.assertEqual(self._balance(), 0)

    def test_partial_payment_stays_billed(self):
        """S10: 40 of 100 paid, then the rest."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        self._pay(bill, "2026-03-01", 40)
        self.assertEqual(statement.state, "billed")
        self._pay(bill, "2026-03-02", 60)
        self.assertEqual(statement.state, "paid")

    def test_undone_payment_reopens(self):
        """S10: the payment is taken off the bill: billed again."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        self._pay(bill, "2026-03-01")
        bill.line_ids.remove_move_reconcile()
        self.assertEqual(statement.state, "billed")

    def test_cancelled_bill_makes_the_statement_billable_again(self):
        """S10: the bill is taken back by a reversal, billed anew, and the account is even."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        with freeze_time("2026-03-10"):
            statement.action_cancel_bill()
        self.assertEqual(bill.payment_state, "reversed")
        self.assertEqual(str(bill.reversal_move_ids.date), "2026-03-10")
        self.assertEqual(self._balance(), -100)
        self.assertEqual(statement.state, "issued")
        self.assertFalse(statement.move_id)
        self.assertEqual(statement.line_ids.entry_id.mapped("state"), ["stated"])
        again = self._bill(statement, "2026-03-20")
        self.assertEqual(again.amount_total, 100)
        self.assertEqual(statement.move_id, again)
        self.assertEqual(self._balance(), 0)
        items = self._accrued_items(
            self._moves(self.program) | bill | bill.reversal_move_ids | again
        )
        self.assertTrue(all(items.mapped("reconciled")))
        self.assertEqual(
            statement.settlement_ids.sorted("revision").mapped("amount"), [100, -100, 100]
        )

    def test_cancelling_a_netted_bill_opens_all_its_statements(self):
        """S10: the carried negative waits again with the positive one."""
        _january, february = self._clawed_back()
        self._invoice(self.acme, "2026-03-20", 5000)
        march = self._state("2026-03")
        self._bill(march)
        march.action_cancel_bill()
        self.assertEqual((february | march).mapped("state"), ["issued", "issued"])
        self.assertEqual(self._balance(), -105)
        self.assertEqual(self._bill(march).amount_total, 105)
        self.assertEqual(self._balance(), 0)

    def test_cancelled_bill_over_accruals_of_both_signs(self):
        """S10: items that settle each other beside the bill are open again after it, too."""
        invoice = self._invoice(self.acme, "2026-01-20", 10000)
        self.program._run()
        self._post()
        self._refund(invoice, "2026-01-25")
        self.program._run()
        self._post()
        self._invoice(self.acme, "2026-01-26", 6000)
        statement = self._state("2026-01")
        totals = self._moves(self.program).mapped("amount_total")
        self.assertEqual(sorted(totals), [600, 1000, 1000])
        for _ in range(3):
            self.assertEqual(self._bill(statement).amount_total, 600)
            self.assertEqual(self._balance(), 0)
            statement.action_cancel_bill()
            self.assertEqual(self._balance(), -600)
            items = self._accrued_items(self._moves(self.program))
            self.assertEqual(sum(items.mapped("amount_residual")), -600)

    def test_a_paid_bill_is_not_taken_back(self):
        """S11: first the payment, then the bill; in part is paid too."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        self._pay(bill, "2026-03-01", 40)
        self.assertRefused(statement.action_cancel_bill, "(?i)payment")
        self._pay(bill, "2026-03-01", 60)
        self.assertRefused(statement.action_cancel_bill, "(?i)payment")
        bill.line_ids.remove_move_reconcile()

    def test_a_bill_that_settles_rewards_stays_as_it_was_posted(self):
        """S11, W7: no reset, cancel, deletion or reversal behind the statement's back."""
        statement = self._stated()
        bill = self._bill(statement, "2026-02-10")
        self.assertRefused(bill.button_draft, "Cancel bill")
        self.assertRefused(bill.button_cancel, "Cancel bill")
        self.assertRefused(bill.unlink)
        self.assertRefused(lambda: bill.with_context(force_delete=True).unlink())
        self.assertRefused(lambda: bill._reverse_moves(cancel=True), "Cancel bill")
        wizard = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"journal_id": bill.journal_id.id})
        )
        self.assertRefused(wizard.refund_moves, "Cancel bill")
        self.assertRefused(wizard.modify_moves, "Cancel bill")
        statement.action_cancel_bill()
        reversal = bill.reversal_move_ids
        self.assertRefused(reversal.button_draft)
        self.assertRefused(reversal.button_cancel)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestForeignCurrency(RewardCommon):
    """S12: accrued and billed at the rates of their days; Odoo books the difference."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls._currency(
            "PME", {"2026-01-01": 0.5, "2026-01-31": 0.8, "2026-02-01": 2.0, "2026-03-01": 4.0}
        )
        cls.abroad = cls._program("Euro", currency_id=cls.euro.id)
        cls.acme_abroad = cls._enroll(cls.acme, program=cls.abroad)
        cls._plan(cls._rate(0.10), program=cls.abroad)

    def test_exchange_difference_is_booked_and_the_account_is_even(self):
        """S12: 500 earned; accrued at 0.8 as 625, billed at 2.0 as 250: 375 gained."""
        self._invoice(self.acme, "2026-01-20", 10000)
        statement = self._state("2026-01", program=self.abroad)
        self.assertEqual(statement.amount_total, 500)
        self.assertEqual(statement.currency_id, self.euro)
        self.assertEqual(self._balance(self.abroad), -625)
        bill = self._bill(statement, "2026-02-10")
        self.assertEqual(bill.currency_id, self.euro)
        self.assertEqual(bill.amount_total, 500)
        self.assertEqual(bill.invoice_line_ids.balance, 250)
        self.assertEqual(self._balance(self.abroad), 0)
        payable = bill.line_ids.filtered(lambda x: x.account_type == "liability_payable")
        self.assertEqual(payable.balance, -250)
        items = self.env["account.move.line"].search(
            [("account_id", "=", self.abroad.accrued_account_id.id)]
        )
        self.assertTrue(all(items.mapped("reconciled")))
        exchange = items.move_id - bill - self._moves(self.abroad)
        self.assertEqual(len(exchange), 1)
        gain = exchange.line_ids - items
        self.assertEqual(gain.balance, -375)
        self.assertEqual(gain.account_id, self.company.income_currency_exchange_account_id)

    def test_clawback_and_bill_at_three_rates(self):
        """S12, R32: the carried negative was accrued at another rate; the account is even."""
        invoice = self._invoice(self.acme, "2026-01-20", 10000)
        self._bill(self._state("2026-01", program=self.abroad), "2026-02-10")
        self._refund(invoice, "2026-02-20", 4000)
        february = self._state("2026-02", program=self.abroad)
        self.assertEqual(february.amount_total, -200)
        self.assertFalse(self._bill(february, "2026-03-10"))
        self._invoice(self.acme, "2026-03-20", 10000)
        march = self._state("2026-03", program=self.abroad)
        self.assertEqual(march.amount_total, 4000)
        bill = self._bill(march, "2026-04-10")
        self.assertEqual(bill.amount_total, 3800)
        self.assertEqual(self._balance(self.abroad), 0)

    def test_payment_in_company_currency(self):
        """S12: paid at the rate of the payment day; paid is paid."""
        self._invoice(self.acme, "2026-01-20", 10000)
        statement = self._state("2026-01", program=self.abroad)
        bill = self._bill(statement, "2026-02-10")
        wizard = (
            self.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create({"payment_date": "2026-03-10", "currency_id": self.currency.id})
        )
        self.assertEqual(wizard.amount, 125)
        wizard._create_payments()
        self.assertEqual(statement.state, "paid")
        self.assertEqual(self._balance(self.abroad), 0)
