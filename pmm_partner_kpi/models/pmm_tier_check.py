from odoo import fields, models


class PmmTierCheck(models.Model):
    """Our confirmation that an enrolment meets a requirement which no figure shows."""

    _name = "pmm.tier.check"
    _inherit = ["mail.thread"]
    _description = "Confirmed Requirement"
    _order = "date_start desc, id desc"

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    requirement_id = fields.Many2one(
        "pmm.tier.requirement", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    date_start = fields.Date(
        string="From", required=True, default=fields.Date.context_today, tracking=True
    )
    date_stop = fields.Date(string="Ends before", tracking=True, help="Empty: until withdrawn.")
    note = fields.Char(tracking=True)
