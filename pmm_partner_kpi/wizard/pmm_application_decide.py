from odoo import api, fields, models


class PmmApplicationDecide(models.TransientModel):
    """Asks for what accepting or rejecting an application takes."""

    _name = "pmm.application.decide"
    _description = "Decide on an Application"

    application_id = fields.Many2one(
        "pmm.application", required=True, readonly=True, ondelete="cascade"
    )
    decision = fields.Selection(
        [("accept", "Accept"), ("reject", "Reject")], required=True, readonly=True
    )
    program_id = fields.Many2one(related="application_id.program_id")
    grade_ids = fields.Many2many(related="program_id.grade_ids")
    date_start = fields.Date(
        string="Joins on", compute="_compute_enrollment", store=True, readonly=False
    )
    user_id = fields.Many2one(
        "res.users",
        string="Account manager",
        compute="_compute_enrollment",
        store=True,
        readonly=False,
        domain=[("share", "=", False)],
    )
    grade_id = fields.Many2one("res.partner.grade", string="Tier")
    reason = fields.Text()

    @api.depends("application_id")
    def _compute_enrollment(self):
        for wizard in self:
            application = wizard.application_id
            wizard.date_start = application and application.program_id._today()
            wizard.user_id = application.partner_id.user_id or application.program_id.user_id

    def action_apply(self):
        """Accept or reject; return the enrolment's form where there is one now."""
        self.ensure_one()
        self.check_access("write")
        application = self.application_id
        application.check_access("write")
        if self.decision == "reject":
            application._reject(self.reason)
            return {"type": "ir.actions.act_window_close"}
        enrollment = application._accept(self.date_start, user=self.user_id, grade=self.grade_id)
        return enrollment._get_records_action()
