from odoo.tests import tagged

from .tier_common import TierReviewCommon


@tagged("post_install", "-at_install")
class TestTierReturns(TierReviewCommon):
    """T3, T6, T7: how a tier is taken back by a return, locked and begun, to the day."""

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

    def test_what_the_run_took_back_was_automatic(self):
        """T11: up and back alike are marked as the run's own doing; the reason says which."""
        move = self._reach_gold()
        self._refund(move, "2024-06-01", 500)
        self._runs("2024-06-01")
        origins = dict(self.acme_up.tier_ids._fields["origin"]._description_selection(self.env))
        self.assertEqual(
            [(tier.move_kind, origins[tier.origin]) for tier in self._tiers_of(self.acme_up)],
            [("up", "Automatic"), ("return", "Automatic")],
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
