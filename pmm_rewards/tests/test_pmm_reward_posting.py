from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccruals(RewardCommon):
    """S2: what partners earn is accrued in the general ledger, once, on the right day."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._rate(0.10))

    def _items(self, move):
        """Return the journal items as a set of (account, partner, balance)."""
        return {(line.account_id, line.partner_id, line.balance) for line in move.line_ids}

    def test_accrual_is_a_balanced_pair_per_partner(self):
        """S2: Dr incentive expense / Cr accrued incentives, per enrolment, on the last day."""
        self._invoice(self.acme, "2026-02-03", 1000)
        self._invoice(self.acme, "2026-02-13", 500)
        self._invoice(self.bolt, "2026-02-03", 70)
        self.program._run()
        move = self._post()
        expense, accrued = self.program.expense_account_id, self.program.accrued_account_id
        self.assertEqual(
            self._items(move),
            {
                (expense, self.acme, 150),
                (accrued, self.acme, -150),
                (expense, self.bolt, 7),
                (accrued, self.bolt, -7),
            },
        )
        self.assertEqual(len(move.line_ids), 4)
        self.assertEqual(move.state, "posted")
        self.assertEqual(move.journal_id, self.program.accrual_journal_id)
        self.assertEqual(move.move_type, "entry")
        self.assertEqual(str(move.date), "2026-02-28")
        self.assertFalse(move.line_ids.filtered("analytic_distribution"))
        entries = self._entries()
        self.assertEqual(entries.posting_ids.move_id, move)
        self.assertEqual(len(entries.posting_ids), 3)
        for entry in entries:
            item = entry.posting_ids.move_line_id
            self.assertEqual(item.account_id, accrued)
            self.assertEqual(item.partner_id, entry.partner_id)

    def test_running_period_is_dated_today_and_ended_ones_on_their_last_day(self):
        """S2: three booking periods, three journal entries; a closed period like an open one."""
        for day in ("2026-01-10", "2026-03-10", "2026-04-10"):
            self._invoice(self.acme, day, 100)
        self._close("2026-01")
        moves = self._post()
        self.assertEqual(
            sorted(map(str, moves.mapped("date"))), ["2026-01-31", "2026-03-31", "2026-04-15"]
        )

    def test_running_period_on_its_last_day(self):
        """DESIGN 3.8: on 30 April the entry is dated 30 April, on 1 May too."""
        self._invoice(self.acme, "2026-04-10", 100)
        self.program._run()
        with freeze_time("2026-04-30"):
            self.assertEqual(str(self._post().date), "2026-04-30")
        self._invoice(self.acme, "2026-04-11", 100)
        with freeze_time("2026-05-01"):
            self.program._run()
            self.assertEqual(str(self._post().date), "2026-04-30")

    def test_posting_twice_posts_nothing(self):
        """DESIGN 3.2: each reward is in the general ledger once."""
        self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self.assertTrue(self._post())
        self.assertFalse(self._post())
        self.program._run()
        self.assertFalse(self._post())
        self.assertEqual(self._balance(), -100)
        self.assertRefused(self.program.action_post_accruals, "posted already")

    def test_late_credit_note_is_a_delta_accrual(self):
        """S2: only the difference is posted, on the last day of the period that books it."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01", "2026-02")
        self._post()
        self._refund(invoice, "2026-04-02", 400)
        self.program._run()
        move = self._post()
        self.assertEqual(str(move.date), "2026-03-31")
        expense, accrued = self.program.expense_account_id, self.program.accrued_account_id
        self.assertEqual(self._items(move), {(expense, self.acme, -40), (accrued, self.acme, 40)})
        self.assertEqual(self._balance(), -60)

    def test_sums_of_zero_need_no_journal_entry(self):
        """S2: granted and taken back before it was posted."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self._refund(invoice, "2026-03-03")
        self.program._run()
        self.assertFalse(self._post())
        self._invoice(self.acme, "2026-02-05", 70)
        self.program._run()
        self.assertEqual(self._post().line_ids.filtered("debit").mapped("debit"), [7])
        self.assertFalse(self._post())

    def test_posting_many_partners_in_batches(self):
        """S2: batches are journal entries of their own; every partner is in one of them."""
        for number in range(5):
            partner = self.env["res.partner"].create({"name": f"P{number}", "is_company": True})
            self._enroll(partner)
            self._invoice(partner, "2026-02-03", 100 + number)
        self.program._run()
        self.env["pmm.reward.posting"]._post(self.program, batch=2)
        moves = self._moves(self.program)
        self.assertEqual(len(moves), 3)
        self.assertEqual(sorted(len(move.line_ids) for move in moves), [2, 4, 4])
        self.assertEqual(self._balance(), -51)
        for entry in self._entries():
            item = entry.posting_ids.move_line_id
            self.assertEqual((item.partner_id, item.credit), (entry.partner_id, entry.amount))

    def test_locked_books_move_the_accrual_to_the_first_open_day(self):
        """S2: never silently into a lock; the entry says which period it is for."""
        for day in ("2026-01-20", "2026-02-20"):
            self._invoice(self.acme, day, 100)
        self.program._run()
        self.company.fiscalyear_lock_date = "2026-01-31"
        moves = self._post().sorted("date")
        self.assertEqual(list(map(str, moves.mapped("date"))), ["2026-02-01", "2026-02-28"])
        self.assertIn("2026-01", moves[0].ref)
        self.assertEqual(self._balance(), -20)

    def test_one_day_before_the_end_is_not_locked(self):
        """DESIGN 3.8: locked up to 30 January: the accrual of the 31st stays."""
        self._invoice(self.acme, "2026-01-20", 100)
        self.program._run()
        self.company.hard_lock_date = "2026-01-30"
        self.assertEqual(str(self._post().date), "2026-01-31")

    def test_books_locked_up_to_today_are_refused_and_nothing_is_written(self):
        """S2, DESIGN 3.9: an accrual is never dated in the future."""
        self._invoice(self.acme, "2026-01-20", 100)
        self.program._run()
        self.company.fiscalyear_lock_date = "2026-04-15"
        self.assertRefused(self._post, "locked")
        self.assertFalse(self.env["pmm.reward.posting"].search([]))
        self.assertEqual(self._balance(), 0)

    def test_missing_accounts_and_journals_are_named(self):
        """DESIGN 3.9: the sentence names all that is missing, and where to fill it in."""
        self._invoice(self.acme, "2026-02-20", 100)
        self.program._run()
        self.program.write(
            {
                "expense_account_id": False,
                "accrued_account_id": False,
                "accrual_journal_id": False,
                "bill_journal_id": False,
            }
        )
        labels = {
            "expense_account_id": "Incentive expense",
            "accrued_account_id": "Accrued incentives",
            "accrual_journal_id": "Accrual Journal",
            "bill_journal_id": "Self-billing journal",
        }
        sentence = self.assertRefused(self._post, "Accounting page")
        for label in labels.values():
            self.assertIn(label, sentence)
        self.program._setup_accounting()
        self.program.accrual_journal_id = False
        sentence = self.assertRefused(self._post, "Accrual Journal")
        self.assertNotIn("Incentive expense", sentence)
        self.assertFalse(self._moves(self.program))

    def test_an_account_that_cannot_be_reconciled_is_refused(self):
        """S2: statements are settled by reconciling; the account must allow it."""
        self._invoice(self.acme, "2026-02-20", 100)
        self.program._run()
        self.program.accrued_account_id.reconcile = False
        self.assertRefused(self._post, "reconcil")

    def test_setup_fills_what_is_missing_only_and_serves_many_programmes(self):
        """X15: the button can be pressed again, and in a second programme."""
        wanted = ("expense_account_id", "accrued_account_id", "accrual_journal_id")
        before = [self.program[name] for name in (*wanted, "bill_journal_id")]
        self.program._setup_accounting()
        self.assertEqual([self.program[name] for name in (*wanted, "bill_journal_id")], before)
        second = self.env["pmm.program"].create(
            {"name": "Second", "company_id": self.company.id, "date_start": "2026-01-01"}
        )
        second._setup_accounting()
        second._check_accounting()
        self.assertTrue(second.bill_journal_id.is_self_billing)

    def test_accrued_account_stays_once_rewards_stand_on_it(self):
        """W7: another account would leave the posted rewards behind."""
        other = self.program.accrued_account_id.copy()
        self.program.accrued_account_id = other
        self._invoice(self.acme, "2026-02-20", 100)
        self.program._run()
        self._post()
        another = other.copy()
        self.assertRefused(lambda: self.program.write({"accrued_account_id": another.id}), "stay")

    def test_accrual_entries_cannot_be_undone(self):
        """DEVELOP: neither reset nor cancelled nor deleted; corrections are differences."""
        self._invoice(self.acme, "2026-02-20", 100)
        self.program._run()
        move = self._post()
        self.assertRefused(move.button_draft, "accrues partner rewards")
        self.assertRefused(move.button_cancel)
        self.assertRefused(move.unlink)
        self.assertRefused(lambda: move.with_context(force_delete=True).unlink())
        self.assertEqual(move.state, "posted")
        self.assertEqual(self._balance(), -10)

    def test_postings_are_append_only(self):
        """DESIGN 3.3: the link between ledger and general ledger stays."""
        self._invoice(self.acme, "2026-02-20", 100)
        self.program._run()
        self._post()
        posting = self._entries().posting_ids.sudo()
        self.assertRefused(posting.unlink, "never changed or deleted")
        self.assertRefused(lambda: posting.write({"move_id": posting.move_id.id}), "never changed")

    def test_programme_in_another_currency_is_accrued_at_the_rate_of_the_accounting_date(self):
        """S12: credits at their days' rates, the accrual at that of the last day."""
        euro = self._currency(
            "PME", {"2026-01-01": 0.5, "2026-02-28": 0.8, "2026-03-01": 2.0, "2026-04-15": 4.0}
        )
        program = self._program("Euro", currency_id=euro.id)
        self._enroll(self.acme, program=program)
        self._plan(self._rate(0.10), program=program)
        self._invoice(self.acme, "2026-02-10", 1000)
        program._run()
        move = self._post(program)
        accrued = move.line_ids.filtered(lambda x: x.account_id == program.accrued_account_id)
        self.assertEqual(accrued.currency_id, euro)
        self.assertEqual(accrued.amount_currency, -50)
        self.assertEqual(accrued.balance, -62.5)
        self.assertEqual(sum(move.line_ids.mapped("balance")), 0)
        self.assertFalse(self._balance())  # the other programme has an account of its own
