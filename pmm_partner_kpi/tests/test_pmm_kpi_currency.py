from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmKpiCurrency(PmmCommon):
    """DESIGN 1: a programme in another currency converts each credit at its day's rate."""

    def _in_currency(self, *rates, **vals):
        euro = self._foreign_currency("EUR", *rates)
        program = self.program.copy({"name": "Euro", "currency_id": euro.id, **vals})
        return program, self._enroll(self.acme, program=program)

    def test_rate_of_the_day_converts(self):
        """S12: the day before the new rate, on it and after it."""
        program, enrollment = self._in_currency(("2026-01-01", 0.5), ("2026-02-10", 0.8))
        for day, amount in (("2026-02-09", 100), ("2026-02-10", 1000), ("2026-03-11", 10)):
            self._invoice(self.acme, day, amount)
        program._run()
        self.assertResult(enrollment, "2026-02", 50 + 800)
        self.assertResult(enrollment, "2026-03", 8)
        self.assertEqual(self._measurement(enrollment, "2026-02").currency_id.name, "EUR")
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 1100)

    def test_target_is_in_the_currency_of_the_programme(self):
        """K1: attainment compares like with like."""
        program, enrollment = self._in_currency(("2026-01-01", 0.5))
        self._target(enrollment, "2026-02", 50)
        self._invoice(self.acme, "2026-02-09", 100)
        program._run()
        self.assertResult(enrollment, "2026-02", 50, 1.0, "reached")

    def test_sum_is_rounded_once(self):
        """S12: three times a third of a cent are one cent, not none."""
        program, enrollment = self._in_currency(("2026-01-01", 0.25))
        self._invoice(self.acme, "2026-02-09", 0.01, 0.01, 0.01, 0.01)
        self._invoice(self.acme, "2026-03-09", 0.02)
        self._invoice(self.acme, "2026-04-09", 0.01)
        program._run()
        self.assertResult(enrollment, "2026-02", 0.01)
        self.assertResult(enrollment, "2026-03", 0.01)  # 0.005 is rounded half up
        self.assertResult(enrollment, "2026-04", 0)

    def test_currency_without_decimals(self):
        """S12: the actual has the rounding of the programme's currency."""
        yen = self._foreign_currency("JPY", ("2026-01-01", 150.505), rounding=1)
        program = self.program.copy({"name": "Yen", "currency_id": yen.id})
        enrollment = self._enroll(self.acme, program=program)
        self._invoice(self.acme, "2026-02-09", 10.01)
        program._run()
        self.assertResult(enrollment, "2026-02", 1507)  # 1506.55505

    def test_company_currency_may_have_rates_as_well(self):
        """S12: where both currencies have rates, their ratio of the day counts."""
        program, enrollment = self._in_currency(("2026-01-01", 0.5))
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.currency.id,
                "name": "2026-02-10",
                "rate": 2,
                "company_id": self.company.id,
            }
        )
        self.env["res.currency.rate"].create(
            {
                "currency_id": self.currency.id,
                "name": "2026-01-01",
                "rate": 1,
                "company_id": self.company.id,
            }
        )
        self._invoice(self.acme, "2026-02-09", 100)
        self._invoice(self.acme, "2026-03-10", 100)
        program._run()
        self.assertResult(enrollment, "2026-02", 50)
        self.assertResult(enrollment, "2026-03", 25)

    def test_rates_of_another_company_do_not_count(self):
        """DESIGN 3.5: another company's rate is neither used nor taken for ours."""
        other = self.env["res.company"].create({"name": "Other"})
        program, enrollment = self._in_currency(("2026-01-01", 0.5))
        self.env["res.currency.rate"].sudo().create(
            {
                "currency_id": program.currency_id.id,
                "name": "2026-02-01",
                "rate": 7,
                "company_id": other.id,
            }
        )
        self._invoice(self.acme, "2026-02-09", 100)
        program._run()
        self.assertResult(enrollment, "2026-02", 50)

    def test_returns_convert_at_the_day_by_which_they_count(self):
        """S12: a KPI that counts returns with their invoice converts both at one rate."""
        program, enrollment = self._in_currency(("2026-01-01", 0.5), ("2026-03-01", 0.8))
        origin = self._kpi("Net of origin", program=program, returns_in="origin")
        self._refund(self._invoice(self.acme, "2026-02-09", 100), "2026-03-09")
        program._run()
        self.assertResult(enrollment, "2026-02", 50)
        self.assertResult(enrollment, "2026-03", -80)
        self.assertResult(enrollment, "2026-02", 0, kpi=origin)
        self.assertResult(enrollment, "2026-03", 0, kpi=origin)

    def test_missing_rate_is_refused_before_anything_is_written(self):
        """DESIGN 3.9: Odoo falls back to a later rate; the first run refuses, with the remedy."""
        program, enrollment = self._in_currency(("2026-02-10", 0.5))
        self._invoice(self.acme, "2026-02-09", 100)
        with self.assertRefused("Add it under"):
            program._run()
        self.assertFalse(self._measurement(enrollment, "2026-02"))
        self.assertCredits(self.acme, [])
        program.currency_id.rate_ids.name = "2026-02-09"
        program._run()
        self.assertResult(enrollment, "2026-02", 50)

    def test_missing_rate_is_refused_in_later_runs_too(self):
        """DESIGN 3.9: also for a document that came after the programme had its figures."""
        program, enrollment = self._in_currency(("2026-02-10", 0.5))
        self._invoice(self.acme, "2026-02-10", 100)
        program._run()
        self._invoice(self.acme, "2026-02-09", 30)
        with self.assertRefused("Add it under"):
            program._run()
        self.assertResult(enrollment, "2026-02", 50)

    def test_missing_rate_of_a_day_that_does_not_count_is_no_obstacle(self):
        """DESIGN 3.9: only what counts in the programme needs a rate."""
        program, enrollment = self._in_currency(("2026-02-01", 0.5), date_start="2026-02-01")
        enrollment.date_start = "2026-02-05"
        self._invoice(self.acme, "2026-01-31", 7)  # before the programme
        self._invoice(self.acme, "2026-02-05", 100)
        program._run()
        self.assertResult(enrollment, "2026-02", 50)

    def test_cron_goes_on_with_the_other_programmes(self):
        """X13: a programme without rates is told so in its chatter; the others are measured."""
        program, enrollment = self._in_currency(("2026-02-10", 0.5))
        self._invoice(self.acme, "2026-02-09", 100)
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 100)
        self.assertFalse(self._measurement(enrollment, "2026-02"))
        self.assertIn("Add it under", program.message_ids[0].body)

    def test_cron_catches_up_when_the_rate_is_there(self):
        """K10: once the rate was added, the programme is measured within the next day's runs."""
        program, enrollment = self._in_currency(("2026-02-10", 0.5))
        self._invoice(self.acme, "2026-02-09", 100)
        self._run_cron("ir_cron_run")
        program.currency_id.rate_ids.name = "2026-02-09"
        with freeze_time("2026-04-16"):
            self._run_cron("ir_cron_sweep")
            self._run_cron("ir_cron_run")
        self.assertResult(enrollment, "2026-02", 50)

    def test_currency_of_an_open_programme_can_change(self):
        """S12: before the first close the figures are calculated anew."""
        self._invoice(self.acme, "2026-02-09", 100)
        self._target(self.acme_in, "2026-02", 100)
        self.program._run()
        self.program.currency_id = self._foreign_currency("EUR", ("2026-01-01", 0.5))
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 50, 0.5, "missed")
        self.assertEqual(self._measurement(self.acme_in, "2026-02").currency_id.name, "EUR")

    def test_company_of_an_open_programme_can_change(self):
        """DESIGN 3.5: the results move to the other company, for readers and figures alike."""
        data = self.setup_other_company()
        other = data["company"]
        self._invoice(self.acme, "2026-02-09", 100)
        self._invoice(
            self.acme,
            "2026-02-09",
            7,
            company_id=other.id,
            journal_id=data["default_journal_sale"].id,
        )
        shared = self.kpi.create({"name": "Shared", "company_id": False})
        self.program.kpi_ids = shared
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 100, kpi=shared)
        self.program.company_id = other
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 7, kpi=shared)
        result = self._measurement(self.acme_in, "2026-02", kpi=shared)
        self.assertEqual(result.company_id, other)
        self.assertEqual(self.acme_in.company_id, other)
