from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierProposals(TierCommon):
    """T3: changes that wait for a manager; Silver asks for 100, Gold for 1000 of a year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._ladder((cls.silver, 100), (cls.gold, 1000))
        cls.climbers.write({"tier_mode": "proposed", "tier_keep": "window"})
        cls.acme_up = cls._join(cls.acme)

    def _pending(self):
        return self.acme_up.proposal_ids.filtered(lambda each: each.state == "pending")

    def assertProposals(self, *expected):
        """Assert all proposals, the oldest first: (new grade or None, state)."""
        found = [
            (each.new_grade_id.name, each.state) for each in self.acme_up.proposal_ids.sorted("id")
        ]
        self.assertEqual(
            found, [(grade.name if grade else False, state) for grade, state in expected]
        )

    def test_proposed_then_approved(self):
        """T3: nothing moves before the approval; then from the later of today and that day."""
        for approved in "2024-05-10", "2024-05-11", "2024-06-20":
            with self._case(approved):
                self._buys(self.acme_up, "2024-05-10", 100)
                self._runs("2024-05-10")
                self.assertProposals((self.silver, "pending"))
                self.assertFalse(self.acme_up.tier_ids)
                self.clock.move_to(approved)
                self._pending().action_approve()
                self.assertHistory(self.acme_up, (self.silver, approved, False))
                self.assertReview(self.acme_up, "2025-01-01")
                self._runs(approved)
                self.assertProposals((self.silver, "approved"))

    def test_proposal_for_the_next_period(self):
        """T3: the proposed day, where it is later than the approval; −1, 0, +1."""
        self.climbers.write({"tier_from": "period", "tier_keep": "next"})
        for approved, start in (
            ("2024-06-30", "2024-07-01"),
            ("2024-07-01", "2024-07-01"),
            ("2024-07-02", "2024-07-02"),
        ):
            with self._case(approved):
                self._buys(self.acme_up, "2024-05-10", 100)
                self._runs("2024-05-10")
                self.clock.move_to(approved)
                self._pending().action_approve()
                self.assertHistory(self.acme_up, (self.silver, start, False))

    def test_rejected_is_not_asked_again_in_the_window(self):
        """T3: not on the last day of the year, but with the next one, if it follows again."""
        self._buys(self.acme_up, "2024-05-10", 100)
        self._buys(self.acme_up, "2025-01-01", 100)
        self._runs("2024-05-10")
        self._pending().action_reject()
        self._runs("2024-05-11", "2024-12-31")
        self.assertProposals((self.silver, "rejected"))
        self._runs("2025-01-01")
        self.assertProposals((self.silver, "rejected"), (self.silver, "pending"))
        self.assertFalse(self.acme_up.tier_ids)

    def test_rejected_in_rolling_months(self):
        """T3: not again for as many months as are counted, −1 and 0."""
        self.climbers.write({"tier_window": "rolling", "tier_window_months": 3})
        self._buys(self.acme_up, "2024-05-10", 100)
        self._buys(self.acme_up, "2024-07-10", 100)
        self._runs("2024-05-10")
        self._pending().action_reject()
        self._runs("2024-08-09")
        self.assertProposals((self.silver, "rejected"))
        self._runs("2024-08-10")
        self.assertProposals((self.silver, "rejected"), (self.silver, "pending"))

    def test_another_change_may_be_proposed_after_a_rejection(self):
        """T3: only the same change is not asked again."""
        self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10")
        self._pending().action_reject()
        self._buys(self.acme_up, "2024-05-11", 900)
        self._runs("2024-05-11")
        self.assertProposals((self.silver, "rejected"), (self.gold, "pending"))

    def test_outdated_by_more(self):
        """T3: a higher tier replaces what waits."""
        self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10")
        self._buys(self.acme_up, "2024-05-11", 900)
        self._runs("2024-05-11", "2024-05-12")
        self.assertProposals((self.silver, "outdated"), (self.gold, "pending"))

    def test_outdated_by_a_return(self):
        """T3, T6: what no longer follows from the figures does not wait any more."""
        move = self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10")
        self._refund(move, "2024-05-11", 0.01)
        self._runs("2024-05-11")
        self.assertProposals((self.silver, "outdated"))
        self._buys(self.acme_up, "2024-05-12", 0.01)
        self._runs("2024-05-12")
        self.assertProposals((self.silver, "outdated"), (self.silver, "pending"))

    def test_proposed_downgrade(self):
        """T3, T5: the loss of a tier waits as well; approved, it ends on that day."""
        self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10")
        self._pending().action_approve()
        self._runs("2024-12-31")
        self.assertProposals((self.silver, "approved"))
        self._runs("2025-01-01")
        self.assertProposals((self.silver, "approved"), (None, "pending"))
        self.assertHistory(self.acme_up, (self.silver, "2024-05-10", False))
        self.clock.move_to("2025-01-05")
        self._pending().action_approve()
        self.assertHistory(self.acme_up, (self.silver, "2024-05-10", "2025-01-05"))

    def test_approved_tier_is_taken_back_by_a_return(self):
        """T3, T6: as one that the run gave: proposed, then approved."""
        move = self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10")
        self._pending().action_approve()
        self._refund(move, "2024-06-01", 0.01)
        self._runs("2024-06-01")
        self.assertProposals((self.silver, "approved"), (None, "pending"))
        self.assertTier(self.acme_up, self.silver)

    def test_no_second_proposal(self):
        """T3, DESIGN 3.2: one change waits once, however often the run comes."""
        self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-10", "2024-05-11")
        self.assertFalse(any(self._runs("2024-05-11").values()))
        self.assertProposals((self.silver, "pending"))

    def test_locked_is_not_proposed(self):
        """T3, T7: nothing is proposed before the lock ends, −1, 0."""
        self.acme_up.write({"tier_lock_until": "2024-06-01", "tier_lock_reason": "Merger"})
        self._buys(self.acme_up, "2024-05-10", 100)
        self._runs("2024-05-31")
        self.assertProposals()
        self._runs("2024-06-01")
        self.assertProposals((self.silver, "pending"))
