from odoo import fields, models


class PmmKpiTrial(models.TransientModel):
    """What a KPI without code would find: the partners with the highest values."""

    _name = "pmm.kpi.trial"
    _description = "Trial of a KPI"

    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("pmm.kpi.trial.line", "trial_id", readonly=True)
