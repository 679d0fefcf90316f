import os
import random
from datetime import datetime, timedelta

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import AUCKLAND, ElearningCommon
from .oracle import expected

BOUNDARIES = [
    datetime(2026, 1, 1),
    datetime(2026, 1, 31, 10, 59, 59),
    datetime(2026, 1, 31, 11),
    datetime(2026, 1, 31, 23, 59, 59),
    datetime(2026, 2, 1),
    datetime(2026, 2, 9, 23, 59, 59),
    datetime(2026, 2, 10),
    datetime(2026, 2, 28, 11),
    datetime(2026, 3, 1),
    datetime(2026, 3, 31, 12),
]
SEEDS = [int(os.environ["PMM_SEED"])] if os.environ.get("PMM_SEED") else [20260415, 7]


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOracle(ElearningCommon):
    """DESIGN 3.1: whatever people attempt, the results are those of the oracle.

    ``PMM_SEED=123`` replays one world.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bolt_in.write({"date_start": "2026-01-31", "date_stop": "2026-02-10"})
        cls._enroll(cls.bolt, "2026-02-10")
        cls.chosen = cls._kpi(
            "Chosen", source="certifications_passed", certification_ids=[Command.set(cls.exam.ids)]
        )
        cls.quiz = cls._certification("Quiz", certification=False)
        cls.surveys = cls.exam | cls.other_exam | cls.quiz
        cls.far = cls.program.copy(
            {"name": "Far", "tz": AUCKLAND, "date_start": "2026-01-15", "period_scheme": "quarter"}
        )
        cls._enroll(cls.acme, "2025-06-01", program=cls.far)
        cls._enroll(cls.bolt, "2026-02-01", "2026-03-01", program=cls.far)
        cls.programs = cls.program | cls.far
        cls.companies = [cls.acme, cls.bolt, cls.stranger]

    def _moment(self):
        if self.random.random() < 0.4:
            return self.random.choice(BOUNDARIES)
        return datetime(2025, 12, 20) + timedelta(minutes=self.random.randrange(110 * 24 * 60))

    def _try(self, person):
        attempt = self._attempt(
            person,
            self._moment(),
            passed=self.random.random() < 0.7,
            survey=self.random.choice(self.surveys),
            test_entry=self.random.random() < 0.1,
            state=self.random.choices(["done", "in_progress"], [9, 1])[0],
        )
        self.company_of[attempt.id] = person.commercial_partner_id
        self.attempts |= attempt

    def _disturb(self):
        """Let something happen to an attempt, a person or a certification."""
        attempt = self.random.choice(self.attempts)
        person = self.random.choice(self.people)
        match self.random.randrange(6):
            case 0:
                self.attempts -= attempt
                attempt.unlink()
            case 1:
                attempt.end_datetime = self._moment()
            case 2:
                attempt.test_entry = not attempt.test_entry
            case 3:
                attempt.partner_id = person
                self.company_of[attempt.id] = person.commercial_partner_id
            case 4:
                person.parent_id = self.random.choice(self.companies)
            case 5:
                self.quiz.certification = not self.quiz.certification

    def _stored(self, kpi, program):
        results = self.env["pmm.kpi.measurement"].search(
            [
                ("kpi_id", "=", kpi.id),
                ("program_id", "=", program.id),
                ("period_id.state", "=", "open"),
                ("actual", "!=", 0),
            ]
        )
        return {(r.enrollment_id.id, r.period_id.name): r.actual for r in results}

    def _compare(self, what):
        # what was marked, and no more
        self._call_on_own_cursor("pmm.program", "_cron_run")
        for program in self.programs:
            for kpi in self.certified | self.chosen:
                with self.subTest(f"{what}: {kpi.name} in {program.name}"):
                    found = expected(self.env, kpi, program, self.company_of)
                    self.assertEqual(self._stored(kpi, program), found)
        return len(found)

    def _play(self, seed):
        self.random = random.Random(seed)
        self.company_of, self.attempts = {}, self.env["survey.user_input"]
        self.people = self.env["res.partner"].create(
            [
                {"name": f"Person {number}", "parent_id": self.random.choice(self.companies).id}
                for number in range(8)
            ]
        )
        for _number in range(60):
            self._try(self.random.choice(self.people))
        self.assertTrue(self._compare(f"seed {seed}"), "nothing was counted")
        for step in range(4):
            for _number in range(5):
                self._disturb()
            self._try(self.random.choice(self.people))
            self._compare(f"seed {seed} step {step}")
        open_periods = self.program.period_ids.filtered(lambda period: period.state == "open")
        self._close(min(open_periods.mapped("name")))
        for _number in range(5):
            self._disturb()
        self._compare(f"seed {seed} with a closed month")
        self.assertFalse(any(self.programs._run().values()), "the schedule left nothing to do")

    def test_worlds(self):
        """DESIGN 3.1, 3.2: attempts and what happens to them, measured by marks alone."""
        for seed in SEEDS:
            self.env["survey.user_input"].search([]).unlink()
            self._play(seed)
