from odoo import models


class PmmEnrollment(models.Model):
    _inherit = "pmm.enrollment"

    def action_view_course_progress(self):
        """Return the action that shows how far the people of this partner are."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_elearning.pmm_course_progress_action"
        )
        return action | {"domain": [("enrollment_id", "in", self.ids)], "context": {}}
