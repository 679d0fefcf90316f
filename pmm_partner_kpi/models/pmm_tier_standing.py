from odoo import api, fields, models

from ..engine import periods


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
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit = fields.Char(compute="_compute_currency_id")
    is_yes_no = fields.Boolean(compute="_compute_currency_id")
    percent = fields.Integer(compute="_compute_percent", string="Reached")

    @api.depends("requirement_id")
    def _compute_currency_id(self):
        for standing in self:
            # how a figure is written is no secret; portal users may not read requirements
            requirement = standing.sudo().requirement_id
            standing.currency_id = requirement.currency_id
            standing.unit = requirement.unit
            standing.is_yes_no = requirement._is_yes_no()

    @api.depends("has_value", "value", "required", "met")
    def _compute_percent(self):
        for standing in self:
            if standing.met or not standing.required:
                standing.percent = 100
            else:
                # cut, so that 100 % means met; the floats may lie a little below their digits
                share = round(standing.value * 10000) * 100 // round(standing.required * 10000)
                standing.percent = max(0, min(share, 99))

    def _last_day(self):
        """Return the last day that counts."""
        self.ensure_one()
        return periods.last_day(self.date_stop)

    @api.depends("enrollment_id", "requirement_id")
    def _compute_display_name(self):
        for standing in self:
            standing.display_name = (
                f"{standing.partner_id.name} · {standing.requirement_id.display_name}"
            )
