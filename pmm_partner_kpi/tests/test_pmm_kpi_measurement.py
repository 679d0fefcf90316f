from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmKpiMeasurement(PmmCommon):
    """K4, K8, K11, K12: what a partner has reached, period by period."""

    def _states(self, enrollment, period):
        self.program._run()
        return self._measurement(enrollment, period).state

    # === ATTAINMENT === #

    def test_attainment_table(self):
        """K8, DESIGN 3.7: cut after four digits, never rounded up; void where there is none."""
        cases = [
            # target, invoiced, attainment, status in a past period
            (100, [100], 1.0, "reached"),
            (100, [99.99], 0.9999, "missed"),
            (100, [100.01], 1.0001, "reached"),
            (10000, [9999.99], 0.9999, "missed"),
            (1000, [999.96], 0.9999, "missed"),  # 99.996 % is not 100 %
            (25000, [24999], 0.9999, "missed"),  # 99.996 %
            (3, [1], 0.3333, "missed"),
            (3, [2], 0.6666, "missed"),
            (100, [250], 2.5, "reached"),
            (100, [], 0.0, "missed"),
            (0, [], None, "reached"),
            (0, [50], None, "reached"),
            (None, [], None, "none"),
            (None, [50], None, "none"),
            (0.01, [0.01], 1.0, "reached"),
        ]
        for target, amounts, attainment, state in cases:
            with self.subTest(f"{amounts} of {target}"):
                partner = self.env["res.partner"].create({"name": "Case", "is_company": True})
                enrollment = self._enroll(partner)
                if target is not None:
                    self._target(enrollment, "2026-02", target)
                if amounts:
                    self._invoice(partner, "2026-02-10", *amounts)
                self.program._run()
                self.assertResult(enrollment, "2026-02", sum(amounts), attainment, state)
                result = self._measurement(enrollment, "2026-02")
                self.assertEqual(result.has_target, target is not None)
                self.assertTrue(result.has_actual)

    def test_negative_actual(self):
        """K12: more returned than bought is a negative result, and never reached."""
        self._target(self.acme_in, "2026-02", 100)
        self._target(self.bolt_in, "2026-02", 0)
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-02-10", 33.335, move_type="out_refund")
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", -33.34, -0.3334, "missed")
        self.assertResult(self.bolt_in, "2026-02", -33.34, None, "missed")

    def test_sum_is_exact(self):
        """K8: ten times ten cents are one euro, not a little less."""
        self._target(self.acme_in, "2026-02", 1)
        self._invoice(self.acme, "2026-02-10", *[0.1] * 10)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 1.0, 1.0, "reached")

    # === STATUS === #

    def test_status_runs_until_the_last_day_and_is_decided_on_the_next(self):
        """K11: open on the last day, missed the day after; reached at once."""
        self._target(self.acme_in, "2026-04", 100)
        self._target(self.bolt_in, "2026-04", 100)
        self._invoice(self.acme, "2026-04-02", 100)
        self._invoice(self.bolt, "2026-04-02", 99.99)
        for now, of_bolt in (
            ("2026-04-15", "open"),
            ("2026-04-30 23:59:59", "open"),
            ("2026-05-01 00:00:00", "missed"),
        ):
            with self.subTest(now), freeze_time(now):
                self.assertEqual(self._states(self.acme_in, "2026-04"), "reached")
                self.assertEqual(self._states(self.bolt_in, "2026-04"), of_bolt)

    def test_status_follows_the_time_zone_of_the_programme(self):
        """K11: at one instant missed in Auckland, still running in Los Angeles."""
        for tz, expected in (("Pacific/Auckland", "missed"), ("America/Los_Angeles", "open")):
            program = self.program.copy({"name": tz, "tz": tz})
            enrollment = self._enroll(self.acme, program=program)
            self._target(enrollment, "2026-04", 100)
            with freeze_time("2026-04-30 12:30:00"):
                program._run()
                self.assertEqual(self._measurement(enrollment, "2026-04").state, expected)

    def test_cron_decides_on_the_day_after_the_period(self):
        """K11: nobody has to press a button for an ended period to be reached or missed."""
        self._target(self.acme_in, "2026-04", 100)
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-04", 0, 0.0, "open")
        with freeze_time("2026-05-01"):
            self._run_cron("ir_cron_run")
            self.assertResult(self.acme_in, "2026-04", 0, 0.0, "missed")
            self.assertResult(self.acme_in, "2026-05", 0, None, "none")

    def test_cron_decides_also_where_the_next_period_was_made_before(self):
        """K11: May was there before, for its targets; April is decided all the same."""
        self._target(self.acme_in, "2026-04", 100)
        self._target(self.acme_in, "2026-05", 100)
        self._run_cron("ir_cron_run")
        self.assertFalse(self._measurement(self.acme_in, "2026-05"), "May has not begun")
        with freeze_time("2026-05-02"):
            self._run_cron("ir_cron_run")
            self.assertResult(self.acme_in, "2026-04", 0, 0.0, "missed")
            self.assertResult(self.acme_in, "2026-05", 0, 0.0, "open")

    def test_reached_is_lost_by_a_credit_note(self):
        """K12: while the period is open, a return takes the status back."""
        self._target(self.acme_in, "2026-04", 100)
        invoice = self._invoice(self.acme, "2026-04-02", 100)
        self.assertEqual(self._states(self.acme_in, "2026-04"), "reached")
        self._refund(invoice, "2026-04-10", 1)
        self.assertEqual(self._states(self.acme_in, "2026-04"), "open")
        self.assertResult(self.acme_in, "2026-04", 99, 0.99, "open")

    # === BOUNDARIES === #

    def test_period_counts_its_first_and_last_day(self):
        """DESIGN 3.8: the first and the last day belong to it, their neighbours do not."""
        for day, amount in (
            ("2026-01-31", 1),
            ("2026-02-01", 2),
            ("2026-02-28", 4),
            ("2026-03-01", 8),
        ):
            self._invoice(self.acme, day, amount)
        self.program._run()
        self.assertResult(self.acme_in, "2026-01", 1)
        self.assertResult(self.acme_in, "2026-02", 6)
        self.assertResult(self.acme_in, "2026-03", 8)

    def test_enrolment_counts_its_days_only(self):
        """T1: a partner that joins or leaves within a period counts from and until that day."""
        enrollment = self._enroll(self.stranger, "2026-02-10", "2026-02-20")
        for day, amount in (
            ("2026-02-09", 1),
            ("2026-02-10", 2),
            ("2026-02-19", 4),
            ("2026-02-20", 8),
            ("2026-03-05", 16),
        ):
            self._invoice(self.stranger, day, amount)
        self.program._run()
        self.assertResult(enrollment, "2026-02", 6)
        self.assertFalse(self._measurement(enrollment, "2026-01"))
        self.assertFalse(self._measurement(enrollment, "2026-03"))

    def test_enrolment_that_ends_with_the_period_has_no_result_in_the_next(self):
        """DESIGN 3.8: the stop is the first day outside."""
        ends = self._enroll(self.stranger, "2026-02-28", "2026-03-01")
        again = self._enroll(self.stranger, "2026-03-01")
        self._invoice(self.stranger, "2026-02-28", 1)
        self._invoice(self.stranger, "2026-03-01", 2)
        self.program._run()
        self.assertResult(ends, "2026-02", 1)
        self.assertResult(again, "2026-03", 2)
        self.assertFalse(self._measurement(ends, "2026-03"))
        self.assertFalse(self._measurement(again, "2026-02"))

    def test_programme_counts_from_its_start(self):
        """DESIGN 4: before the programme's start nothing counts, also within a period."""
        program = self.program.copy({"name": "Late start", "date_start": "2026-02-10"})
        enrollment = self._enroll(self.acme, "2025-01-01", program=program)
        for day, amount in (("2026-02-09", 1), ("2026-02-10", 2), ("2026-03-01", 4)):
            self._invoice(self.acme, day, amount)
        program._run()
        self.assertResult(enrollment, "2026-02", 2)
        self.assertResult(enrollment, "2026-03", 4)
        self.assertFalse(self._measurement(enrollment, "2026-01"))

    def test_changed_dates_remove_stale_results(self):
        """DESIGN 3.1: results of days on which a partner no longer takes part vanish."""
        self._invoice(self.acme, "2026-01-10", 1)
        self._invoice(self.acme, "2026-03-10", 2)
        self.program._run()
        self.acme_in.write({"date_start": "2026-03-10", "date_stop": "2026-04-01"})
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-03", 2)
        for period in ("2026-01", "2026-02", "2026-04"):
            self.assertFalse(self._measurement(self.acme_in, period), period)

    # === WHAT A KPI COUNTS === #

    def test_category_includes_those_below(self):
        """K3: pumps are hardware; services are not."""
        hardware = self._kpi("Hardware", category_ids=[Command.set(self.hardware.ids)])
        pumps = self._kpi("Pumps", category_ids=[Command.set(self.pumps.ids)])
        both = self._kpi(
            "Both", category_ids=[Command.set((self.pumps | self.services | self.hardware).ids)]
        )
        self._invoice(
            self.acme, "2026-02-10", (self.pump, 1, 1), (self.valve, 1, 2), (self.training, 1, 4)
        )
        self.program._run()
        for kpi, expected in ((self.kpi, 7), (hardware, 3), (pumps, 1), (both, 7)):
            self.assertResult(self.acme_in, "2026-02", expected, kpi=kpi)

    def test_category_of_the_event_counts(self):
        """K3: a product that moves to another category later does not move old results."""
        pumps = self._kpi("Pumps", category_ids=[Command.set(self.pumps.ids)])
        self._invoice(self.acme, "2026-02-10", 100)
        self.program._run()
        self.pump.categ_id = self.services
        self._invoice(self.acme, "2026-02-11", 30)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 100, kpi=pumps)
        self.assertResult(self.acme_in, "2026-02", 130)

    def test_role_referrer_counts_what_was_referred(self):
        """K4: roles never add up together; a KPI counts one of them."""
        referred = self._kpi("Referred", role="referrer")
        self._invoice(self.acme, "2026-02-10", 100, pmm_referrer_id=self.bolt.id)
        self._invoice(self.bolt, "2026-02-10", 7)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 100)
        self.assertResult(self.acme_in, "2026-02", 0, kpi=referred)
        self.assertResult(self.bolt_in, "2026-02", 7)
        self.assertResult(self.bolt_in, "2026-02", 100, kpi=referred)

    def test_returns_count_in_their_own_or_in_the_original_period(self):
        """K12: configurable per KPI; side by side in one programme."""
        origin = self._kpi("Net of origin", returns_in="origin")
        invoice = self._invoice(self.acme, "2026-02-10", 100)
        self._refund(invoice, "2026-03-05", 30)
        self._invoice(self.acme, "2026-03-06", 5, move_type="out_refund")
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 100)
        self.assertResult(self.acme_in, "2026-03", -35)
        self.assertResult(self.acme_in, "2026-02", 70, kpi=origin)
        self.assertResult(self.acme_in, "2026-03", -5, kpi=origin)

    def test_changed_kpi_is_measured_again_by_the_cron(self):
        """K10: each setting that decides on the figure leaves a mark."""
        invoice = self._invoice(self.acme, "2026-02-10", 100, (self.training, 1, 1))
        self._refund(invoice, "2026-03-05", 30)
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 101)
        for vals, february, march in (
            ({"returns_in": "origin"}, 71, 0),
            ({"category_ids": [Command.set(self.services.ids)]}, 1, 0),
            ({"category_ids": [Command.clear()], "returns_in": "own"}, 101, -30),
            ({"role": "referrer"}, 0, 0),
        ):
            with self.subTest(str(vals)):
                self.kpi.write(vals)
                self._run_cron("ir_cron_run")
                self.assertResult(self.acme_in, "2026-02", february)
                self.assertResult(self.acme_in, "2026-03", march)

    # === WHAT IS MEASURED AGAIN === #

    def test_changed_target_is_measured_again_by_the_cron(self):
        """K1: a target that is set, changed or removed shows in the next run."""
        self._invoice(self.acme, "2026-02-10", 100)
        target = self._target(self.acme_in, "2026-02", 200)
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 100, 0.5, "missed")
        target.value = 50
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 100, 2.0, "reached")
        target.period_id = self._period("2026-03")
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 100, None, "none")
        self.assertResult(self.acme_in, "2026-03", 0, 0.0, "missed")
        target.enrollment_id = self.bolt_in
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-03", 0, None, "none")
        self.assertResult(self.bolt_in, "2026-03", 0, 0.0, "missed")
        target.unlink()
        self._run_cron("ir_cron_run")
        self.assertResult(self.bolt_in, "2026-03", 0, None, "none")

    def test_closed_period_is_not_measured_again(self):
        """DESIGN 3.3: the published figure stays, whatever comes later."""
        self._target(self.acme_in, "2026-01", 100)
        invoice = self._invoice(self.acme, "2026-01-10", 100)
        self._close("2026-01")
        self._invoice(self.acme, "2026-01-11", 50)
        self._refund(invoice, "2026-02-11", 100)
        self.program._run()
        self.assertResult(self.acme_in, "2026-01", 100, 1.0, "reached")
        self.acme_in.date_start = "2026-02-01"
        self.program._run()
        self.assertResult(self.acme_in, "2026-01", 100, 1.0, "reached")

    def test_kpi_taken_out_of_the_programme_keeps_closed_results_only(self):
        """DESIGN 3.3: results in open periods vanish, published ones stay."""
        second = self._kpi("Second")
        self._invoice(self.acme, "2026-01-10", 100)
        self._close("2026-01")
        self.program.kpi_ids -= second
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-01", 100, kpi=second)
        self.assertFalse(self._measurement(self.acme_in, "2026-02", kpi=second))
        self.assertResult(self.acme_in, "2026-02", 0)

    def test_programme_taken_out_of_the_kpi_loses_its_open_results(self):
        """K10: the same from the side of the KPI's form."""
        second = self._kpi("Second")
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 0, kpi=second)
        second.program_ids -= self.program
        self._run_cron("ir_cron_run")
        self.assertFalse(self._measurement(self.acme_in, "2026-02", kpi=second))

    def test_kpi_without_company_serves_the_programmes_of_all(self):
        """K4: a shared KPI can be chosen from either form; one of another company cannot."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        shared = self.kpi.create({"name": "Shared", "company_id": False})
        shared.program_ids = self.program
        self.assertIn(shared, self.program.kpi_ids)
        foreign = self.kpi.create({"name": "Foreign", "company_id": other.id})
        with self.assertRaises(UserError):
            foreign.program_ids = self.program
        with self.assertRaises(UserError):
            self.program.kpi_ids |= foreign

    def test_kpi_with_results_is_not_deleted(self):
        """DESIGN 3.3: archive it instead."""
        self.program._run()
        with self.assertRefused("archive"):
            self.kpi.unlink()
        self.kpi.create({"name": "Unused"}).unlink()

    def test_second_run_changes_nothing(self):
        """DESIGN 3.2: a run repeated touches no row, not even its time of change."""
        self._target(self.acme_in, "2026-02", 3)
        self._invoice(self.acme, "2026-02-10", 1)
        figures = self.program._run()
        self.assertEqual((figures["credits"], figures["measurements"]), (1, 8))
        self.env.cr.execute("SELECT id, xmin FROM pmm_kpi_measurement ORDER BY id")
        before = self.env.cr.fetchall()
        self.assertFalse(any(self.program._run().values()))
        self.env.cr.execute("SELECT id, xmin FROM pmm_kpi_measurement ORDER BY id")
        self.assertEqual(self.env.cr.fetchall(), before)

    def test_run_button_tells_what_it_did(self):
        """K10: recalculated on demand, with figures."""
        self._invoice(self.acme, "2026-02-10", 1)
        message = self.program.action_run()["params"]["message"]
        self.assertIn("New sales credits: 1.", message)
        self.assertIn("Results changed: 8.", message)
        self.assertResult(self.acme_in, "2026-02", 1)

    # === DRILL-DOWN === #

    def test_drill_down_lists_the_credits_of_the_result(self):
        """K8: the credits behind a figure add up to it, for each KPI, period and enrolment."""
        kpis = self.kpi
        kpis |= self._kpi("Referred hardware", role="referrer", category_ids=self.hardware.ids)
        kpis |= self._kpi("Net of origin", returns_in="origin")
        self.acme_in.write({"date_start": "2026-01-10", "date_stop": "2026-02-20"})
        again = self._enroll(self.acme, "2026-02-20")
        for number, day in enumerate(
            ["2026-01-09", "2026-01-10", "2026-02-19", "2026-02-20", "2026-03-31", "2026-04-01"]
        ):
            for partner, referrer in ((self.acme, self.bolt), (self.bolt, self.acme)):
                invoice = self._invoice(
                    partner,
                    day,
                    10**number,
                    (self.training, 1, 3),
                    pmm_referrer_id=referrer.id,
                )
                self._refund(invoice, "2026-04-02", 1)
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search([("program_id", "=", self.program.id)])
        self.assertIn(again, results.enrollment_id)
        self.assertEqual(results.kpi_id, kpis)
        for result in results:
            action = result.action_view_credits()
            self.assertEqual(action["res_model"], "pmm.credit")
            credits = self.env["pmm.credit"].search(action["domain"])
            self.assertEqual(sum(credits.mapped("amount")), result.actual, result.display_name)
        self.assertGreater(len(results.filtered("actual")), 12)
