from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_elearning.tests.common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPartnerFacts(ElearningCommon):
    """A18, L5: certifications beside the other facts, each boundary from both sides."""

    def _found(self, enrollment, program=None):
        """Return {period: certifications} of the rows of ``enrollment`` that have any."""
        (program or self.program)._ensure_periods()
        self.env["pmm.partner.facts"].invalidate_model()
        rows = self.env["pmm.partner.facts"].search([("enrollment_id", "=", enrollment.id)])
        return {row.period_id.name: row.certifications for row in rows if row.certifications}

    def test_a_person_counts_once_per_certification_and_period(self):
        """L5: two people, two certifications, one of them passed twice; failures do not count."""
        self.assertEqual(self._found(self.acme_in), {})
        for person, survey, end, passed in (
            (self.ann, self.exam, "2026-02-10 12:00:00", True),
            (self.ann, self.exam, "2026-02-11 12:00:00", True),
            (self.ann, self.other_exam, "2026-02-12 12:00:00", True),
            (self.ben, self.exam, "2026-02-12 12:00:00", True),
            (self.ben, self.other_exam, "2026-02-12 12:00:00", False),
            (self.ann, self.exam, "2026-03-10 12:00:00", True),
            (self.cleo, self.exam, "2026-01-10 12:00:00", True),
        ):
            self._attempt(person, end, passed, survey)
        self.assertEqual(self._found(self.acme_in), {"2026-02": 3, "2026-03": 1})
        self.assertEqual(self._found(self.bolt_in), {"2026-01": 1})

    def test_the_day_is_that_of_the_programme(self):
        """L5: on the last day of January in Auckland it still is, a second later no more."""
        self.program.tz = AUCKLAND
        self._attempt(self.ann, "2026-01-31 10:59:59")
        self._attempt(self.ben, "2026-01-31 11:00:00")
        self.assertEqual(self._found(self.acme_in), {"2026-01": 1, "2026-02": 1})

    def test_only_days_of_the_enrolment_count(self):
        """L5: half-open, and not before the programme."""
        dana = self._contact("Dana", self.stranger)
        enrollment = self._enroll(self.stranger, "2026-02-10", "2026-02-20")
        for day, expected in (("09", {}), ("10", {"2026-02": 1})):
            self._attempt(dana, f"2026-02-{day} 12:00:00")
            self.assertEqual(self._found(enrollment), expected, day)
        for day, expected in (("19", 2), ("20", 2)):
            self._attempt(dana, f"2026-02-{day} 12:00:00", survey=self.other_exam)
            self.assertEqual(self._found(enrollment), {"2026-02": expected}, day)
        program = self._program_from("2026-02-20")
        again = self._enroll(self.stranger, "2026-01-01", program=program)
        self.assertEqual(self._found(again, program), {"2026-02": 1})

    def _program_from(self, day):
        return self.env["pmm.program"].create(
            {"name": day, "company_id": self.company.id, "date_start": day, "tz": "UTC"}
        )

    def test_they_are_those_of_the_kpi(self):
        """L5, K5: the same figure as the KPI "certifications passed", row by row."""
        for number, person in enumerate((self.ann, self.ben, self.cleo) * 3):
            survey = self.exam if number % 2 else self.other_exam
            self._attempt(person, f"2026-0{number % 4 + 1}-0{number + 1} 12:00:00", survey=survey)
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search([("kpi_id", "=", self.certified.id)])
        self.assertEqual(len(results), 2 * 4)
        self.assertTrue(sum(results.mapped("actual")))
        for enrollment in (self.acme_in, self.bolt_in):
            mine = results.filtered(lambda r, e=enrollment: r.enrollment_id == e and r.actual)
            self.assertEqual(self._found(enrollment), {r.period_id.name: r.actual for r in mine})

    def test_closed_periods_are_counted_as_well(self):
        """A18: the KPI keeps what was published, the analysis shows what there is."""
        self._close("2026-01")
        self._attempt(self.ann, "2026-01-10 12:00:00")
        self.program._run()
        self.assertEqual(self._measurement(self.acme_in, "2026-01", self.certified).actual, 0)
        self.assertEqual(self._found(self.acme_in), {"2026-01": 1})

    def test_a_user_without_rights_on_surveys_reads_them(self):
        """DESIGN 6: the number of own partners, of nobody else."""
        user = self._user("pmm_learn", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = user
        for person in (self.ann, self.cleo):
            self._attempt(person)
        self.program._ensure_periods()
        Facts = self.env["pmm.partner.facts"].with_user(user)
        groups = Facts._read_group([], ["partner_id"], ["certifications:sum", "revenue:sum"])
        self.assertEqual(groups, [(self.acme, 1, 0)])

    def test_views_show_them(self):
        """A18: in pivot, list and search."""
        Facts = self.env["pmm.partner.facts"]
        for view_type in ("pivot", "list", "search"):
            self.assertIn("certifications", Facts.get_view(view_type=view_type)["arch"])
