from psycopg2 import errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmEnrollmentSuspension(PmmCommon):
    """T12, K7: what is suspended does not count; planned, running, suspended, ended."""

    def _suspend(self, start, stop=False, enrollment=None, reason="Contract under review"):
        return self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": (enrollment or self.acme_in).id,
                "date_start": start,
                "date_stop": stop,
                "reason": reason,
            }
        )

    def _change(self, change, day, reason="", enrollment=None, **vals):
        """Press a button of the enrolment's form and fill in what it asks for."""
        action = getattr(enrollment or self.acme_in, f"action_{change}")()
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create({"date": day, "reason": reason, **vals}).action_apply()

    def _found(self, state):
        return self.env["pmm.enrollment"].search([("state", "=", state)])

    # === WHAT COUNTS === #

    def test_suspended_days_do_not_count(self):
        """T12: the first suspended day is out, the day on which it ends counts again."""
        for day, amount in (("09", 1), ("10", 10), ("19", 100), ("20", 1000)):
            self._invoice(self.acme, f"2026-03-{day}", amount)
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 1111)
        suspension = self._suspend("2026-03-10", "2026-03-20")
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 1001)
        suspension.date_start = "2026-03-11"
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 1011)
        suspension.date_stop = False
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 11)
        suspension.unlink()
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 1111)

    def test_others_go_on(self):
        """T12: a suspension is one enrolment's, not the partner's or the programme's."""
        other = self.program.copy({"name": "Other", "kpi_ids": self.program.kpi_ids.ids})
        second = self._enroll(self.acme, program=other)
        self._suspend("2026-03-01")
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-03-05", 70)
        (self.program | other)._run()
        self.assertResult(self.acme_in, "2026-03", 0)
        self.assertResult(self.bolt_in, "2026-03", 70)
        self.assertResult(second, "2026-03", 70)

    def test_drill_down_leaves_suspended_days_out(self):
        """K8: the credits behind a result are those that it counts."""
        for day, amount in (("09", 1), ("10", 10), ("19", 100), ("20", 1000)):
            self._invoice(self.acme, f"2026-03-{day}", amount)
        self._suspend("2026-03-10", "2026-03-20")
        self._suspend("2026-04-01")
        self.program._run()
        action = self._measurement(self.acme_in, "2026-03").action_view_credits()
        credits = self.env["pmm.credit"].search(action["domain"])
        self.assertEqual(sum(credits.mapped("amount")), 1001)

    def test_the_cron_sees_a_suspension(self):
        """X13: creating, changing and deleting one leaves a mark."""
        Dirty = self.env["pmm.dirty"]

        def marked():
            found = self.acme_in.id in Dirty._peek("measure")
            Dirty._take("measure", self.acme_in.ids)
            return found

        marked()
        suspension = self._suspend("2026-03-10")
        self.assertTrue(marked())
        suspension.reason = "Said otherwise"
        self.assertFalse(marked())
        suspension.date_stop = "2026-03-20"
        self.assertTrue(marked())
        suspension.unlink()
        self.assertTrue(marked())

    # === STATUS === #

    def test_status_follows_the_day(self):
        """T12: each border, the day before and the day itself; the search agrees."""
        self.acme_in.write({"date_start": "2026-02-01", "date_stop": "2026-05-01"})
        self._suspend("2026-03-01", "2026-03-10")
        for now, state in (
            ("2026-01-31", "planned"),
            ("2026-02-01", "running"),
            ("2026-02-28", "running"),
            ("2026-03-01", "suspended"),
            ("2026-03-09", "suspended"),
            ("2026-03-10", "running"),
            ("2026-04-30", "running"),
            ("2026-05-01", "ended"),
        ):
            with self.subTest(now), freeze_time(now):
                self.env.invalidate_all()
                self.assertEqual(self.acme_in.state, state)
                self.assertEqual(self.acme_in._runs_today(), state == "running")
                for other in ("planned", "running", "suspended", "ended"):
                    self.assertEqual(self.acme_in in self._found(other), other == state)
        both = self.env["pmm.enrollment"].search([("state", "in", ["running", "ended"])])
        self.assertIn(self.bolt_in, both)
        self.assertNotIn(
            self.bolt_in, self.env["pmm.enrollment"].search([("state", "!=", "running")])
        )

    def test_status_is_that_of_the_programmes_day(self):
        """DESIGN 4: at 22:00 UTC on 15 April the 16th has begun in Tokyo."""
        self._suspend("2026-04-16")
        with freeze_time("2026-04-15 22:00:00"):
            self.assertNotIn(self.acme_in, self._found("suspended"))
            self.assertEqual(self.acme_in.state, "running")
            self.program.tz = "Asia/Tokyo"
            self.env.invalidate_all()
            self.assertEqual(self.acme_in.state, "suspended")
            self.assertIn(self.acme_in, self._found("suspended"))

    # === WHAT IS REFUSED === #

    def test_suspensions_do_not_overlap(self):
        """DESIGN 3.9: by sentence and by the database; touching dates are fine."""
        first = self._suspend("2026-03-01", "2026-03-10")
        self._suspend("2026-03-10", "2026-03-12")
        with self.assertRefused("suspended twice", ValidationError):
            self._suspend("2026-03-09", "2026-03-11")
        self._suspend("2026-04-01")
        with self.assertRefused("suspended twice", ValidationError):
            self._suspend("2026-06-01", "2026-06-02")
        self._suspend("2026-03-05", enrollment=self.bolt_in)
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "UPDATE pmm_enrollment_suspension SET date_stop = '2026-03-11' WHERE id = %s",
                [first.id],
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            first.date_stop = "2026-03-01"

    def test_closed_periods_stay(self):
        """DESIGN 3.3: no day of a closed period is suspended, or given back, afterwards."""
        standing = self._suspend("2026-01-20")
        self._close("2026-01")
        for start in ("2026-01-31", "2025-12-31"):
            with self.assertRefused("before 02/01/2026 are closed"):
                self._suspend(start, "2026-02-05", enrollment=self.bolt_in)
        self._suspend("2026-02-01", "2026-02-05", enrollment=self.bolt_in)
        for change in (
            lambda: standing.write({"date_start": "2026-01-21"}),
            lambda: standing.write({"date_stop": "2026-01-31"}),
            standing.unlink,
        ):
            with self.assertRefused("are closed"):
                change()
        standing.date_stop = "2026-02-01"
        standing.date_stop = "2026-02-10"
        with self.assertRefused("are closed"):
            standing.date_stop = "2026-01-31"
        standing.reason = "Its words may still be corrected"

    # === THE BUTTONS === #

    def test_suspend_resume_end(self):
        """T12: three buttons, one small form; the chatter tells the story."""
        self._change("suspend", "2026-04-10", "Unpaid invoices")
        self.assertEqual(self.acme_in.state, "suspended")
        self._change("resume", "2026-04-14")
        self.assertEqual(str(self.acme_in.suspension_ids.date_stop), "2026-04-14")
        self.assertEqual(self.acme_in.state, "running")
        self._change("suspend", "2026-04-15", "Once more", date_stop="2026-04-20")
        # taken back on its first day: it never was
        self._change("resume", "2026-04-15")
        self.assertEqual(len(self.acme_in.suspension_ids), 1)
        self._change("end", "2026-04-15", "Sold to a competitor")
        self.assertEqual(self.acme_in.state, "ended")
        self.assertEqual(self.acme_in.leave_reason, "Sold to a competitor")
        told = " ".join(self.acme_in.message_ids.mapped("body"))
        self.assertIn("Unpaid invoices", told)
        self.assertIn("Takes part again from 04/14/2026", told)

    def test_form_offers_the_programmes_day(self):
        """DESIGN 4: the day that it is there."""
        self.program.tz = "Asia/Tokyo"
        with freeze_time("2026-04-15 22:00:00"):
            action = self.acme_in.action_suspend()
            form = Form(self.env[action["res_model"]].with_context(**action["context"]))
            self.assertEqual(str(form.date), "2026-04-16")

    def test_buttons_refuse_what_makes_no_sense(self):
        """DESIGN 3.9: each with what to do instead."""
        self.acme_in.write({"date_start": "2026-02-01", "date_stop": "2026-05-01"})
        for day in ("2026-01-31", "2026-05-01"):
            with self.assertRefused("does not run on"):
                self._change("suspend", day, "x")
        with self.assertRefused("Say why", ValidationError):
            self._change("suspend", "2026-03-01", " ")
        with self.assertRefused("is not suspended on"):
            self._change("resume", "2026-03-01")
        with self.assertRefused("on the day after that"):
            self._change("end", "2026-02-01")
        self._close("2026-01", "2026-02")
        with self.assertRefused("are closed"):
            self._change("end", "2026-02-28")
        self._change("end", "2026-03-01")
        with self.assertRefused("are closed"):
            self._change("suspend", "2026-02-28", "x")

    def test_buttons_are_the_managers(self):
        """DESIGN 3.6: a user sees the suspension and changes nothing."""
        user = self._user("user", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = user
        self._suspend("2026-04-10")
        mine = self.acme_in.with_user(user)
        self.assertEqual(mine.suspension_ids.reason, "Contract under review")
        for name in ("action_suspend", "action_resume", "action_end"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(mine, name)()
        wizard = self.env["pmm.enrollment.change"].create(
            {"enrollment_id": self.acme_in.id, "change": "resume", "date": "2026-04-15"}
        )
        with self.assertRaises(UserError):
            wizard.with_user(user).action_apply()
