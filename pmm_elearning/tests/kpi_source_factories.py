"""Sources of this addon for the contract test of pmm_partner_kpi."""

from odoo.fields import Command

from odoo.addons.pmm_partner_kpi.tests.kpi_source_factories import Factory


class Surveyed(Factory):
    """People answer for their company, whichever of ours sells to it."""

    has_company = False

    def __init__(self, test):
        super().__init__(test)
        test.env.user.group_ids |= test.env.ref("survey.group_survey_manager")


class Passed(Surveyed):
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


class Answer(Surveyed):
    def __init__(self, test):
        super().__init__(test)
        self.survey = test.env["survey.survey"].create({"title": "How are we?"})
        self.question = test.env["survey.question"].create(
            {"survey_id": self.survey.id, "title": "So?", "question_type": "scale"}
        )

    def vals(self):
        return {"survey_id": self.survey.id, "question_id": self.question.id}

    def fact(self, partner, day):
        line = {"question_id": self.question.id, "answer_type": "scale", "value_scale": 9}
        self.test.env["survey.user_input"].create(
            {
                "survey_id": self.survey.id,
                "partner_id": partner.id,
                "state": "done",
                "end_datetime": f"{day} 12:00:00",
                "user_input_line_ids": [Command.create(line)],
            }
        )


FACTORIES = {
    "certifications_passed": Passed,
    "partner_nps": Answer,
    "survey_average": Answer,
}
