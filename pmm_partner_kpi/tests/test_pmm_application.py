from psycopg2 import errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 10:00:00")
class TestPmmApplication(PmmCommon):
    """T12: application, decision, enrolment; who may apply again, and when."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.program.write({"apply_mode": "review", "user_id": cls.manager.id})
        cls.ann = cls.env["res.partner"].create(
            {"name": "Ann", "parent_id": cls.stranger.id, "email": "ann@stranger.example"}
        )

    def _apply(self, **vals):
        return self.env["pmm.application"].create(
            {
                "program_id": self.program.id,
                "partner_id": self.stranger.id,
                "contact_id": self.ann.id,
                "message": "We sell pumps",
                **vals,
            }
        )

    def _decide(self, application, decision, **vals):
        """Press “Accept” or “Reject” as the manager and fill in what it asks for."""
        action = getattr(application.with_user(self.manager), f"action_{decision}")()
        wizard = self.env[action["res_model"]].with_user(self.manager)
        with Form(wizard.with_context(**action["context"])) as form:
            for name, value in vals.items():
                setattr(form, name, value)
        return form.record.action_apply()

    def _mails(self, application):
        """Return the mails to the partner, in order."""
        mails = self.env["mail.mail"].search(
            [("model", "=", application._name), ("res_id", "=", application.id)], order="id"
        )
        return mails.filtered(lambda mail: mail.recipient_ids != self.manager.partner_id)

    # === FROM APPLICATION TO ENROLMENT === #

    def test_application_waits_for_the_manager(self):
        """T12: one activity for the programme manager, one mail for whoever applied."""
        application = self._apply()
        self.assertEqual(application.state, "submitted")
        self.assertFalse(application.enrollment_id)
        self.assertEqual(application.activity_ids.user_id, self.manager)
        self.assertEqual(self.program.application_count, 1)
        [mail] = self._mails(application)
        self.assertEqual(mail.recipient_ids, self.ann)
        self.assertIn("your application for Resellers", mail.subject)

    def test_accepting_enrols(self):
        """T12: from the chosen day, with account manager and tier; the applicant is told."""
        application = self._apply()
        self._decide(application, "accept", date_start="2026-05-01", grade_id=self.gold)
        enrollment = application.enrollment_id
        self.assertRecordValues(
            enrollment, [{"partner_id": self.stranger.id, "user_id": self.manager.id}]
        )
        self.assertEqual(str(enrollment.date_start), "2026-05-01")
        self.assertEqual(enrollment.tier_ids.grade_id, self.gold)
        self.assertEqual(str(enrollment.tier_ids.date_start), "2026-05-01")
        self.assertRecordValues(
            application, [{"state": "accepted", "decided_by_id": self.manager.id}]
        )
        self.assertFalse(application.activity_ids)
        mail = self._mails(application)[-1]
        self.assertIn("welcome to Resellers", mail.subject)
        self.assertIn("05/01/2026", mail.body_html)
        self.assertEqual(application.action_open_enrollment()["res_id"], enrollment.id)

    def test_first_applicant_becomes_the_owner(self):
        """P2: of a company in which nobody has a role; else roles stay as they are."""
        application = self._apply()
        self.assertFalse(self.stranger.pmm_role_ids)
        self._decide(application, "accept")
        self.assertRecordValues(
            self.stranger.pmm_role_ids, [{"contact_id": self.ann.id, "role": "owner"}]
        )
        application.enrollment_id.unlink()
        ben = self.env["res.partner"].create({"name": "Ben", "parent_id": self.stranger.id})
        self._decide(self._apply(contact_id=ben.id), "accept")
        self.assertEqual(self.stranger.pmm_role_ids.contact_id, self.ann)

    def test_rejecting_takes_a_reason(self):
        """T12: the partner reads why."""
        application = self._apply()
        with self.assertRefused("Say why"):
            application._reject("  ")
        self._decide(application, "reject", reason="You sell in another region.")
        self.assertEqual(application.state, "rejected")
        self.assertFalse(application.enrollment_id)
        self.assertIn("another region", self._mails(application)[-1].body_html)
        self.assertFalse(application.activity_ids)

    def test_mails_speak_the_applicants_language(self):
        """P13: dates as the applicant writes them."""
        self.env["res.lang"]._activate_lang("fr_FR")
        self.ann.lang = "fr_FR"
        application = self._apply()
        self._decide(application, "accept", date_start="2026-05-31")
        self.assertIn("31/05/2026", self._mails(application)[-1].body_html)

    def test_nobody_without_an_address_is_written_to(self):
        """T12: no address, no mail, no error."""
        self.ann.email = False
        application = self._apply()
        self._decide(application, "reject", reason="No")
        self.assertFalse(self._mails(application))

    def test_decided_once(self):
        """DESIGN 3.2: accepted, rejected or withdrawn, nothing is decided a second time."""
        application = self._apply()
        enrollment = application._accept("2026-04-15")
        for again in (
            lambda: application._accept("2026-06-01"),
            lambda: application._reject("Late"),
            application._withdraw,
        ):
            with self.assertRefused("has been decided already"):
                again()
        self.assertEqual(self.stranger.pmm_enrollment_ids, enrollment)

    def test_accepting_never_overlaps(self):
        """DESIGN 3.9: who was enrolled by hand meanwhile is not enrolled twice."""
        application = self._apply()
        self._enroll(self.stranger, "2026-05-01")
        with self.assertRefused("already enrolled", ValidationError):
            self._decide(application, "accept", date_start="2026-04-15")
        self.assertEqual(application.state, "submitted")
        self._decide(application, "reject", reason="Enrolled already")

    # === AT ONCE === #

    def test_auto_enrols_at_once(self):
        """T12: from the programme's today, on the day that it is there."""
        self.program.write({"apply_mode": "auto", "tz": "Asia/Tokyo"})
        with freeze_time("2026-04-15 22:00:00"):
            application = self._apply()
        self.assertEqual(application.state, "accepted")
        self.assertEqual(str(application.enrollment_id.date_start), "2026-04-16")
        self.assertFalse(application.decided_by_id)
        self.assertEqual(application.enrollment_id.user_id, self.manager)
        self.assertFalse(application.activity_ids)
        [mail] = self._mails(application)
        self.assertIn("welcome", mail.subject)

    def test_auto_gives_the_first_role_in_new_companies_only(self):
        """P2: where there is something to see already, one of us says who may see it."""
        self.program.apply_mode = "auto"
        self._enroll(self.stranger, program=self.program.copy({"name": "Other"}))
        enrollment = self._apply().enrollment_id
        self.assertTrue(enrollment)
        self.assertFalse(self.stranger.pmm_role_ids)
        self.assertRecordValues(
            enrollment.activity_ids,
            [
                {
                    "user_id": self.manager.id,
                    "summary": f"Give roles to the people of {self.stranger.name}",
                }
            ],
        )
        newcomer = self._new_company()
        self._apply(partner_id=newcomer.id, contact_id=newcomer.id)
        self.assertEqual(newcomer.pmm_role_ids.role, "owner")

    def test_auto_looks_at_who_was_here_before(self):
        """T12: who left lately, or for a reason, waits; one day later nobody does."""
        self.program.write({"apply_mode": "auto", "reapply_days": 30})
        enrollment = self._enroll(self.stranger, "2026-01-01", "2026-03-17")
        application = self._apply()
        self.assertEqual(application.state, "submitted")
        self.assertEqual(application.activity_ids.user_id, self.manager)
        application._withdraw()
        enrollment.date_stop = "2026-03-16"
        enrollment.leave_reason = "Sold to competitors"
        application = self._apply()
        self.assertEqual(application.state, "submitted")
        application._withdraw()
        enrollment.leave_reason = False
        self.assertEqual(self._apply().state, "accepted")

    # === WHO MAY APPLY === #

    def test_pilots_take_no_applications(self):
        """C7, T12: nobody is enrolled into the shadow by applying."""
        self.program.is_pilot = True
        for mode in ("review", "auto"):
            self.program.apply_mode = mode
            with self.assertRefused("is a pilot", ValidationError):
                self._apply()

    def test_closed_programmes_take_no_applications(self):
        """T12: by hand neither."""
        self.program.apply_mode = "closed"
        with self.assertRefused("takes no applications", ValidationError):
            self._apply()

    def test_rule_of_entry_holds_for_applications(self):
        """T12: in both modes, and nothing is stored."""
        self.program.write(
            {"entry_domain": "[('country_id.code', '=', 'FR')]", "entry_rule": "French companies"}
        )
        for mode in ("review", "auto"):
            self.program.apply_mode = mode
            with self.assertRefused("It is for: French companies", ValidationError):
                self._apply()
        self.assertFalse(self.env["pmm.application"].search([]))

    def test_who_takes_part_does_not_apply(self):
        """T12: now or later; who has left may come back, on the day itself."""
        enrollment = self._enroll(self.stranger, "2026-06-01")
        with self.assertRefused("already takes part", ValidationError):
            self._apply()
        enrollment.write({"date_start": "2026-01-01", "date_stop": "2026-04-16"})
        with self.assertRefused("already takes part", ValidationError):
            self._apply()
        enrollment.date_stop = "2026-04-15"
        self._apply()

    def test_one_application_waits_at_a_time(self):
        """DESIGN 3.2: by sentence, and by the database where two come at once."""
        first = self._apply()
        with self.assertRefused("has applied for “Resellers” already", ValidationError):
            self._apply()
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self.env.cr.execute(
                "INSERT INTO pmm_application (program_id, partner_id, state, submitted_at)"
                " VALUES (%s, %s, 'submitted', NOW())",
                [self.program.id, self.stranger.id],
            )
        first._withdraw()
        self._apply()

    def test_after_a_rejection(self):
        """T12: so many days later again, counted in the programme's time zone; 0 is at once."""
        self.program.write({"reapply_days": 30, "tz": "Asia/Tokyo"})
        with freeze_time("2026-04-15 22:00:00"):  # the 16th in Tokyo
            self._apply()._reject("Not yet")
        refused = self.assertRefused("again from 05/16/2026", ValidationError)
        with freeze_time("2026-05-15 14:59:00"), refused:  # the 15th: one day early
            self._apply()
        for now in ("2026-05-15 15:00:00", "2026-05-17 15:00:00"):
            with freeze_time(now):
                self._apply()._withdraw()
        self.program.reapply_days = 0
        with freeze_time("2026-04-15 22:00:00"):
            self._apply()._reject("Still not")
            self._apply()._withdraw()
        self.program.reapply = "never"
        refused = self.assertRefused("cannot be made again", ValidationError)
        with freeze_time("2030-01-01"), refused:
            self._apply()
        other = self.program.copy({"name": "Other"})
        self._apply(program_id=other.id)

    def test_a_company_applies_through_its_own_people(self):
        """DESIGN 3.9: neither a contact as partner nor a person of another company."""
        with self.assertRefused("is not a person of", ValidationError):
            self._apply(contact_id=self.acme.id)
        with self.assertRefused("is not a person of", ValidationError):
            self._apply(partner_id=self.ann.id)

    # === RIGHTS === #

    def test_decided_by_the_buttons_only(self):
        """DESIGN 3.6: not even a manager writes the outcome, or who signed what."""
        application = self._apply().with_user(self.manager)
        for vals in (
            {"state": "accepted"},
            {"reason": "x"},
            {"partner_id": self.bolt.id},
            {"signed_name": "Ann"},
        ):
            with self.subTest(str(vals)), self.assertRaises(UserError):
                application.write(vals)
        with self.assertRaises(UserError):
            self._apply(state="accepted")
        # what came by phone is entered by hand
        by_hand = application.create(
            {"program_id": self.program.id, "partner_id": self._new_company().id}
        )
        self.assertEqual(by_hand.state, "submitted")
        application.expected_revenue = 5000

    def _new_company(self):
        return self.env["res.partner"].create({"name": "Phoned In", "is_company": True})

    def test_users_see_those_in_their_care(self):
        """X10: their partners' and their programmes' applications; deciding is the manager's."""
        user = self._user("user", "pmm_partner_kpi.group_pmm_user")
        application = self._apply().with_user(user)
        self.assertFalse(application.search([]))
        self.stranger.user_id = user
        self.assertEqual(application.search([]), application)
        for name in ("action_accept", "action_reject"):
            with self.subTest(name), self.assertRaises(AccessError):
                getattr(application, name)()
        wizard = self.env["pmm.application.decide"].create(
            {"application_id": application.id, "decision": "reject", "reason": "x"}
        )
        with self.assertRaises(AccessError):
            wizard.with_user(user).action_apply()
