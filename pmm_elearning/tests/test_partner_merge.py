from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_partner_kpi.queries.tier_facts import windows

from .common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPartnerMerge(ElearningCommon):
    """P12: certifications and courses of merged companies and people."""

    def _result(self, enrollment, period):
        return self._measurement(enrollment, period, self.certified)

    def test_companies_keep_what_was_passed_before(self):
        """P12: until the day of the merge each its own, then all together, also in the list."""
        self.program.tz = AUCKLAND
        self._attempt(self.ann, "2026-02-10 12:00:00")
        self._attempt(self.ann, "2026-04-14 11:59:59")  # the last second of 14 April there
        self._attempt(self.cleo, "2026-04-10 12:00:00")
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        self.assertFalse(any(self.program._run().values()))
        self._attempt(self.ben, "2026-04-14 12:00:00")  # the first second of 15 April
        self.program._run()
        for enrollment, period, actual in (
            (self.acme_in, "2026-02", 1),
            (self.acme_in, "2026-04", 1),
            (self.bolt_in, "2026-02", 0),
            (self.bolt_in, "2026-04", 2),
        ):
            with self.subTest(f"{enrollment.id} {period}"):
                result = self._result(enrollment, period)
                self.assertEqual(result.actual, actual)
                domain = result.action_view_credits()["domain"]
                self.assertEqual(self.env["survey.user_input"].search_count(domain), actual)

    def test_attempt_of_the_merge_day_counts_together(self):
        """P12: what was passed that morning counts for the company that stays, once."""
        self._attempt(self.ann, "2026-04-15 08:00:00")
        self.program._run()
        self.assertEqual(self._result(self.acme_in, "2026-04").actual, 1)
        self._merge(self.acme, into=self.bolt)
        self.program._run()
        self.assertEqual(self._result(self.acme_in, "2026-04").actual, 0)
        result = self._result(self.bolt_in, "2026-04")
        self.assertEqual(result.actual, 1)
        domain = result.action_view_credits()["domain"]
        self.assertEqual(self.env["survey.user_input"].search_count(domain), 1)

    def test_lessons_and_memberships_stay(self):
        """P12: two people in one course: lessons of both, the further status; others follow."""
        course, other = self._course("Basics", lessons=1), self._course("Other")
        second = self.env["slide.slide"].create(
            {"name": "Second", "channel_id": course.id, "is_published": True}
        )
        for person, courses in ((self.ann, course | other), (self.ben, course)):
            courses._action_add_members(person)
        self._read_lesson(self.ann, course)
        self._read_lesson(self.ann, other)
        for person in (self.ann, self.ben):
            self.env["slide.slide.partner"].create(
                {
                    "slide_id": second.id,
                    "partner_id": person.id,
                    "completed": person == self.ann,
                    "quiz_attempts_count": 2,
                }
            )
        self._merge(self.ann, into=self.ben)
        lessons = self.env["slide.slide.partner"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual(len(lessons), 3)
        self.assertTrue(all(lessons.mapped("completed")))
        self.assertEqual(
            lessons.filtered(lambda row: row.slide_id == second).quiz_attempts_count, 4
        )
        members = self.env["slide.channel.partner"].search([("partner_id", "=", self.ben.id)])
        self.assertEqual(members.channel_id, course | other)
        self.assertEqual(members.mapped("completion"), [100, 100])

    def test_totals_over_windows(self):
        """K5: a person counts once per certification; on the borders, one second beyond each."""
        self.program.tz = AUCKLAND
        self.program._ensure_periods()
        stretch = windows(
            (self.acme_in | self.bolt_in).ids,
            ["2026-01-10", "2026-01-10"],
            ["2026-03-01", "2026-03-01"],
        )

        def totals():
            self.env.flush_all()
            rows = self.certified._totals(self.program, stretch)
            return dict(self.env.execute_query(rows))

        for end, person, survey, expected in (
            ("2026-01-09 10:59:59", self.ann, self.exam, 0),
            ("2026-01-09 11:00:00", self.ann, self.exam, 1),
            ("2026-02-10 12:00:00", self.ann, self.exam, 1),
            ("2026-02-10 12:00:00", self.ann, self.other_exam, 2),
            ("2026-02-28 10:59:59", self.ben, self.exam, 3),
            ("2026-02-28 11:00:00", self.ben, self.other_exam, 3),
        ):
            with self.subTest(end):
                self._attempt(person, end, survey=survey)
                self.assertEqual(totals().get(self.acme_in.id), expected)
        self.assertEqual(totals()[self.bolt_in.id], 0)
        self.program.date_start = "2026-02-01"
        self.assertEqual(totals()[self.acme_in.id], 3)
        self.acme_in.date_stop = "2026-02-28"
        self.assertEqual(totals()[self.acme_in.id], 2)
        self._close("2026-02")
        self.assertEqual(totals()[self.acme_in.id], 2, "closed periods are counted as well")

    def test_scope_is_not_offered(self):
        """K5: certifications are those of the partner's own people."""
        self.assertFalse(self.certified.has_scope)
        self.assertTrue(self.kpi.has_scope)
