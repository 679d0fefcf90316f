from odoo import api, models
from odoo.exceptions import UserError


class SurveyQuestion(models.Model):
    _inherit = "survey.question"

    def _pmm_range(self):
        """Return the least and the highest answer that is possible, None where there is none."""
        self.ensure_one()
        if self.question_type == "scale":
            return self.scale_min, self.scale_max
        if self.question_type == "numerical_box" and self.validation_required:
            return self.validation_min_float_value, self.validation_max_float_value
        return None

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        # who deletes a question need not see KPIs
        Kpi = self.env["pmm.kpi.definition"].sudo().with_context(active_test=False)
        if kpi := Kpi.search([("question_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The KPI “%(kpi)s” counts the answers to “%(question)s”. Choose another"
                    " question there first.",
                    kpi=kpi.name,
                    question=kpi.question_id.title,
                )
            )
