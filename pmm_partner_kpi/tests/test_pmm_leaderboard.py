from psycopg2 import IntegrityError

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon

MANY = 200


class LeaderboardCommon(PmmCommon):
    """Five partners with sales in March and April, and a board of the present month."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        names = ("Cove", "Dale", "Elm")
        cls.cove, cls.dale, cls.elm = cls.env["res.partner"].create(
            [{"name": f"{name} Ltd", "is_company": True} for name in names]
        )
        cls.cove_in, cls.dale_in, cls.elm_in = (
            cls._enroll(partner) for partner in (cls.cove, cls.dale, cls.elm)
        )
        for partner, amount in (
            (cls.acme, 300),
            (cls.bolt, 500),
            (cls.cove, 300),
            (cls.dale, 100),
            (cls.elm, 299.99),
        ):
            cls._invoice(partner, "2026-04-10", amount)
        cls.board = cls._board()

    @classmethod
    def _board(cls, **vals):
        return cls.env["pmm.leaderboard"].create(
            {
                "name": "Best of the month",
                "program_id": cls.program.id,
                "kpi_id": cls.kpi.id,
                "rank_by": "value",
                **vals,
            }
        )

    @classmethod
    def _published(cls, board, **vals):
        board.write({"is_published": True, **vals})
        return board

    def _ranks(self, board=None):
        """Return [(place or 0, partner)] of a board, in its order."""
        # computed anew with each request
        self.env["pmm.leaderboard.rank"].invalidate_model()
        rows = self.env["pmm.leaderboard.rank"].search(
            [("leaderboard_id", "=", (board or self.board).id)]
        )
        return [(row.place, row.partner_id.name.split()[0]) for row in rows]


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmLeaderboard(LeaderboardCommon):
    """K19: who stands at which place."""

    def test_ties_share_a_place(self):
        """K19: equal values share a place, a cent less is behind; the next place is left out."""
        self.program._run()
        self.assertEqual(
            self._ranks(), [(1, "Bolt"), (2, "Acme"), (2, "Cove"), (4, "Elm"), (5, "Dale")]
        )

    def test_lower_is_better(self):
        """K19: where lower is better the lowest value is first, and the best kept limit."""
        self.kpi.direction = "lower"
        for enrollment in (self.acme_in, self.bolt_in):
            self._target(enrollment, "2026-04", 400)
        self.program._run()
        self.assertEqual(
            self._ranks(), [(1, "Dale"), (2, "Elm"), (3, "Acme"), (3, "Cove"), (5, "Bolt")]
        )
        self.board.rank_by = "attainment"
        # 2 − 300 / 400 = 125 %, 2 − 500 / 400 = 75 %
        self.assertEqual(self._ranks()[:2], [(1, "Acme"), (2, "Bolt")])
        texts = self.board.action_view_ranking()["domain"]
        rows = self.env["pmm.leaderboard.rank"].search(texts)
        self.assertEqual(rows.mapped("value_text")[:3], ["125 %", "75 %", ""])

    def test_no_data_has_no_place(self):
        """K19, DESIGN 3.7: without a target no attainment, so no place; 0 % has one."""
        self.board.rank_by = "attainment"
        self._target(self.dale_in, "2026-04", 1000)
        self._invoice(self.elm, "2026-04-11", (self.pump, 1, 0.01))
        frost = self.env["res.partner"].create({"name": "Frost Ltd", "is_company": True})
        self._target(self._enroll(frost), "2026-04", 1000)
        self.program._run()
        ranks = self._ranks()
        self.assertEqual(ranks[:2], [(1, "Dale"), (2, "Frost")])
        self.assertEqual({place for place, _name in ranks[2:]}, {0})

    def test_who_is_left_out(self):
        """K19: pilots, suspended and ended enrolments, on the day itself and a day later."""
        self.program._run()
        self.env.cr.execute(
            "UPDATE pmm_enrollment SET is_shadow = TRUE WHERE id = %s", [self.bolt_in.id]
        )
        self.env.invalidate_all()
        suspension = self.env["pmm.enrollment.suspension"].create(
            {"enrollment_id": self.acme_in.id, "date_start": "2026-04-15", "reason": "Audit"}
        )
        self.cove_in.date_stop = "2026-04-16"
        self.dale_in.date_stop = "2026-04-15"
        self.assertEqual(self._ranks(), [(1, "Cove"), (2, "Elm")])
        suspension.date_start = "2026-04-16"
        self.assertEqual(self._ranks()[0], (1, "Acme"))

    def test_period(self):
        """K19: the present period, or the one that ended last; the programme's day decides."""
        self._invoice(self.dale, "2026-03-31", 7)
        self.program._run()
        last = self._board(period_choice="last")
        self.assertEqual(self._ranks(last)[0], (1, "Dale"))
        self.assertEqual(self._ranks()[0], (1, "Bolt"))
        with freeze_time("2026-04-30 22:30:00"):
            self.assertEqual(self._ranks()[0], (1, "Bolt"))
            # it is 1 May there
            self.program.tz = "Europe/Moscow"
            self.program._run()
            self.assertEqual(self._ranks(last)[0], (1, "Bolt"))

    def test_among_tier_country_segment(self):
        """K19: places are counted within the tier, the country or the segment of that day."""
        self.program._run()
        self.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": e.id, "grade_id": self.gold.id, "date_start": "2026-01-01"}
                for e in self.dale_in | self.elm_in
            ]
        )
        (self.acme | self.dale).country_id = self.env.ref("base.de")
        segment = self.env["pmm.segment"].create({"name": "Key", "company_id": self.company.id})
        segment._set_members(self.cove | self.dale)
        for vals, expected in (
            ({"scope": "tier"}, {(1, "Elm"), (2, "Dale"), (1, "Bolt"), (2, "Acme"), (2, "Cove")}),
            (
                {"scope": "country"},
                {(1, "Acme"), (2, "Dale"), (1, "Bolt"), (2, "Cove"), (3, "Elm")},
            ),
            ({"scope": "segment", "segment_id": segment.id}, {(1, "Cove"), (2, "Dale")}),
        ):
            with self.subTest(vals["scope"]):
                self.assertEqual(set(self._ranks(self._board(**vals))), expected)

    def test_scorecard(self):
        """K19, K14: the score ranks, in percent."""
        card = self.env["pmm.scorecard"].create(
            {
                "name": "Sales",
                "program_id": self.program.id,
                "line_ids": [Command.create({"kpi_id": self.kpi.id, "weight": 100})],
            }
        )
        for enrollment, value in ((self.acme_in, 400), (self.bolt_in, 1000)):
            self._target(enrollment, "2026-04", value)
        self.program._run()
        board = self._board(based_on="scorecard", kpi_id=False, scorecard_id=card.id)
        self.assertEqual(self._ranks(board)[:2], [(1, "Acme"), (2, "Bolt")])
        [shown] = self._published(board)._of_partner(self.acme_in)[:1]
        self.assertEqual(shown["rows"][0]["figure"], "75 %")

    def test_bad_boards_are_refused(self):
        """K19, DESIGN 3.9: a foreign KPI, card or segment; what is not for the portal."""
        other = self.env["pmm.kpi.definition"].create({"name": "Other"})
        with self.assertRefused("choose a KPI that", ValidationError):
            self._board(kpi_id=other.id)
        with self.assertRefused("choose a scorecard of", ValidationError):
            self._board(based_on="scorecard", kpi_id=False)
        with self.assertRefused("choose a segment of", ValidationError):
            self._board(scope="segment")
        self.kpi.is_internal = True
        with self.assertRefused("not to see in the portal", ValidationError):
            self.board.is_published = True
        for places in (0, 101):
            with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
                self._board(places=places)

    def test_kpi_in_use_stays_in_the_programme(self):
        """K19: a KPI that a board compares is not taken off the programme unseen."""
        with self.assertRefused("Best of the month", UserError):
            self.program.kpi_ids -= self.kpi

    def test_ranking_asks_as_often_for_many(self):
        """X13, DESIGN 5: one statement, for 1 partner as for 200."""
        self.program._run()
        self._published(self.board)._of_partner(self.acme_in)
        counts = []
        with self._counted(counts):
            self.board._of_partner(self.acme_in)
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self.program._run()
        with self._counted(counts):
            self.board._of_partner(self.acme_in)
        self.assertLessEqual(counts[1], counts[0])
        self.assertEqual(len(self._ranks()), MANY + 5)
