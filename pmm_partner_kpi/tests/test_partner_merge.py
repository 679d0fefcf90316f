from odoo.tests import freeze_time, tagged

from .merge_common import MergeCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPartnerMerge(MergeCommon):
    """P12: two partners that are merged keep what each had; from that day on all counts once."""

    # === BOTH ENROLLED === #

    def test_each_keeps_its_own_and_then_all_counts_once(self):
        """P12: closed and open periods before; the day of the merge, one below, one above."""
        for partner, amount in ((self.acme, 100), (self.bolt, 10)):
            self._invoice(partner, "2026-02-10", amount)
            self._invoice(partner, "2026-04-14", amount)
        self._close("2026-01", "2026-02")
        self._merge_unchanged(self.acme, into=self.bolt)
        self.assertFalse(self.acme.exists())
        self.assertEqual(self.acme_in.partner_id, self.bolt)
        self.assertEqual(str(self.acme_in.date_stop), "2026-04-15")
        self.assertFalse(self.bolt_in.date_stop)
        for day, amount in (("14", 1), ("15", 2), ("16", 4)):
            self._invoice(self.bolt, f"2026-04-{day}", amount)
        self.program._run()
        self.assertEqual(self._actual(self.acme_in), 100)
        self.assertEqual(self._actual(self.bolt_in), 17)
        self.assertResult(self.acme_in, "2026-02", 100)
        self.assertResult(self.bolt_in, "2026-02", 10)
        self.assertFalse(self._measurement(self.acme_in, "2026-05"))

    def test_drill_down_follows(self):
        """P12: the credits behind a result are those that count, for both enrolments."""
        for partner, amount in ((self.acme, 100), (self.bolt, 10)):
            self._invoice(partner, "2026-04-14", amount)
        self._merge_unchanged(self.acme, into=self.bolt)
        for enrollment, amount in ((self.acme_in, 100), (self.bolt_in, 10)):
            for kpi in (self.kpi, self.origin_kpi, self.grouped, self.tree):
                action = self._measurement(enrollment, "2026-04", kpi).action_view_credits()
                found = self.env["pmm.credit"].search(action["domain"])
                self.assertEqual(sum(found.mapped("amount")), amount, kpi.name)

    def test_what_is_dated_from_that_day_on_moves(self):
        """P12: a document of the merge day counts for the partner that stays, once."""
        self._invoice(self.acme, "2026-04-15", 100)
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        self.program._run()
        self.assertEqual(self._actual(self.acme_in), 0)
        self.assertEqual(self._actual(self.bolt_in), 100)

    def test_late_correction_and_refund_stay_with_the_old_enrolment(self):
        """P12: a corrected old line, and by origin its credit note, count where it counted."""
        invoice = self._invoice(self.acme, "2026-03-10", 100)
        self._merge_unchanged(self.acme, into=self.bolt)
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._actual(self.acme_in, "2026-03"), 80)
        invoice.invoice_user_id = self._user("seller", "sales_team.group_sale_salesman")
        self.program._run()
        self.assertEqual(self._actual(self.acme_in, "2026-03"), 80)
        self._refund(invoice, "2026-04-15", 30)
        self.program._run()
        self.assertEqual(self._actual(self.acme_in, "2026-03", self.origin_kpi), 50)
        self.assertEqual(self._actual(self.bolt_in, "2026-03", self.origin_kpi), 0)
        self.assertEqual(self._actual(self.acme_in, "2026-03"), 80)
        self.assertEqual(self._actual(self.bolt_in, "2026-04"), -30)

    def test_payment_entered_late_counts_where_its_day_counted(self):
        """P12, K4: paid the day before the merge, or on its day; both entered after it."""
        collected = self._kpi("Collected", stage="collected")
        invoice = self._invoice(self.acme, "2026-03-10", 100)
        self._merge_unchanged(self.acme, into=self.bolt)
        self._pay(invoice, "2026-04-14", 30)
        self._pay(invoice, "2026-04-15", 20)
        self.program._run()
        self.assertEqual(self._actual(self.acme_in, "2026-04", collected), 30)
        self.assertEqual(self._actual(self.bolt_in, "2026-04", collected), 20)
        credits = self.env["pmm.credit"].search([("stage", "=", "collected")], order="date")
        self.assertEqual(credits.mapped("former_ref"), [self.acme_id, 0])
        self.assertEqual(credits.mapped("origin_former_ref"), [self.acme_id, 0])

    def test_line_that_both_were_credited_with(self):
        """P12: revisions of both stand one behind the other; the unique index holds."""
        invoice = self._invoice(self.acme, "2026-03-10", 100)
        self.program._run()
        invoice.button_draft()
        invoice.partner_id = self.bolt
        invoice.action_post()
        self._merge_unchanged(self.acme, into=self.bolt)
        credits = self.env["pmm.credit"].search([("partner_id", "=", self.bolt.id)], order="id")
        self.assertEqual(credits.mapped("revision"), [2, 3, 1])
        self.assertEqual(credits.mapped("former_ref"), [self.acme_id, self.acme_id, 0])
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 90
        invoice.action_post()
        self.program._run()
        self.assertEqual(self._actual(self.bolt_in, "2026-03"), 90)

    def test_refused_where_a_company_would_become_a_contact(self):
        """DESIGN 3.9: a sentence says what to do; nothing is written."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.bolt.id})
        with self.assertRefused("Merge it into Bolt Supplies instead"):
            self._merge(self.acme, into=person)

    # === ONE ENROLLED, CHAINS === #

    def test_stranger_into_partner(self):
        """P12: what the stranger bought before counts for nobody, later it counts."""
        self._invoice(self.stranger, "2026-04-14", 100)
        self._invoice(self.bolt, "2026-04-14", 10)
        self._merge_unchanged(self.stranger, into=self.bolt)
        self._invoice(self.bolt, "2026-04-15", 1)
        self.program._run()
        self.assertEqual(self._actual(self.bolt_in), 11)

    def test_partner_into_stranger(self):
        """P12: the enrolment goes on with what the stranger buys from that day on."""
        self._invoice(self.stranger, "2026-04-14", 100)
        self._invoice(self.bolt, "2026-04-14", 10)
        self._merge_unchanged(self.bolt, into=self.stranger)
        self.assertEqual(self.bolt_in.partner_id, self.stranger)
        self.assertFalse(self.bolt_in.date_stop)
        self._invoice(self.stranger, "2026-04-15", 1)
        self.program._run()
        self.assertEqual(self._actual(self.bolt_in), 11)

    def test_strangers_leave_no_credits(self):
        """X14: contacts that no programme knows are merged as ever."""
        self._invoice(self.stranger, "2026-04-14", 100)
        self._merge(self.stranger, into=self.carol)
        self.assertFalse(self.env["pmm.credit"].search([]))

    def test_chain(self):
        """P12: A into B, later B into C, in two programmes; each day counts as it did."""
        other = self.program.copy({"name": "Other"})
        acme_there = self._enroll(self.acme, program=other)
        carol_in = self._enroll(self.carol, "2026-02-01")
        for partner, amount in ((self.acme, 1), (self.bolt, 10), (self.carol, 100)):
            self._invoice(partner, "2026-03-10", amount)
            self._refund(self._invoice(partner, "2026-03-11", amount), "2026-04-10", amount / 2)
        self._merge_unchanged(self.acme, into=self.bolt)
        self.assertFalse(acme_there.date_stop)
        with freeze_time("2026-05-20"):
            for partner, amount in ((self.bolt, 20), (self.carol, 200)):
                self._invoice(partner, "2026-04-15", amount)
                self._invoice(partner, "2026-05-19", amount)
            self._merge_unchanged(self.bolt, into=self.carol)
            self._invoice(self.carol, "2026-05-20", 1000)
            self.program._run()
            other._run()
            for enrollment, period, actual in (
                (self.acme_in, "2026-03", 2),
                (self.acme_in, "2026-04", -0.5),
                (self.bolt_in, "2026-03", 20),
                (self.bolt_in, "2026-04", 15),
                (self.bolt_in, "2026-05", 20),
                (carol_in, "2026-03", 200),
                (carol_in, "2026-05", 1200),
                (acme_there, "2026-03", 2),
                (acme_there, "2026-04", 19.5),
                (acme_there, "2026-05", 1020),
            ):
                self.assertResult(enrollment, period, actual)
            self.assertEqual(
                acme_there.former_ids.mapped("name"), ["Acme Trading", "Bolt Supplies"]
            )

    def test_three_at_once(self):
        """P12: two into a third one that is not enrolled: one goes on, the other ends."""
        for partner, amount in ((self.acme, 1), (self.bolt, 10), (self.stranger, 100)):
            self._invoice(partner, "2026-04-14", amount)
        self._merge_unchanged(self.acme, self.bolt, into=self.stranger)
        running = (self.acme_in | self.bolt_in).filtered(lambda e: not e.date_stop)
        self.assertEqual(len(running), 1)
        self._invoice(self.stranger, "2026-04-15", 1000)
        self.program._run()
        self.assertEqual(
            sum(self._actual(enrollment) for enrollment in self.acme_in | self.bolt_in), 1011
        )

    # === DATES OF ENROLMENTS === #

    def test_dates_of_enrolments(self):
        """P12: ended, running, starting on the day of the merge, later; what is left of each."""
        cases = [
            # source, surviving, dates of the source afterwards (None: it is gone), and the end
            # of the surviving one where it changes
            (("2026-01-01", "2026-03-01"), ("2026-01-01", False), ("2026-01-01", "2026-03-01")),
            (("2026-01-01", "2026-04-15"), ("2026-01-01", False), ("2026-01-01", "2026-04-15")),
            (("2026-01-01", "2026-04-16"), ("2026-01-01", False), ("2026-01-01", "2026-04-15")),
            (("2026-04-14", False), ("2026-01-01", False), ("2026-04-14", "2026-04-15")),
            (("2026-04-15", False), ("2026-01-01", False), None),
            (("2026-04-15", False), ("2026-04-15", False), None),
            (("2026-06-01", False), ("2026-01-01", False), None),
            (("2026-06-01", False), ("2026-01-01", "2026-06-01"), ("2026-06-01", False)),
            (("2026-06-01", False), ("2026-01-01", "2026-06-02"), None, ""),
            (
                ("2026-01-01", "2026-07-01"),
                ("2026-01-01", "2026-06-30"),
                ("2026-01-01", "2026-04-15"),
                "2026-07-01",
            ),
            (
                ("2026-01-01", "2026-06-29"),
                ("2026-01-01", "2026-06-30"),
                ("2026-01-01", "2026-04-15"),
            ),
            (("2026-01-01", False), ("2026-06-01", False), ("2026-01-01", "2026-06-01")),
            (("2026-01-01", False), ("2026-01-01", "2026-04-15"), ("2026-01-01", False)),
            (("2026-01-01", False), ("2026-01-01", "2026-04-16"), ("2026-01-01", "2026-04-15"), ""),
        ]
        for source, surviving, expected, *stop in cases:
            with self.subTest(f"{source} into {surviving}"), self.env.cr.savepoint() as savepoint:
                one = self._enroll(self.carol, *source)
                two = self._enroll(self.stranger, *surviving)
                self.program._run()
                self._merge(self.carol, into=self.stranger)
                self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")
                self.assertEqual(bool(one.exists()), bool(expected))
                if expected:
                    self.assertEqual(
                        (str(one.date_start), str(one.date_stop or "")),
                        (expected[0], expected[1] or ""),
                    )
                expected_stop = stop[0] if stop else surviving[1] or ""
                self.assertEqual(str(two.date_stop or ""), expected_stop)
                self.assertEqual(self.program._run()["credits"], 0)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_surviving_goes_on_up_to_the_next_one(self):
        """P12: what ends earlier goes on, without meeting what follows."""
        self._enroll(self.carol)
        first = self._enroll(self.stranger, "2026-01-01", "2026-06-01")
        second = self._enroll(self.stranger, "2026-09-01", "2026-10-01")
        first.leave_reason = "Sold"
        self._merge(self.carol, into=self.stranger)
        self.assertEqual(str(first.date_stop), "2026-09-01")
        self.assertFalse(first.leave_reason)
        self.assertFalse(second.date_stop)

    def test_refused_where_none_can_go_on(self):
        """DESIGN 3.9: a pilot and a live one; a suspended one in place of one that runs."""
        suspension = self.env["pmm.enrollment.suspension"].create(
            {"enrollment_id": self.bolt_in.id, "date_start": "2026-04-15", "reason": "Unpaid"}
        )
        with self.assertRefused("Bolt Supplies is suspended in “Resellers”, while Acme Trading"):
            self._merge(self.acme, into=self.bolt)
        suspension.date_start = "2026-04-16"
        self.program.is_pilot = True
        carol_in = self._enroll(self.carol)
        with self.assertRefused("one is in the pilot of “Resellers”"):
            self._merge(self.carol, into=self.bolt)
        carol_in.date_stop = "2026-04-15"
        self._merge(self.carol, into=self.bolt)
        self._merge(self.acme, into=self.bolt)

    def test_new_enrolment_beside_a_merged_one_is_refused(self):
        """DESIGN 3.9: from the merge on the enrolment is the partner's like any other."""
        self._merge(self.acme, into=self.stranger)
        with self.assertRefused("already enrolled"):
            self._enroll(self.stranger, "2026-04-15")
        with self.assertRefused("already enrolled"):
            self._enroll(self.stranger, "2026-01-01")
        self._enroll(self.stranger, "2026-01-01", "2026-04-15")
