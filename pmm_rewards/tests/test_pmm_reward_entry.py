import psycopg2

from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestLedgerOfDifferences(RewardCommon):
    """R32, R34, R44: entries are differences; running again adds nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._rate(0.10))

    def test_second_run_adds_nothing(self):
        """R44: nothing changed, nothing is added; a new document alone is."""
        first = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self.assertNothingAdded()
        second = self._invoice(self.acme, "2026-03-03", 10)
        self.program._run()
        self.assertLedger(
            self.acme_in,
            [
                ("2026-02", "2026-02", first.name, 100.0),
                ("2026-03", "2026-03", second.name, 1.0),
            ],
        )

    def test_first_run_after_refund_books_the_difference_only(self):
        """R44: two differences of one key before the first run are one entry."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self._refund(invoice, "2026-03-03", 400)
        self.program._run()
        self.assertLedger(self.acme_in, [("2026-02", "2026-02", invoice.name, 60.0)])

    def test_full_credit_note_takes_the_reward_back(self):
        """R32: a difference on the invoice's key, in its period, that names the credit note."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        refund = self._refund(invoice, "2026-03-03")
        self.program._run()
        self.assertLedger(
            self.acme_in,
            [
                ("2026-02", "2026-02", invoice.name, 100.0),
                ("2026-02", "2026-02", invoice.name, -100.0),
            ],
        )
        clawback = self._entries(self.acme_in)[1]
        self.assertEqual(clawback.kind, "clawback")
        self.assertEqual(clawback.basis_amount, -1000)
        self.assertEqual(clawback.document_id, invoice.id)
        self.assertEqual(clawback.cause_name, refund.name)
        self.assertEqual((clawback.cause_model, clawback.cause_id), ("account.move", refund.id))
        self.assertNothingAdded()

    def test_partial_credit_note_takes_its_part_back(self):
        """R32: 400 of 1 000 returned: 40 of 100 are taken back, the rest with the rest."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self._refund(invoice, "2026-03-03", 400)
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100, -40])
        self._refund(invoice, "2026-04-03", 600)
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100, -40, -60])

    def test_rounding_of_parts_returns_exactly_to_zero(self):
        """R45: parts that are rounded never leave a cent behind."""
        invoice = self._invoice(self.acme, "2026-02-03", 1.05)
        for amount in (0.35, 0.35, 0.35):
            self.program._run()
            self._refund(invoice, "2026-02-03", amount)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        self.assertEqual(self._entries(self.acme_in)[0].amount, 0.11)

    def test_cancelled_credit_note_gives_the_reward_again(self):
        """R32: the credit note is undone, so is what it took."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        refund = self._refund(invoice, "2026-03-03")
        self.program._run()
        self.assertFalse(self._entries(self.acme_in))
        refund.button_draft()
        refund.button_cancel()
        self.program._run()
        self.assertLedger(self.acme_in, [("2026-02", "2026-02", invoice.name, 100.0)])

    def test_credit_note_without_an_invoice_is_a_key_of_its_own(self):
        """DEVELOP: a credit note that reverses nothing earns a negative in its own period."""
        note = self._invoice(self.acme, "2026-03-05", 200, move_type="out_refund")
        self.program._run()
        self.assertLedger(self.acme_in, [("2026-03", "2026-03", note.name, -20.0)])

    def test_credit_note_counts_in_its_own_period_where_the_plan_says_so(self):
        """R32: returns_in = own: a key of the credit note, in its period."""
        program = self._program("Own")
        enrollment = self._enroll(self.acme, program=program)
        self._plan(self._rate(0.10), program=program, returns_in="own")
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        refund = self._refund(invoice, "2026-03-03", 400)
        program._run()
        self.assertLedger(
            enrollment,
            [
                ("2026-02", "2026-02", invoice.name, 100.0),
                ("2026-03", "2026-03", refund.name, -40.0),
            ],
        )

    # === CLOSED PERIODS === #

    def test_late_credit_note_is_booked_in_the_oldest_open_period(self):
        """R34, DESIGN 3.3: January and February are closed: March pays, January is named."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01", "2026-02")
        self._refund(invoice, "2026-04-03", 400)
        self.program._run()
        self.assertLedger(
            self.acme_in,
            [
                ("2026-01", "2026-01", invoice.name, 100.0),
                ("2026-01", "2026-03", invoice.name, -40.0),
            ],
        )
        self.assertEqual(self._period("2026-01").state, "closed")
        late = self._entries(self.acme_in)[1]
        self.assertTrue("2026-03-01" <= str(late.date) < "2026-04-01", late.date)
        self.assertNothingAdded()

    def test_late_invoice_is_booked_in_the_oldest_open_period(self):
        """R34: an invoice of January that is posted after the close is paid with February."""
        self._close("2026-01")
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self.program._run()
        self.assertLedger(self.acme_in, [("2026-01", "2026-02", invoice.name, 100.0)])

    def test_closing_a_period_takes_what_happened_up_to_then(self):
        """DEVELOP: closing runs the calculation first."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01")
        self.assertLedger(self.acme_in, [("2026-01", "2026-01", invoice.name, 100.0)])

    def test_late_differences_find_an_open_period_on_the_first_day_of_a_new_one(self):
        """DESIGN 3.3: all up to yesterday is closed: the run opens the period of today."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        with freeze_time("2026-05-01"):
            self._close("2026-01", "2026-02", "2026-03", "2026-04")
            self._refund(invoice, "2026-04-30")
            self.program._run()
        self.assertLedger(
            self.acme_in,
            [
                ("2026-01", "2026-01", invoice.name, 100.0),
                ("2026-01", "2026-05", invoice.name, -100.0),
            ],
        )

    def test_entries_of_a_closed_period_never_change(self):
        """DESIGN 3.3: whatever happens to the documents, what is closed stays."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        other = self._invoice(self.bolt, "2026-01-21", 500)
        self._close("2026-01")
        fields = [*self.env["pmm.reward.entry"]._fields]
        closed = self._entries()
        before = closed.filtered(lambda e: e.period_id.name == "2026-01").read(fields)
        self._repost(invoice, "2026-03-01", 700)
        other.button_draft()
        other.button_cancel()
        self.program._run()
        self.env.invalidate_all()
        after = self._entries().filtered(lambda e: e.period_id.name == "2026-01").read(fields)
        self.assertEqual(after, before)
        self.assertEqual(self._earned(self.bolt_in), 0)
        self.assertEqual(self._earned(self.acme_in), 70)

    # === DOCUMENTS THAT CHANGE === #

    def test_reset_to_draft_takes_back_and_reposting_grants_again(self):
        """R44: draft documents earn nothing; the same document is the same key."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        invoice.button_draft()
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100, -100, 100])
        self.assertEqual(self._entries(self.acme_in).mapped("revision"), [1, 2, 3])

    def test_another_amount_is_a_difference(self):
        """R44: 1 000 becomes 1 500: 50 more, on the same key."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self._repost(invoice, price=1500)
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100, 50])
        self.assertEqual(self._entries(self.acme_in)[1].basis_amount, 500)

    def test_another_date_moves_the_reward_to_its_period(self):
        """R44: from February to March: taken back there, granted here."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self._repost(invoice, "2026-03-03")
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 0)
        self.assertEqual(self._earned(self.acme_in, "2026-03"), 100)
        self.assertNothingAdded()

    def test_another_date_of_the_invoice_moves_its_credit_note_too(self):
        """R32: the credit note goes with the invoice that it reverses."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self._refund(invoice, "2026-03-20", 400)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 60)
        self._repost(invoice, "2026-03-03")
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 0)
        self.assertEqual(self._earned(self.acme_in, "2026-03"), 60)

    def test_another_partner_gets_the_reward(self):
        """R44: billed to the wrong partner, corrected: one loses, the other gains."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self._repost(invoice, partner_id=self.bolt.id)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        self.assertEqual(self._earned(self.bolt_in), 100)

    def test_cancelled_invoice_earns_nothing(self):
        """R32: a cancelled document is taken back in full."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        invoice.button_draft()
        invoice.button_cancel()
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100, -100])

    def test_another_referrer_gets_the_referral(self):
        """R10: the referrer of a posted invoice is corrected."""
        self._plan(self._rate(0.02, role="referrer"), name="Referrals")
        invoice = self._invoice(self.stranger, "2026-02-03", 1000, pmm_referrer_id=self.acme.id)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 20)
        self._change_credits(invoice, referrer_id=self.bolt.id)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        self.assertEqual(self._earned(self.bolt_in), 20)
        self._change_credits(invoice, referrer_id=False)
        self.program._run()
        self.assertEqual(self._earned(self.bolt_in), 0)

    def test_shares_corrected_after_the_close_are_a_difference(self):
        """R14, DESIGN 3.3: 60/40 was 50/50: February is closed, the open period is corrected."""
        self._plan(self._rate(0.1, role="split"), name="Shared")
        shares = [
            Command.create({"partner_id": partner.id, "share": share})
            for partner, share in ((self.acme, 60), (self.bolt, 40))
        ]
        invoice = self._invoice(self.stranger, "2026-02-03", 1000.05, pmm_split_ids=shares)
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [60])
        self.assertEqual(self._entries(self.bolt_in).mapped("amount"), [40])
        self._close("2026-01", "2026-02")
        self._change_credits(invoice, shares=[(self.acme, 50), (self.bolt, 50)])
        self.program._run()
        for enrollment, amounts in ((self.acme_in, [60, -10]), (self.bolt_in, [40, 10])):
            entries = self._entries(enrollment)
            self.assertEqual(entries.mapped("amount"), amounts)
            self.assertEqual(entries.origin_period_id.name, "2026-02")
            self.assertEqual(entries.mapped("period_id.name"), ["2026-02", "2026-03"])

    # === TERMS THAT CHANGE === #

    def test_tier_row_changed_afterwards_is_a_difference(self):
        """R44, DESIGN 3.1: Gold from February instead of March."""
        tier = self._tier(self.acme_in, self.gold, "2026-03-01")
        self._plan(self._rate(0.05, grade_ids=[Command.set(self.gold.ids)]), name="Gold")
        self._invoice(self.acme, "2026-02-10", 1000)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 100)
        tier.date_start = "2026-02-10"
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 150)
        tier.date_start = "2026-02-11"
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 100)
        tier.date_start = "2026-02-01"
        self.program._run()
        tier.unlink()
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 100)

    def test_enrolment_end_moved_back_takes_back(self):
        """DESIGN 3.1: who left on 1 February earns nothing on the 3rd; who stays does."""
        self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self.acme_in.date_stop = "2026-02-03"
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)
        self.acme_in.date_stop = "2026-02-04"
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 100)

    def test_partner_enrolled_later_earns_from_the_first_day(self):
        """DESIGN 3.1: the enrolment reaches back before the day on which it was entered."""
        invoice = self._invoice(self.stranger, "2026-02-03", 1000)
        self.program._run()
        enrollment = self._enroll(self.stranger, "2026-02-01")
        self.program._run()
        self.assertLedger(enrollment, [("2026-02", "2026-02", invoice.name, 100.0)])

    def test_closed_plan_grants_nothing_from_today_on(self):
        """R36: closing ends the plan today; what was earned stays and follows its documents."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self.plan.action_close()
        self.assertEqual((self.plan.state, str(self.plan.date_stop)), ("closed", "2026-04-15"))
        self._invoice(self.acme, "2026-04-15", 5000)
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100])
        self._refund(invoice, "2026-04-15", 400)
        late = self._invoice(self.acme, "2026-04-14", 10)
        self.program._run()
        self.assertEqual(self._entries(self.acme_in).mapped("amount"), [100, -40, 1])
        self.assertEqual(self._entries(self.acme_in)[-1].document_id, late.id)

    def test_archived_plan_follows_its_documents(self):
        """R36: out of sight is not out of force."""
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        self.plan.active = False
        self._refund(invoice, "2026-03-03")
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)

    def test_bands_are_reckoned_again_with_each_document(self):
        """R33: a refund pulls the period under the floor of a band: the difference is booked."""
        rule = self._plan(self._bands((0, 0), (1000, 0.10)), name="Bands").rule_ids
        invoice = self._invoice(self.acme, "2026-02-03", 1500)
        self.program._run()
        refund = self._refund(invoice, "2026-03-03", 700)
        self.program._run()
        entries = self._entries(rule=rule)
        self.assertEqual(entries.mapped("amount"), [50, -50])
        entry = entries[1]
        self.assertEqual(entry.cause_name, refund.name)
        self.assertFalse(entry.document_id)
        self.assertNothingAdded()

    # === THE LEDGER ITSELF === #

    def _one_entry(self):
        self._invoice(self.acme, "2026-02-03", 1000)
        self.program._run()
        return self._entries(self.acme_in)

    def test_entries_cannot_be_written_or_deleted(self):
        """DESIGN 3.3: not by anybody, not even by the superuser."""
        entry = self._one_entry()
        self.assertRefused(lambda: entry.write({"amount": 1}))
        self.assertRefused(entry.unlink)
        self.assertRefused(lambda: entry.sudo().write({"amount": 1}), "never changed or deleted")
        self.assertRefused(lambda: entry.sudo().unlink(), "never changed or deleted")
        self.assertEqual(entry.exists().amount, 100)

    def test_entries_cannot_be_changed_by_sql(self):
        """DESIGN 3.3: the database refuses UPDATE and DELETE."""
        entry = self._one_entry()
        for statement in (
            "UPDATE pmm_reward_entry SET amount = 0 WHERE id = %s",
            "DELETE FROM pmm_reward_entry WHERE id = %s",
        ):
            with (
                self.subTest(statement=statement),
                self.assertRaises(psycopg2.Error),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.cr.execute(statement, [entry.id])

    def test_the_same_revision_cannot_be_written_twice(self):
        """R44, DESIGN 3.2: two runs that saw the same ledger cannot both write."""
        plans = self.plan | self._plan(self._bands((0, 0.01)), name="Bands")
        self._one_entry()
        for plan in plans:
            entry = self._entries(rule=plan.rule_ids)
            self.assertTrue(entry)
            with (
                self.assertRaises(psycopg2.errors.UniqueViolation),
                mute_logger("odoo.sql_db"),
                self.cr.savepoint(),
            ):
                self.cr.execute(
                    """
                    INSERT INTO pmm_reward_entry (rule_id, plan_id, program_id, enrollment_id,
                        partner_id, company_id, currency_id, origin_period_id, period_id, date,
                        kind, document_id, amount, revision, recorded_at)
                    SELECT rule_id, plan_id, program_id, enrollment_id, partner_id, company_id,
                        currency_id, origin_period_id, period_id, date, kind, document_id, amount,
                        revision, recorded_at
                    FROM pmm_reward_entry WHERE id = %s
                    """,
                    [entry.id],
                )

    def test_partners_with_rewards_are_kept(self):
        """DESIGN 3.3: neither partner, enrolment, plan nor period with entries can be deleted."""
        self._one_entry()
        for record in (self.acme_in, self.plan, self._period("2026-02"), self.program):
            with self.subTest(record=record):
                self.assertRefused(record.unlink)

    # === EXPLANATIONS === #

    def test_explanation_of_a_document_tells_basis_rate_and_result(self):
        """R42, W1: 10 % of 1,000.00 = 100.00."""
        text = self._one_entry().explanation
        for part in ("10", "%", "1,000.00", "100.00"):
            self.assertIn(part, text)
        self.assertNotIn("booked before", text)

    def test_explanation_of_a_difference_tells_what_was_booked_before(self):
        """R42, W1: 60 in all, 100 before, difference −40."""
        entry = self._one_entry()
        invoice = self.env["account.move"].browse(entry.document_id)
        self._refund(invoice, "2026-03-03", 400)
        self.program._run()
        text = self._entries(self.acme_in)[1].explanation
        for part in ("600.00", "60.00", "100.00", "40.00"):
            self.assertIn(part, text)

    def test_explanation_of_bands_tells_each_slice(self):
        """R42, W1: 10 % of the first 100, 20 % of the next 200, 30 % of the other 3 500."""
        plan = self._plan(self._bands((0, 0.10), (100, 0.20), (300, 0.30)), name="Bands")
        self._invoice(self.acme, "2026-02-03", 3800)
        self.program._run()
        text = self._entries(rule=plan.rule_ids).explanation
        for part in ("3,800.00", "1,100.00", "1,050.00", "40.00", "10.00", "3,500.00", "300.00"):
            self.assertIn(part, text)

    def test_explanation_names_the_tier(self):
        """R42, W1: the tier by which a rule was open to the partner."""
        self._tier(self.acme_in, self.gold, "2026-01-01")
        plan = self._plan(self._rate(0.0575, grade_ids=[Command.set(self.gold.ids)]), name="Gold")
        self._one_entry()
        text = self._entries(rule=plan.rule_ids).explanation
        self.assertIn("Gold", text)
        self.assertIn("5.75", text)

    def test_explanation_of_what_vanished(self):
        """R42, W6: nothing is earned any more, and what was booked is taken back."""
        self._one_entry()
        self.acme_in.date_stop = "2026-02-01"
        self.program._run()
        entry = self._entries(self.acme_in)[1]
        self.assertEqual((entry.amount, entry.kind), (-100, "clawback"))
        self.assertIn("100.00", entry.explanation)
        self.assertEqual(entry.basis_amount, -1000)

    def test_terms_survive_a_change_of_the_rule_name(self):
        """R42: figures are read from the entry and not from the rule of today."""
        entry = self._one_entry()
        self.assertEqual(float(entry.terms["rate"]), 0.10)
        self.assertEqual(float(entry.terms["basis"]), 1000)
