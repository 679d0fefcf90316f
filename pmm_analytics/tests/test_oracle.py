import os
import random
from datetime import date, timedelta

from odoo.tests import freeze_time, tagged

from . import oracle
from .common import FactsCommon

SEED = int(os.environ.get("PMM_SEED", "20260415"))
EVENTS = int(os.environ.get("PMM_EVENTS", "60"))
TODAY = date(2026, 4, 15)
DAYS = [date(2025, 12, 28) + timedelta(days=number) for number in range(109)]  # to 15 April
MONEY = ("revenue", "reward", "reward_paid")
COUNTS = ("documents", "targets", "targets_reached", "offers", "offers_used")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOracle(FactsCommon):
    """A7, A18: whatever happens, the facts say what the documents and the ledger say.

    ``PMM_SEED=7`` replays another world, ``PMM_EVENTS=200`` makes it longer.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.krone = cls._currency("PMK", {"2025-12-01": 7.4631, "2026-02-10": 8.1}, rounding=0.05)
        cls.abroad = cls._program("Abroad", currency_id=cls.krone.id, period_scheme="quarter")
        cls.abroad.kpi_ids = cls.kpi
        cls.abroad.date_start = "2026-01-10"
        cls.programs = cls.program | cls.abroad
        cls.campaign = cls._campaign()
        cls._plan(cls._rate(0.0525), program=cls.abroad)
        cls.enrolled = cls.acme_in | cls.bolt_in | cls._enroll(cls.stranger, "2026-02-17")
        cls.enrolled |= cls._enroll(cls.acme, program=cls.abroad)
        cls.enrolled |= cls._enroll(cls.bolt, "2026-02-01", "2026-04-01", program=cls.abroad)
        for enrollment in cls.enrolled[::2]:
            cls._tier(enrollment, cls.silver, "2026-01-01", "2026-02-15")
            cls._tier(enrollment, cls.gold, "2026-02-15")

    def setUp(self):
        super().setUp()
        self.source = random.Random(SEED)  # fixed: a failure must be replayed
        self.documents = self.env["account.move"]
        self.log = []

    # === THE WORLD === #

    def _day(self):
        return self.source.choice(DAYS).isoformat()

    def _price(self):
        return round(self.source.choice((1, 10, 100, 1000)) * self.source.random(), 2) or 0.01

    def _posted(self):
        found = self.documents.filtered(lambda move: move.state == "posted")
        return self.source.choice(found) if found else found

    def _open_period(self, program):
        ended = program.period_ids.filtered(lambda p: p.state == "open" and p.date_stop <= TODAY)
        return ended.sorted("date_start")[:1]

    def event_invoice(self):
        partner = self.source.choice(self.acme | self.bolt | self.stranger)
        lines = [self._price() for _ in range(self.source.randint(1, 3))]
        vals = {"currency_id": self.krone.id} if self.source.random() < 0.2 else {}
        if self.source.random() < 0.3:
            vals["pmm_referrer_id"] = ((self.acme | self.bolt) - partner)[0].id
        self.documents |= self._invoice(partner, self._day(), *lines, **vals)

    def event_refund(self):
        move = self._posted()
        if move.move_type == "out_invoice":
            amount = self._price() if self.source.random() < 0.5 else None
            self.documents |= self._refund(move, self._day(), amount)

    def event_repost(self):
        if move := self._posted():
            self._repost(move, self._day(), self._price())

    def event_cancel(self):
        if move := self._posted():
            move.button_draft()
            move.button_cancel()

    def event_tier(self):
        enrollment = self.source.choice(self.enrolled)
        day = self.source.choice(DAYS[10:])
        enrollment.tier_ids.unlink()
        self._tier(enrollment, self.silver, "2025-12-01", day)
        if self.source.random() < 0.8:
            self._tier(enrollment, self.gold, day)

    def event_enrolment_end(self):
        enrollment = self.source.choice(self.enrolled)
        ends = [day for day in DAYS if day > enrollment.date_start]
        enrollment.date_stop = self.source.choice([False, False, *ends[20::20]])

    def event_target(self):
        enrollment = self.source.choice(self.enrolled)
        opened = enrollment.program_id.period_ids.filtered(lambda p: p.state == "open")
        period = self.source.choice(opened)
        if period not in enrollment.target_ids.period_id:
            self._target(enrollment, period.name, self._price())

    def event_offer(self):
        enrollment = self.source.choice(self.program.enrollment_ids)
        period = self.source.choice(self.program.period_ids)
        if not self._offers(enrollment=enrollment).filtered(lambda o: o.period_id == period):
            self._offer(enrollment, period.name, used=self.source.random() < 0.4)

    def event_pay(self):
        """Close the oldest period, state it, bill it, and pay some of the bills."""
        program = self.source.choice(self.programs)
        program._run()
        if period := self._open_period(program):
            statements = self._state(period.name, program=program)
            for bill in self._bill(statements):
                if self.source.random() < 0.6:
                    self._pay(bill, "2026-04-15")

    # === THE CHECK === #

    def _check(self):
        message = f"PMM_SEED={SEED}, after {len(self.log)} events: {', '.join(self.log[-8:])}"
        compared = 0
        self.programs._run()
        for program in self.programs:
            expected = oracle.facts(program, TODAY)
            rows = self._facts(program=program)
            found = {(row.enrollment_id, row.period_id): self._figures(row) for row in rows}
            # a closed period keeps the published results of its targets
            for (_enrollment, period), figures in expected.items():
                if period.state == "closed":
                    del figures["targets_reached"]
            for key, figures in expected.items():
                shown = {name: found[key][name] for name in figures}
                self.assertEqual(shown, figures, f"{key}: {message}")
                compared += bool(figures["revenue"])
            self.assertEqual(set(found), set(expected), message)
            self.assertEqual(len(rows), len(expected), message)
            self._check_sums(program, rows, message)
        return compared

    @staticmethod
    def _figures(row):
        money = {name: oracle.exact(row.currency_id.round(row[name])) for name in MONEY}
        return money | {name: row[name] for name in COUNTS} | {"grade": row.grade_id}

    def _check_sums(self, program, rows, message):
        """What is added up in the database is the sum of the rows, each once."""
        sums = self.env["pmm.partner.facts"]._read_group(
            [("program_id", "=", program.id)], [], [f"{name}:sum" for name in MONEY + COUNTS]
        )
        for name, total in zip(MONEY + COUNTS, sums[0], strict=True):
            self.assertAlmostEqual(total or 0, sum(rows.mapped(name)), 6, f"{name}: {message}")

    def test_facts_equal_the_documents_and_the_ledger(self):
        """A7, A18: invoices, credit notes, tiers, ends, targets, offers, payments at random."""
        weights = {
            self.event_invoice: 24,
            self.event_refund: 12,
            self.event_repost: 10,
            self.event_cancel: 6,
            self.event_tier: 5,
            self.event_enrolment_end: 5,
            self.event_target: 12,
            self.event_offer: 10,
            self.event_pay: 4,
        }
        for _ in range(10):
            self.event_invoice()
        compared = self._check()
        for number in range(1, EVENTS + 1):
            event = self.source.choices(list(weights), weights.values())[0]
            self.log.append(event.__name__[6:])
            event()
            if number % 10 == 0:
                compared += self._check()
        self.assertGreater(compared, EVENTS / 2, f"PMM_SEED={SEED}: the world is nearly empty")
