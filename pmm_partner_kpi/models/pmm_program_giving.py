from odoo import fields, models


class PmmProgram(models.Model):
    """Whom a programme tells of tiers, and what makes it give something else."""

    _inherit = "pmm.program"

    tier_mails = fields.Boolean(
        string="Mail tier changes",
        default=True,
        tracking=True,
        help="Owners and sales people of the partner read what a new tier changes for them, and"
        " are warned before they lose one.",
    )

    def write(self, vals):
        result = super().write(vals)
        # the order of programmes decides where two give the same
        if {"active", "sequence", "tz"} & vals.keys():
            self._tiers_changed()
        return result

    def _tiers_changed(self):
        """Note that what these programmes give to their partners may differ now."""
        self.enrollment_ids._tiers_changed()
