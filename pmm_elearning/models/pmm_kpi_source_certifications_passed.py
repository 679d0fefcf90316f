from odoo import api, models
from odoo.exceptions import UserError

from ..queries.passed_certifications import passed_certifications


class PmmKpiSourceCertificationsPassed(models.AbstractModel):
    """Number of (person, certification) pairs that were passed in the period."""

    _name = "pmm.kpi.source.certifications_passed"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source: Certifications Passed"

    @api.model
    def _values(self, kpis, windows):
        [kpi] = kpis
        # the run counts attempts that whoever starts it need not be allowed to read
        attempts = self.env["survey.user_input"].sudo()
        return passed_certifications(
            windows, kpi._value_column(), attempts._search(attempts._pmm_passed_domain(kpi))
        )

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        if not self.env["survey.user_input"].has_access("read"):
            raise UserError(
                self.env._(
                    "Attempts are open to people with rights in Surveys or eLearning. “Course"
                    " Progress” tells who is certified, and since when."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_elearning.survey_user_input_action"
        )
        return action | {
            "display_name": measurement.display_name,
            "domain": measurement._attempts_domain(),
        }
