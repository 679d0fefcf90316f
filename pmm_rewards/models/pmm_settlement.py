from odoo import fields, models


class PmmSettlement(models.Model):
    """A statement on a posted bill (+), or its bill taken back by a reversal (−)."""

    _name = "pmm.settlement"
    _inherit = ["pmm.append.only"]
    _description = "Settlement of a Statement"
    _order = "statement_id, revision"

    _once = models.UniqueIndex(
        "(statement_id, revision)", "This statement has just been settled by somebody else."
    )

    statement_id = fields.Many2one(
        "pmm.statement", required=True, readonly=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move",
        string="Document",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(related="statement_id.currency_id")
    amount = fields.Monetary(readonly=True)
    date = fields.Date(related="move_id.date")
    revision = fields.Integer(required=True, readonly=True, aggregator=None)
