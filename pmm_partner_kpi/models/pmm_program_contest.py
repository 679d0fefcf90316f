from odoo import fields, models


class PmmProgram(models.Model):
    """The contests of a programme: renewed with each run."""

    _inherit = "pmm.program"

    contest_ids = fields.One2many("pmm.contest", "program_id", string="Contests")

    def _run(self):
        figures = super()._run()
        # whoever starts the run need not see all contests
        self.sudo().contest_ids._refresh()
        return figures

    def _with_fixed_figures(self):
        # what was promised is in this programme's currency and days
        running = self.sudo().contest_ids.filtered(lambda contest: contest.state == "running")
        return super()._with_fixed_figures() | self.browse(running.program_id.ids)
