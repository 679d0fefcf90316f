from odoo.tests import freeze_time, tagged

from .common import ElearningCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestQueryCount(ElearningCommon):
    """X13, DESIGN 5: one partner or two hundred, the run asks the database as often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        cls.people = cls.env["res.partner"].create(
            [{"name": f"Person of {p.name}", "parent_id": p.id} for p in cls.partners]
        )
        cls.enrollments = cls.env["pmm.enrollment"].create(
            [
                {"program_id": cls.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in cls.partners
            ]
        )
        cls.program._run()

    def _attempts(self, number):
        question = self.exam.question_ids
        return self.env["survey.user_input"].create(
            [
                {
                    "survey_id": self.exam.id,
                    "partner_id": person.id,
                    "state": "done",
                    "end_datetime": "2026-02-10 12:00:00",
                    "predefined_question_ids": question.ids,
                    "user_input_line_ids": self._answered(self.exam, True),
                }
                for person in self.people[:number]
            ]
        )

    def test_measuring_asks_as_often_for_many(self):
        """X13: one statement per KPI, whatever the number of partners."""
        Measurement = self.env["pmm.kpi.measurement"]
        Measurement._measure(self.enrollments)  # warms the caches
        counts = []
        for number in (1, MANY):
            attempts = self._attempts(number)
            with self._counted(counts):
                changed = Measurement._measure(self.enrollments[:number])
            self.assertEqual(changed, number)
            attempts.unlink()
            Measurement._measure(self.enrollments)
        self.assertEqual(counts[0], counts[1], "queries for 1 and for 200 enrolments")
        self.assertLess(counts[1], 25)

    def test_marking_asks_as_often_for_many(self):
        """X13: one search and one insert for all attempts that are written together."""
        counts = []
        for number in (1, 1, MANY):
            attempts = self._attempts(number)
            attempts.mapped("survey_id.scoring_success_min")
            self.env["pmm.dirty"].search([]).sudo().unlink()
            with self._counted(counts):
                attempts.pmm_partner_id.mapped("commercial_partner_id")
                self.env["pmm.enrollment"]._mark_companies_to_measure(attempts._pmm_companies())
            self.assertEqual(len(self._marked()), number)
            attempts.unlink()
        self.assertEqual(counts[1], counts[2], "queries for 1 and for 200 attempts")
        self.assertLess(counts[2], 9)

    def test_joining_asks_as_often_for_many(self):
        """X13: one question who is missing; members and followers in batches."""
        counts = []
        roles = self.env["pmm.partner.role"].create(
            [{"contact_id": person.id, "role": "sales"} for person in self.people]
        )
        roles.role = "learner"
        for number in (1, 1, 20, MANY):
            course = self._course(f"Course for {number}")
            self.program.channel_ids = course
            with self._counted(counts):
                self.assertEqual(self.program._join_courses(number), number)
            self.assertEqual(len(self._members(course)), number)
        _warm, one, twenty, many = counts
        self.assertEqual(one, twenty, "queries for 1 and for 20 people")
        # the ORM reads and writes at most so many records at a time
        self.assertLess(many, one + 10)

    def test_nobody_missing_is_one_question(self):
        """X13: where everybody is a member, the run asks once."""
        self._course("Course", program=self.program)
        self.program._join_courses(1000)
        counts = []
        with self._counted(counts):
            self.assertEqual(self.program._join_courses(1000), 0)
        self.assertLess(counts[0], 3)

    def test_progress_is_one_query(self):
        """X13: the list reads its rows in one statement, for one person or two hundred."""
        course = self._course("Course")
        counts = []
        Progress = self.env["pmm.course.progress"]
        for number in (1, 1, MANY):
            course._action_add_members(self.people[:number])
            self.program.channel_ids = course
            with self._counted(counts):
                rows = Progress.search([])
                rows.mapped("completion")
            self.assertEqual(len(rows), number)
        self.assertEqual(counts[1], counts[2], "queries for 1 and for 200 people")
        self.assertLess(counts[2], 5)
