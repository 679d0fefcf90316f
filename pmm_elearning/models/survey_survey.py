from odoo import api, models
from odoo.exceptions import UserError


class SurveySurvey(models.Model):
    _inherit = "survey.survey"

    def write(self, vals):
        result = super().write(vals)
        if {"certification", "scoring_type"} & vals.keys():
            self.env["pmm.enrollment"]._mark_companies_to_measure(self._pmm_companies())
        return result

    def unlink(self):
        # attempts go with their survey in the database, past the ORM
        companies = self._pmm_companies()
        result = super().unlink()
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_counted(self):
        # who deletes a survey need not see KPIs
        Kpi = self.env["pmm.kpi.definition"].sudo().with_context(active_test=False)
        if kpi := Kpi.search([("certification_ids", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The KPI “%(kpi)s” counts “%(survey)s”. Take it out there first, or archive"
                    " the survey.",
                    kpi=kpi.name,
                    survey=(kpi.certification_ids & self)[0].title,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        # as above; questions go with their survey in the database
        Kpi = self.env["pmm.kpi.definition"].sudo().with_context(active_test=False)
        if kpi := Kpi.search([("survey_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._(
                    "The KPI “%(kpi)s” counts answers in “%(survey)s”. Choose another survey"
                    " there first, or archive this one.",
                    kpi=kpi.name,
                    survey=kpi.survey_id.title,
                )
            )

    def _pmm_companies(self):
        """Return the partner companies whose people have finished an attempt of these."""
        # attempts of other people than the user may see
        groups = (
            self.env["survey.user_input"]
            .sudo()
            ._read_group(
                [
                    ("survey_id", "in", self.ids),
                    ("state", "=", "done"),
                    ("pmm_partner_id", "!=", False),
                ],
                ["pmm_partner_id"],
            )
        )
        return self.env["res.partner"].union(*(company for [company] in groups))
