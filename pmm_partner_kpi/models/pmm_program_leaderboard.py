from odoo import api, fields, models


class PmmProgram(models.Model):
    """The leaderboards of a programme."""

    _inherit = "pmm.program"

    leaderboard_ids = fields.One2many("pmm.leaderboard", "program_id", string="Leaderboards")

    @api.constrains("kpi_ids")
    def _check_kpis_of_leaderboards(self):
        """Raise ValidationError where a KPI that a leaderboard compares is no longer measured."""
        self.leaderboard_ids._check_complete()
