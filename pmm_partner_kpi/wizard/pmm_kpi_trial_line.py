from odoo import api, fields, models


class PmmKpiTrialLine(models.TransientModel):
    """A partner and the value of the last twelve months."""

    _name = "pmm.kpi.trial.line"
    _description = "Value in a Trial of a KPI"

    trial_id = fields.Many2one("pmm.kpi.trial", required=True, readonly=True, ondelete="cascade")
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    value = fields.Float(digits=(20, 4), readonly=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit = fields.Selection(related="trial_id.kpi_id.unit")

    @api.depends("trial_id.kpi_id")
    def _compute_currency_id(self):
        for line in self:
            kpi = line.trial_id.kpi_id
            company = kpi.company_id or self.env.company
            line.currency_id = company.currency_id if kpi.unit == "money" else False
