from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmEnrollmentParent(PmmCommon):
    """R15, R47: who stands above whom, and that nobody stands above itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carol = cls.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        cls.carol_in = cls._enroll(cls.carol)

    def _marked(self):
        """Return the enrolments that wait for being measured, and take their marks."""
        self.env.flush_all()
        Dirty = self.env["pmm.dirty"]
        ids = Dirty._peek("measure")
        Dirty._take("measure", ids)
        return self.env["pmm.enrollment"].browse(ids).exists()

    def test_one_upline_at_a_time(self):
        """R15: on the border day, one day below, one above; sentence and database."""
        row = self._below(self.acme_in, self.bolt_in, "2026-01-01", "2026-02-10")
        self._below(self.acme_in, self.carol_in, "2026-02-10", "2026-02-20")
        self._below(self.acme_in, self.bolt_in, "2026-02-21")
        for start, stop in (("2026-02-09", "2026-02-10"), ("2026-02-19", "2026-02-21")):
            with self.subTest(start), self.assertRefused("two uplines", ValidationError):
                self._below(self.acme_in, self.bolt_in, start, stop)
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "UPDATE pmm_enrollment_parent SET date_stop = '2026-02-11' WHERE id = %s", [row.id]
            )

    def test_loop_is_refused_with_its_way(self):
        """R15: by whatever edge it is closed, the sentence names who stands on it."""
        self._below(self.acme_in, self.bolt_in)
        self._below(self.bolt_in, self.carol_in)
        # whoever is named first, the way leads round
        with self.assertRefused("would stand above itself: ", ValidationError):
            self._below(self.carol_in, self.acme_in)
        with self.assertRefused("would stand above itself", ValidationError):
            self._below(self.carol_in, self.carol_in)

    def test_loop_over_another_programme(self):
        """R15: the same partner in another programme closes a loop, from above and from below."""
        other = self.program.copy({"name": "Other"})
        acme_there = self._enroll(self.acme, program=other)
        self._below(self.acme_in, self.bolt_in)
        with self.assertRefused("Acme Trading → Bolt Supplies → Acme Trading", ValidationError):
            self._below(self.bolt_in, acme_there)
        self._below(self.carol_in, acme_there)
        with self.assertRefused("Acme Trading → Acme Trading", ValidationError):
            self._below(acme_there, self.acme_in)

    def test_loop_counts_on_common_days_only(self):
        """R15: half-open; stretches that touch make no loop, one common day does."""
        self._below(self.acme_in, self.bolt_in, "2026-01-01", "2026-02-10")
        row = self._below(self.bolt_in, self.acme_in, "2026-02-10")
        with self.assertRefused("would stand above itself", ValidationError):
            row.date_start = "2026-02-09"
        row.date_start = "2026-02-11"

    def test_changed_partner_is_checked(self):
        """R15: an enrolment that gets another partner closes no loop either."""
        there = self._enroll(self.bolt, program=self.program.copy({"name": "Other"}))
        self._below(self.acme_in, there)
        with self.assertRefused("would stand above itself", ValidationError):
            there.partner_id = self.acme

    def test_other_company_is_refused(self):
        """DESIGN 3.9: an upline is of the same company."""
        company = self.env["res.company"].create({"name": "Other"})
        abroad = self.env["pmm.program"].create(
            {"name": "Abroad", "company_id": company.id, "tz": "UTC"}
        )
        with self.assertRefused("different companies", ValidationError):
            self._below(self.acme_in, self._enroll(self.carol, program=abroad))

    def test_upline_and_downline_of_today(self):
        """R15: upline today, search by it, everybody below at any depth."""
        self._below(self.acme_in, self.bolt_in, "2026-01-01", "2026-04-15")
        row = self._below(self.acme_in, self.carol_in, "2026-04-15")
        self._below(self.bolt_in, self.acme_in, "2026-04-15", "2026-04-16")
        self.assertEqual(self.acme_in.parent_today_id, self.carol_in)
        Enrollment = self.env["pmm.enrollment"]
        for value, found in (
            (self.carol_in.id, self.acme_in),
            (self.acme_in.id, self.bolt_in),
            (False, self.carol_in),
        ):
            with self.subTest(str(value)):
                domain = [("parent_today_id", "=", value), ("program_id", "=", self.program.id)]
                self.assertEqual(Enrollment.search(domain), found)
        self.assertEqual(Enrollment.search([("parent_today_id", "ilike", "carol")]), self.acme_in)
        self.assertEqual(self.carol_in.downline_count, 2)
        action = self.carol_in.action_view_downline()
        self.assertEqual(Enrollment.search(action["domain"]), self.acme_in | self.bolt_in)
        self.bolt_in.date_stop = "2026-04-15"
        self.env.invalidate_all()
        self.assertEqual(self.carol_in.downline_count, 1, "who does not run today is not there")
        row.date_start = "2026-04-16"
        self.env.invalidate_all()
        self.assertEqual(self.carol_in.downline_count, 0)

    def test_search_by_upline_takes_the_programmes_day(self):
        """DESIGN 4: where the reader sits does not matter; an hour before midnight, and at it."""
        self.program.tz = "Asia/Tokyo"  # nine hours ahead of UTC
        self._below(self.acme_in, self.bolt_in, "2026-04-16")
        Enrollment = self.env["pmm.enrollment"].with_context(tz="America/New_York")
        for now, above in (("2026-04-15 14:00", False), ("2026-04-15 15:00", self.bolt_in.id)):
            with self.subTest(now), freeze_time(now):
                found = Enrollment.search([("parent_today_id", "=", above)])
                self.assertIn(self.acme_in, found)

    def test_changes_mark_all_above(self):
        """X13: new, moved and removed uplines mark the moved one and everybody above."""
        self._below(self.bolt_in, self.carol_in)
        self._marked()
        row = self._below(self.acme_in, self.bolt_in)
        self.assertEqual(self._marked(), self.acme_in | self.bolt_in | self.carol_in)
        row.parent_id = self.carol_in
        self.assertEqual(self._marked(), self.acme_in | self.bolt_in | self.carol_in)
        self.acme_in.date_stop = "2026-12-31"
        self.assertEqual(self._marked(), self.acme_in | self.carol_in)
        row.unlink()
        self.assertEqual(self._marked(), self.acme_in | self.carol_in)

    def test_deleted_enrolment_leaves_its_place(self):
        """X13: who loses an enrolment below is measured again."""
        self._below(self.acme_in, self.bolt_in)
        self._marked()
        self.acme_in.unlink()
        self.assertEqual(self._marked(), self.bolt_in)
        self.assertFalse(self.env["pmm.enrollment.parent"].search([]))

    def test_queries_do_not_grow(self):
        """X13: as many queries for 20 enrolments in a row as for 2."""
        partners = self.env["res.partner"].create(
            [{"name": f"P{number}", "is_company": True} for number in range(22)]
        )
        enrolled = self.env["pmm.enrollment"].create(
            [
                {
                    "program_id": self.program.id,
                    "partner_id": partner.id,
                    "date_start": "2026-01-01",
                }
                for partner in partners
            ]
        )
        counts = []
        for members in (enrolled[:2], enrolled[2:]):
            vals_list = [
                {"enrollment_id": e.id, "parent_id": self.bolt_in.id, "date_start": "2026-01-01"}
                for e in members
            ]
            with self._counted(counts):
                self.env["pmm.enrollment.parent"].create(vals_list)
            with self._counted(counts):
                members.mapped("parent_today_id")
                members.mapped("downline_count")
        self.assertLessEqual(counts[2], counts[0] + 1)
        self.assertLessEqual(counts[3], counts[1])

    def test_manager_enters_it_in_the_form(self):
        """X15: the page of the enrolment; a user reads it."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        with Form(self.acme_in.with_user(manager)) as form, form.upline_ids.new() as line:
            line.parent_id = self.bolt_in
            line.date_start = "2026-01-01"
        self.assertEqual(self.acme_in.parent_today_id, self.bolt_in)
        user = self._user("user", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = user
        self.assertEqual(self.acme_in.with_user(user).parent_today_id.id, self.bolt_in.id)
        Form(self.acme_in.with_user(user))
