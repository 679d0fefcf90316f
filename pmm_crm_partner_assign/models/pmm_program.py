from odoo import models

from ..queries.quotation_odds import odds_of_opportunity


class PmmProgram(models.Model):
    """The odds of a quotation are those of its opportunity, where sales and CRM are joined."""

    _inherit = "pmm.program"

    def _quotation_odds(self):
        odds = super()._quotation_odds()
        # of sale_crm, which Odoo installs by itself
        if "opportunity_id" not in self.env["sale.order"]._fields:
            return odds
        self.env["crm.lead"].flush_model(["probability"])
        return odds_of_opportunity(odds)
