from odoo import api, fields, models
from odoo.exceptions import AccessError


class PmmEnrollment(models.Model):
    """Whether a partner is shown to others on leaderboards."""

    _inherit = "pmm.enrollment"

    leaderboard_opt_out = fields.Boolean(
        string="Not on leaderboards",
        tracking=True,
        copy=False,
        help="Other partners do not see this one on leaderboards. It sees its own place, which"
        " nobody else moves up to. Owners of the partner switch this in the portal.",
    )

    @api.model
    def _opt_out_of_leaderboards(self, enrollment_id, opt_out):
        """Let an owner of the partner decide whether others see it; refuse all others."""
        # asks for the role in the database
        company = self.env["pmm.partner.role"]._company_of_owner()
        # the owner's own company; partners may not edit their enrolment
        enrollment = self.sudo().search(
            [("id", "=", enrollment_id), ("partner_id", "=", company.id), ("is_shadow", "=", False)]
        )
        if not enrollment:
            raise AccessError(self.env._("Your company has no such enrolment."))
        enrollment.leaderboard_opt_out = opt_out
