from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .portal_pages import OVERVIEW, PAGES, RESULTS, PortalPages

PACE = "At the pace so far: 48 % of the working days are over."


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalFigures(PortalPages):
    """P1, K8, X13: figures as people of the company see them, and what they cost."""

    # === FIGURES === #

    def test_overview_shows_the_current_period(self):
        """K8, P1: actual, target, attainment, what is missing, how long it runs, the contact."""
        self._target(self.acme_in, "2026-03", 5000)
        self._target(self.acme_in, "2026-04", 10000)
        self._invoice(self.acme, "2026-03-31", 5000)
        self._invoice(self.acme, "2026-04-01", 2345.67)
        self._invoice(self.bolt, "2026-04-01", 777)
        self.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": self.acme_in.id,
                "grade_id": self.gold.id,
                "date_start": "2026-01-01",
            }
        )
        self._run()
        self.assertEqual(
            self._results(self.sales, OVERVIEW),
            [
                "Revenue Behind $ 2,345.67 of $ 10,000.00 $ 7,654.33 to go 23 %"
                " Forecast $ 4,914.74 (49 %) $ 637.87 needed per working day, 12 left"
                f" {PACE}"
            ],
        )
        text = self._text(self.sales, OVERVIEW)
        for words in (
            "Acme Trading",
            "Resellers Gold",
            "April 2026",
            "16 days left",
            "Your contact: Adam Manager",
        ):
            self.assertIn(words, text)
        self.assertNotIn("March 2026", text)
        self.assertNotIn("777", text)

    def test_last_day(self):
        """P1: on 30 April there is one day left, on 1 May a new month."""
        self._run()
        with freeze_time("2026-04-30"):
            self.assertIn("Last day", self._text(self.sales, OVERVIEW))
        with freeze_time("2026-05-01"):
            self._run()
            text = self._text(self.sales, OVERVIEW)
            self.assertIn("May 2026 31 days left", text)

    def test_coming_targets(self):
        """K1: what is agreed on for later is shown, without a result."""
        self._target(self.acme_in, "2026-05", 1500.5)
        self._target(self.bolt_in, "2026-05", 888)
        self._run()
        text = self._text(self.sales, OVERVIEW)
        self.assertIn("Coming up Revenue, May 2026 $ 1,500.50", text)
        self.assertNotIn("888", text)
        self.assertNotIn("Coming up", self._text(self.people["learner"], OVERVIEW))

    def test_results_tell_what_became_of_each_target(self):
        """K8, K11: newest period first; reached, missed, running, without a target."""
        for period, target in (("2026-02", 100), ("2026-03", 100), ("2026-04", 100)):
            self._target(self.acme_in, period, target)
        self._invoice(self.acme, "2026-01-31", 10)
        self._invoice(self.acme, "2026-02-28", 100)
        self._invoice(self.acme, "2026-03-31", 99.99)
        self._run()
        self.assertEqual(
            self._results(self.sales, RESULTS),
            [
                "Revenue Behind $ 0.00 of $ 100.00 $ 100.00 to go 0 %"
                " Forecast $ 0.00 (0 %) $ 8.34 needed per working day, 12 left"
                f" {PACE}",
                "Revenue Missed $ 99.99 of $ 100.00 99 %",
                "Revenue Reached $ 100.00 of $ 100.00 100 %",
                "Revenue $ 10.00",
            ],
        )
        text = self._text(self.sales, RESULTS)
        months = ["April 2026", "March 2026", "February 2026", "January 2026"]
        self.assertEqual(sorted(months, key=text.index), months)

    def test_reached_before_the_end_has_nothing_to_go(self):
        """K8: more than the target is more than 100 %, the bar is full, nothing is missing."""
        self._target(self.acme_in, "2026-04", 100)
        self._invoice(self.acme, "2026-04-01", 250)
        self._run()
        self.assertEqual(
            self._results(self.sales, OVERVIEW),
            ["Revenue Reached $ 250.00 of $ 100.00 250 % Forecast $ 523.81 (523 %)"],
        )
        [bar] = self._content(self.sales, OVERVIEW).xpath(".//div[@role='progressbar']")
        self.assertEqual(bar.get("aria-valuenow"), "100")

    def test_more_returned_than_bought(self):
        """R32: a negative result is shown as such; to go is more than the target."""
        self._target(self.acme_in, "2026-04", 100)
        self._refund(self._invoice(self.acme, "2026-03-01", 50), "2026-04-02")
        self._run()
        [words] = self._results(self.sales, OVERVIEW)
        self.assertIn("$ 150.00 to go", words)
        self.assertIn("-50 %", words.replace("\u2011", "-"))
        [bar] = self._content(self.sales, OVERVIEW).xpath(".//div[@role='progressbar']")
        self.assertEqual(bar.get("aria-valuenow"), "0")

    def test_percent_are_cut(self):
        """DESIGN 3.8: 99.996 % is not 100 %; whole percents survive the way through floats."""
        measurement = self.env["pmm.kpi.measurement"]
        for percent in range(201):
            row = measurement.new({"attainment": percent / 100})
            self.assertEqual(row._format_attainment(), f"{percent} %")
        for attainment, shown in (
            (0.9999, 99),
            (0.0099, 0),
            (1.0001, 100),
            (0.2899, 28),
            (-0.0099, 0),
        ):
            row = measurement.new({"attainment": attainment})
            self.assertEqual(row._format_attainment(), f"{shown} %")

    def test_nearly_reached_is_99_percent(self):
        """DESIGN 3.8: one cent below, at, and above the target of 25,000.00."""
        for day, price, words in (
            ("2026-04-01", 24999.00, "On track $ 24,999.00 of $ 25,000.00 $ 1.00 to go 99 %"),
            ("2026-04-02", 0.99, "On track $ 24,999.99 of $ 25,000.00 $ 0.01 to go 99 %"),
            ("2026-04-03", 0.01, "Reached $ 25,000.00 of $ 25,000.00 100 %"),
            ("2026-04-04", 0.01, "Reached $ 25,000.01 of $ 25,000.00 100 %"),
        ):
            if not self.acme_in.target_ids:
                self._target(self.acme_in, "2026-04", 25000)
            self._invoice(self.acme, day, price)
            self._run()
            [found] = self._results(self.sales, OVERVIEW)
            self.assertEqual(found.partition(" Forecast")[0], f"Revenue {words}")

    def test_no_target_has_no_percent(self):
        """DESIGN 3.7: a void ratio is empty, not 0 %."""
        self._invoice(self.acme, "2026-04-01", 250)
        self._run()
        self.assertEqual(self._results(self.sales, OVERVIEW), ["Revenue $ 250.00"])
        self.assertFalse(self._content(self.sales, OVERVIEW).xpath(".//div[@role='progressbar']"))

    def test_no_data_is_not_zero(self):
        """DESIGN 3.7: a KPI without any fact says so; nothing is missed and nothing to go."""
        self._patch_source("_void_value", None)
        self._target(self.acme_in, "2026-04", 100)
        self._run()
        self.assertEqual(self._results(self.sales, OVERVIEW), ["Revenue No data yet · of $ 100.00"])

    def test_numbers_have_no_currency(self):
        """K5: a KPI that counts shows bare numbers, without decimals where there are none."""
        self._patch_source("_unit", "count")
        self._target(self.acme_in, "2026-04", 1200)
        self._target(self.acme_in, "2026-05", 4.5)
        self._invoice(self.acme, "2026-04-01", 3)
        self._run()
        self.assertFalse(self._measurement(self.acme_in, "2026-04").currency_id)
        self.assertEqual(
            self._results(self.sales, OVERVIEW),
            [
                "Revenue Behind 3 of 1,200 1,197 to go 0 %"
                f" Forecast 6.29 (0 %) 99.75 needed per working day, 12 left {PACE}"
            ],
        )
        text = self._text(self.sales, OVERVIEW)
        self.assertIn("Coming up Revenue, May 2026 4.50", text)
        self.assertNotIn("$", text)

    def test_amounts_have_the_currency_of_the_programme(self):
        """S12: each programme shows its own."""
        krona = self._foreign_currency("SEK", ("2026-01-01", 10.0))
        second = self.env["pmm.program"].create(
            {
                "name": "Nordic",
                "date_start": "2026-01-01",
                "tz": "UTC",
                "currency_id": krona.id,
                "kpi_ids": [Command.set(self.kpi.ids)],
            }
        )
        self._enroll(self.acme, program=second)
        self._invoice(self.acme, "2026-04-01", 100)
        second._run()
        self._run()
        self.assertEqual(
            sorted(self._results(self.sales, OVERVIEW)),
            sorted(
                ["Revenue $ 100.00", f"Revenue {self._shown(1000, krona)}"],
            ),
        )

    def _shown(self, value, currency):
        return " ".join(currency.format(value).replace("\u2060", "").split())

    # === PAGER === #

    def _many_kpis(self, number):
        self.program.kpi_ids |= self.env["pmm.kpi.definition"].create(
            [{"name": f"KPI {n:02d}", "sequence": 20 + n} for n in range(1, number)]
        )

    def test_pager(self):
        """K8: 20 results a page; past the end comes the last page, before the start the first."""
        self._many_kpis(6)
        self._run()
        first = self._results(self.sales, RESULTS)
        self.assertEqual(len(first), 20)
        last = self._results(self.sales, f"{RESULTS}/page/2")
        self.assertEqual(len(last), 4)
        text = self._text(self.sales, f"{RESULTS}/page/2")
        self.assertIn("January 2026", text)
        for page in ("3", "99", "100000000000"):
            self.assertEqual(self._results(self.sales, f"{RESULTS}/page/{page}"), last)
        self.assertEqual(self._results(self.sales, f"{RESULTS}/page/0"), first)

    # === HOW OFTEN THE DATABASE IS ASKED === #

    def test_other_partners_cost_no_queries(self):
        """X13, DESIGN 5: alone in the database or among two hundred, a page asks as often."""
        self._target(self.acme_in, "2026-04", 100)
        self._target(self.acme_in, "2026-05", 100)
        self._run()
        before = {url: self._queries_of(self.sales, url) for url in ("/my", *PAGES)}
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(200)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self.env["pmm.kpi.target"].create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kpi_id": self.kpi.id,
                    "period_id": self._period(period).id,
                    "value": 100,
                }
                for enrollment in enrollments
                for period in ("2026-04", "2026-05")
            ]
        )
        self.env["pmm.partner.role"].create(
            [
                {"contact_id": contact.id, "role": "owner"}
                for contact in self.env["res.partner"].create(
                    [{"name": "Owner", "parent_id": partner.id} for partner in partners]
                )
            ]
        )
        self._run()
        after = {url: self._queries_of(self.sales, url) for url in ("/my", *PAGES)}
        self.assertEqual(before, after)
        self.assertGreater(min(after.values()), 4, "the queries of the page are seen")
        self.assertLess(max(after.values()), 80)

    def test_rows_on_the_page_cost_no_queries(self):
        """X13: 4 or 20 results on the page, 1 or 20 coming targets: as many queries."""
        self._target(self.acme_in, "2026-05", 100)
        self._run()
        self.assertEqual(len(self._results(self.sales, RESULTS)), 4)
        few = {url: self._queries_of(self.sales, url) for url in PAGES}
        self._many_kpis(20)
        for kpi in self.program.kpi_ids - self.kpi:
            self._target(self.acme_in, "2026-05", 100, kpi=kpi)
        self._run()
        self.assertEqual(len(self._results(self.sales, RESULTS)), 20)
        self.assertEqual(len(self._results(self.sales, OVERVIEW)), 20)
        many = {url: self._queries_of(self.sales, url) for url in PAGES}
        for url in PAGES:
            # the pager needs no query either
            self.assertLessEqual(many[url], few[url] + 2, url)

    def test_programmes_on_the_page_cost_few_queries(self):
        """X13: whoever takes part in ten programmes waits no longer than for one."""
        self._run()
        few = self._queries_of(self.sales, OVERVIEW)
        for number in range(9):
            program = self.env["pmm.program"].create(
                {
                    "name": f"Programme {number}",
                    "date_start": "2026-01-01",
                    "tz": "UTC",
                    "kpi_ids": [Command.set(self.kpi.ids)],
                }
            )
            self._enroll(self.acme, program=program)
            program._run()
        self.assertEqual(len(self._results(self.sales, OVERVIEW)), 10)
        self.assertLessEqual(self._queries_of(self.sales, OVERVIEW), few + 2)
