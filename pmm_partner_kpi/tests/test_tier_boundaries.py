from datetime import date
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierBoundaries(TierCommon):
    """T2, T4, T10: what counts for a tier, to the cent and to the day."""

    # === THRESHOLDS === #

    def test_threshold_is_exact(self):
        """T2, T10: on it, one unit below, one above; four digits of the threshold count."""
        cases = [
            # asked for, bought, met
            (1000, 999.99, False),
            (1000, 1000, True),
            (1000, 1000.01, True),
            (1000.0001, 1000, False),
            (1000.0001, 1000.01, True),
            (999.9999, 999.99, False),
            (999.9999, 1000, True),
            (0.0001, 0.01, True),
            (1234567.8901, 1234567.89, False),
            (1234567.89, 1234567.89, True),
        ]
        self._ladder((self.silver, 1))
        asked = self._asks(self.silver)
        for threshold, amount, met in cases:
            with self._case(threshold, amount):
                asked.threshold = threshold
                enrollment = self._join()
                self._buys(enrollment, "2024-03-01", amount)
                self._runs("2024-03-01")
                self.assertStanding(enrollment, amount, met)
                self.assertTier(enrollment, self.silver if met else None)

    def test_sum_of_cents_meets_a_threshold(self):
        """T2: ten times ten cents are one, exactly."""
        self._ladder((self.silver, 1))
        enrollment = self._join()
        self._buys(enrollment, "2024-03-01", 0.1)
        for _ in range(9):
            self._buys(enrollment, "2024-03-01", 0.1)
        self._runs("2024-03-01")
        self.assertTier(enrollment, self.silver)

    def test_standing_says_what_is_missing(self):
        """T10: current, required, missing and met, per requirement."""
        self._ladder((self.silver, 100), (self.gold, 1000.5))
        enrollment = self._join()
        self._buys(enrollment, "2024-03-01", 250.25)
        self._runs("2024-03-01")
        for grade, required, missing, met in (
            (self.silver, 100, 0, True),
            (self.gold, 1000.5, 750.25, False),
        ):
            standing = enrollment.standing_ids.filtered(
                lambda each, grade=grade: each.program_tier_id.grade_id == grade
            )
            self.assertEqual(standing.value, 250.25)
            self.assertEqual(standing.required, required)
            self.assertAlmostEqual(standing.missing, missing, 4)
            self.assertEqual(standing.met, met)

    def test_no_data_is_never_met(self):
        """T2, DESIGN 3.7: a KPI without data does not meet even a threshold of 0; 0 does."""
        self._ladder((self.silver, 0))
        source = self.registry["pmm.kpi.source.revenue"]
        for void, met in ((None, False), (0, True)):
            with self._case(void), patch.object(source, "_void_value", lambda *_args, v=void: v):
                enrollment = self._join()
                self._runs("2024-03-01")
                self.assertStanding(enrollment, void, met)
                self.assertTier(enrollment, self.silver if met else None)

    def test_highest_rung_that_is_met(self):
        """T2: rungs below need not be met; at, below and above each threshold."""
        # silver asks for more than gold, so that gold is met alone
        self._ladder((self.bronze, 0.01), (self.silver, 5000), (self.gold, 1000))
        for amount, grade in (
            (0.01, self.bronze),
            (999.99, self.bronze),
            (1000, self.gold),
            (4999.99, self.gold),
            (5000, self.gold),
        ):
            with self._case(amount):
                enrollment = self._join()
                self._buys(enrollment, "2024-03-01", amount)
                self._runs("2024-03-01")
                self.assertTier(enrollment, grade)

    def test_lowest_rung_is_for_all(self):
        """T2: a rung that asks for nothing is held from the first run on, without review."""
        self._ladder((self.bronze, None), (self.silver, 100))
        enrollment = self._join()
        self._runs("2024-03-01")
        self.assertHistory(enrollment, (self.bronze, "2024-03-01", False))
        self.assertReview(enrollment, False)
        self._runs("2027-03-01")
        self.assertHistory(enrollment, (self.bronze, "2024-03-01", False))

    def test_first_purchase(self):
        """T2: the day before, the day of, and the day after the first purchase."""
        self._ladder((self.silver, 0.01))
        enrollment = self._join()
        self._buys(enrollment, "2024-03-01", 0.01)
        self._runs("2024-02-29")
        self.assertTier(enrollment, None)
        self._runs("2024-03-01", "2024-03-02")
        self.assertHistory(enrollment, (self.silver, "2024-03-01", False))

    # === DAYS THAT COUNT === #

    def test_days_on_which_it_counts(self):
        """T4: programme, enrolment and today bound what counts, each at −1, 0, +1."""
        self._ladder((self.silver, 100))
        self.climbers.date_start = "2024-02-10"
        cases = [
            # enrolled from, until, bought on, counts on 2024-06-15
            ("2024-01-01", False, "2024-02-09", False),
            ("2024-01-01", False, "2024-02-10", True),
            ("2024-01-01", False, "2024-02-11", True),
            ("2024-03-10", False, "2024-03-09", False),
            ("2024-03-10", False, "2024-03-10", True),
            ("2024-03-10", False, "2024-03-11", True),
            ("2024-03-10", "2024-06-16", "2024-06-15", True),
            ("2024-01-01", False, "2024-06-14", True),
            ("2024-01-01", False, "2024-06-15", True),
            ("2024-01-01", False, "2024-06-16", False),
        ]
        joined = []
        for start, stop, day, counts in cases:
            enrollment = self._join(start=start, stop=stop)
            self._buys(enrollment, day, 100)
            joined.append((enrollment, counts))
        self._runs("2024-06-15")
        for case, (enrollment, counts) in zip(cases, joined, strict=True):
            with self.subTest(case):
                self.assertTier(enrollment, self.silver if counts else None)
                self.assertStanding(enrollment, 100 if counts else 0, counts)

    def test_ended_and_future_enrollments_do_not_move(self):
        """T3: the day before the end and the first day move; the end and the day before do not."""
        self._ladder((self.bronze, None))
        cases = [
            ("2024-01-01", "2024-06-14", None),
            ("2024-01-01", "2024-06-15", None),
            ("2024-01-01", "2024-06-16", self.bronze),
            ("2024-06-14", False, self.bronze),
            ("2024-06-15", False, self.bronze),
            ("2024-06-16", False, None),
        ]
        joined = [self._join(start=start, stop=stop) for start, stop, _grade in cases]
        self._runs("2024-06-15")
        for enrollment, (_start, _stop, grade) in zip(joined, cases, strict=True):
            with self.subTest(enrollment.date_start, stop=enrollment.date_stop):
                self.assertEqual(
                    enrollment.tier_ids.grade_id, grade or self.env["res.partner.grade"]
                )

    def test_fixed_year(self):
        """T4: at the end of the tier year, −1, 0 and +1; also a year that begins on 29 February."""
        self._ladder((self.silver, 100))
        enrollment = self._join()
        cases = [
            # tier year begins (month, day), bought on, today, counts
            (1, 1, "2024-12-31", "2024-12-31", True),
            (1, 1, "2024-12-31", "2025-01-01", False),
            (1, 1, "2025-01-01", "2025-01-01", True),
            (7, 1, "2024-06-30", "2024-06-30", True),
            (7, 1, "2024-06-30", "2024-07-01", False),
            (7, 1, "2024-07-01", "2025-06-30", True),
            (7, 1, "2024-07-01", "2025-07-01", False),
            (2, 29, "2024-02-28", "2024-02-28", True),
            (2, 29, "2024-02-28", "2024-02-29", False),
            (2, 29, "2024-02-29", "2025-02-27", True),
            (2, 29, "2024-02-29", "2025-02-28", False),
        ]
        for month, day, bought, today, counts in cases:
            with self._case(month, day, bought, today):
                self.climbers.write({"tier_window_month": month, "tier_window_day": day})
                self._buys(enrollment, bought, 100)
                self._runs(today)
                self.assertTier(enrollment, self.silver if counts else None)

    def test_anniversary_year(self):
        """T4: the year of who joined on that day; 29 February is 28 February in other years."""
        self._ladder((self.silver, 100))
        self.climbers.tier_window = "anniversary"
        cases = [
            # joined, bought on, today, counts
            ("2024-05-10", "2024-05-10", "2025-05-09", True),
            ("2024-05-10", "2024-05-10", "2025-05-10", False),
            ("2024-05-10", "2025-05-09", "2025-05-10", False),
            ("2024-05-10", "2025-05-10", "2025-05-10", True),
            ("2024-02-29", "2024-02-29", "2025-02-27", True),
            ("2024-02-29", "2024-02-29", "2025-02-28", False),
            ("2024-02-29", "2025-02-28", "2026-02-27", True),
            ("2024-02-29", "2025-02-28", "2026-02-28", False),
            ("2024-02-29", "2027-02-28", "2028-02-28", True),
            ("2024-02-29", "2027-02-28", "2028-02-29", False),
            ("2024-02-29", "2028-02-29", "2028-02-29", True),
            ("2024-12-31", "2024-12-31", "2025-12-30", True),
            ("2024-12-31", "2024-12-31", "2025-12-31", False),
        ]
        for joined, bought, today, counts in cases:
            with self._case(joined, bought, today):
                enrollment = self._join(start=joined)
                self._buys(enrollment, bought, 100)
                self._runs(today)
                self.assertTier(enrollment, self.silver if counts else None)

    def test_each_has_its_own_anniversary(self):
        """T4: two enrolments of one run count over different years."""
        self._ladder((self.silver, 100))
        self.climbers.write({"tier_window": "anniversary", "tier_keep": "window"})
        early, late = self._join(start="2024-03-01"), self._join(start="2024-06-01")
        for enrollment in early, late:
            self._buys(enrollment, "2024-07-01", 100)
        self._runs("2024-07-01")
        self.assertReview(early, "2025-03-01")
        self.assertReview(late, "2025-06-01")

    def test_rolling_months(self):
        """T4: the last n months up to and including today, the oldest day at −1, 0 and +1."""
        self._ladder((self.silver, 100))
        enrollment = self._join()
        cases = [
            # months, bought on, today, counts
            (12, "2024-04-15", "2025-04-15", False),
            (12, "2024-04-16", "2025-04-15", True),
            (12, "2024-04-17", "2025-04-15", True),
            (1, "2024-05-09", "2024-06-09", False),
            (1, "2024-05-10", "2024-06-09", True),
            (1, "2024-02-29", "2024-03-31", False),
            (1, "2024-03-01", "2024-03-31", True),
            (6, "2024-06-30", "2024-12-31", False),
            (6, "2024-07-01", "2024-12-31", True),
            (12, "2025-04-15", "2025-04-15", True),
            (12, "2025-04-16", "2025-04-15", False),
        ]
        for months, bought, today, counts in cases:
            with self._case(months, bought, today):
                self.climbers.write({"tier_window": "rolling", "tier_window_months": months})
                self._buys(enrollment, bought, 100)
                self._runs(today)
                self.assertTier(enrollment, self.silver if counts else None)

    def test_returns_count_as_the_kpi_says(self):
        """T2, T4: a credit note of the next year lowers that year, or the year of its invoice."""
        self._ladder((self.silver, 100))
        for returns_in, grade in (("own", None), ("origin", self.silver)):
            with self._case(returns_in):
                self.kpi.returns_in = returns_in
                enrollment = self._join()
                move = self._buys(enrollment, "2024-12-30", 500)
                self._buys(enrollment, "2025-01-10", 100)
                self._refund(move, "2025-01-05", 0.01)
                self._runs("2025-01-10")
                self.assertTier(enrollment, grade)
                self.assertStanding(enrollment, 100 if grade else 99.99, bool(grade))

    # === REVIEW DAYS === #

    def test_day_of_review(self):
        """T4: valid to the end of the window or of the next one; rolling: as many months."""
        self._ladder((self.silver, 100))
        cases = [
            # window, months, keep, joined, reached, review
            ("fixed", 12, "window", "2024-01-01", "2024-12-31", "2025-01-01"),
            ("fixed", 12, "next", "2024-01-01", "2024-12-31", "2026-01-01"),
            ("fixed", 12, "window", "2024-01-01", "2025-01-01", "2026-01-01"),
            ("fixed", 12, "next", "2024-01-01", "2025-01-01", "2027-01-01"),
            ("anniversary", 12, "window", "2024-02-29", "2025-02-27", "2025-02-28"),
            ("anniversary", 12, "next", "2024-02-29", "2025-02-27", "2026-02-28"),
            ("anniversary", 12, "window", "2024-02-29", "2027-03-01", "2028-02-29"),
            ("anniversary", 12, "next", "2024-02-29", "2026-03-01", "2028-02-29"),
            ("rolling", 12, "window", "2024-01-01", "2024-02-29", "2025-02-28"),
            ("rolling", 12, "next", "2024-01-01", "2024-05-10", "2025-05-10"),
            ("rolling", 1, "next", "2024-01-01", "2024-05-31", "2024-06-30"),
            ("rolling", 6, "next", "2024-01-01", "2024-08-31", "2025-02-28"),
        ]
        for window, months, keep, joined, reached, review in cases:
            with self._case(window, months, keep, joined, reached):
                self.climbers.write(
                    {"tier_window": window, "tier_window_months": months, "tier_keep": keep}
                )
                enrollment = self._join(start=joined)
                self._buys(enrollment, reached, 100)
                self._runs(reached)
                self.assertTier(enrollment, self.silver)
                self.assertReview(enrollment, review)

    # === TIME ZONES === #

    def test_today_is_that_of_the_programme(self):
        """T4: tomorrow in Auckland, today in Los Angeles: each programme counts its own day."""
        south = self._climb("South", tz="Pacific/Auckland")
        west = self._climb("West", tz="America/Los_Angeles")
        cases = [
            # now (UTC), bought on, tier begins in Auckland, in Los Angeles
            ("2024-06-30 23:30:00", "2024-07-01", "2024-07-01", None),
            ("2024-07-01 06:59:59", "2024-07-01", "2024-07-01", None),
            ("2024-07-01 07:00:00", "2024-07-01", "2024-07-01", "2024-07-01"),
            ("2024-06-30 11:59:59", "2024-07-01", None, None),
            ("2024-06-30 12:00:00", "2024-07-01", "2024-07-01", None),
        ]
        for program in south, west:
            self._ladder((self.silver, 100), program=program)
        for now, bought, *begins in cases:
            with self._case(now):
                joined = [self._join(self.acme, program=program) for program in (south, west)]
                self._buys(joined[0], bought, 100)
                for enrollment, start in zip(joined, begins, strict=True):
                    self._runs(now, program=enrollment.program_id)
                    expected = [(self.silver, start, False)] if start else []
                    self.assertHistory(enrollment, *expected)

    def test_tier_year_turns_at_the_midnight_of_the_programme(self):
        """T4, T5: at one moment the new year has begun here and not there."""
        for tz, start, review in (
            ("Pacific/Auckland", "2025-01-01", "2026-01-01"),
            ("America/Los_Angeles", "2024-12-31", "2025-01-01"),
        ):
            with self._case(tz):
                program = self._climb("Midnight", tz=tz, tier_keep="window")
                self._ladder((self.bronze, 0.01), (self.silver, 100), program=program)
                enrollment = self._join(program=program)
                self._buys(enrollment, "2024-12-31", 100)
                self._buys(enrollment, "2025-01-01", 50)
                self._runs("2024-12-31 18:00:00", program=program)
                there = tz == "America/Los_Angeles"
                grade = self.silver if there else self.bronze
                self.assertHistory(enrollment, (grade, start, False))
                self.assertReview(enrollment, review)

    # === CURRENCY === #

    def test_other_currency_at_the_rate_of_the_day(self):
        """T2, S12: the sum in the programme's currency meets the threshold, rounded once."""
        euro = self._foreign_currency("EUR", ("2023-12-01", 0.5), ("2024-03-10", 0.8))
        program = self._climb("Euro", currency_id=euro.id)
        self._ladder((self.silver, 50), program=program)
        cases = [
            # bought (day, amount of company currency), value, met
            ([("2024-03-09", 99.98)], 49.99, False),
            ([("2024-03-09", 100)], 50, True),
            ([("2024-03-09", 100.02)], 50.01, True),
            ([("2024-03-10", 62.49)], 49.99, False),
            ([("2024-03-10", 62.5)], 50, True),
            ([("2024-03-09", 60), ("2024-03-10", 25)], 50, True),
            ([("2024-03-09", 60), ("2024-03-10", 24.98)], 49.98, False),
            ([("2024-03-09", 50.01), ("2024-03-09", 49.99)], 50, True),
        ]
        for bought, value, met in cases:
            with self._case(bought):
                enrollment = self._join(program=program)
                for day, amount in bought:
                    self._buys(enrollment, day, amount)
                self._runs("2024-03-12", program=program)
                self.assertStanding(enrollment, value, met)
                self.assertTier(enrollment, self.silver if met else None)

    def test_documents_in_another_currency(self):
        """T2, S12: an invoice in euro counts what is booked in company currency."""
        euro = self._foreign_currency("EUR", ("2023-12-01", 0.5))
        self._ladder((self.silver, 100))
        for amount, met in ((49.99, False), (50, True), (50.01, True)):
            with self._case(amount):
                enrollment = self._join()
                self._buys(enrollment, "2024-03-09", amount, currency_id=euro.id)
                self._runs("2024-03-09")
                self.assertTier(enrollment, self.silver if met else None)

    # === WHOSE FIGURES === #

    def test_other_companies_do_not_count(self):
        """T2, DESIGN 3.5: what the partner buys from another company gives no tier here."""
        other = self.setup_other_company()
        self._ladder((self.silver, 100))
        enrollment = self._join()
        abroad = self._climb("Abroad", company_id=other["company"].id, kpi_ids=[Command.clear()])
        self.kpi.company_id = False
        abroad.kpi_ids = self.kpi
        self._ladder((self.silver, 100), program=abroad)
        there = self._join(enrollment.partner_id, program=abroad)
        self._buys(
            enrollment,
            "2024-03-01",
            100,
            company_id=other["company"].id,
            journal_id=other["default_journal_sale"].id,
        )
        self._runs("2024-03-01")
        self._runs("2024-03-01", program=abroad)
        self.assertTier(enrollment, None)
        self.assertTier(there, self.silver)

    def test_programmes_are_independent(self):
        """T1, T2: one partner, two programmes, two ladders."""
        second = self._climb("Second", date_start="2024-03-01")
        self._ladder((self.silver, 100), (self.gold, 200))
        self._ladder((self.gold, 100), program=second)
        here = self._join(self.acme)
        there = self._join(self.acme, program=second)
        self._buys(here, "2024-02-29", 100)
        self._buys(here, "2024-03-01", 99.99)
        for program in self.climbers, second:
            self._runs("2024-03-02", program=program)
        self.assertTier(here, self.silver)
        self.assertTier(there, None)
        self._buys(here, "2024-03-02", 0.01)
        for program in self.climbers, second:
            self._runs("2024-03-02", program=program)
        self.assertTier(here, self.gold)
        self.assertTier(there, self.gold)

    def test_neighbours_do_not_matter(self):
        """T2: alone or with others in one batch, each gets the same."""
        self._ladder((self.bronze, None), (self.silver, 100), (self.gold, 200))
        amounts = {50: self.bronze, 100: self.silver, 150: self.silver, 200: self.gold}
        together = {}
        for amount in amounts:
            together[self._join()] = amount
        for enrollment, amount in together.items():
            self._buys(enrollment, "2024-03-01", amount)
        self._runs("2024-03-01")
        for enrollment, amount in together.items():
            self.assertTier(enrollment, amounts[amount])
        enrollment = next(iter(together))
        before = {each: self._last_tier(each).id for each in together}
        self._buys(enrollment, "2024-03-02", 50)
        self._runs("2024-03-02")
        self.assertTier(enrollment, self.silver)
        for each, tier_id in before.items():
            if each != enrollment:
                self.assertEqual(self._last_tier(each).id, tier_id)

    def test_new_enrollment_of_the_same_partner_counts_anew(self):
        """T4: what was bought in an earlier enrolment does not count for the next."""
        self._ladder((self.silver, 100))
        first = self._join(self.acme, "2024-01-01", "2024-03-01")
        second = self._join(self.acme, "2024-03-01")
        self._buys(first, "2024-02-29", 100)
        self._buys(first, "2024-03-01", 99.99)
        self._runs("2024-03-02")
        self.assertFalse(second.tier_ids)
        self._buys(second, "2024-03-02", 0.01)
        self._runs("2024-03-02")
        self.assertTier(second, self.silver)

    def test_window_of_a_leap_day_over_many_years(self):
        """T4: windows of one enrolment meet without gap and overlap, over two leap years."""
        self.climbers.tier_window = "anniversary"
        joined, day, windows = date(2024, 2, 29), date(2024, 2, 29), []
        while day.year < 2033:
            start, stop = self.climbers._tier_window_of(day, joined)
            self.assertEqual(start, day)
            windows.append(str(start))
            day = stop
        leap = [each for each in windows if each.endswith("29")]
        self.assertEqual(leap, ["2024-02-29", "2028-02-29", "2032-02-29"])
        self.assertEqual(len(windows), 9)
