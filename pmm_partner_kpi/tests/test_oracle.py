import os
import random
from datetime import date, timedelta

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon
from .oracle import Oracle, stored_credits, stored_measurements
from .oracle_world import BOUNDARIES, StructureByChance

TODAY = date(2026, 4, 15)
SEEDS = [int(os.environ["PMM_SEED"])] if os.environ.get("PMM_SEED") else [20260415, 7]


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOracle(StructureByChance, PmmCommon):
    """DESIGN 3.1: whatever happens to documents, credits and results are those of the oracle.

    ``PMM_SEED=123`` replays one world.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.euro = cls._foreign_currency("EUR", ("2025-01-01", 0.5), ("2026-02-10", 0.8125))
        Kpi = cls.env["pmm.kpi.definition"]
        shared = Kpi.create({"name": "Shared revenue", "company_id": False})
        cls.kpis = cls.kpi | shared
        cls.kpis |= Kpi.create(
            {
                "name": "Referred hardware",
                "role": "referrer",
                "category_ids": [Command.set(cls.hardware.ids)],
            }
        )
        # whose scope changes with the world; the last one also its dates
        cls.scoped = Kpi.create({"name": "Far and wide"})
        cls.kpis |= cls.scoped
        cls.kpis |= Kpi.create({"name": "Net of origin", "returns_in": "origin"})
        cls.program.kpi_ids = cls.kpis
        cls.quarterly = cls.program.copy(
            {
                "name": "Quarterly in euro",
                "period_scheme": "quarter",
                "currency_id": cls.euro.id,
                "date_start": "2026-01-15",
            }
        )
        cls.abroad = cls.env["pmm.program"].create(
            {
                "name": "Abroad",
                "company_id": cls.other.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "kpi_ids": [Command.set(shared.ids)],
            }
        )
        cls.programs = cls.program | cls.quarterly | cls.abroad
        cls.bolt_in.write({"date_start": "2026-01-31", "date_stop": "2026-02-10"})
        cls._enroll(cls.bolt, "2026-02-10")
        cls._enroll(cls.acme, "2026-02-10", program=cls.quarterly)
        cls._enroll(cls.bolt, "2025-06-01", "2026-04-01", program=cls.quarterly)
        cls._enroll(cls.acme, "2026-02-01", program=cls.abroad)
        cls.carol, cls.dora = cls.env["res.partner"].create(
            [{"name": "Carol Inc", "is_company": True}, {"name": "Dora"}]
        )
        cls._enroll(cls.carol, "2026-01-01", "2026-02-28", program=cls.abroad)
        cls._enroll(cls.dora, "2026-01-01")
        cls.ann = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.acme.id})
        cls.buyers = [cls.acme, cls.ann, cls.bolt, cls.carol, cls.dora, cls.stranger]
        cls.referrers = [cls.acme, cls.bolt, cls.carol, cls.dora, cls.stranger]

    # === THE WORLD === #

    def _day(self):
        if self.random.random() < 0.4:
            return self.random.choice(BOUNDARIES)
        return date(2025, 12, 1) + timedelta(days=self.random.randrange(135))

    def _line(self):
        product = self.random.choice([self.pump, self.valve, self.training])
        quantity = self.random.choice([1, 1, 2, 3, 0.5, 7])
        price = self.random.choice([0, 0.01, 9.99, 33.33, 100, 1234.56, -5])
        return product, quantity, price + self.random.randrange(500) / 100

    def _referrer(self, buyer):
        if self.random.random() < 0.6:
            return False
        allowed = [p for p in self.referrers if p != buyer.commercial_partner_id]
        return self.random.choice(allowed).id

    def _document(self):
        buyer = self.random.choice(self.buyers)
        vals = {"pmm_referrer_id": self._referrer(buyer)}
        fate = self.random.random()
        if fate < 0.15:
            vals |= {
                "company_id": self.other.id,
                "journal_id": self.other_data["default_journal_sale"].id,
            }
        elif fate < 0.3:
            vals["currency_id"] = self.euro.id
        move_type = self.random.choices(
            ["out_invoice", "out_refund", "out_receipt", "in_invoice"], [85, 10, 2, 3]
        )[0]
        if move_type == "in_invoice":
            vals = {}
        lines = [self._line() for _ in range(self.random.choice([1, 1, 2, 3]))]
        if sum(quantity * price for _product, quantity, price in lines) < 0:
            lines.append((self.training, 1, 100))
        post = self.random.random() > 0.08
        move = self._invoice(buyer, self._day(), *lines, move_type=move_type, post=False, **vals)
        if self.random.random() < 0.15 and move.move_type != "in_invoice":
            line = move.invoice_line_ids[0]
            line.write(
                {
                    "product_uom_id": self.env.ref("uom.product_uom_dozen").id,
                    "price_unit": line.price_unit,
                }
            )
        if post:
            move.action_post()
        return move

    def _pick(self, number, **where):
        """Return documents of the world, chosen by chance, for which ``where`` holds."""
        fitting = self.moves.filtered(
            lambda move: all(move[name] == value for name, value in where.items())
        )
        ids = fitting.ids
        return fitting.browse(self.random.sample(ids, min(number, len(ids))))

    def _refund_some(self, number):
        for move in self._pick(number, state="posted", move_type="out_invoice"):
            day = move.invoice_date + timedelta(days=self.random.choice([0, 1, 30, 60]))
            refund = self._refund(
                move,
                str(min(day, TODAY)),
                self.random.choice([None, None, 0.01, 12.34]),
            )
            self.moves |= refund

    def _reset_some(self, number):
        """Reset documents: some stay drafts or go, others are posted differently."""
        for move in self._pick(number, state="posted"):
            if move.move_type not in ("out_invoice", "out_refund"):
                continue
            move.button_draft()
            fate = self.random.choice(
                [None, "cancel", "delete", "price", "date", "partner", "lines", "nothing"]
            )
            if fate == "cancel":
                move.button_cancel()
            elif fate == "delete":
                self.moves -= move
                move.with_context(force_delete=True).unlink()
            elif fate:
                self._change_document(move, fate)
                move.action_post()

    def _change_document(self, move, what):
        """Change a draft in one way; nothing is one of the ways."""
        lines = move.invoice_line_ids
        if what == "price":
            lines[0].price_unit += 1.11
        elif what == "date":
            day = self._day()
            if day.year != move.invoice_date.year:
                move.name = False  # numbers are those of a year
            move.write({"invoice_date": day, "date": day})
        elif what == "partner" and move.move_type == "out_invoice":
            move.write({"pmm_referrer_id": False, "partner_id": self.random.choice(self.buyers)})
        elif what == "lines" and len(lines) > 1:
            lines[-1].unlink()
        if move.amount_total < 0:
            move.invoice_line_ids[1:].unlink()
            move.invoice_line_ids.price_unit = 50

    def _refer_some(self, number):
        for move in self._pick(number, state="posted", move_type="out_invoice"):
            self._change_credits(move, referrer_id=self._referrer(move.partner_id))

    # === COMPARING === #

    def _check(self, seed, step):
        """Run all programmes and compare the whole tables with the oracle, exactly."""
        note = f"step “{step}”; replay with PMM_SEED={seed}"
        for program in self.programs:
            program._run()
        self.env.invalidate_all()
        credits = self.oracle.credits()
        expected = {
            (c.line, c.partner, c.role, c.company, c.date, c.origin_date, c.category): (
                c.amount,
                c.quantity,
            )
            for c in credits
            if c.amount or c.quantity
        }
        self.assertEqual(stored_credits(self.env), expected, note)
        results = self.oracle.measurements(credits, TODAY)
        self.assertEqual(stored_measurements(self.env), results | self.published, note)
        for program in self.programs:
            figures = program._run()
            self.assertFalse(any(figures.values()), note)
        return credits, results

    def _play(self, seed):
        self.random = random.Random(seed)
        self.oracle = Oracle(self.env)
        self.published = {}
        self.moves = self.env["account.move"]
        for day in BOUNDARIES:
            self.moves |= self._invoice(self.bolt, day, (self.valve, 2, 4.56))
        for _ in range(50):
            self.moves |= self._document()
        self.scoped.scope, self.kpis[-1].scope = self.random.sample(["group", "tree"], 2)
        self._structure()
        self._targets()
        self._refund_some(9)
        credits, results = self._check(seed, "first run")
        self.assertGreater(len(credits), 40, f"too poor a world; PMM_SEED={seed}")
        self.assertGreater(len({c.role for c in credits}), 1)
        self.assertGreater(sum(1 for result in results.values() if result[1]), 15)
        self.assertEqual({r[3] for r in results.values()} & {"none"}, {"none"})
        self.assertTrue({r[3] for r in results.values()} & {"missed", "reached"})

        self._reset_some(12)
        self._refund_some(3)
        self._refer_some(6)
        self._check(seed, "documents changed")
        self._suspend_some(4)
        self._check(seed, "enrolments suspended")

        self._restructure()
        self.kpis[-1].returns_in = self.random.choice(["own", "origin"])
        self._check(seed, "structure changed")

        january = self._period("2026-01")
        before = stored_measurements(self.env)
        january.action_close()
        self.published = {
            key: value
            for key, value in before.items()
            if key[2] == "2026-01"
            and self.env["pmm.enrollment"].browse(key[1]).program_id == self.program
        }
        self.assertTrue(self.published)
        self.moves |= self._document()
        self._reset_some(4)
        self._check(seed, "January closed, documents came late")

        self.pump.categ_id = self.random.choice(self.services | self.hardware)
        self._check(seed, "category changed")
        for move in self._pick(4, state="posted", move_type="out_invoice"):
            move.button_draft()
            move.invoice_line_ids[0].price_unit += 2.5
            move.action_post()
        for _ in range(4):
            self.moves |= self._document()
        self._check(seed, "new documents after the category changed")

        self._enroll(self.stranger, "2026-03-15")
        self.programs.enrollment_ids.filtered(
            lambda e: e.partner_id == self.dora
        ).date_stop = "2026-03-31"
        published = self.kpis[-1]
        with self.assertRefused("has results in closed periods"):
            published.returns_in = "own" if published.returns_in == "origin" else "origin"
        self.programs.enrollment_ids.filtered(
            lambda e: e.partner_id == self.carol and e.program_id == self.abroad
        ).unlink()
        self._check(seed, "enrolments changed")
        self._suspend_some(3, first=BOUNDARIES[3])
        self._resume_some(first=BOUNDARIES[3])
        self._check(seed, "suspensions changed")

        bounds = self.env["account.move"].search([], order="id")
        mended = self.env["pmm.credit"]._fill_range(1, max(bounds.ids))
        self.assertEqual(mended, 0, f"hooks missed something; PMM_SEED={seed}")

    def test_random_worlds_are_those_of_the_oracle(self):
        """DESIGN 3.1, 3.2, 3.3: each step of each world, compared as a whole, run twice."""
        for seed in SEEDS:
            with self.subTest(f"PMM_SEED={seed}"), self.env.cr.savepoint() as savepoint:
                self._play(seed)
                savepoint.rollback()
            self.env.invalidate_all()
