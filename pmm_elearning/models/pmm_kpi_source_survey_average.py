from odoo import api, models

from ..queries.survey_answers import answer_values, average_answer, survey_answers


class PmmKpiSourceSurveyAverage(models.AbstractModel):
    """Average of what people of the partner answered to a question that asks for a number."""

    _name = "pmm.kpi.source.survey_average"
    _inherit = ["pmm.kpi.source.facts"]
    _description = "KPI Source: Average Answer"

    @api.model
    def _facts(self, kpi, program):
        # readers of results need not see surveys
        return survey_answers(program, kpi.sudo().question_id.id)

    @api.model
    def _facts_model(self, kpi):
        return "survey.user_input"

    @api.model
    def _aggregate(self, kpi):
        return average_answer()

    @api.model
    def _pass_key(self, kpi):
        # whoever starts the run need not see surveys
        return "survey_answers", kpi.scope, kpi.sudo().question_id.id

    @api.model
    def _values(self, kpis, windows):
        columns = {
            kpi._value_column(): (kpi._source()._aggregate(kpi), kpi.min_answers) for kpi in kpis
        }
        answers = self._facts(kpis[0], windows.program)
        return answer_values(windows, kpis[0].scope, answers, columns)

    @api.model
    def _void_value(self, kpi):
        return None

    @api.model
    def _unit(self, kpi):
        return "score"

    @api.model
    def _is_marked(self, kpi):
        return True

    @api.model
    def _counts_answers(self, kpi):
        return True

    @api.model
    def _fact_ids(self, measurement):
        """Return the last entry of each person only."""
        entries = self.env["survey.user_input"].browse(super()._fact_ids(measurement))
        # which ones count does not depend on who looks; opening them does
        entries = entries.sudo().sorted(lambda entry: (entry.end_datetime, entry.id))
        return sorted({entry.partner_id.id: entry.id for entry in entries}.values())
