from odoo import fields, models


class PmmProgram(models.Model):
    """Badges for tiers are granted with each run."""

    _inherit = "pmm.program"

    badge_ids = fields.One2many("pmm.badge", "program_id", string="Badges")

    def _run(self):
        figures = super()._run()
        # whoever starts the run need not see badges
        self.env["pmm.badge"]._grant_for_tiers(self.sudo().filtered("badge_ids"))
        return figures
