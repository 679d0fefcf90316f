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
        self._pmm_check_stays()
        return super().button_draft()

    def button_cancel(self):
        self._pmm_check_stays()
        return super().button_cancel()

    def _reverse_moves(self, default_values_list=None, cancel=False):
        self._pmm_check_stays()
        return super()._reverse_moves(default_values_list, cancel)

    def _pmm_check_stays(self):
        """Keep the documents that reward entries and statements hang on as they were posted."""
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
        # whoever resets a bill need not see rewards
        settlement = (
            self.env["pmm.settlement"].sudo().search([("move_id", "in", self.ids)], limit=1)
        )
        if settlement:
            raise UserError(
                self.env._(
                    "%(move)s settles the reward statement %(statement)s. To take it back, press"
                    " “Cancel bill” on the statement.",
                    move=settlement.move_id.name,
                    statement=settlement.statement_id.name,
                )
            )

    def _pmm_take_back(self):
        """Reverse this unpaid settlement bill today; return the reversal.

        The accruals that the bill had settled are open again afterwards.
        """
        self.ensure_one()
        if self.payment_state != "not_paid":
            raise UserError(
                self.env._(
                    "%(move)s is paid, at least in part. Remove its payment first.", move=self.name
                )
            )
        today = fields.Date.context_today(self)
        # accruals of both signs are reconciled with one another, too
        accruals = self.pmm_statement_ids._accrual_lines()
        (self._pmm_accrued_lines() | accruals).remove_move_reconcile()
        # past our own override, which refuses reversals that leave the statement behind
        return super()._reverse_moves(  # pylint: disable=super-method-mismatch
            [
                {
                    "date": today,
                    "invoice_date": today,
                    "ref": self.env._("Reversal of %s", self.name),
                }
            ],
            cancel=True,
        )

    def _pmm_accrued_lines(self):
        """Return the items of this bill that take rewards off the accrued account."""
        self.ensure_one()
        return self._pmm_lines_on(self.pmm_statement_ids.program_id.accrued_account_id)

    def _pmm_lines_on(self, account):
        return self.line_ids.filtered(
            lambda line: line.display_type == "product" and line.account_id == account
        )

    def _pmm_settled(self, program):
        """Return what this bill takes off the accrued account, taxes that fall there included."""
        lines = self.line_ids.filtered(lambda line: line.account_id == program.accrued_account_id)
        return sum((Decimal(str(line.amount_currency)) for line in lines), Decimal(0))

    def _pmm_stated(self, statements):
        return sum(
            (Decimal(str(amount)) for amount in statements.mapped("amount_total")), Decimal(0)
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
        settled = self._pmm_settled(statements.program_id)
        stated = self._pmm_stated(statements)
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

    def _pmm_fit_price(self, statements):
        """Move the cent that price-included taxes may leave over onto the largest line."""
        self.ensure_one()
        program = statements.program_id
        line = self._pmm_lines_on(program.accrued_account_id).sorted("price_total")[-1:]
        for _attempt in range(3):
            missing = float(self._pmm_stated(statements) - self._pmm_settled(program))
            if self.currency_id.is_zero(missing):
                return
            line.price_unit += program._price_of(missing, line.tax_ids)
