from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOnDemand(PmmCommon):
    """K10: one partner is brought up to date at once, and nobody else's figures move."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = cls._user("adam", "pmm_partner_kpi.group_pmm_user")
        cls.acme_in.user_id = cls.user
        cls.program._run()

    def _message(self, enrollment):
        return enrollment.action_measure_now()["params"]["message"]

    def _marks(self, queue):
        return self.env["pmm.dirty"]._peek(queue)

    # === WHAT IT DOES === #

    def test_figures_of_the_partner_and_of_nobody_else(self):
        """K10: credits, results and marks of this partner only; the others keep waiting."""
        self._invoice(self.acme, "2026-04-10", 5)
        other = self._invoice(self.bolt, "2026-04-10", 7)
        message = self._message(self.acme_in)
        self.assertIn("1", message)
        self.assertResult(self.acme_in, "2026-04", 5)
        self.assertResult(self.bolt_in, "2026-04", 0)
        self.assertNotIn(self.acme_in.id, self._marks("measure"))
        self.assertIn(other.id, self._marks("credit_move"))
        self.assertEqual(self._message(self.acme_in), "Nothing has changed.")
        figures = self.program._run()
        self.assertEqual((figures["credits"], figures["measurements"]), (1, 1))

    def test_all_enrolments_that_count_the_partner(self):
        """K10: its other programmes, its group and who stands above it follow as well."""
        program = self.program.copy({"name": "Second"})
        second = self._enroll(self.acme, program=program)
        for scope in ("group", "tree"):
            self._kpi(scope, scope=scope)
        carol = self.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        carol_in = self._enroll(carol)
        self._group((self.acme, "2026-01-01", False), (carol, "2026-01-01", False))
        self._below(self.acme_in, self.bolt_in)
        (self.program | program)._run()
        self._invoice(self.acme, "2026-04-10", 5)
        self._message(self.acme_in)
        by_name = self.program.kpi_ids.grouped("name")
        self.assertResult(second, "2026-04", 5)
        self.assertResult(self.bolt_in, "2026-04", 5, kpi=by_name["tree"])
        self.assertResult(carol_in, "2026-04", 5, kpi=by_name["group"])
        self.assertFalse(any((self.program | program)._run().values()))

    def test_tier_and_late_changes_are_told(self):
        """K10, K11: what followed is said: a tier, a late change in a closed period."""
        rung = self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": self.gold.id}
        )
        self.env["pmm.tier.requirement"].create(
            {"program_tier_id": rung.id, "kpi_id": self.kpi.id, "threshold": 10}
        )
        self.program.tier_mode = "automatic"
        self._close("2026-01")
        self._invoice(self.acme, "2026-01-31", 10)
        message = self._message(self.acme_in)
        for part in (
            "New sales credits: 1.",
            "Late changes in closed periods: 1.",
            "Changes of tier: 1.",
        ):
            self.assertIn(part, message)
        self.assertEqual(self.acme_in.grade_id, self.gold)

    def test_missing_rate_is_refused_before_anything_is_written(self):
        """DESIGN 3.9: the sentence of the run; the credits are rolled back as well."""
        euro = self._foreign_currency("EUR", ("2026-04-12", 2))
        program = self.program.copy({"name": "Euro", "currency_id": euro.id})
        enrollment = self._enroll(self.acme, program=program)
        self._invoice(self.acme, "2026-04-11", 5)
        with self.assertRefused("no exchange rate"), self.env.cr.savepoint():
            enrollment.action_measure_now()
        self.assertEqual(self._credited(self.acme), 0)

    # === WHO MAY === #

    def test_who_may_measure(self):
        """DESIGN 6: managers, and the account manager of this partner; nobody else."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        colleague = self._user("colleague", "pmm_partner_kpi.group_pmm_user")
        accountant = self._user("accountant", "account.group_account_user")
        portal = self._user("portal", "base.group_portal")
        portal.partner_id.parent_id = self.acme
        for user in (manager, self.user):
            with self.subTest(user.login):
                self._invoice(self.acme, "2026-04-10", 5)
                self.assertIn("credits", self._message(self.acme_in.with_user(user)))
        for user in (colleague, accountant, portal):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.acme_in.with_user(user).action_measure_now()
        # the field alone opens nothing to somebody from outside
        self.acme_in.user_id = portal
        with self.assertRaises(AccessError):
            self.acme_in.with_user(portal).action_measure_now()

    # === HOW OFTEN IT ASKS === #

    def test_asks_as_often_beside_many(self):
        """X13: one partner takes as many queries among two as among two hundred others."""
        counts = []
        for number in (0, 0, MANY):
            partners = self.env["res.partner"].create(
                [{"name": f"Reseller {n}", "is_company": True} for n in range(number)]
            )
            self.env["pmm.enrollment"].create(
                [
                    {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                    for p in partners
                ]
            )
            self.program._run()
            self._invoice(self.acme, "2026-04-10", 5)
            self.acme_in.action_measure_now()  # warms the caches
            self._invoice(self.acme, "2026-04-10", 5)
            with self._counted(counts):
                self.acme_in.action_measure_now()
        self.assertEqual(counts[1], counts[2])


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestProgress(PmmCommon):
    """K10: a programme says whether its figures are up to date, and what waits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program._run()

    def _waiting(self, program=None):
        program = program or self.program
        program.invalidate_recordset()
        return program.waiting_partners, program.waiting_documents

    def test_what_waits_is_counted_and_said(self):
        """K10: partners and documents, each once; nothing after the run."""
        self.assertEqual(self._waiting(), (0, 0))
        self.assertIn("Up to date.", self.program.waiting_sentence)
        invoice = self._invoice(self.acme, "2026-04-10", 5)
        self.env["pmm.dirty"]._mark("credit_move", invoice.ids)
        self.assertEqual(self._waiting(), (0, 1))
        self.acme_in._mark_to_measure()
        self.acme_in._mark_dirty()
        self.assertEqual(self._waiting(), (1, 1))
        self.assertIn("partners 1, documents 1", self.program.waiting_sentence)
        self.program._run()
        self.assertEqual(self._waiting(), (0, 0))

    def test_other_companies_documents_are_not_counted(self):
        """DESIGN 3.5: a programme tells of its company's documents only."""
        other = self.setup_other_company()["company"]
        program = self.env["pmm.program"].create(
            {"name": "Other", "company_id": other.id, "tz": "UTC"}
        )
        self._invoice(self.acme, "2026-04-10", 5)
        self.assertEqual(self._waiting(program), (0, 0))
        self.assertEqual(self._waiting(), (0, 1))

    def test_batches_take_a_bounded_number_of_marks(self):
        """X13: a limited look reads the oldest marks only, however many wait."""
        Dirty = self.env["pmm.dirty"]
        Dirty._mark("test", [7, 7, 5, 9])
        self.assertEqual(Dirty._peek("test"), [7, 5, 9])
        self.assertEqual(Dirty._peek("test", limit=2), [7])
        self.assertEqual(Dirty._peek("test", limit=3), [7, 5])
        self.assertEqual(Dirty._count(["test"]), 3)
        self.assertEqual(Dirty._count(["test", "other"]), 3)
        Dirty._take("test", [7])
        self.assertEqual(Dirty._peek("test", limit=2), [5, 9])

    # === RATES === #

    def _euro_program(self, *rates, **vals):
        euro = self._foreign_currency("EUR", *rates)
        program = self.program.copy({"name": "Euro", "currency_id": euro.id, **vals})
        enrollments = [self._enroll(partner, program=program) for partner in (self.acme, self.bolt)]
        return euro, program, enrollments

    def test_rate_marks_who_sold_from_its_day_on(self):
        """K10: entered, corrected, moved, deleted: who has sales of the day or later is marked."""
        euro, program, (acme_in, _bolt_in) = self._euro_program(("2020-01-01", 2))
        self._invoice(self.acme, "2026-04-10", 100)
        self._invoice(self.bolt, "2026-03-01", 100)
        program._run()
        self.assertResult(acme_in, "2026-04", 200)
        Rate = self.env["res.currency.rate"]
        vals = {"currency_id": euro.id, "company_id": self.company.id, "rate": 3}
        # orders have a day of their own in each time zone: a day more is looked at
        for day, marked in (("2026-04-12", False), ("2026-04-11", True)):
            rate = Rate.create(vals | {"name": day})
            self.assertEqual(self._waiting(program), (int(marked), 0), day)
            program._run()
        self.assertResult(acme_in, "2026-04", 200)
        rate.name = "2026-04-10"
        self.assertEqual(self._waiting(program), (1, 0))
        program._run()
        self.assertResult(acme_in, "2026-04", 300)
        rate.rate = 4
        program._run()
        self.assertResult(acme_in, "2026-04", 400)
        rate.unlink()
        self.assertEqual(self._waiting(program), (1, 0))
        program._run()
        self.assertResult(acme_in, "2026-04", 200)

    def test_rate_that_no_programme_converts_with_marks_nobody(self):
        """K10: the company's own currency, a third one, another company's rate."""
        euro, program, _enrollments = self._euro_program(("2020-01-01", 2))
        self._invoice(self.acme, "2026-04-10", 100)
        (program | self.program)._run()
        other = self.env["res.company"].create({"name": "Other"})
        yen = self._foreign_currency("JPY", ("2026-04-01", 100))
        self.assertEqual(self._waiting(program), (0, 0))
        Rate = self.env["res.currency.rate"]
        Rate.create(
            {"name": "2026-04-01", "rate": 9, "currency_id": euro.id, "company_id": other.id}
        )
        self.assertTrue(yen.rate_ids)
        self.assertEqual(self._waiting(program), (0, 0))
        Rate.create({"name": "2026-04-01", "rate": 9, "currency_id": euro.id, "company_id": False})
        self.assertEqual(self._waiting(program), (1, 0))
        self.assertEqual(self._waiting(self.program), (0, 0))

    # === WHAT THE DAY CHANGES === #

    def test_period_that_begins_marks_who_has_no_result_in_it(self):
        """K10: a result of one partner, measured on demand, leaves nobody else without."""
        with freeze_time("2026-05-01"):
            self.program._ensure_periods()
            self.acme_in.action_measure_now()
            self.program._mark_what_the_day_changes()
        self.assertEqual(self.env["pmm.dirty"]._peek("measure"), self.bolt_in.ids)

    def test_undecided_results_are_marked_once(self):
        """K10: the day after the period its running results wait, once, until they are measured."""
        self._target(self.acme_in, "2026-04", 100)
        self.program._run()
        Dirty = self.env["pmm.dirty"]
        for day, marked in (("2026-04-30", []), ("2026-05-01", self.program.enrollment_ids.ids)):
            with self.subTest(day), freeze_time(day):
                self.program._ensure_periods()
                self.program._mark_what_the_day_changes()
                self.assertEqual(sorted(Dirty._peek("measure")), sorted(marked))
        before = Dirty.search_count([("queue", "=", "measure")])
        with freeze_time("2026-05-01"):
            self.program._mark_what_the_day_changes()
            self.assertEqual(Dirty.search_count([("queue", "=", "measure")]), before)
            self._run_cron("ir_cron_run")
            self.assertResult(self.acme_in, "2026-04", 0, 0.0, "missed")

    def test_marking_undecided_asks_as_often_for_many(self):
        """X13: one or two hundred running results of a period that has ended."""
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {n}", "is_company": True} for n in range(MANY)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        period = self._period("2026-04")
        vals = {"kpi_id": self.kpi.id, "period_id": period.id, "value": 10}
        counts = []
        for members in (enrollments[:1], enrollments[1:2], enrollments[2:]):
            self.env["pmm.kpi.target"].create(
                [vals | {"enrollment_id": each.id} for each in members]
            )
            self.program._run()
            with freeze_time("2026-05-01"):
                self.program._ensure_periods()
                # the new period has results already
                self.env["pmm.kpi.measurement"]._measure(self.acme_in)
                with self._counted(counts):
                    self.program._mark_what_the_day_changes()
            self.assertLessEqual(set(members.ids), set(self.env["pmm.dirty"]._peek("measure")))
        self.assertEqual(counts[1], counts[2])

    # === THE SCHEDULE === #

    def test_stopped_schedule_goes_on_where_it_was(self):
        """K10: stopped after each batch, the next call goes on; at the end all is counted once."""
        moves = [self._invoice(self.acme, "2026-04-10", 10**n) for n in range(5)]
        self.assertEqual(self._waiting()[1], 5)
        left = []
        Cron = type(self.env["ir.cron"])
        original = Cron._commit_progress

        def out_of_time(cron, processed=0, **kwargs):
            original(cron, processed, **kwargs)
            return 0 if processed else 1

        self.patch(Cron, "_commit_progress", out_of_time)
        for _call in range(12):
            self._call_on_own_cursor("pmm.program", "_cron_run", batch=2)
            left.append(self._waiting())
        self.assertLess(left[0][1], len(moves))
        self.assertGreater(left[0][1], 0)
        self.assertEqual(left[-1], (0, 0))
        self.assertResult(self.acme_in, "2026-04", 11111)
        self.assertEqual(self._credited(self.acme, stage="invoiced"), 11111)

    def test_killed_schedule_leaves_whole_batches(self):
        """K10, DESIGN 3.1: an error between two batches loses and doubles nothing."""
        for number in range(4):
            self._invoice(self.acme, "2026-04-10", 10**number)
        Credit = type(self.env["pmm.credit"])
        original, calls, stop = Credit._fill_marked, [], UserError(["killed"])

        def killed(credits, queue, ids):
            if len(calls) == 1:
                raise stop
            calls.append(ids)
            return original(credits, queue, ids)

        with self.subTest("killed"):
            self.patch(Credit, "_fill_marked", killed)
            with self.assertRaises(UserError), self.env.cr.savepoint():
                self.env["pmm.credit"]._fill_batch(1)
                self.env["pmm.credit"]._fill_batch(1)
        self.patch(Credit, "_fill_marked", original)
        self.program._run()
        self.assertResult(self.acme_in, "2026-04", 1111)
        self.assertFalse(any(self.program._run().values()))

    def test_measuring_closed_periods_asks_as_often_for_many(self):
        """X13, K11: late changes of one and of two hundred partners take as many queries."""
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {n}", "is_company": True} for n in range(MANY)]
        )
        self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self._kpi("Referred", role="referrer", category_ids=[Command.set(self.hardware.ids)])
        self._close("2026-01", "2026-02", "2026-03")
        template = self._invoice(partners[0], "2026-02-03", 10, post=False)
        moves = self.env["account.move"]
        for partner in partners:
            moves |= template.copy({"partner_id": partner.id, "invoice_date": "2026-02-03"})
        moves.action_post()
        self.env["pmm.credit"]._fill_dirty()
        enrollments = self.program.enrollment_ids.filtered(lambda e: e.partner_id in partners)
        Measurement = self.env["pmm.kpi.measurement"]
        Measurement._measure(self.acme_in)  # warms the caches
        counts = []
        for members in (enrollments[:1], enrollments[1:2], enrollments[2:]):
            with self._counted(counts):
                self.assertEqual(Measurement._measure_all(members), (0, len(members)))
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[2], 25)
