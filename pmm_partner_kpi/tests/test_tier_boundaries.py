from unittest.mock import patch

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
