from odoo import models


class PmmContest(models.Model):
    """Badges for contests are granted when the result is final."""

    _inherit = "pmm.contest"

    def _tell_winners(self):
        self.env["pmm.badge"]._grant_for_contests(self)
        return super()._tell_winners()
