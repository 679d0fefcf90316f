from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierReviews(TierCommon):
    """T3–T7: how a tier is kept, lost, taken back, locked and proposed, to the day.

    Bronze asks for 10, Silver for 100, Gold for 1000 of a calendar year.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._ladder((cls.bronze, 10), (cls.silver, 100), (cls.gold, 1000))
        cls.climbers.tier_keep = "next"
        cls.acme_up = cls._join(cls.acme)

    def _reach_gold(self, day="2024-05-10"):
        """Let the partner reach Gold on ``day``; return the invoice."""
        move = self._buys(self.acme_up, day, 1000)
        self._runs(day)
        self.assertTier(self.acme_up, self.gold)
        return move

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

    # === RETURNS === #

    def test_return_takes_the_tier_back(self):
        """T6: the credit note leaves one unit more than, just, and one unit less than asked."""
        cases = [
            # bought, returned, tier
            (1000.01, 0.01, self.gold),
            (1000, 0.01, self.silver),
            (1000, 900, self.silver),
            (1000, 900.01, self.bronze),
            (1000, 990.01, None),
            (1000, 1000, None),
        ]
        for bought, returned, grade in cases:
            with self._case(bought, returned):
                move = self._buys(self.acme_up, "2024-05-10", bought)
                self._runs("2024-05-10")
                self._refund(move, "2024-06-01", returned)
                self._runs("2024-05-31")
                self.assertTier(self.acme_up, self.gold)
                self._runs("2024-06-01", "2024-06-02")
                self.assertTier(self.acme_up, grade)
                self.assertEqual(
                    str(self._tiers_of(self.acme_up)[0].date_stop or ""),
                    "" if grade == self.gold else "2024-06-01",
                )

    def test_return_without_recheck(self):
        """T6: where returns do not re-check, the tier is kept until its review."""
        self.climbers.tier_recheck = False
        move = self._reach_gold()
        self._refund(move, "2024-06-01")
        self._runs("2024-06-01", "2025-12-31")
        self.assertTier(self.acme_up, self.gold)
        self._runs("2026-01-01")
        self.assertTier(self.acme_up, None)

    def test_return_in_the_next_year(self):
        """T6: counted from the start of the window in which the tier was reached until today."""
        cases = [
            # bought after the return in the next year, tier
            (0, self.silver),
            (0.01, self.gold),
        ]
        for bought, grade in cases:
            with self._case(bought):
                move = self._reach_gold()
                self._runs("2025-01-01")
                if bought:
                    self._buys(self.acme_up, "2025-01-15", bought)
                self._refund(move, "2025-02-01", 0.01)
                self._runs("2025-02-01", "2025-02-02", "2025-12-31")
                self.assertTier(self.acme_up, grade)
                self.assertReview(self.acme_up, "2026-01-01")
                self._runs("2026-01-01")
                self.assertTier(self.acme_up, None)

    def test_cancelled_invoice_is_a_return(self):
        """T6: an invoice that is reset to draft gave no tier."""
        move = self._reach_gold()
        move.button_draft()
        self._runs("2024-05-11")
        self.assertHistory(self.acme_up, (self.gold, "2024-05-10", "2024-05-11"))

    def test_return_on_the_day_itself(self):
        """T6: reached and returned on one day: nothing is left of it on that day."""
        move = self._reach_gold()
        self._refund(move, "2024-05-10")
        self._runs("2024-05-10")
        self.assertTier(self.acme_up, None)
        self._runs("2024-05-11")
        self.assertTier(self.acme_up, None)

    def test_raised_thresholds_take_nothing_before_the_review(self):
        """T6: what was asked then is compared, also when something is returned."""
        cases = [
            # bought, returned, tier after Gold's threshold went up to 5000
            (1000, 0, self.gold),
            (1100, 100, self.gold),
            (1100, 100.01, self.silver),
        ]
        for bought, returned, grade in cases:
            with self._case(bought, returned):
                move = self._buys(self.acme_up, "2024-05-10", bought)
                self._runs("2024-05-10")
                self._asks(self.gold).threshold = 5000
                if returned:
                    self._refund(move, "2024-06-01", returned)
                self._runs("2024-06-01")
                self.assertTier(self.acme_up, grade)

    def test_return_falls_back_on_an_earlier_tier_that_is_valid(self):
        """T6: a tier by hand comes back as it was, where its review is yet to come."""
        for valid_until, grade in (
            (False, self.silver),
            ("2024-07-01", self.silver),
            ("2024-06-02", self.silver),
            ("2024-06-01", None),
        ):
            with self._case(valid_until):
                self._give(self.silver, "2024-02-01", valid_until)
                move = self._reach_gold()
                self._refund(move, "2024-06-01")
                self._runs("2024-06-01")
                self.assertTier(self.acme_up, grade)
                if grade:
                    self.assertReview(self.acme_up, valid_until)
                    before = self._last_tier(self.acme_up)
                    self._runs("2024-06-01")
                    self.assertEqual(self._last_tier(self.acme_up), before)
                self._runs("2024-07-01", "2027-01-01")
                self.assertTier(self.acme_up, None if valid_until else self.silver)

    def test_earlier_tier_of_the_run_comes_back(self):
        """T6: Silver of last year carries on when this year's Gold is returned."""
        silver = self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10")
        move = self._buys(self.acme_up, "2025-03-01", 1000)
        self._runs("2025-03-01")
        self.assertTier(self.acme_up, self.gold)
        with self._case("Gold alone"):
            self._refund(move, "2025-04-01")
            self._runs("2025-04-01", "2025-04-02", "2025-12-31")
            self.assertTier(self.acme_up, self.silver)
            self.assertReview(self.acme_up, "2026-01-01")
            self._runs("2026-01-01")
            self.assertTier(self.acme_up, None)
        with self._case("both"):
            self._refund(move, "2025-04-01")
            self._refund(silver, "2025-04-01")
            self._runs("2025-04-01", "2025-04-02")
            self.assertTier(self.acme_up, None)

    def _give(self, grade, start, valid_until=False, **vals):
        return self.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": self.acme_up.id,
                "grade_id": grade.id,
                "date_start": start,
                "valid_until": valid_until,
                **vals,
            }
        )

    def test_given_tiers_without_review_are_never_lowered(self):
        """T3, T6: imported or by hand: no review, no re-check; but raised as everybody's."""
        for origin in "manual", "imported":
            with self._case(origin):
                self._give(self.silver, "2024-02-01", origin=origin)
                self._runs("2024-03-01", "2025-03-01", "2026-03-01")
                self.assertHistory(self.acme_up, (self.silver, "2024-02-01", False))
                self._buys(self.acme_up, "2026-03-02", 999.99)
                self._runs("2026-03-02")
                self.assertTier(self.acme_up, self.silver)
                self._buys(self.acme_up, "2026-03-03", 0.01)
                self._runs("2026-03-03")
                self.assertHistory(
                    self.acme_up,
                    (self.silver, "2024-02-01", "2026-03-03"),
                    (self.gold, "2026-03-03", False),
                )

    def test_given_tier_with_a_review(self):
        """T3, T5: a tier by hand is not re-checked, but reviewed on its day, −1 and 0."""
        self._give(self.gold, "2024-02-01", "2024-09-01")
        self._runs("2024-03-01", "2024-08-31")
        self.assertTier(self.acme_up, self.gold)
        self._runs("2024-09-01")
        self.assertHistory(self.acme_up, (self.gold, "2024-02-01", "2024-09-01"))

    # === LOCK, BEGIN, TWICE === #

    def test_lock(self):
        """T7: no move up, down or back before the day, −1, 0, +1."""
        lock = {"tier_lock_until": "2026-03-01", "tier_lock_reason": "Merger"}
        for day, moved in (("2026-02-28", False), ("2026-03-01", True), ("2026-03-02", True)):
            with self._case("down", day):
                self._reach_gold()
                self.acme_up.write(lock)
                self._runs("2026-01-01", day)
                self.assertHistory(self.acme_up, (self.gold, "2024-05-10", moved and day))
            with self._case("up", day):
                self.acme_up.write(lock)
                self._buys(self.acme_up, "2026-02-01", 1000)
                self._runs("2026-02-01", day)
                self.assertTier(self.acme_up, self.gold if moved else None)
            with self._case("return", day):
                move = self._reach_gold("2025-05-10")
                self.acme_up.write(lock)
                self._refund(move, "2026-02-01")
                self._runs("2026-02-01", day)
                self.assertTier(self.acme_up, None if moved else self.gold)

    def test_tier_begins_with_the_next_period(self):
        """T3: reached in a quarter, held from the first day of the next; once."""
        self.climbers.tier_from = "period"
        self._buys(self.acme_up, "2024-05-10", 1000)
        self._runs("2024-05-10", "2024-05-11", "2024-06-30")
        self.assertHistory(self.acme_up, (self.gold, "2024-07-01", False))
        self.assertTier(self.acme_up, None, "2024-06-30")
        self.assertTier(self.acme_up, self.gold, "2024-07-01")
        self._runs("2024-07-01")
        self.assertHistory(self.acme_up, (self.gold, "2024-07-01", False))

    def test_tier_that_has_not_begun_goes_with_its_sale(self):
        """T3, T6: returned before the period begins, nothing of it begins."""
        self.climbers.tier_from = "period"
        self._buys(self.acme_up, "2024-02-10", 100)
        self._runs("2024-02-10")
        move = self._buys(self.acme_up, "2024-05-10", 900)
        self._runs("2024-05-10")
        self.assertTier(self.acme_up, self.gold, "2024-07-01")
        self._refund(move, "2024-05-20")
        self._runs("2024-05-20")
        self.assertTier(self.acme_up, self.silver, "2024-05-20")
        self.assertTier(self.acme_up, self.silver, "2024-07-01")

    def test_run_twice_changes_nothing(self):
        """T3, DESIGN 3.2: up, kept, down: the second run of a day finds nothing to do."""
        self.climbers.tier_warn_days = 30
        move = self._reach_gold()
        for day in "2024-05-10", "2025-12-10", "2026-01-01", "2026-01-02":
            self._runs(day)
            rows = [tier.read() for tier in self._tiers_of(self.acme_up)]
            standings = self.acme_up.standing_ids.read()
            with self._warnings() as warnings:
                figures = self._runs(day)
            self.assertFalse(any(figures.values()), day)
            self.assertEqual([tier.read() for tier in self._tiers_of(self.acme_up)], rows)
            self.assertEqual(self.acme_up.standing_ids.read(), standings)
            self.assertEqual(warnings, [])
        self.assertEqual(move.state, "posted")
        self.assertHistory(self.acme_up, (self.gold, "2024-05-10", "2026-01-01"))

    def test_by_hand_the_run_only_stores_standings(self):
        """T3: nobody is moved; the standings are there."""
        self.climbers.tier_mode = "manual"
        self._buys(self.acme_up, "2024-05-10", 1000)
        self._runs("2024-05-10")
        self.assertFalse(self.acme_up.tier_ids)
        self.assertFalse(self.acme_up.proposal_ids)
        self.assertEqual(self.acme_up.standing_ids.mapped("met"), [True] * 3)
