from odoo.tests import HttpCase, freeze_time, tagged

from .portal_common import PortalCommon
from .test_pmm_badge import BadgeCommon

PAGE = "/my/programme/badges"


@tagged("post_install", "-at_install")
@freeze_time("2026-09-15")
class TestPortalBadges(PortalCommon, BadgeCommon, HttpCase):
    """K20, P1: badges in the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.owner = cls.people["owner"]
        cls._months(cls.acme_in, 100, 100)
        cls._months(cls.bolt_in, 0, 100)
        cls._close("2026-01", "2026-02")

    def _cards(self, user):
        found = self._content(user, PAGE).xpath(".//div[hasclass('o_pmm_badge')]")
        return [self._words(card) for card in found]

    def test_own_badges_and_progress(self):
        """K20: what one has comes first, with when and for what; the others with how far."""
        for role in ("owner", "finance", "sales"):
            mine, other = self._cards(self.people[role])
            self.assertIn("Target For reaching the target of Revenue", mine)
            self.assertIn("2 times 09/15/2026 · February 2026", mine)
            self.assertIn("in 3 periods in a row", other)
            self.assertIn("Not yet yours 2 of 3 periods", other)
        rival = self._person("rival", self.bolt, "owner")
        mine, other = self._cards(rival)
        self.assertIn("Yours 09/15/2026 · February 2026", mine)
        self.assertIn("1 of 3 periods", other)

    def test_run_goes_on_and_ends(self):
        """K20: the third period fills it; where it is had once no progress is shown."""
        self._target(self.acme_in, "2026-03", 100)
        self._target(self.bolt_in, "2026-03", 100)
        self._invoice(self.acme, "2026-03-10", 100)
        rival = self._person("rival", self.bolt, "owner")
        self._close("2026-03")
        row = next(card for card in self._cards(self.owner) if "in a row" in card)
        self.assertIn("Yours", row)
        self.assertNotIn("of 3 periods", row)
        self.assertIn("0 of 3 periods", self._cards(rival)[1])

    def test_who_sees_them(self):
        """P2, DESIGN 3.5: those who see results; nothing by RPC; no pilot, nothing internal."""
        self.assertIn("Badges", self._tabs(self.owner))
        for role in ("learner", "none"):
            self.assertNotIn("Badges", self._tabs(self.people[role]))
            self.assertFalse(self._cards(self.people[role]))
        for model in ("pmm.badge", "pmm.badge.grant"):
            for user in self.people.values():
                self.assertFalse(self.env[model].with_user(user).has_access("read"))
        self.row.active = False
        self.assertEqual(len(self._cards(self.owner)), 1)
        self.kpi.is_internal = True
        self.assertFalse(self._cards(self.owner))
        self.assertIn("no badges at present", self._text(self.owner, PAGE))
        self.kpi.is_internal = False
        self.env.cr.execute("UPDATE pmm_enrollment SET is_shadow = TRUE")
        self.env.invalidate_all()
        self.assertFalse(self._cards(self.owner))

    def test_several_badges_cost_no_queries(self):
        """DESIGN 5: the page asks as often for two badges as for five."""
        few = self._queries_of(self.owner, PAGE)
        for number in range(3):
            self._badge(name=f"Badge {number}", times=number + 2)
        self.assertEqual(self._queries_of(self.owner, PAGE), few)
