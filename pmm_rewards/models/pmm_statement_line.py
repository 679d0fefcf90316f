from odoo import fields, models


class PmmStatementLine(models.Model):
    """Puts a reward entry on a statement: once."""

    _name = "pmm.statement.line"
    _inherit = ["pmm.append.only"]
    _description = "Statement Line"
    _order = "statement_id, id"

    _once = models.UniqueIndex("(entry_id)", "This reward is already on a statement.")

    statement_id = fields.Many2one(
        "pmm.statement", required=True, readonly=True, index=True, ondelete="restrict"
    )
    entry_id = fields.Many2one(
        "pmm.reward.entry", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="statement_id.company_id")
    currency_id = fields.Many2one(related="entry_id.currency_id")
    date = fields.Date(related="entry_id.date")
    rule_id = fields.Many2one(related="entry_id.rule_id")
    kind = fields.Selection(related="entry_id.kind")
    document_name = fields.Char(related="entry_id.document_name")
    cause_name = fields.Char(related="entry_id.cause_name")
    origin_period_id = fields.Many2one(related="entry_id.origin_period_id")
    basis_amount = fields.Monetary(related="entry_id.basis_amount")
    amount = fields.Monetary(related="entry_id.amount")
    explanation = fields.Text(related="entry_id.explanation")
