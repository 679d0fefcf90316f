from odoo import api, fields, models

from ..queries.unit_costs import note_invoice_costs


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "pmm.unit.cost"]

    # a credit note costs what the invoice did that it reverses
    pmm_unit_cost = fields.Float(copy=True)

    @api.model
    def _pmm_note_costs(self, moves, first):
        """Note the costs of what ``moves`` sell; ``first``: those never posted before."""
        moves.env.flush_all()
        self.env.cr.execute(
            note_invoice_costs(moves.ids, first.ids, has_margin=self._pmm_has_margin())
        )
        self.invalidate_model(["pmm_unit_cost"])
