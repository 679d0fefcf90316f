from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestBadInput(ElearningCommon):
    """DESIGN 3.9: what cannot work is refused with a sentence that says what to do."""

    def test_kpi_counts_certifications_only(self):
        """K5: a survey that is no certification is refused."""
        quiz = self._certification("Quiz", certification=False)
        with self.assertRefused("“Quiz” is no certification", ValidationError):
            self.certified.certification_ids = quiz
        with self.assertRefused("“Quiz” is no certification", ValidationError):
            self.env["pmm.kpi.definition"].create(
                {
                    "name": "Bad",
                    "source": "certifications_passed",
                    "certification_ids": [Command.set((quiz | self.exam).ids)],
                }
            )

    def test_counted_certification_is_not_deleted(self):
        """K5: else the KPI would count all of them, without a word; archived KPIs as well."""
        self.certified.certification_ids = self.exam
        self.certified.active = False
        with self.assertRefused("The KPI “Certified” counts “Exam”"):
            self.exam.unlink()
        self.certified.certification_ids = False
        self.exam.unlink()

    def test_several_results_at_once(self):
        """K11: the action is for one result."""
        self._attempt(self.ann)
        self.program._run()
        with self.assertRaises(ValueError):
            self.env["pmm.kpi.measurement"].search([]).action_view_credits()

    def test_unknown_source(self):
        """K5: a source that is no code is refused."""
        with self.assertRaises(ValueError):
            self.certified.source = "certifications_failed"

    def test_form_hides_what_is_about_sales(self):
        """K5: role, categories and credit notes mean nothing here, certifications nothing there."""
        with Form(self.env["pmm.kpi.definition"]) as form:
            form.name = "New"
            self.assertTrue(form._get_modifier("certification_ids", "invisible"))
            self.assertFalse(form._get_modifier("role", "invisible"))
            form.source = "certifications_passed"
            self.assertFalse(form._get_modifier("certification_ids", "invisible"))
            for name in ("role", "category_ids", "returns_in"):
                self.assertTrue(form._get_modifier(name, "invisible"), name)

    def test_run_in_use(self):
        """DESIGN 3.2: what cannot run joins nobody."""
        self.program.currency_id = self._foreign_currency("EUR", ("2026-06-01", 0.5))
        self._invoice(self.acme, "2026-02-10", 100)
        self._course("Course", program=self.program)
        self._give_role(self.ann, "owner")
        with self.assertRaises(UserError):
            self.program._run()
        self.assertFalse(
            self.env["slide.channel.partner"].search([("partner_id", "=", self.ann.id)])
        )
