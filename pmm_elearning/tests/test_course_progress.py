from odoo.tests import freeze_time, tagged

from .common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCourseProgress(ElearningCommon):
    """L1, L9: one row per running enrolment, person and course."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course = cls._course("Selling Pumps", cls.exam, program=cls.program)
        cls._give_role(cls.ann, "owner")
        cls._give_role(cls.cleo, "sales")
        cls.program._run()

    def _rows(self, *, domain=()):
        """Return [(person, programme, status, progress, day of the certification)]."""
        Progress = self.env["pmm.course.progress"]
        # each look is a request of its own
        self.env.flush_all()
        Progress.invalidate_model()
        rows = Progress.search([("channel_id", "=", self.course.id), *domain])
        return [
            (
                row.contact_id.name,
                row.program_id.name,
                row.state,
                row.completion,
                str(row.certified_on or ""),
            )
            for row in rows
        ]

    def test_from_the_beginning_to_the_certificate(self):
        """L1, L2: not begun, under way, certified and finished."""
        ann = [("contact_id", "=", self.ann.id)]
        self.assertEqual(self._rows(domain=ann), [("Ann", "Resellers", "joined", 0, "")])
        self._read_lesson(self.ann, self.course)
        self.assertEqual(self._rows(domain=ann), [("Ann", "Resellers", "ongoing", 50, "")])
        slide = self.course.slide_ids.filtered("survey_id")
        membership = self.env["slide.slide.partner"].create(
            {"slide_id": slide.id, "partner_id": self.ann.id}
        )
        self._attempt(self.ann, slide_id=slide.id, slide_partner_id=membership.id)
        self.assertEqual(
            self._rows(domain=ann), [("Ann", "Resellers", "completed", 100, "2026-02-10")]
        )

    def test_certified_on_table(self):
        """L2: the last real pass of a certification of this course, by this person."""
        cases = [
            ({"end": "2026-02-09 12:00:00"}, "2026-02-09"),
            ({"end": "2026-02-08 12:00:00"}, "2026-02-09"),
            ({"end": "2026-02-11 12:00:00"}, "2026-02-11"),
            ({"end": "2026-03-01 12:00:00", "passed": False}, "2026-02-11"),
            ({"end": "2026-03-01 12:00:00", "test_entry": True}, "2026-02-11"),
            ({"end": "2026-03-01 12:00:00", "state": "in_progress"}, "2026-02-11"),
            ({"end": "2026-03-01 12:00:00", "survey": self.other_exam}, "2026-02-11"),
        ]
        self._attempt(self.cleo, "2026-03-02 12:00:00")
        for how, expected in cases:
            with self.subTest(how):
                self._attempt(self.ann, **how)
                [row] = self._rows(domain=[("contact_id", "=", self.ann.id)])
                self.assertEqual(row[-1], expected)

    def test_day_of_the_certificate_is_that_of_the_programme(self):
        """DESIGN 4: the same attempt, another day elsewhere."""
        self._attempt(self.ann, "2026-02-28 11:00:00")
        [row] = self._rows(domain=[("certified_on", "!=", False)])
        self.assertEqual(row[-1], "2026-02-28")
        self.program.tz = AUCKLAND
        [row] = self._rows(domain=[("certified_on", "!=", False)])
        self.assertEqual(row[-1], "2026-03-01")

    def test_current_enrolments_only(self):
        """DESIGN 3.8: from the first day on, no longer on the day on which it ends."""
        for start, stop, seen in (
            ("2026-04-16", False, 0),
            ("2026-04-15", False, 1),
            ("2026-01-01", "2026-04-15", 0),
            ("2026-01-01", "2026-04-16", 1),
        ):
            with self.subTest(f"{start} to {stop}"):
                self.acme_in.write({"date_start": start, "date_stop": stop})
                rows = self._rows(domain=[("partner_id", "=", self.acme.id)])
                self.assertEqual(len(rows), seen)

    def test_members_only(self):
        """L1: whoever left, was archived, or works elsewhere now has no row there."""
        self.assertEqual([row[0] for row in self._rows()], ["Ann", "Cleo"])
        self.course._remove_membership(self.ann.ids)
        self.assertEqual([row[0] for row in self._rows()], ["Cleo"])
        self.cleo.parent_id = self.acme
        self.env["pmm.course.progress"].invalidate_model()
        [row] = self.env["pmm.course.progress"].search([])
        self.assertEqual((row.partner_id, row.enrollment_id), (self.acme, self.acme_in))
        self.cleo.active = False
        self.assertFalse(self._rows())

    def test_archived_course_and_programme(self):
        """L1: neither shows progress."""
        self.program.active = False
        self.assertFalse(self._rows())
        self.program.active = True
        self.course.active = False
        self.assertFalse(self._rows())

    def test_member_without_role(self):
        """L1: somebody enrolled by hand is shown like the others."""
        self.course._action_add_members(self.ben)
        self.assertEqual([row[0] for row in self._rows()], ["Ann", "Ben", "Cleo"])

    def test_course_of_two_programmes(self):
        """L1: a row in each, under ids of their own that stay when others are filtered."""
        second = self.program.copy({"name": "Second"})
        self._enroll(self.acme, program=second)
        Progress = self.env["pmm.course.progress"]
        rows = Progress.search([])
        self.assertEqual(len(rows), 3)
        self.assertEqual(len(set(rows.ids)), 3)
        for row in rows:
            again = Progress.search(
                [("contact_id", "=", row.contact_id.id), ("program_id", "=", row.program_id.id)]
            )
            self.assertEqual(again, row)
            self.assertEqual(again.company_id, self.company)

    def test_groups_show_the_average(self):
        """L1: the pivot shows how far a company is."""
        self._contact("Dan", self.acme, "learner")
        self.program._run()
        self._read_lesson(self.ann, self.course)
        groups = self.env["pmm.course.progress"]._read_group(
            [], ["partner_id"], ["completion:avg", "__count"]
        )
        self.assertEqual(groups, [(self.acme, 25.0, 2), (self.bolt, 0.0, 1)])

    def test_actions_open_the_rows(self):
        """L1: from the programme and from the enrolment."""
        Progress = self.env["pmm.course.progress"]
        for record, expected in ((self.program, 2), (self.acme_in, 1)):
            action = record.action_view_course_progress()
            self.assertEqual(action["res_model"], "pmm.course.progress")
            self.assertEqual(Progress.search_count(action["domain"]), expected)
