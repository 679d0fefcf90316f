from decimal import ROUND_DOWN, Decimal

from psycopg2.errors import CheckViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


def score_slowly(parts):
    """Return (score, weight covered) of [(weight, floor, cap, attainment or None)] as Decimals."""
    total = covered = Decimal(0)
    for weight, floor, cap, attainment in parts:
        if attainment is None:
            continue
        held = max(attainment, floor / 100)
        held = min(held, cap / 100)
        total += weight * held
        covered += weight
    if not covered:
        return None, covered
    return (total / covered).quantize(Decimal("0.0001"), ROUND_DOWN), covered


class ScorecardCommon(PmmCommon):
    """Two KPIs on a scorecard: all sales, and those of services."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kpi_services = cls._kpi("Services", category_ids=[Command.set(cls.services.ids)])
        cls.card = cls._card("Balanced", (cls.kpi, 60), (cls.kpi_services, 40))

    @classmethod
    def _card(cls, name, *lines, **vals):
        """Return a scorecard; a line is (KPI, weight[, floor, cap])."""
        names = ("kpi_id", "weight", "floor", "cap")
        lines = [dict(zip(names, (line[0].id, *line[1:]), strict=False)) for line in lines]
        return cls.env["pmm.scorecard"].create(
            {
                "name": name,
                "program_id": cls.program.id,
                "line_ids": [Command.create(line) for line in lines],
                **vals,
            }
        )

    def _score(self, enrollment, period, card=None):
        return self.env["pmm.score"].search(
            [
                ("scorecard_id", "=", (card or self.card).id),
                ("enrollment_id", "=", enrollment.id),
                ("period_id", "=", self._period(period).id),
            ]
        )

    def assertScore(self, enrollment, period, score, covered=100, card=None):
        """Assert one score; ``score`` None means no data."""
        found = self._score(enrollment, period, card)
        self.assertEqual(len(found), 1)
        self.assertEqual(found.has_score, score is not None)
        self.assertEqual(found.score, score or 0)
        self.assertEqual(found.covered, covered)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestScorecard(ScorecardCommon):
    """K14: weighted scorecards."""

    # === DEFINITION === #

    def test_weights_make_exactly_100(self):
        """K14: 100 is taken, a cent of a percent less or more is refused with the sum."""
        for second, total in ((39.99, "99.99"), (40.01, "100.01")):
            with self.assertRefused(f"add up to {total} %", ValidationError):
                self._card("Other", (self.kpi, 60), (self.kpi_services, second))
        with self.assertRefused("add up to 0.00 %", ValidationError):
            self._card("Empty")
        thirds = [(self._kpi(f"Third {n}"), weight) for n, weight in enumerate((33.33, 33.33))]
        self._card("Thirds", (self.kpi, 33.34), *thirds)

    def test_weights_change_together(self):
        """K14: lines are changed one by one, and the sum is looked at when all are."""
        first, second = self.card.line_ids
        self.card.line_ids = [
            Command.update(first.id, {"weight": 70}),
            Command.update(second.id, {"weight": 30}),
        ]
        with self.assertRefused("110.00 %", ValidationError):
            self.card.line_ids = [Command.update(first.id, {"weight": 80})]
        with self.assertRefused("30.00 %", ValidationError):
            self.card.line_ids = [Command.delete(first.id)]
        self.card.line_ids = [
            Command.delete(first.id),
            Command.update(second.id, {"weight": 100}),
        ]
        self.assertEqual(self.card.line_ids, second)

    def test_lines_have_no_back_door(self):
        """K14: neither a line written alone nor a context of the caller's gets round the sum."""
        line = self.card.line_ids[0]
        for env in (self.env, self.env(context={"pmm_weights": True})):
            mine = line.with_env(env)
            with self.assertRefused("100 %", ValidationError):
                mine.weight = 50
            with self.assertRefused("40.00 %", ValidationError):
                mine.unlink()
            with self.assertRefused("100 %", ValidationError):
                mine.create(
                    {"scorecard_id": self.card.id, "kpi_id": self._kpi("New").id, "weight": 1}
                )

    def test_bounds(self):
        """K14: what counts at least may be what counts at most, and not more."""
        self._card("Equal", (self.kpi, 100, 50, 50))
        for floor, cap in ((50.01, 50), (-0.01, 50), (0, 1000.01)):
            with (
                self.subTest(f"{floor} to {cap}"),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.env.cr.savepoint(),
            ):
                self._card("Crossed", (self.kpi, 100, floor, cap))

    def test_kpis_are_those_of_the_programme(self):
        """K14: a KPI that the programme does not measure could never count."""
        foreign = self.env["pmm.kpi.definition"].create({"name": "Foreign"})
        with self.assertRefused("does not measure “Foreign”", ValidationError):
            self._card("Wrong", (foreign, 100))
        with self.assertRefused("which the scorecard “Balanced” needs", ValidationError):
            self.program.kpi_ids -= self.kpi_services
        self.card.active = False
        self.program.kpi_ids -= self.kpi_services
        with self.assertRefused("does not measure “Services”", ValidationError):
            self.card.active = True

    def test_form(self):
        """K14: a manager makes one by hand."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        with Form(self.env["pmm.scorecard"].with_user(manager)) as form:
            form.name = "By hand"
            form.program_id = self.program
            for kpi, weight in ((self.kpi, 25), (self.kpi_services, 75)):
                with form.line_ids.new() as line:
                    line.kpi_id = kpi
                    line.weight = weight
        self.assertEqual(form.record.line_text, "Revenue 25 %, Services 75 %")
        self.assertEqual(form.record.line_ids.mapped("cap"), [100, 100])

    # === SCORES === #

    def test_worked_example(self):
        """K14: the example of the guide."""
        card = self._card("Example", (self.kpi, 60, 0, 120), (self.kpi_services, 40, 50, 100))
        self._target(self.acme_in, "2026-02", 10000)
        self._target(self.acme_in, "2026-02", 5000, self.kpi_services)
        self._invoice(self.acme, "2026-02-10", 11000, (self.training, 1, 2000))
        self.program._run()
        # 13,000 of 10,000 are 130 %, held at 120; 2,000 of 5,000 are 40 %, held at 50
        self.assertScore(self.acme_in, "2026-02", 0.92, card=card)
        self.assertScore(self.acme_in, "2026-02", 0.76)
        score = self._score(self.acme_in, "2026-02", card)
        self.assertEqual(
            [
                (row["kpi"], row["attainment"], row["component"], row["weight"], row["bounds"])
                for row in score._component_rows()[score]
            ],
            [
                (self.kpi, "130 %", "120 %", "60 %", ("0 %", "120 %")),
                (self.kpi_services, "40 %", "50 %", "40 %", ("50 %", "100 %")),
            ],
        )

    def test_no_data_is_left_out_and_shown(self):
        """K14, DESIGN 3.7: without a target the others make up the score; none at all is none."""
        self._target(self.acme_in, "2026-02", 1000, self.kpi_services)
        self._invoice(self.acme, "2026-02-10", (self.training, 1, 500))
        self.program._run()
        self.assertScore(self.acme_in, "2026-02", 0.5, covered=40)
        self.assertScore(self.acme_in, "2026-03", None, covered=0)
        self.assertIn("Left out", self._score(self.acme_in, "2026-02").components_html)

    def test_score_is_cut(self):
        """K14: 99.99 % and a half is not 100 %."""
        self._target(self.acme_in, "2026-02", 10000)
        self._target(self.acme_in, "2026-02", 10000, self.kpi_services)
        move = self._invoice(self.acme, "2026-02-10", (self.training, 1, 10000))
        self.program._run()
        self.assertScore(self.acme_in, "2026-02", 1)
        self._refund(move, "2026-02-11", 0.5)
        self.program._run()
        self.assertScore(self.acme_in, "2026-02", 0.9999)
        self.assertEqual(self._score(self.acme_in, "2026-02")._percent(), 99)

    def test_equals_the_oracle(self):
        """K14: many attainments, weights and bounds, against Decimals."""
        kpis = [self.kpi, self.kpi_services]
        kpis.append(self._kpi("Hardware", category_ids=[Command.set(self.hardware.ids)]))
        cards = [
            self._card(
                "A",
                *((kpi, w, 10, 150) for kpi, w in zip(kpis, (33.33, 33.33, 33.34), strict=True)),
            ),
            self._card("B", (kpis[0], 1.5, 0, 90), (kpis[1], 98.5, 20, 20.5)),
            self._card("C", (kpis[2], 100, 33.33, 66.67)),
        ]
        partners = self.env["res.partner"].create(
            [{"name": f"P{n}", "is_company": True} for n in range(6)]
        )
        for number, partner in enumerate(partners):
            enrollment = self._enroll(partner)
            for offset, kpi in enumerate(kpis):
                if (number + offset) % 4:
                    self._target(enrollment, "2026-02", 70 + 13.37 * offset, kpi)
            self._invoice(partner, "2026-02-03", 17.77 * number, (self.training, 1, 31.3 * number))
            if number % 2:
                self._invoice(partner, "2026-02-04", 41.11, move_type="out_refund")
        self.program._run()
        scores = self.env["pmm.score"].search(
            [("scorecard_id", "in", [c.id for c in cards]), ("period_id.name", "=", "2026-02")]
        )
        self.assertEqual(len(scores), 3 * 8)
        void = 0
        for score in scores:
            parts = []
            for line in score.scorecard_id.line_ids:
                result = self._measurement(score.enrollment_id, "2026-02", line.kpi_id)
                parts.append(
                    (
                        *(Decimal(f"{line[name]:.2f}") for name in ("weight", "floor", "cap")),
                        Decimal(f"{result.attainment:.4f}") if result.has_attainment else None,
                    )
                )
            expected, covered = score_slowly(parts)
            self.assertEqual(score.has_score, expected is not None)
            self.assertEqual(f"{score.score:.4f}", f"{expected or 0:.4f}")
            self.assertEqual(f"{score.covered:.2f}", f"{covered:.2f}")
            void += expected is None
        self.assertTrue(0 < void < 12)

    # === SNAPSHOTS === #

    def test_closed_periods_stay(self):
        """K14, DESIGN 3.3: weights and documents that change later leave closed scores alone."""
        self._target(self.acme_in, "2026-01", 100)
        self._target(self.acme_in, "2026-02", 100)
        self._invoice(self.acme, "2026-01-10", 50)
        self._invoice(self.acme, "2026-02-10", 50)
        self._close("2026-01")
        line = self.card.line_ids[0]
        self.card.line_ids = [Command.update(line.id, {"floor": 80})]
        self._invoice(self.acme, "2026-01-11", 10)
        self.program._run()
        self.assertScore(self.acme_in, "2026-01", 0.5, covered=60)
        self.assertScore(self.acme_in, "2026-02", 0.8, covered=60)
        score = self._score(self.acme_in, "2026-01")
        self.assertEqual(score._component_rows()[score][0]["bounds"], ("0 %", "100 %"))
        with self.assertRefused("has scores in closed periods"):
            self.card.unlink()
        with self.assertRefused("stays with its programme"):
            self.card.program_id = self.program.copy({"name": "Copy"})

    def test_rerun_changes_nothing(self):
        """K14, DESIGN 3.2: a second run leaves every row as it is."""
        self._target(self.acme_in, "2026-02", 100)
        self.program._run()
        before = self.env["pmm.score"].search([]).read(["scored_at", "score"])
        self.program._run()
        self.assertEqual(self.env["pmm.score"].search([]).read(["scored_at", "score"]), before)

    def test_archived_scorecard_keeps_closed_scores_only(self):
        """K14: what is open of it goes, and its KPIs may leave the programme."""
        self._target(self.acme_in, "2026-01", 100)
        self._close("2026-01")
        self.card.active = False
        self.program._run()
        scores = self.env["pmm.score"].search([("scorecard_id", "=", self.card.id)])
        self.assertEqual(scores.period_id, self._period("2026-01"))
        self.card.active = True
        self.program._run()
        self.assertTrue(self._score(self.acme_in, "2026-02"))

    def test_enrolment_that_ends_leaves_no_scores_behind(self):
        """K14: scores of open periods belong to enrolments that take part then."""
        self.program._run()
        self.assertTrue(self._score(self.bolt_in, "2026-03"))
        self.bolt_in.date_stop = "2026-03-01"
        self.program._run()
        self.assertFalse(self._score(self.bolt_in, "2026-03"))
        self.assertTrue(self._score(self.bolt_in, "2026-02"))

    def test_changes_are_worked_off_by_the_schedule(self):
        """K14, X13: targets, invoices and weights mark whom they concern."""
        self._target(self.acme_in, "2026-02", 100)
        self._invoice(self.acme, "2026-02-10", 50)
        self._run_cron("ir_cron_run")
        self.assertScore(self.acme_in, "2026-02", 0.5, covered=60)
        self.card.line_ids[0].floor = 60
        self._run_cron("ir_cron_run")
        self.assertScore(self.acme_in, "2026-02", 0.6, covered=60)
        self.assertFalse(self.env["pmm.dirty"]._peek("measure"))

    def test_programme_is_copied_with_its_scorecards(self):
        """K14: a copy has its own."""
        copy = self.program.copy({"name": "Next year"})
        self.assertEqual(copy.scorecard_ids.line_text, self.card.line_text)
        self.assertFalse(copy.scorecard_ids & self.program.scorecard_ids)

    def test_merged_partners_keep_their_scores(self):
        """K14, X7: scores move with the enrolments; what was scored stays."""
        self._target(self.acme_in, "2026-02", 100)
        self._invoice(self.acme, "2026-02-10", 50)
        self._invoice(self.bolt, "2026-02-10", 10)
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        self.program._run()
        self.assertScore(self.acme_in, "2026-02", 0.5, covered=60)
        self.assertScore(self.bolt_in, "2026-02", None, covered=0)
        self.assertEqual(self.env["pmm.score"].search([]).partner_id, self.bolt)

    def test_drill_down(self):
        """K14: from the score to the results."""
        self._target(self.acme_in, "2026-02", 100)
        self.program._run()
        action = self._score(self.acme_in, "2026-02").action_view_results()
        found = self.env["pmm.kpi.measurement"].search(action["domain"])
        self.assertEqual(found.kpi_id, self.kpi | self.kpi_services)
        self.assertEqual(found.enrollment_id, self.acme_in)
        self.assertEqual(found.period_id.name, "2026-02")
        self.assertTrue(self.card.action_view_scores()["domain"])
        self.assertTrue(self.program.has_scores)
        with self.assertRaises(UserError):
            self.env["pmm.score"].with_user(self._user("x", "base.group_user")).search([])
