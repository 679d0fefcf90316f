from decimal import Decimal

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date


class AccountMove(models.Model):
    _inherit = "account.move"

    pmm_posting_ids = fields.One2many(
        "pmm.reward.posting",
        "move_id",
        string="Accrued rewards",
        groups="account.group_account_readonly,account.group_account_invoice",
    )
    pmm_statement_ids = fields.One2many(
        "pmm.statement",
        "move_id",
        string="Reward statements",
        groups="account.group_account_readonly,account.group_account_invoice",
    )

    def button_draft(self):
        self._pmm_check_accruals_stay()
        return super().button_draft()

    def _pmm_check_accruals_stay(self):
        """Keep the accruals that reward entries hang on."""
        # whoever resets a journal entry need not see rewards
        posting = (
            self.env["pmm.reward.posting"].sudo().search([("move_id", "in", self.ids)], limit=1)
        )
        if posting:
            raise UserError(
                self.env._(
                    "%(move)s accrues partner rewards and stays posted. Correct the invoice or"
                    " the plan: the next run books the difference.",
                    move=posting.move_id.name,
                )
            )

    def _pmm_accrued_lines(self):
        """Return the items of this bill that take rewards off the accrued account."""
        self.ensure_one()
        accounts = self.pmm_statement_ids.program_id.accrued_account_id
        return self.line_ids.filtered(
            lambda line: line.display_type == "product" and line.account_id in accounts
        )

    def _pmm_check_settles(self, statements, date):
        """Raise UserError unless this bill stands on its date and settles exactly."""
        self.ensure_one()
        if self.date != date:
            raise UserError(
                self.env._(
                    "Odoo would book the bill on %(moved)s instead of %(day)s. Choose another"
                    " bill date.",
                    moved=format_date(self.env, self.date),
                    day=format_date(self.env, date),
                )
            )
        account = statements.program_id.accrued_account_id
        lines = self.line_ids.filtered(lambda line: line.account_id == account)
        settled = sum(Decimal(str(line.amount_currency)) for line in lines)
        stated = sum(Decimal(str(statement.amount_total)) for statement in statements)
        if self.currency_id.compare_amounts(float(settled), float(stated)):
            raise UserError(
                self.env._(
                    "The bill of %(partner)s would settle %(settled)s instead of %(stated)s."
                    " Check the taxes of the programme.",
                    partner=self.partner_id.name,
                    settled=self.currency_id.format(float(settled)),
                    stated=self.currency_id.format(float(stated)),
                )
            )
