"""Sources of this addon for the contract test of pmm_partner_kpi."""

from odoo.addons.pmm_partner_kpi.tests.kpi_source_factories import Factory


class Passed(Factory):
    # people are certified, whoever sells to their company
    has_company = False

    def __init__(self, test):
        super().__init__(test)
        test.env.user.group_ids |= test.env.ref("survey.group_survey_manager")

    def fact(self, partner, day):
        exam = self.test.env["survey.survey"].create(
            {"title": "Exam", "certification": True, "scoring_type": "scoring_without_answers"}
        )
        attempt = self.test.env["survey.user_input"].create(
            {
                "survey_id": exam.id,
                "partner_id": partner.id,
                "state": "done",
                "end_datetime": f"{day} 12:00:00",
            }
        )
        attempt.scoring_success = True


FACTORIES = {"certifications_passed": Passed}
