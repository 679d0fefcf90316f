from odoo import api, fields, models

from ..queries.certifications import certifications


class PmmPartnerFacts(models.Model):
    _inherit = "pmm.partner.facts"
    _depends = {
        "survey.survey": ["certification"],
        "survey.user_input": [
            "end_datetime",
            "partner_id",
            "pmm_former_ref",
            "pmm_merged_on",
            "pmm_partner_id",
            "scoring_success",
            "state",
            "survey_id",
            "test_entry",
        ],
    }

    certifications = fields.Integer(
        readonly=True,
        help="Passed by people of the partner in the period: each person once per certification.",
    )

    @api.model
    def _measures(self):
        # how many there are is told with the row; attempts themselves have rules of their own
        attempts = self.env["survey.user_input"].sudo()
        # those that a KPI without a choice of certifications counts
        counted = attempts._search(attempts._pmm_passed_domain(self.env["pmm.kpi.definition"]))
        return super()._measures() | {
            "certification": (certifications(counted), {"certifications": 0})
        }
