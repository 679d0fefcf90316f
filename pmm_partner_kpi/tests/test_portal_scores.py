from odoo.exceptions import AccessError
from odoo.tests import HttpCase, freeze_time, tagged

from .portal_common import PortalCommon
from .test_pmm_scorecard import ScorecardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalScores(PortalCommon, ScorecardCommon, HttpCase):
    """K14, P1: scorecards in the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        for period in ("2026-03", "2026-04"):
            cls._target(cls.acme_in, period, 10000)
        cls._target(cls.acme_in, "2026-04", 5000, cls.kpi_services)
        cls._invoice(cls.acme, "2026-03-10", 4000)
        cls._invoice(cls.acme, "2026-04-10", 11000, (cls.training, 1, 2000))
        cls.program._run()

    def _cards(self, user, url):
        found = self._content(user, url).xpath(".//div[hasclass('o_pmm_score')]")
        return [self._words(card) for card in found]

    def test_overview(self):
        """K14: this period's score with its components, money included."""
        self.assertEqual(
            self._cards(self.people["owner"], "/my/programme"),
            [
                "Balanced 76 % Revenue · weight 60 % $ 13,000.00 of $ 10,000.00 · 130 % counts as"
                " 100 % Services · weight 40 % $ 2,000.00 of $ 5,000.00 · 40 %"
            ],
        )

    def test_scores_are_for_those_who_see_results(self):
        """K14, P2: sales reads what owners do; learners and people without a role no score."""
        cards = self._cards(self.people["sales"], "/my/programme")
        self.assertIn("130 %", cards[0])
        self.assertEqual(cards, self._cards(self.people["owner"], "/my/programme"))
        for role in ("learner", "none"):
            self.assertFalse(self._cards(self.people[role], "/my/programme"))

    def test_results_of_past_periods(self):
        """K14: a card above the results of each period; what is left out is said."""
        april, march = self._cards(self.people["finance"], "/my/programme/results")[:2]
        self.assertIn("76 %", april)
        self.assertEqual(
            march,
            "Balanced 40 % Revenue · weight 60 % $ 4,000.00 of $ 10,000.00 · 40 % Services ·"
            " weight 40 % not counted: no target or no data 60 % of the weight has data; it makes"
            " up the whole score.",
        )
        self.assertIn(
            "No data yet", self._cards(self.people["finance"], "/my/programme/results")[2]
        )

    def test_what_is_hidden_is_not_shown(self):
        """K14: neither a card that is not for partners nor a pilot."""
        self.card.portal_visible = False
        self.assertFalse(self._cards(self.people["owner"], "/my/programme"))
        self.card.portal_visible = True
        self.env.cr.execute("UPDATE pmm_enrollment SET is_shadow = TRUE")
        self.env.invalidate_all()
        self.assertFalse(self._cards(self.people["owner"], "/my/programme/results"))

    def test_internal_kpis_stay_inside(self):
        """DESIGN 6: a card leaves out internal KPIs; of these alone there is no card."""
        owner = self.people["owner"]
        mine = self.env["pmm.score"].with_user(owner)
        self.assertIn("weight", self._cards(owner, "/my/programme")[0])
        self.kpi_services.is_internal = True
        for url in ("/my/programme", "/my/programme/results"):
            card = self._cards(owner, url)[0]
            self.assertIn("Revenue", card)
            # with the weights the hidden attainment could be worked out
            for secret in ("Services", "2,000.00", "5,000.00", "weight"):
                self.assertNotIn(secret, card)
        scores = mine.search([])
        self.assertTrue(scores)
        with self.assertRaises(AccessError):
            scores.read(["components"])
        self.assertNotIn("components", mine.fields_get())
        self.kpi.is_internal = True
        self.assertFalse(self._cards(owner, "/my/programme"))
        self.assertFalse(mine.search([]))

    def test_several_cards_cost_no_queries(self):
        """K14, DESIGN 5: the page asks as often for one scorecard as for five."""
        owner = self.people["owner"]
        one = self._queries_of(owner, "/my/programme")
        for number in range(4):
            self._card(f"Card {number}", (self.kpi, 50), (self.kpi_services, 50))
        self.program._run()
        self.assertEqual(len(self._cards(owner, "/my/programme")), 5)
        self.assertEqual(self._queries_of(owner, "/my/programme"), one)
