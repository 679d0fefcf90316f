from odoo import fields, models


class PmmTierProposal(models.Model):
    """A change of tier that waits for a decision."""

    _name = "pmm.tier.proposal"
    _inherit = ["mail.thread"]
    _description = "Proposed Tier Change"
    _order = "date_effective desc, id desc"

    _one_pending = models.UniqueIndex(
        "(enrollment_id) WHERE state = 'pending'",
        "A change of this partner's tier already waits for a decision.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="enrollment_id.partner_id", store=True, index=True)
    program_id = fields.Many2one(related="enrollment_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    user_id = fields.Many2one(related="enrollment_id.user_id")
    old_grade_id = fields.Many2one("res.partner.grade", string="Tier now", ondelete="restrict")
    new_grade_id = fields.Many2one("res.partner.grade", string="Proposed tier", ondelete="restrict")
    date_effective = fields.Date(string="From", required=True)
    valid_until = fields.Date()
    cause = fields.Char(string="Why", required=True)
    state = fields.Selection(
        [("pending", "Waiting"), ("approved", "Approved"), ("rejected", "Rejected")],
        string="Status",
        required=True,
        default="pending",
        readonly=True,
        tracking=True,
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="restrict"
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True)
