from psycopg2 import errors

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmProgramEntry(PmmCommon):
    """T12: the rule of entry binds everybody, by hand as by application."""

    def _only(self, domain="[('country_id.code', '=', 'FR')]", rule="Companies in France."):
        self.program.write({"entry_domain": domain, "entry_rule": rule})

    def test_rule_keeps_others_out(self):
        """T12: the sentence names the partner and the rule; who fits is enrolled."""
        self._only()
        with self.assertRefused(
            "Stranger Ltd cannot join “Resellers”. It is for: Companies in France.",
            ValidationError,
        ):
            self._enroll(self.stranger)
        self.stranger.country_id = self.env.ref("base.fr")
        self._enroll(self.stranger)

    def test_managers_do_not_get_around_it(self):
        """T12: neither by creating nor by moving an enrolment."""
        self._only()
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        Enrollment = self.env["pmm.enrollment"].with_user(manager)
        vals = {"program_id": self.program.id, "partner_id": self.stranger.id}
        with self.assertRefused("cannot join", ValidationError):
            Enrollment.create(vals)
        other = self.program.copy({"name": "Free", "entry_domain": "[]"})
        enrollment = Enrollment.create(vals | {"program_id": other.id})
        with self.assertRefused("cannot join", ValidationError):
            enrollment.program_id = self.program

    def test_existing_enrolments_are_not_touched(self):
        """T12: a new rule is for those who come; dates and people of the others still change."""
        self._only()
        self.acme_in.date_stop = "2026-06-01"
        self.acme_in.user_id = self.env.user
        self.assertEqual(self.acme_in.state, "running")

    def test_rule_is_said_in_words(self):
        """DESIGN 3.9: whoever is refused has to be told why."""
        with self.assertRefused("Say in words who may join", ValidationError):
            self._only(rule=False)
        self.program.write({"entry_domain": "[]", "entry_rule": False})

    def test_rule_is_no_code(self):
        """X10: what is typed is read as a domain, never run."""
        for domain in (
            "[('id', '=', uid)]",
            "[('no_field', '=', 1)]",
            "__import__('os').getcwd()",
            "[(",
            "42",
        ):
            with self.subTest(domain), self.assertRefused("cannot be read", ValidationError):
                self._only(domain)

    def test_days_until_a_new_application_are_not_negative(self):
        """T12: never is a choice of its own."""
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            self.program.reapply_days = -1
            self.env.flush_all()
