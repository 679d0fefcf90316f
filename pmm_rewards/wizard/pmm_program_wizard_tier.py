from odoo import fields, models


class PmmProgramWizardTier(models.TransientModel):
    """A tier of the programme to make may have its own rate."""

    _inherit = "pmm.program.wizard.tier"

    reward_rate = fields.Float(string="Earns", digits=(9, 6))
