from odoo import models


class PmmPeriod(models.Model):
    """Badges for targets are granted when the figures are final."""

    _inherit = "pmm.period"

    def action_close(self):
        """Close these periods for good, and grant the badges that they have earned."""
        result = super().action_close()
        self.env["pmm.badge"]._grant_for_periods(self)
        return result
