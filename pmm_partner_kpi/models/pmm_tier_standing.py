from odoo import fields, models


class PmmTierStanding(models.Model):
    """What an enrolment has of a requirement, as of the last evaluation. Written by the run."""

    _name = "pmm.tier.standing"
    _description = "Standing on a Tier Requirement"
    _order = "enrollment_id, requirement_id"
    _log_access = False

    _one_per_requirement = models.Constraint(
        "UNIQUE(enrollment_id, requirement_id)", "An enrolment stands once on a requirement."
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="cascade"
    )
    requirement_id = fields.Many2one(
        "pmm.tier.requirement", required=True, readonly=True, index=True, ondelete="cascade"
    )
    program_tier_id = fields.Many2one(related="requirement_id.program_tier_id", string="Tier")
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    date_start = fields.Date(string="Counts from", required=True, readonly=True)
    date_stop = fields.Date(string="Ends before", required=True, readonly=True)
    has_value = fields.Boolean(readonly=True)
    value = fields.Float(string="Current", digits=(20, 4), readonly=True)
    required = fields.Float(digits=(20, 4), readonly=True)
    missing = fields.Float(digits=(20, 4), readonly=True)
    met = fields.Boolean(readonly=True)
