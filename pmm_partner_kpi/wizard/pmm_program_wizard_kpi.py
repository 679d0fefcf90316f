from odoo import api, fields, models

from ..engine.periods import MONTHS


class PmmProgramWizardKpi(models.TransientModel):
    """A KPI of the programme to make, with the target of each partner."""

    _name = "pmm.program.wizard.kpi"
    _description = "New Programme: KPI"

    wizard_id = fields.Many2one("pmm.program.wizard", required=True, ondelete="cascade")
    kpi_id = fields.Many2one("pmm.kpi.definition", string="KPI", required=True, ondelete="cascade")
    target = fields.Float(digits=(20, 2))
    target_year = fields.Float(string="Per year", digits=(20, 2), compute="_compute_target_year")

    @api.depends("target", "wizard_id.period_scheme")
    def _compute_target_year(self):
        for line in self:
            line.target_year = line.target * 12 / MONTHS[line.wizard_id.period_scheme or "year"]
