from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmEnrollment(models.Model):
    """Enrolments of a pilot: calculated, but neither shown to the partner nor paid."""

    _inherit = "pmm.enrollment"

    is_shadow = fields.Boolean(
        string="Pilot",
        compute="_compute_is_shadow",
        store=True,
        readonly=False,
        precompute=True,
        index=True,
        tracking=True,
        help="Calculated like all others, but the partner sees nothing of it, is paid nothing and"
        " gets neither mails nor benefits.",
    )

    # not on program_id.is_pilot: when the programme goes live, its pilot stays what it was
    @api.depends("program_id")
    def _compute_is_shadow(self):
        for enrollment in self:
            enrollment.is_shadow = enrollment.program_id.is_pilot

    def write(self, vals):
        if "is_shadow" in vals:
            changed = self.filtered(lambda e: e.is_shadow != bool(vals["is_shadow"]))
            if fixed := changed._with_results():
                raise UserError(
                    self.env._(
                        "%(enrollment)s has results: whether it is a pilot stays. Press “Go live”"
                        " on the programme.",
                        enrollment=fixed[0].display_name,
                    )
                )
        return super().write(vals)

    def _with_results(self):
        """Return those of these enrolments that figures hang on; addons add theirs."""
        return self.filtered("measurement_ids")
