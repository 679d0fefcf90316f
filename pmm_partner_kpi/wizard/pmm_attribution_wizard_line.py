from odoo import fields, models


class PmmAttributionWizardLine(models.TransientModel):
    """One partner's share of the document."""

    _name = "pmm.attribution.wizard.line"
    _description = "Share of a Document, to be Changed"

    wizard_id = fields.Many2one("pmm.attribution.wizard", required=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner", required=True, ondelete="cascade", domain=[("parent_id", "=", False)]
    )
    share = fields.Float(string="Share (%)", required=True, digits=(16, 2))
