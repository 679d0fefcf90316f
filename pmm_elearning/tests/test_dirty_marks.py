from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestDirtyMarks(ElearningCommon):
    """DESIGN 1: whatever decides on a result marks the enrolments of the company, no others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program._run()

    def setUp(self):
        super().setUp()
        self._marked()

    # === ATTEMPTS === #

    def test_answering_to_the_end_as_the_public(self):
        """L2: answers alone mark nothing; the end does, for people without any rights."""
        attempt = self._attempt(self.ann, end=False, state="new", user_input_line_ids=[])
        self.assertFalse(self._marked())
        # as the survey's controller does for whoever has the token
        as_public = attempt.with_user(self.env.ref("base.public_user")).sudo()
        as_public._mark_in_progress()
        as_public._save_lines(
            self.exam.question_ids, str(self.exam.question_ids.suggested_answer_ids[0].id)
        )
        self.assertFalse(self._marked())
        as_public._mark_done()
        self.assertTrue(attempt.scoring_success)
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {"2026-04": 1})

    def test_the_cron_measures_what_was_marked(self):
        """K4: the schedule brings the result up to date."""
        self._attempt(self.ann)
        self._run_cron("ir_cron_run")
        self.assertEqual(self._measurement(self.acme_in, "2026-02", self.certified).actual, 1)
        self.assertFalse(self._marked())

    def test_what_decides_marks_table(self):
        """DESIGN 1: each column that decides, and none that does not."""
        attempt = self._attempt(self.ann)
        self._marked()
        cases = [
            ({"end_datetime": "2026-03-10 12:00:00"}, self.acme_in),
            ({"test_entry": True}, self.acme_in),
            ({"test_entry": False}, self.acme_in),
            ({"survey_id": self.other_exam.id}, self.acme_in),
            ({"state": "in_progress"}, self.acme_in),
            ({"test_entry": True}, self.acme_in.browse()),  # it is not done
            ({"state": "done"}, self.acme_in),
            ({"partner_id": self.cleo.id}, self.acme_in | self.bolt_in),
            ({"partner_id": self.stranger.id}, self.bolt_in),
            ({"partner_id": self.ben.id}, self.acme_in),
            ({"nickname": "Benny"}, self.acme_in.browse()),
            ({"deadline": "2026-05-01 12:00:00"}, self.acme_in.browse()),
        ]
        for vals, expected in cases:
            with self.subTest(vals):
                attempt.write(vals)
                self.assertEqual(self._marked().sorted("id"), expected.sorted("id"))
        attempt.unlink()
        self.assertEqual(self._marked(), self.acme_in)

    def test_score_corrected_afterwards(self):
        """L2: another answer, or another score of the answer, changes a result that stood."""
        attempt = self._attempt(self.ann)
        self.assertEqual(self._counts(), {"2026-02": 1})
        right, wrong = self.exam.question_ids.suggested_answer_ids
        attempt.user_input_line_ids.suggested_answer_id = wrong
        attempt.user_input_line_ids.answer_score = 0
        self.assertEqual(self._marked(), self.acme_in)
        self.assertFalse(attempt.scoring_success)
        self.assertEqual(self._counts(), {})
        attempt.user_input_line_ids.write(
            {"suggested_answer_id": right.id, "answer_score": right.answer_score}
        )
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {"2026-02": 1})

    def test_partner_in_two_programmes(self):
        """DESIGN 1: all enrolments of the company are marked."""
        second = self._enroll(self.acme, program=self.program.copy({"name": "Second"}))
        self._marked()
        self._attempt(self.ann)
        self.assertEqual(self._marked().sorted("id"), (self.acme_in | second).sorted("id"))

    # === WHAT ATTEMPTS HANG ON === #

    def test_certification_no_more(self):
        """L2: a survey that stops being a certification counts no longer."""
        self._attempt(self.ann)
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.exam.certification = False
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {})
        self.exam.certification = True
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.exam.scoring_type = "no_scoring"
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {})
        self.exam.title = "Renamed"
        self.assertFalse(self._marked())

    def test_survey_deleted(self):
        """L2: its attempts go in the database, past the ORM, and are missed all the same."""
        self._attempt(self.ann)
        self._attempt(self.cleo, survey=self.other_exam)
        self.assertEqual(self._counts(), {"2026-02": 1})
        self._marked()
        self.exam.unlink()
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {})

    def test_person_deleted(self):
        """L5: an attempt of nobody counts no longer."""
        self._attempt(self.ann)
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.ann.unlink()
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {})

    def test_people_merged(self):
        """P12: two people who passed the same are one now."""
        self._attempt(self.ann)
        self._attempt(self.ben)
        self.assertEqual(self._counts(), {"2026-02": 2})
        wizard = self.env["base.partner.merge.automatic.wizard"].sudo().create({})
        wizard._merge((self.ann | self.ben).ids, self.ann)
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._counts(), {"2026-02": 1})

    def test_choice_of_the_kpi(self):
        """K5: choosing other certifications marks the programmes of the KPI."""
        self.certified.certification_ids = [Command.set(self.exam.ids)]
        self.assertEqual(self._marked().sorted("id"), (self.acme_in | self.bolt_in).sorted("id"))
        self.certified.name = "Renamed"
        self.assertFalse(self._marked())

    def test_who_moves_marks_nothing(self):
        """DESIGN 4: attempts stay where they were made, so nothing changes."""
        self._attempt(self.ann)
        self._marked()
        self.ann.parent_id = self.bolt
        self.assertFalse(self._marked())
