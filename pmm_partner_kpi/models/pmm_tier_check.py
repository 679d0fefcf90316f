from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PmmTierCheck(models.Model):
    """Our confirmation that an enrolment meets a requirement which no figure shows."""

    _name = "pmm.tier.check"
    _inherit = ["mail.thread"]
    _description = "Confirmed Requirement"
    _order = "date_start desc, id desc"

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)",
        "A confirmation must end after it starts.",
    )

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

    @api.depends("enrollment_id", "requirement_id")
    def _compute_display_name(self):
        for check in self:
            check.display_name = (
                f"{check.enrollment_id.partner_id.name} · {check.requirement_id.name}"
            )

    @api.constrains("enrollment_id", "requirement_id")
    def _check_same_program(self):
        for check in self:
            if check.requirement_id.program_id != check.enrollment_id.program_id:
                raise ValidationError(
                    self.env._(
                        "“%(requirement)s” is asked for by another programme than %(enrollment)s.",
                        requirement=check.requirement_id.display_name,
                        enrollment=check.enrollment_id.display_name,
                    )
                )
            if check.requirement_id.kind != "check":
                raise ValidationError(
                    self.env._(
                        "“%s” follows from figures and cannot be confirmed by hand.",
                        check.requirement_id.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        checks = super().create(vals_list)
        self.env["pmm.enrollment"]._mark_tiers(checks.enrollment_id.ids)
        return checks

    def write(self, vals):
        enrollments = self.enrollment_id
        result = super().write(vals)
        self.env["pmm.enrollment"]._mark_tiers((enrollments | self.enrollment_id).ids)
        return result

    def unlink(self):
        enrollments = self.enrollment_id
        result = super().unlink()
        self.env["pmm.enrollment"]._mark_tiers(enrollments.ids)
        return result
