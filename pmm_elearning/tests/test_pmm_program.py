from odoo.tests import freeze_time, tagged

from .common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmProgram(ElearningCommon):
    """L1: the run makes people members of the courses of their company's programme."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course = cls._course("Selling Pumps", cls.exam, program=cls.program)
        cls._give_role(cls.ann, "owner", "sales")
        cls._give_role(cls.ben, "learner")
        cls._give_role(cls.cleo, "finance")

    def _join(self):
        return self.program._run()["members"]

    # === WHO BECOMES A MEMBER === #

    def test_people_with_a_role_at_enrolled_companies(self):
        """L1: every role, each person once; nobody without role, nobody of another company."""
        self._contact("Nobody", self.acme)
        self._give_role(self._contact("Outsider", self.stranger), "owner")
        self.assertEqual(self._join(), 3)
        self.assertEqual(self._members(self.course), self.ann | self.ben | self.cleo)
        memberships = self.env["slide.channel.partner"].search(
            [("channel_id", "=", self.course.id), ("partner_id", "=", self.ann.id)]
        )
        self.assertEqual(memberships.mapped("member_status"), ["joined"])

    def test_run_twice_adds_nothing(self):
        """DESIGN 3.2: the second run finds everybody."""
        self._join()
        self.assertFalse(any(self.program._run().values()))

    def test_nobody_is_written_to(self):
        """L1: joining in bulk sends no mail and rings nobody."""
        mails, messages = self.env["mail.mail"], self.env["mail.message"]
        before = mails.search_count([]), messages.search_count([])
        self._join()
        self.env.flush_all()
        self.assertEqual((mails.search_count([]), messages.search_count([])), before)

    def test_new_role_new_course_new_partner(self):
        """L1: the next run makes up for what has been added."""
        self._join()
        dan = self._contact("Dan", self.bolt, "sales")
        self.assertEqual(self._join(), 1)
        self.assertIn(dan, self._members(self.course))
        second = self._course("Serving Pumps", program=self.program)
        self.assertEqual(self._join(), 4)
        self.assertEqual(self._members(second), self.ann | self.ben | self.cleo | dan)
        eve = self._contact("Eve", self.stranger, "owner")
        self._enroll(self.stranger)
        self.assertEqual(self._join(), 2)
        self.assertIn(eve, self._members(second))

    def test_first_and_last_day_of_an_enrolment(self):
        """DESIGN 3.8: from the first day on, and no longer on the day on which it ends."""
        for start, stop, expected in (
            ("2026-04-16", False, 1),
            ("2026-04-15", False, 3),
            ("2026-01-01", "2026-04-15", 1),
            ("2026-01-01", "2026-04-16", 3),
        ):
            with self.subTest(f"{start} to {stop}"):
                self.acme_in.write({"date_start": start, "date_stop": stop})
                self.env["slide.channel.partner"].search([]).unlink()
                self._join()
                self.assertEqual(len(self._members(self.course)), expected)

    @freeze_time("2026-04-15 12:00:00")
    def test_day_of_the_programme(self):
        """DESIGN 4: whether a company is enrolled today is asked where the programme is."""
        self.acme_in.date_start = "2026-04-16"
        self.assertEqual(self._join(), 1)
        self.program.tz = AUCKLAND
        self.assertEqual(self._join(), 2)

    def test_who_has_left_is_not_added_again(self):
        """L1: removed by hand, left, or failed for good: the membership is archived and stays."""
        self._join()
        self.course._remove_membership(self.ann.ids)
        self.assertEqual(self._join(), 0)
        self.assertEqual(self._members(self.course), self.ben | self.cleo)

    def test_who_was_only_invited_joins(self):
        """L1: an invitation is no membership; an invitation taken back is a no."""
        for person in (self.ann, self.ben):
            self.course._action_add_members(person, member_status="invited")
        self.course._remove_membership(self.ben.ids)
        self.assertEqual(self._join(), 2)
        membership = self.env["slide.channel.partner"].search([("partner_id", "=", self.ann.id)])
        self.assertEqual(membership.member_status, "joined")
        self.assertNotIn(self.ben, self._members(self.course))

    def test_progress_is_kept(self):
        """L1: members stay as they are, however far they have come."""
        self._join()
        self._read_lesson(self.ann, self.course)
        membership = self.env["slide.channel.partner"].search([("partner_id", "=", self.ann.id)])
        self.assertEqual((membership.member_status, membership.completion), ("ongoing", 50))
        self._join()
        self.assertEqual((membership.member_status, membership.completion), ("ongoing", 50))

    def test_end_of_an_enrolment_or_role_removes_nobody(self):
        """L1: whoever has begun may end the course."""
        self._join()
        self.acme_in.date_stop = "2026-04-01"
        self.env["pmm.partner.role"].search([]).unlink()
        self.assertEqual(self._join(), 0)
        self.assertEqual(self._members(self.course), self.ann | self.ben | self.cleo)

    def test_archived_people_and_courses(self):
        """L1: an archived person joins nothing, nobody joins an archived course."""
        self.ann.active = False
        self.assertEqual(self._join(), 2)
        self.course.active = False
        self._contact("Dan", self.bolt, "sales")
        self.assertEqual(self._join(), 0)

    def test_course_of_another_programme(self):
        """L1: courses of a programme are for its partners only."""
        other = self._course("Other", program=self.program.copy({"name": "Other"}))
        self._join()
        self.assertFalse(self._members(other))

    # === HOW IT RUNS === #

    def test_notification_tells_how_many(self):
        """L1: Run now says how many joined."""
        message = self.program.action_run()["params"]["message"]
        self.assertIn("New course members: 3.", message)

    def test_manager_without_rights_on_courses(self):
        """DESIGN 6: who may run the programme need not be an eLearning officer."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        self.program.with_user(manager).action_run()
        self.assertEqual(len(self._members(self.course)), 3)

    def test_in_portions(self):
        """DESIGN 5: portions of a fixed size until nobody is missing."""
        self.assertEqual([self.program._join_courses(2) for _time in range(3)], [2, 1, 0])

    def test_schedule(self):
        """DESIGN 5: the schedule does it in portions, over all programmes."""
        second = self.program.copy({"name": "Second"})
        course = self._course("Second Course", program=second)
        self._enroll(self.stranger, program=second)
        self._give_role(self._contact("Eve", self.stranger), "owner")
        self._call_on_own_cursor("pmm.program", "_cron_join_courses", batch=2)
        self.assertEqual(len(self._members(self.course)), 4)
        self.assertEqual(len(self._members(course)), 1)
        last_run = self.program.last_run_at
        with self.enter_registry_test_mode():
            self.env.ref("pmm_elearning.ir_cron_join_courses").sudo().method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.program.last_run_at, last_run, "nothing to do, nothing written")
