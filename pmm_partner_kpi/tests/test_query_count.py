from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestQueryCount(PmmCommon):
    """X13, DESIGN 5: one partner or two hundred, the run asks the database as often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        cls.enrollments = cls.env["pmm.enrollment"].create(
            [
                {"program_id": cls.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in cls.partners
            ]
        )
        cls.program._run()

    def _dated(self, moves, day):
        """Move documents to another day, as a re-post would, and leave their marks."""
        self.env.cr.execute(
            "UPDATE account_move SET invoice_date = %s WHERE id = ANY(%s)", [day, moves.ids]
        )
        self.env.invalidate_all()
        self.env["pmm.dirty"]._mark("credit_move", moves.ids)

    def test_measuring_asks_as_often_for_many(self):
        """X13: two statements per programme and one per KPI, whatever the number of partners."""
        self._kpi("Referred", role="referrer", category_ids=[Command.set(self.hardware.ids)])
        Measurement = self.env["pmm.kpi.measurement"]
        Measurement._measure(self.enrollments)  # warms the caches
        counts = []
        for number in (1, MANY):
            members = self.enrollments[:number]
            self.env["pmm.kpi.target"].search([]).unlink()
            self.env["pmm.kpi.target"].create(
                [
                    {
                        "enrollment_id": enrollment.id,
                        "kpi_id": self.kpi.id,
                        "period_id": self._period("2026-02").id,
                        "value": 10 + number,
                    }
                    for enrollment in members
                ]
            )
            with self._counted(counts):
                changed = Measurement._measure(members)
            self.assertEqual(changed, number)
        self.assertEqual(counts[0], counts[1], "queries for 1 and for 200 enrolments")
        self.assertLess(counts[1], 25)

    def test_tracking_asks_as_often_for_many(self):
        """K18, X13: one look at last year per day, one statement per batch of enrolments."""
        self._kpi("Units", source="quantity")
        Measurement = self.env["pmm.kpi.measurement"]
        Measurement._measure(self.enrollments)
        for fresh in (False, True):
            with self.subTest(fresh=fresh):
                counts = []
                for number in (1, MANY):
                    # all of them are written
                    Measurement.search([]).sudo().write({"tracking": False})
                    self.program.season_day = False if fresh else "2026-04-15"
                    with self._counted(counts):
                        changed = Measurement._track(self.enrollments[:number])
                    self.assertEqual(changed, number * 2 * 4)
                self.assertEqual(counts[0], counts[1], "queries for 1 and for 200 enrolments")
                self.assertLess(counts[1], 25)

    def test_scoring_asks_as_often_for_many(self):
        """K14, X13: two statements per batch, whatever the number of partners or scorecards."""
        for number in range(3):
            self.env["pmm.scorecard"].create(
                {
                    "name": f"Card {number}",
                    "program_id": self.program.id,
                    "line_ids": [Command.create({"kpi_id": self.kpi.id, "weight": 100})],
                }
            )
        Score = self.env["pmm.score"]
        Score._score_batch(self.program, self.enrollments.ids)
        self.assertEqual(Score.search_count([]), 3 * MANY * 4)
        counts = []
        for number in (1, MANY):
            Score.search([]).sudo().unlink()
            with self._counted(counts):
                Score._score_batch(self.program, self.enrollments[:number].ids)
            self.assertEqual(Score.search_count([]), 3 * number * 4)
        self.assertEqual(counts[0], counts[1], "queries for 1 and for 200 enrolments")
        self.assertLess(counts[1], 10)

    def test_measuring_many_kpis_asks_as_often(self):
        """X13: of all sales sources, 20 KPIs for 200 enrolments as 10 for one."""
        Measurement = self.env["pmm.kpi.measurement"]
        measured = {}
        for kpis in (10, 20):
            for vals in (
                {"source": "margin"},
                {"source": "margin_rate", "stage": "collected"},
                {"source": "orders", "stage": "booked"},
                {"source": "average_order", "compare": "percent"},
                {"source": "assortment", "window": "rolling"},
                {"source": "coverage", "coverage_country_ids": self.env.ref("base.de").ids},
                {"source": "returns_rate", "returns_in": "origin"},
                {"source": "new_customers", "role": "referrer", "compare": "value"},
                {"source": "quantity", "credit_domain": "[('is_return', '=', False)]"},
                {"scope": "tree"},
            ):
                self._kpi("Many", **vals)
            Measurement._measure(self.enrollments)  # warms the caches
            for number in (1, 1, MANY):
                # whoever runs has no right to delete results
                Measurement.sudo().search([("kpi_id", "=", self.kpi.id)]).unlink()
                counts = []
                with self._counted(counts):
                    self.assertEqual(Measurement._measure(self.enrollments[:number]), 4 * number)
                measured[kpis, number] = counts[0]
        self.assertEqual(len(set(measured.values())), 1, measured)
        self.assertLess(max(measured.values()), 25)

    def test_filling_asks_as_often_for_many(self):
        """X13: documents of 200 partners are credited in as many statements as one."""
        moves = self.env["account.move"]
        template = self._invoice(self.partners[0], "2026-02-03", 10, post=False)
        for partner in self.partners:
            moves |= template.copy({"partner_id": partner.id, "invoice_date": "2026-02-03"})
        moves.action_post()
        Credit = self.env["pmm.credit"]
        self.assertEqual(Credit._fill_dirty(), MANY)
        counts = []
        for number, day in ((1, "2026-02-04"), (1, "2026-02-05"), (MANY, "2026-02-06")):
            self._dated(moves[:number], day)
            with self._counted(counts):
                self.assertEqual(Credit._fill_dirty(), 2 * number)
        _warm, one, many = counts
        self.assertEqual(one, many, "queries for 1 and for 200 documents")
        self.assertLess(many, 15)

    def test_every_batch_of_the_schedule_asks_as_often(self):
        """X13: the first batch and the last, of 50 or of 200, while all caches are warm."""
        moves = self.env["account.move"]
        template = self._invoice(self.partners[0], "2026-02-03", 10, post=False)
        for partner in self.partners:
            moves |= template.copy({"partner_id": partner.id, "invoice_date": "2026-02-03"})
        moves.action_post()
        asked = {}
        Credit, Program = type(self.env["pmm.credit"]), type(self.env["pmm.program"])
        fill, process = Credit._fill_batch, Program._process_marked

        def counted(env, stage, batch, *args):
            before = env.cr.sql_log_count
            result = batch(*args)
            env.flush_all()
            if stage != "fill" or result:
                asked.setdefault(stage, []).append(env.cr.sql_log_count - before)
            return result

        def filled(credits, limit):
            return counted(credits.env, "fill", fill, credits, limit)

        def processed(program, queue, *args):
            return counted(program.env, queue, process, program, queue, *args)

        self.patch(Credit, "_fill_batch", filled)
        self.patch(Program, "_process_marked", processed)
        for number, size in enumerate((50, 50, MANY), 3):
            self._dated(moves, f"2026-02-{number:02}")
            if number < 5:
                asked.clear()  # the first run only warms the caches
            self._call_on_own_cursor("pmm.program", "_cron_run", batch=size)
        self.assertEqual(self.env["pmm.credit"].search_count([]), 5 * MANY)
        self.assertLessEqual({"fill", "measure"}, set(asked))
        for stage, counts in asked.items():
            self.assertEqual(len(counts), 5, asked)
            self.assertEqual(len(set(counts)), 1, (stage, counts))

    def test_counting_sees_queries(self):
        """X13: the measure itself: a query per record is noticed."""
        counts = []
        with self._counted(counts):
            for partner in self.partners[:5]:
                self.env.cr.execute("SELECT name FROM res_partner WHERE id = %s", [partner.id])
        self.assertEqual(counts, [5])
