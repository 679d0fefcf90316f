import importlib.util
from datetime import date
from pathlib import Path

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-02-14")
class TestTracking(PmmCommon):
    """K8, K11, K18: where results of running periods are heading.

    February 2026 has 20 working days, and on the 14th, a Saturday, ten of them are over.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.quotation_odds = 0

    def _tracked(self, enrollment=None, period="2026-02", kpi=None):
        self.program._run()
        return self._measurement(enrollment or self.acme_in, period, kpi)

    def _case(self, target, *amounts, kpi=None, day="2026-02-03", **vals):
        """Return the result of a new partner with this target and these invoices."""
        partner = self.env["res.partner"].create({"name": "Case", "is_company": True})
        enrollment = self._enroll(partner, **vals)
        if target is not None:
            self._target(enrollment, "2026-02", target, kpi)
        if amounts:
            self._invoice(partner, day, *amounts)
        return self._tracked(enrollment, kpi=kpi)

    def _last_year(self, *sales):
        """Invoice Bolt a year ago: pairs of day and amount."""
        for day, amount in sales:
            self._invoice(self.bolt, day, amount)

    def assertForecast(self, result, forecast, method, tracking):
        self.assertTrue(result.has_forecast)
        self.assertEqual(
            (result.forecast, result.forecast_method, result.tracking),
            (forecast, method, tracking),
        )

    # === THRESHOLDS === #

    def test_thresholds(self):
        """K18: on the threshold, a cent below and a cent above; the forecast decides."""
        for actual, forecast, tracking in (
            (500.01, 1000.02, "on_track"),
            (500, 1000, "on_track"),
            (499.99, 999.98, "at_risk"),
            (400.01, 800.02, "at_risk"),
            (400, 800, "at_risk"),
            (399.99, 799.98, "behind"),
            (1000, 2000, "reached"),
        ):
            with self.subTest(actual):
                self.assertForecast(self._case(1000, actual), forecast, "days", tracking)

    def test_thresholds_of_a_limit(self):
        """K18: of a limit, what the forecast leaves of it; 2 less what it is of the limit."""
        kpi = self._kpi("At most", direction="lower")
        for actual, tracking in (
            (500, "on_track"),
            (500.01, "at_risk"),
            (600, "at_risk"),
            (600.01, "behind"),
        ):
            with self.subTest(actual):
                result = self._case(1000, actual, kpi=kpi)
                self.assertForecast(result, 2 * actual, "days", tracking)

    def test_target_of_nothing(self):
        """K18, DESIGN 3.7: of a target of 0 there is no part; below it is behind."""
        self.assertEqual(self._case(0).tracking, "reached")
        self._target(self.acme_in, "2026-02", 0)
        self._invoice(self.acme, "2026-02-03", 10, move_type="out_refund")
        self.assertForecast(self._tracked(), -20, "days", "behind")
        limit = self._kpi("None at all", direction="lower")
        self.assertForecast(self._case(0, kpi=limit), 0, "days", "on_track")
        self.assertForecast(self._case(0, 1, kpi=limit), 2, "days", "behind")

    def test_settings(self):
        """K18: other thresholds mark the forecasts, and the schedule brings them up to date."""
        result = self._case(1000, 450)
        self.assertEqual(result.tracking, "at_risk")
        self.program.on_track_from = 90
        self.assertIn(result.enrollment_id.id, self.env["pmm.dirty"]._peek("track"))
        self._run_cron("ir_cron_run")
        self.assertEqual(result.tracking, "on_track")
        self.assertFalse(self.env["pmm.dirty"]._peek("track"))
        self.program.write({"on_track_from": 100, "at_risk_from": 90})
        self._run_cron("ir_cron_run")
        self.assertEqual(result.tracking, "at_risk")
        self.program.write({"at_risk_from": 91})
        self._run_cron("ir_cron_run")
        self.assertEqual(result.tracking, "behind")

    def test_thresholds_are_in_order(self):
        """K18, DESIGN 3.9: refused with a sentence, on the border and beyond."""
        for risk, track in ((100, 100), (101, 100), (-1, 100), (80, 201)):
            with self.subTest(risk), self.assertRefused("must be below", ValidationError):
                self.program.write({"at_risk_from": risk, "on_track_from": track})
        self.program.write({"at_risk_from": 99, "on_track_from": 100})
        self.program.write({"at_risk_from": 0, "on_track_from": 200})

    # === WHAT IS TOLD WHEN === #

    def test_period_that_is_over(self):
        """K11: with a target it is reached or missed, by a cent, and no forecast is left."""
        results = [self._case(1000, *amounts) for amounts in ((1000,), (999.99,), ())]
        with freeze_time("2026-02-28"):
            self.program._run()
            self.assertEqual(
                [result.tracking for result in results], ["reached", "at_risk", "behind"]
            )
        for now in ("2026-03-01", "2026-04-20"):
            with freeze_time(now):
                self._run_cron("ir_cron_run")
                for result, tracking in zip(results, ("reached", "missed", "missed"), strict=True):
                    self.assertEqual((result.tracking, result.has_forecast), (tracking, False))
                    self.assertFalse(result.forecast_note)
                    self.assertFalse(result.days_left)
                if now == "2026-03-01":
                    self._close("2026-01", "2026-02")
                    self._invoice(results[1].partner_id, "2026-02-20", 500)

    def test_no_data_is_no_zero(self):
        """K11, DESIGN 3.7: a target without data is neither reached nor missed, nor running."""
        kpi = self._kpi("Margin", source="margin")
        result = self._case(100, kpi=kpi)
        self.assertFalse(result.has_actual)
        self.assertEqual((result.tracking, result.has_forecast), ("no_data", False))
        with freeze_time("2026-03-01"):
            self._run_cron("ir_cron_run")
            self.assertEqual(result.tracking, "no_data")

    def test_no_target(self):
        """K18: without a target there is a forecast, and nothing to be on track to."""
        self.assertForecast(self._case(None, 100), 200, "days", "none")

    def test_too_early(self):
        """K18: nothing is told before a tenth has passed; on it, a little below, and above."""
        for before, share, tracking in (
            (99.99, 0, "early"),
            (100, 0.1, "behind"),
            (100.01, 0.10001, "behind"),
        ):
            with self.subTest(before):
                program = self.program.copy({"name": f"From {before}"})
                mine = self._enroll(self.acme, program=program)
                other = self.env["res.partner"].create({"name": "Other", "is_company": True})
                self._enroll(other, program=program)
                self._target(mine, "2026-02", 1000)
                for number in range(4):
                    self._invoice(other, f"2025-02-{20 + number}", 200)
                self._invoice(other, "2025-02-03", before)
                self._invoice(other, "2025-02-25", 200 - before)
                program._run()
                result = self._measurement(mine, "2026-02")
                self.assertEqual((result.tracking, result.season_share), (tracking, share))

    def test_growth_is_told_at_the_end(self):
        """K18: a part of a period does not compare with all of last year's."""
        kpi = self._kpi("Growth", compare="value")
        result = self._case(1000, 300, kpi=kpi)
        self.assertEqual((result.tracking, result.has_forecast), ("early", False))
        self.assertIn("when the period is over", result.forecast_note)

    def test_what_does_not_grow_stays_as_it_is(self):
        """K18: an average order is forecast as it stands; what counts different ones grows."""
        average = self._kpi("Average", source="average_order")
        result = self._case(100, 90, kpi=average)
        self.assertForecast(result, 90, "as_is", "at_risk")
        self.assertFalse(result.has_needed)
        kinds = self._kpi("Kinds", source="assortment")
        self.assertForecast(self._case(2, 90, kpi=kinds), 2, "days", "on_track")

    # === WORKING DAYS === #

    def test_holidays(self):
        """K18: public holidays of the calendar are no working days; without one Monday–Friday."""
        calendar = self.program.resource_calendar_id
        self.assertEqual(calendar, self.company.resource_calendar_id)
        self.env["resource.calendar.leaves"].create(
            {
                "name": "Carnival",
                "calendar_id": calendar.id,
                "company_id": self.company.id,
                "date_from": "2026-02-16 00:00:00",
                "date_to": "2026-02-20 23:59:59",
            }
        )
        result = self._case(1000, 500)
        # 10 of 15 days
        self.assertForecast(result, 750, "days", "behind")
        self.assertEqual((result.days_left, result.needed_per_day), (5, 100))
        self.program.resource_calendar_id = False
        self._tracked()
        self.assertForecast(result, 1000, "days", "on_track")
        result.invalidate_recordset()
        self.assertEqual((result.days_left, result.needed_per_day), (10, 50))

    def test_today_counts_half(self):
        """K18: on Monday ten and a half days of 20 are over, and ten are left with it."""
        with freeze_time("2026-02-16"):
            result = self._case(1000, 500)
            self.assertEqual(result.season_share, 0.525)
            self.assertForecast(result, 952.38, "days", "at_risk")
            self.assertEqual((result.days_left, result.needed_per_day), (10, 50))
        with freeze_time("2026-02-27 23:00:00"):
            self._tracked()
            result.invalidate_recordset()
            self.assertEqual((result.days_left, result.needed_per_day), (1, 500))

    def test_needed_per_day_is_rounded_up(self):
        """K18: cents are rounded up, so that doing it every day is enough."""
        result = self._case(1000, 500.01)
        self.assertEqual(result.needed_per_day, 50, "49.999 is not enough")
        kinds = self._kpi("Kinds", source="assortment")
        self.assertEqual(self._case(4, 90, kpi=kinds).needed_per_day, 0.3)

    def test_who_joins_or_leaves_within_the_period(self):
        """K18: only the partner's own days count: 5 of 15, and 10 of 15."""
        late = self._case(900, 300, day="2026-02-10", start="2026-02-09")
        self.assertEqual(late.season_share, 0.333333333)
        self.assertEqual(late.forecast, 900)
        leaves = self._case(900, 600, stop="2026-02-21")
        self.assertEqual((leaves.forecast, leaves.days_left), (900, 5))
        gone = self._case(900, 600, stop="2026-02-10")
        self.assertEqual((gone.forecast, gone.season_share), (600, 1))
        self.assertEqual(self._case(900, start="2026-02-16").tracking, "early")

    # === LAST YEAR'S SEASON === #

    def test_season_of_the_whole_programme(self):
        """K18: a quarter of last February had come by now, whoever bought it."""
        self._last_year(
            ("2025-02-03", 100), ("2025-02-13", 140), ("2025-02-14", 20), ("2025-02-15", 300)
        )
        self._invoice(self.acme, "2025-02-28", 440)
        # neither another month nor another year
        self._last_year(("2025-01-31", 5000), ("2025-03-01", 5000), ("2024-02-03", 5000))
        result = self._case(1000, 200)
        self.assertEqual(result.season_share, 0.25)
        self.assertForecast(result, 800, "season", "at_risk")
        self.assertIn("25 %", result.forecast_note)

    def test_thin_season(self):
        """K18: four documents make no season, five do; nor does a month that is mostly returned."""
        self._last_year(*((f"2025-02-{number}", 100) for number in (20, 21, 24, 25)))
        self.assertForecast(self._case(1000, 500), 1000, "days", "on_track")
        self._last_year(("2025-02-05", 100))
        self.program.season_day = False
        self.assertForecast(self._case(1000, 200), 1000, "season", "on_track")
        self._invoice(self.bolt, "2025-02-06", 45.45, move_type="out_refund")
        self.program.season_day = False
        self.assertEqual(self._case(1000, 200).forecast_method, "season", "a tenth of 454.55")
        self._invoice(self.bolt, "2025-02-06", 0.02, move_type="out_refund")
        self.program.season_day = False
        self.assertEqual(self._case(1000, 200).forecast_method, "days")

    def test_season_is_that_of_the_kpi(self):
        """K18: each KPI has its own season; one that is changed looks at last year again."""
        self._last_year(*((f"2025-02-{number}", 100) for number in (3, 4, 20, 21)))
        self._invoice(self.bolt, "2025-02-24", (self.training, 1, 600))
        services = self._kpi("Services", category_ids=[(6, 0, self.services.ids)])
        self._target(self.acme_in, "2026-02", 100, services)
        self._invoice(self.acme, "2026-02-03", (self.training, 1, 60))
        self.assertEqual(self._tracked(kpi=services).forecast_method, "days")
        self.assertEqual(self._tracked().season_share, 0.2)
        services.category_ids = [(6, 0, (self.services | self.hardware).ids)]
        self.assertFalse(self.program.season_day)
        self.assertEqual(self._tracked(kpi=services).season_share, 0.2)
        # a KPI that is new in the programme need not wait for the next day
        units = self._kpi("Units", source="quantity")
        self.assertEqual(self._tracked(kpi=units).forecast_method, "season")

    def test_days_of_last_year(self):
        """K18: 29 February stands for the 28th of a shorter year."""
        self.assertEqual(
            self.program._working_days(date(2026, 2, 26), date(2026, 3, 3)),
            {date(2026, 2, 26), date(2026, 2, 27), date(2026, 3, 2)},
        )
        program = self.program.copy({"name": "Leap", "date_start": "2025-01-01"})
        enrollment = self._enroll(self.acme, "2025-01-01", program=program)
        for number in (1, 2, 3, 28, 29):
            self._invoice(self.acme, f"2024-02-{number:02}", 100)
        self._invoice(self.acme, "2025-02-03", 60)
        with freeze_time("2025-02-27"):
            program._run()
            self.assertEqual(self._measurement(enrollment, "2025-02").forecast, 100)
        with freeze_time("2025-02-28"):
            program._run()
            result = self._measurement(enrollment, "2025-02")
            self.assertEqual((result.season_share, result.forecast), (0.8, 75))

    def test_threshold_and_stretch(self):
        """K1: they are those of the target, and follow it; 0 is none."""
        target = self._target(self.acme_in, "2026-02", 1000)
        for threshold, stretch in ((0, 0), (600, 0), (600, 1200), (0, 1300)):
            target.write({"threshold": threshold, "stretch": stretch})
            result = self._tracked()
            self.assertEqual((result.threshold, result.stretch), (threshold, stretch))

    # === UPGRADE, GUIDE === #

    def test_upgrade(self):
        """K11: results that were there before the upgrade say how they ended."""
        margin = self._kpi("Margin", source="margin")
        for enrollment, value in ((self.acme_in, 0), (self.bolt_in, 100)):
            self._target(enrollment, "2026-01", value)
        self._target(self.acme_in, "2026-01", 5, margin)
        self._target(self.acme_in, "2026-02", 5)
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search([])
        before = {result: result.tracking for result in results if result.state != "open"}
        self.assertEqual(set(before.values()), {"reached", "missed", "no_data", "none"})
        results.sudo().write({"tracking": False})
        self.env.flush_all()
        path = Path(__file__).parents[1] / "migrations" / "19.0.1.3.0" / "post-tracking.py"
        spec = importlib.util.spec_from_file_location("post_tracking", path)
        script = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(script)
        script.migrate(self.env.cr, "19.0.1.2.0")
        self.env.invalidate_all()
        self.assertEqual({result: result.tracking for result in before}, before)
        self.assertFalse(self._measurement(self.acme_in, "2026-02").tracking)
        self._run_cron("ir_cron_run")
        self.assertEqual(self._measurement(self.acme_in, "2026-02").tracking, "behind")

    @freeze_time("2026-04-15")
    def test_example_of_the_guide(self):
        """K18: the worked example in readme/USAGE.md."""
        self.program.quotation_odds = 30
        self._target(self.acme_in, "2026-04", 10000)
        self._last_year(
            ("2025-04-02", 3000),
            ("2025-04-10", 5000),
            ("2025-04-15", 1000),
            ("2025-04-22", 4000),
            ("2025-04-29", 7000),
        )
        self._invoice(self.acme, "2026-04-08", 3400)
        self._sale(self.acme, "2026-04-13", 2000, confirm=False)
        result = self._tracked(period="2026-04")
        self.assertEqual((result.season_share, result.quotations), (0.425, 600))
        self.assertForecast(result, 8600, "season", "at_risk")
        self.assertEqual((result.days_left, result.needed_per_day), (12, 550))
        self.assertEqual(result._format_forecast().replace("\xa0", ""), "$8,600.00 (86 %)")
