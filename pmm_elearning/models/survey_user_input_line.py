from odoo import api, models

# what decides on the answer to a question that asks for a number
DECIDES = {
    "answer_type",
    "question_id",
    "skipped",
    "user_input_id",
    "value_numerical_box",
    "value_scale",
}


class SurveyUserInputLine(models.Model):
    """Answers that are corrected after the end."""

    _inherit = "survey.user_input.line"

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._pmm_mark_measured()
        return lines

    def write(self, vals):
        result = super().write(vals)
        if DECIDES & vals.keys():
            self._pmm_mark_measured()
        return result

    def unlink(self):
        self._pmm_mark_measured()
        return super().unlink()

    def _pmm_mark_measured(self):
        # only of entries that are done; until then nothing counts
        companies = self.user_input_id._pmm_companies()
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
