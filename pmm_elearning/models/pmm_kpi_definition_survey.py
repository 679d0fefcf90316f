from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

NUMBERS = ("scale", "numerical_box")
SOURCES = [("partner_nps", "Partner NPS"), ("survey_average", "Average answer in a survey")]


class PmmKpiDefinition(models.Model):
    """KPIs over what people of partners answer in surveys."""

    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=SOURCES,
        ondelete={
            code: lambda kpis, code=code: kpis._retire_source(code) for code, _name in SOURCES
        },
    )
    survey_id = fields.Many2one(
        "survey.survey",
        domain=[("certification", "=", False)],
        index="btree_not_null",
        ondelete="restrict",
        groups="pmm_partner_kpi.group_pmm_user",
    )
    question_id = fields.Many2one(
        "survey.question",
        domain="[('survey_id', '=', survey_id),"
        " ('question_type', 'in', ('scale', 'numerical_box'))]",
        index="btree_not_null",
        ondelete="restrict",
        groups="pmm_partner_kpi.group_pmm_user",
        help="It asks for a number; for the NPS, one from 0 to 10.",
    )

    @api.onchange("survey_id")
    def _onchange_survey(self):
        fitting = self.survey_id.question_ids.filtered(lambda q: q.question_type in NUMBERS)
        if self.question_id not in fitting:
            self.question_id = fitting if len(fitting) == 1 else False

    @api.constrains("source", "survey_id", "question_id")
    def _check_question(self):
        codes = {code for code, _name in SOURCES}
        # whoever defines the KPI need not see every survey
        for kpi in self.sudo().filtered(lambda kpi: kpi.source in codes):
            survey, question = kpi.survey_id, kpi.question_id
            names = {"kpi": kpi.name, "survey": survey.title, "question": question.title}
            if not question or question.survey_id != survey:
                raise ValidationError(
                    self.env._(
                        "“%(kpi)s” needs a survey and one of its questions. Choose both.", **names
                    )
                )
            if survey.certification:
                raise ValidationError(
                    self.env._(
                        "“%(survey)s” is a certification; its points say nothing about"
                        " satisfaction. Choose another survey.",
                        **names,
                    )
                )
            if question.question_type not in NUMBERS:
                raise ValidationError(
                    self.env._(
                        "“%(question)s” does not ask for a number. Choose a question of type"
                        " Scale or Numerical Value.",
                        **names,
                    )
                )
            if kpi.source == "partner_nps" and question._pmm_range() != (0, 10):
                raise ValidationError(
                    self.env._(
                        "The NPS needs answers from 0 to 10. Make “%(question)s” a scale from 0"
                        " to 10, or choose another question.",
                        **names,
                    )
                )

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"survey_id", "question_id"}

    @api.model
    def _retired_values(self):
        # what they name could not go otherwise
        named = {"certification_ids": [Command.clear()], "survey_id": False, "question_id": False}
        return super()._retired_values() | named
