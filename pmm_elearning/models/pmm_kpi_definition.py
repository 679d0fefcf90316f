from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PmmKpiDefinition(models.Model):
    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[("certifications_passed", "Certifications passed")],
        ondelete={
            "certifications_passed": lambda kpis: kpis._retire_source("certifications_passed")
        },
    )
    certification_ids = fields.Many2many(
        "survey.survey",
        "pmm_kpi_definition_survey_survey_rel",
        "kpi_id",
        "survey_id",
        string="Certifications",
        domain=[("certification", "=", True)],
        # an emptied list would mean all of them
        ondelete="restrict",
        groups="pmm_partner_kpi.group_pmm_user",
        help="Those that count; leave empty to count all of them.",
    )

    @api.constrains("certification_ids")
    def _check_certifications(self):
        # whoever defines the KPI need not see every survey
        for kpi in self.sudo():
            others = kpi.certification_ids.filtered(lambda survey: not survey.certification)
            if others:
                raise ValidationError(
                    self.env._(
                        "“%(survey)s” is no certification. Tick “Is a Certification” in its"
                        " options, or leave it out.",
                        survey=others[0].title,
                    )
                )

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"certification_ids"}
