from odoo import api, fields, models
from odoo.tools.sql import column_exists

from ..queries.unit_costs import add_cost_noted, note_invoice_costs


class AccountMoveLine(models.Model):
    _name = "account.move.line"
    _inherit = ["account.move.line", "pmm.unit.cost"]

    _pmm_noted = ("pmm_unit_cost", "pmm_cost_noted")

    # a credit note costs what the invoice did that it reverses
    pmm_unit_cost = fields.Float(copy=True)
    pmm_cost_noted = fields.Boolean(
        string="Cost noted",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="The document was posted with this product, so its cost stays, also where there was"
        " none.",
    )

    def _auto_init(self):
        # what was posted before the addon came has no cost, and gets none when posted again
        if not column_exists(self.env.cr, "account_move_line", "pmm_cost_noted"):
            for statement in add_cost_noted():
                self.env.cr.execute(statement)
        return super()._auto_init()

    @api.model
    def _pmm_may_give(self, name, vals):
        # a reversal copies the cost; posting it drops what is none of its invoice's
        if name != "pmm_unit_cost":
            return False
        # only to see whether it is a reversal, which is no secret to who writes its lines
        return bool(self.env["account.move"].sudo().browse(vals.get("move_id")).reversed_entry_id)

    @api.model
    def _pmm_note_costs(self, moves):
        """Note the costs of what ``moves``, just posted, sell or take back."""
        moves.env.flush_all()
        statement = note_invoice_costs(
            moves.ids,
            has_margin=self._pmm_has_margin(),
            has_returns=any(move.move_type == "out_refund" for move in moves)
            or any(line.quantity < 0 for line in moves.line_ids),
        )
        self.env.cr.execute(statement)
        self.invalidate_model(["pmm_unit_cost", "pmm_cost_noted"])
