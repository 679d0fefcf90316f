from odoo import api, models


class PmmEnrollment(models.Model):
    _inherit = "pmm.enrollment"

    @api.model
    def _mark_companies_to_measure(self, companies):
        """Note that the results of these partner companies may differ now."""
        if companies:
            # people who answer a certification know nothing of enrolments: these are only marks
            enrollments = self.sudo().search([("partner_id", "in", companies.ids)])
            enrollments._mark_to_measure()

    def action_view_course_progress(self):
        """Return the action that shows how far the people of this partner are."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_elearning.pmm_course_progress_action"
        )
        return action | {"domain": [("enrollment_id", "in", self.ids)], "context": {}}
