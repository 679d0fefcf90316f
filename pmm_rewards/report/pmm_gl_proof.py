from odoo import fields, models

from ..queries.gl_proof import gl_proof


class PmmGlProof(models.Model):
    """Compares the accrued account with the reward ledger at a date, partner by partner."""

    _name = "pmm.gl.proof"
    _description = "GL Proof of Partner Rewards"
    _auto = False
    _order = "company_id, account_id, partner_id, id"
    _depends = {
        "account.move": ["date", "state"],
        "account.move.line": [
            "account_id",
            "amount_currency",
            "date",
            "parent_state",
            "partner_id",
        ],
        "pmm.enrollment": ["is_shadow"],
        "pmm.program": ["accrued_account_id"],
        "pmm.reward.entry": ["amount"],
        "pmm.reward.posting": ["entry_id"],
        "pmm.settlement": ["amount", "move_id"],
        "pmm.statement": ["amount_total"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    account_id = fields.Many2one("account.account", readonly=True)
    partner_id = fields.Many2one("res.partner", readonly=True)
    currency_id = fields.Many2one("res.currency", readonly=True)
    posted = fields.Monetary(string="Rewards posted", readonly=True)
    settled = fields.Monetary(string="Billed", readonly=True)
    expected = fields.Monetary(
        string="Should be", readonly=True, help="Rewards posted less what has been billed."
    )
    balance = fields.Monetary(string="On the account", readonly=True)
    difference = fields.Monetary(
        readonly=True, help="What the account holds more than it should; 0 proves it."
    )
    not_posted = fields.Monetary(
        string="Not posted yet",
        readonly=True,
        help="Earned up to that day but not in the general ledger yet.",
    )

    @property
    def _table_query(self):
        day = self.env.context.get("pmm_proof_date") or fields.Date.context_today(self)
        return gl_proof(fields.Date.to_date(day))
