from odoo.tests import HttpCase, freeze_time, tagged

from .portal_common import PortalCommon
from .test_pmm_contest import ContestCommon

PAGE = "/my/programme/contests"


@tagged("post_install", "-at_install")
@freeze_time("2026-03-12")
class TestPortalContests(PortalCommon, ContestCommon, HttpCase):
    """K22, P1, DESIGN 3.5: contests in the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.owner = cls.people["owner"]
        for partner, amount in ((cls.acme, 300), (cls.bolt, 500), (cls.cove, 20)):
            cls._invoice(partner, "2026-03-11", amount)

    def _cards(self, user):
        found = self._content(user, PAGE).xpath(".//div[hasclass('o_pmm_contest')]")
        return [self._words(card) for card in found]

    def _places(self, user):
        found = self._content(user, PAGE).xpath(".//div[hasclass('o_pmm_place')]")
        return [self._words(row) for row in found]

    def test_without_names(self):
        """K22, DESIGN 3.5: countdown, own place, what is needed, prizes; nothing of others."""
        contest = self._contest(start=False, minimum=50, prize_amount_1=900)
        self.assertNotIn("Contests", self._tabs(self.owner))
        contest.action_start()
        self.program._run()
        for role in ("owner", "finance", "sales"):
            [card] = self._cards(self.people[role])
            for words in (
                "Days left: 8",
                "at least $ 50.00",
                "Your place: 2 of 2 · $ 300.00",
                "1. Cup $ 900.00",
                "03/10/2026 to 03/19/2026",
            ):
                self.assertIn(words, card)
            page = self._open(self.people[role], PAGE).text
            for secret in ("Bolt", "Cove", "500.00"):
                self.assertNotIn(secret, page)
        for role in ("learner", "none"):
            self.assertNotIn("Contests", self._tabs(self.people[role]))
            self.assertFalse(self._cards(self.people[role]))

    def test_with_names(self):
        """K22, K19: the leading three, except who has opted out of being shown."""
        self._contest(with_names=True)
        self.program._run()
        self.assertEqual(
            self._places(self.owner),
            [
                "1. Bolt Supplies $ 500.00",
                "2. Acme Trading (you) $ 300.00",
                "3. Cove Ltd $ 20.00",
            ],
        )
        self.bolt_in.leaderboard_opt_out = True
        self.assertEqual(len(self._places(self.owner)), 2)

    def test_time(self):
        """K22: before it, on the last day, after it, final with the prize, cancelled."""
        contest = self._contest()
        for day, words in (
            ("2026-03-09", "Days until it begins: 1"),
            ("2026-03-18", "Days left: 2"),
            ("2026-03-19", "Today is the last day."),
            ("2026-03-20", "It is over."),
        ):
            with freeze_time(day):
                self.assertIn(words, self._cards(self.owner)[0])
        with freeze_time("2026-03-23"):
            self.program._run()
            self.assertIn("You have won: Medal", self._cards(self.owner)[0])
        self._contest(name="Off").action_cancel()
        self.assertIn("was cancelled", " ".join(self._cards(self.owner)))
        self.assertEqual(contest.state, "ended")

    def test_who_sees_it(self):
        """DESIGN 3.5: only whom it is open to; no pilot, nothing internal, nothing by RPC."""
        contest = self._contest(scope="tier", grade_ids=self.gold.ids)
        self.assertFalse(self._cards(self.owner))
        self.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": self.acme_in.id,
                "grade_id": self.gold.id,
                "date_start": "2026-01-01",
            }
        )
        self.assertEqual(len(self._cards(self.owner)), 1)
        self.kpi.is_internal = True
        self.assertFalse(self._cards(self.owner))
        self.kpi.is_internal = False
        for model in ("pmm.contest", "pmm.contest.result"):
            for user in self.people.values():
                self.assertFalse(self.env[model].with_user(user).has_access("read"))
        self.env.cr.execute("UPDATE pmm_enrollment SET is_shadow = TRUE")
        self.env.invalidate_all()
        self.assertFalse(self._cards(self.owner))
        self.assertEqual(contest.state, "running")

    def test_several_contests_cost_no_queries(self):
        """DESIGN 5: the page asks as often for one contest as for four."""
        self._contest()
        self.program._run()
        one = self._queries_of(self.owner, PAGE)
        for number in range(3):
            self._contest(name=f"Contest {number}")
        self.program._run()
        self.assertEqual(self._queries_of(self.owner, PAGE), one)
