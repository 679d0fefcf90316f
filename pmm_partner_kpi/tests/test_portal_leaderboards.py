from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.service.model import get_public_method
from odoo.tests import HttpCase, freeze_time, tagged

from .portal_common import PortalCommon
from .test_pmm_leaderboard import LeaderboardCommon

PAGE = "/my/programme/leaderboards"
SECRETS = ("Bolt", "Cove", "Dale", "Elm", "500.00", "299.99", "100.00")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalLeaderboards(PortalCommon, LeaderboardCommon, HttpCase):
    """K19, P1, DESIGN 3.5: leaderboards in the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.owner = cls.people["owner"]
        cls.rival = cls._person("rival", cls.bolt, "owner")
        cls.program._run()

    def _rows(self, user):
        """Return the words of each line of the leaderboards that ``user`` sees."""
        found = self._content(user, PAGE).xpath(".//div[hasclass('o_pmm_board')]//tbody/tr")
        return [self._words(row) for row in found]

    def _opt(self, user, enrollment, opt_out="1"):
        self.authenticate(user.login, user.login)
        data = {"csrf_token": Request.csrf_token(self), "opt_out": opt_out}
        return self.url_open(f"{PAGE}/{enrollment.id}", data=data)

    def test_nothing_unless_published(self):
        """K19: no tab and no board before a manager publishes one, nor of an archived one."""
        self.assertNotIn("Leaderboards", self._tabs(self.owner))
        self.assertIn("no leaderboard for you", self._text(self.owner, PAGE))
        self._published(self.board)
        self.assertIn("Leaderboards", self._tabs(self.owner))
        self.board.active = False
        self.assertNotIn("Leaderboards", self._tabs(self.owner))

    def test_without_names(self):
        """K19, DESIGN 3.5: by value and without names neither names nor amounts of others."""
        self._published(self.board)
        for role in ("owner", "finance", "sales"):
            page = self._open(self.people[role], PAGE).text
            for secret in SECRETS:
                self.assertNotIn(secret, page)
            self.assertEqual(
                self._rows(self.people[role]),
                [
                    "1 Partner 1",
                    "2 Acme Trading (you) $ 300.00",
                    "2 Partner 3",
                    "4 Partner 4",
                    "5 Partner 5",
                ],
            )
        self.assertIn("Your place: 2 of 5", self._text(self.owner, PAGE))

    def test_percentages_without_names(self):
        """K19: attainment says nothing of amounts, so it is shown."""
        for enrollment in (self.acme_in, self.bolt_in, self.cove_in):
            self._target(enrollment, "2026-04", 1000)
        self.program._run()
        self._published(self.board, rank_by="attainment")
        self.assertEqual(
            self._rows(self.owner),
            ["1 Partner 1 50 %", "2 Acme Trading (you) 30 %", "2 Partner 3 30 %"],
        )
        # of two, the other one would be known
        self.env["pmm.kpi.target"].search([("enrollment_id", "=", self.cove_in.id)]).unlink()
        self.program._run()
        self.assertEqual(self._rows(self.owner), ["2 Acme Trading (you) 30 %"])
        self.assertIn("at least three partners", self._text(self.owner, PAGE))

    def test_with_names_on_purpose(self):
        """K19: names and figures where the manager says so; the form says it in words."""
        self.assertIn("see nothing", self.board.shown_text)
        self._published(self.board)
        self.assertIn("neither names nor", self.board.shown_text)
        self.board.is_anonymous = False
        self.assertIn("sees the names and figures of the others", self.board.shown_text)
        self.assertEqual(self._rows(self.owner)[0], "1 Bolt Supplies $ 500.00")

    def test_places_and_neighbours(self):
        """K19: so many places, ties included, the own one and those beside it."""
        dale = self._person("dale", self.dale, "sales")
        self._published(self.board, is_anonymous=False, places=1)
        self.assertEqual(
            self._rows(dale),
            ["1 Bolt Supplies $ 500.00", "…", "4 Elm Ltd $ 299.99", "5 Dale Ltd (you) $ 100.00"],
        )
        self.board.places = 2
        self.assertEqual([row.split()[0] for row in self._rows(self.rival)], ["1", "2", "2"])
        self.board.places = 3
        self.assertEqual(len(self._rows(self.rival)), 3)
        self.board.places = 4
        self.assertEqual(len(self._rows(self.rival)), 4)

    def test_opting_out(self):
        """K19: others do not see who opts out, whose place stays empty; oneself does."""
        self._published(self.board, is_anonymous=False)
        self.assertIn("on the leaderboards", self._text(self.owner, PAGE))
        self._opt(self.owner, self.acme_in)
        self.env.invalidate_all()
        self.assertTrue(self.acme_in.leaderboard_opt_out)
        self.assertIn("2 Acme Trading (you) $ 300.00", self._rows(self.owner))
        rows = self._rows(self.rival)
        self.assertFalse([row for row in rows if "Acme" in row])
        self.assertEqual([row.split()[0] for row in rows], ["1", "2", "4", "5"])
        self._opt(self.owner, self.acme_in, "0")
        self.env.invalidate_all()
        self.assertFalse(self.acme_in.leaderboard_opt_out)

    def test_only_owners_opt_out(self):
        """K19, DESIGN 3.6: neither other roles, owners elsewhere, nor by RPC."""
        for user in (self.people["sales"], self.people["finance"], self.rival):
            with self.subTest(user.login):
                self.assertEqual(self._opt(user, self.acme_in).status_code, 404)
                with self.assertRaises(AccessError):
                    self.acme_in.with_user(user).write({"leaderboard_opt_out": True})
        with self.assertRaises(AccessError):
            get_public_method(self.env["pmm.enrollment"], "_opt_out_of_leaderboards")
        self._published(self.board)
        self.assertNotIn("Do not show us", self._text(self.people["sales"], PAGE))
        self.env.invalidate_all()
        self.assertFalse(self.acme_in.leaderboard_opt_out)

    def test_who_sees_it(self):
        """P2: not learners, nor people without a role; nothing by RPC; no pilot."""
        self._published(self.board)
        for role in ("learner", "none"):
            self.assertFalse(self._content(self.people[role], PAGE).xpath(".//tbody/tr"))
            self.assertNotIn("Leaderboards", self._tabs(self.people[role]))
        for model in ("pmm.leaderboard", "pmm.leaderboard.rank"):
            for user in self.people.values():
                self.assertFalse(self.env[model].with_user(user).has_access("read"))
        self.env.cr.execute(
            "UPDATE pmm_enrollment SET is_shadow = TRUE WHERE id = %s", [self.acme_in.id]
        )
        self.env.invalidate_all()
        self.assertFalse(self._rows(self.owner))

    def test_internal_later(self):
        """DESIGN 3.5: a KPI that becomes internal takes its board off the portal."""
        self._published(self.board)
        self.kpi.is_internal = True
        self.assertFalse(self._rows(self.owner))
        self.assertNotIn("Leaderboards", self._tabs(self.owner))

    def test_without_a_place(self):
        """K19: who has no result reads why, and sees the first places."""
        self._published(self.board, rank_by="attainment")
        for enrollment in (self.bolt_in, self.cove_in, self.dale_in):
            self._target(enrollment, "2026-04", 1000)
        self.program._run()
        self.assertEqual(len(self._rows(self.owner)), 3)
        self.assertIn("no result of yours with a target", self._text(self.owner, PAGE))

    def test_several_boards_cost_no_queries(self):
        """DESIGN 5: the page asks as often for one board as for five."""
        self._published(self.board)
        one = self._queries_of(self.owner, PAGE)
        for number in range(4):
            self._published(self._board(name=f"Board {number}"))
        self.assertEqual(self._queries_of(self.owner, PAGE), one)
