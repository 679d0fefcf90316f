from odoo.tests import tagged

from .tier_common import TierReviewCommon


@tagged("post_install", "-at_install")
class TestTierReviews(TierReviewCommon):
    """T4, T5: how a tier is kept, lost and warned of, to the day."""

    # === NOT REQUALIFIED === #

    def test_a_tier_that_ends_with_its_year_begins_anew(self):
        """T4, T5: kept to the end of its own year, then down to what the new one earns."""
        self.climbers.write({"tier_keep": "window", "tier_grace_days": 0})
        self._reach_gold()
        self._runs("2024-12-31")
        self.assertTier(self.acme_up, self.gold)
        self._runs("2025-01-01")
        self.assertTier(self.acme_up, self.env["res.partner.grade"])

    def test_day_of_expiry_and_grace(self):
        """T5: review day −1/0/+1 and end of the grace days −1/0/+1; the day of the run counts."""
        cases = [
            # grace, run on, Gold ends on
            (0, "2025-12-31", False),
            (0, "2026-01-01", "2026-01-01"),
            (0, "2026-01-02", "2026-01-02"),
            (1, "2026-01-01", False),
            (1, "2026-01-02", "2026-01-02"),
            (30, "2026-01-01", False),
            (30, "2026-01-30", False),
            (30, "2026-01-31", "2026-01-31"),
            (30, "2026-02-01", "2026-02-01"),
            (30, "2028-06-01", "2028-06-01"),
        ]
        for grace, day, stop in cases:
            with self._case(grace, day):
                self.climbers.tier_grace_days = grace
                self._reach_gold()
                self._runs("2025-01-01", day)
                self.assertHistory(self.acme_up, (self.gold, "2024-05-10", stop))

    def test_where_a_downgrade_goes(self):
        """T5: never; one step; to the best that was earned last year or is earned this year."""
        cases = [
            # policy, bought in the year under review, in the present year, tier from 2026-01-31 on
            ("never", 0, 0, self.gold),
            ("never", 100, 0, self.gold),
            ("step", 0, 0, self.silver),
            ("step", 10, 0, self.silver),
            ("step", 999.99, 0, self.silver),
            ("step", 0, 999.99, self.silver),
            ("earned", 0, 0, None),
            ("earned", 9.99, 0, None),
            ("earned", 10, 0, self.bronze),
            ("earned", 99.99, 0, self.bronze),
            ("earned", 100, 0, self.silver),
            ("earned", 999.99, 0, self.silver),
            ("earned", 1000, 0, self.gold),
            ("earned", 0, 9.99, None),
            ("earned", 0, 10, self.bronze),
            ("earned", 0, 999.99, self.silver),
            ("earned", 0, 1000, self.gold),
            ("earned", 100, 10, self.silver),
            ("earned", 10, 100, self.silver),
            ("earned", 999.99, 999.99, self.silver),
        ]
        for policy, reviewed, now, grade in cases:
            with self._case(policy, reviewed, now):
                self.climbers.write({"tier_downgrade": policy, "tier_grace_days": 30})
                self._reach_gold()
                if reviewed:
                    self._buys(self.acme_up, "2025-08-01", reviewed)
                if now:
                    self._buys(self.acme_up, "2026-01-15", now)
                self._runs("2025-12-31", "2026-01-30")
                self.assertTier(self.acme_up, self.gold)
                self._runs("2026-01-31")
                self.assertTier(self.acme_up, grade)
                self._runs("2026-02-01", "2026-12-31")
                self.assertTier(self.acme_up, grade)

    def test_steps_go_down_to_nothing(self):
        """T5: year by year one step, until there is no tier."""
        self.climbers.tier_downgrade = "step"
        self._reach_gold()
        days = ["2026-01-01", "2026-12-31", "2027-01-01", "2027-12-31", "2028-01-01", "2029-01-01"]
        self._runs("2025-12-31", *days)
        self.assertHistory(
            self.acme_up,
            (self.gold, "2024-05-10", "2026-01-01"),
            (self.silver, "2026-01-01", "2027-01-01"),
            (self.bronze, "2027-01-01", "2028-01-01"),
        )

    def test_downgrade_ends_at_the_rung_for_all(self):
        """T5: who earns nothing gets the lowest rung where that asks for nothing."""
        self._asks(self.bronze).unlink()
        self._reach_gold()
        self._runs("2026-01-01")
        self.assertTier(self.acme_up, self.bronze)
        self.assertReview(self.acme_up, False)
        self._runs("2026-01-02", "2027-01-01")
        self.assertHistory(
            self.acme_up,
            (self.gold, "2024-05-10", "2026-01-01"),
            (self.bronze, "2026-01-01", False),
        )

    def test_reached_again_after_it_was_lost(self):
        """T2, T5: a tier that has ended is reached anew, as by somebody who never had it."""
        self._reach_gold()
        self._runs("2026-01-01")
        self.assertTier(self.acme_up, None)
        self._buys(self.acme_up, "2026-03-01", 1000)
        self._runs("2026-03-01")
        self.assertHistory(
            self.acme_up,
            (self.gold, "2024-05-10", "2026-01-01"),
            (self.gold, "2026-03-01", False),
        )
        self.assertReview(self.acme_up, "2028-01-01")

    # === REQUALIFIED === #

    def test_requalifying_extends(self):
        """T4: in the next year, one unit below, on and above what the tier asks for."""
        for amount, review in (
            (999.99, "2026-01-01"),
            (1000, "2027-01-01"),
            (1000.01, "2027-01-01"),
        ):
            with self._case(amount):
                self._reach_gold()
                self._runs("2025-01-01")
                self.assertReview(self.acme_up, "2026-01-01")
                self._buys(self.acme_up, "2025-06-01", amount)
                self._runs("2025-06-01", "2025-12-31")
                self.assertHistory(self.acme_up, (self.gold, "2024-05-10", False))
                self.assertReview(self.acme_up, review)

    def test_requalifying_is_by_the_present_thresholds(self):
        """T4, T6: a higher threshold counts at the review, not before."""
        for threshold, grade in ((1000, self.gold), (1000.01, self.silver)):
            with self._case(threshold):
                self._reach_gold()
                self._asks(self.gold).threshold = threshold
                self._buys(self.acme_up, "2025-06-01", 1000)
                self._runs("2024-06-01", "2025-12-31")
                self.assertTier(self.acme_up, self.gold)
                self._runs("2026-01-01")
                self.assertTier(self.acme_up, grade)

    def test_grace_saves(self):
        """T5: who requalifies on the last day of grace keeps it; a day later is an upgrade."""
        self.climbers.tier_grace_days = 10
        self._reach_gold()
        with self._case("last day of grace"):
            self._buys(self.acme_up, "2026-01-10", 1000)
            self._runs("2026-01-01", "2026-01-10", "2026-01-11")
            self.assertHistory(self.acme_up, (self.gold, "2024-05-10", False))
            self.assertReview(self.acme_up, "2028-01-01")
        with self._case("first day after it"):
            self._buys(self.acme_up, "2026-01-12", 1000)
            self._runs("2026-01-10", "2026-01-11", "2026-01-12")
            self.assertHistory(
                self.acme_up,
                (self.gold, "2024-05-10", "2026-01-11"),
                (self.gold, "2026-01-12", False),
            )

    def test_late_documents_count_at_the_review(self):
        """T4, T5: an invoice of the year under review that comes during grace saves the tier."""
        self.climbers.tier_grace_days = 20
        self._reach_gold()
        for bought, kept in (("2025-12-31", True), ("2024-12-31", False)):
            with self._case(bought):
                self._runs("2026-01-05")
                self.assertTier(self.acme_up, self.gold)
                self._buys(self.acme_up, bought, 1000)
                self._runs("2026-01-06", "2026-01-07", "2026-01-21", "2026-12-31")
                self.assertTier(self.acme_up, self.gold if kept else None)
                if kept:
                    self.assertReview(self.acme_up, "2027-01-01")

    def test_kept_and_returned_in_one_run(self):
        """T5, T6: earned last year, returned this year, reviewed after that: it is not kept."""
        self._reach_gold()
        move = self._buys(self.acme_up, "2025-12-20", 1000)
        self._refund(move, "2026-01-02")
        self._runs("2026-01-05")
        self.assertTier(self.acme_up, None)
        self._runs("2026-01-05")
        self.assertHistory(self.acme_up, (self.gold, "2024-05-10", "2026-01-05"))

    def test_run_after_several_reviews(self):
        """T5: a run that comes late finds what the reviews that it missed would have found."""
        self._reach_gold()
        self._buys(self.acme_up, "2025-12-20", 1000)
        self._runs("2025-01-01", "2027-03-01")
        self.assertHistory(self.acme_up, (self.gold, "2024-05-10", "2027-03-01"))

    def test_invoices_of_tomorrow_do_not_save(self):
        """T4: the year under review of a tier by hand goes on; what is dated later waits."""
        self._give(self.gold, "2024-02-01", "2024-09-01")
        self._buys(self.acme_up, "2024-10-01", 1000)
        self._runs("2024-09-01")
        self.assertTier(self.acme_up, None)
        self._runs("2024-10-01")
        self.assertTier(self.acme_up, self.gold)

    def test_rolling_months_are_reviewed(self):
        """T4, T5: the six months up to the last day of validity, or up to today, decide."""
        self.climbers.write({"tier_window": "rolling", "tier_window_months": 6})
        self._reach_gold()
        # 2024-05-10 lies in the six months up to 2024-11-09
        self._runs("2024-11-09", "2024-11-10", "2024-11-11")
        self.assertReview(self.acme_up, "2025-05-09")
        self._runs("2025-05-08")
        cases = [
            # bought, run on, tier
            ("2024-11-08", "2025-05-09", None),
            ("2024-11-09", "2025-05-09", self.gold),
            ("2024-11-10", "2025-05-09", self.gold),
            ("2025-05-09", "2025-05-09", self.gold),
            ("2025-05-10", "2025-05-09", None),
        ]
        for bought, day, grade in cases:
            with self._case(bought, day):
                self._buys(self.acme_up, bought, 1000)
                self._runs(day)
                self.assertTier(self.acme_up, grade)

    # === WARNINGS === #

    def test_warned_once_before_it_ends(self):
        """T5: warning day −1, 0, +1; once; with the day of the downgrade and the lower tier."""
        self.climbers.write({"tier_warn_days": 30, "tier_grace_days": 10})
        self._reach_gold()
        self._buys(self.acme_up, "2025-06-01", 5)
        cases = [
            ("2025-12-01", False),
            ("2025-12-02", True),
            ("2025-12-03", True),
            ("2026-01-05", True),
        ]
        for day, warned in cases:
            with self._case(day), self._warnings() as warnings:
                self._runs(day)
                self.assertEqual([each[0] for each in warnings], [self.acme_up] * warned)
                self.assertEqual(bool(self._last_tier(self.acme_up).warned_on), warned)
                self._runs(day, "2026-01-06", "2026-01-10")
                self.assertEqual(len(warnings), 1)
                found = warnings[0]
                self.assertEqual(found[1], "2026-01-11")
                self.assertFalse(found[2])

    def test_warned_anew_in_each_year(self):
        """T5: who requalified after the warning is warned again before the next review."""
        self.climbers.tier_warn_days = 30
        self._reach_gold()
        with self._warnings() as warnings:
            self._runs("2025-12-10")
            self._buys(self.acme_up, "2025-12-20", 1000)
            self._runs("2025-12-20", "2026-11-30")
            self.assertEqual(len(warnings), 1)
            self._runs("2026-12-02", "2026-12-03")
        self.assertEqual([day for _who, day, _lower in warnings], ["2026-01-01", "2027-01-01"])

    def test_warning_names_the_lower_tier(self):
        """T5: one step down is Silver; who requalified and who never falls is not warned."""
        cases = [
            # policy, bought in the year under review, lower tier
            ("step", 0, self.silver),
            ("earned", 100, self.silver),
            ("earned", 10, self.bronze),
            ("earned", 1000, False),
            ("never", 0, False),
        ]
        for policy, bought, lower in cases:
            with self._case(policy, bought), self._warnings() as warnings:
                self.climbers.write({"tier_downgrade": policy, "tier_warn_days": 30})
                self._reach_gold()
                if bought:
                    self._buys(self.acme_up, "2025-03-01", bought)
                self._runs("2025-12-15")
                expected = [(self.acme_up, "2026-01-01", lower)] if lower else []
                self.assertEqual(warnings, expected)
