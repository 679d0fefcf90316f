from datetime import timedelta
from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..queries.settlement import unposted_sums


class PmmRewardPosting(models.Model):
    """Which accrual entry of the general ledger carries a reward entry: once."""

    _name = "pmm.reward.posting"
    _inherit = ["pmm.append.only"]
    _description = "Accrual of a Reward Entry"
    _order = "id"

    _once = models.UniqueIndex("(entry_id)", "This reward is already in the general ledger.")

    entry_id = fields.Many2one(
        "pmm.reward.entry", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    move_id = fields.Many2one(
        "account.move",
        string="Journal entry",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    move_line_id = fields.Many2one(
        "account.move.line",
        string="Journal item",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
        help="The item on the accrued account.",
    )

    @api.model
    def _post(self, program, batch=500):
        """Post the accrual of all entries of ``program`` that the ledger lacks.

        Return the journal entries, one per booking period and ``batch`` of enrolments, dated
        on the last day of the period or, while it runs, today; later where the books are
        locked. Amounts that add up to 0 wait.
        """
        self.env.flush_all()
        program._check_accounting()
        groups = {}  # {period_id: [(enrollment_id, partner_id, amount, entry_ids)]}
        for period_id, *row in self.env.execute_query(unposted_sums(program)):
            if Decimal(row[2]):
                groups.setdefault(period_id, []).append(row)
        moves = self.env["account.move"]
        for period_id, rows in groups.items():
            period = self.env["pmm.period"].browse(period_id)
            date = self._open_date(program, min(period.date_last, program._today()))
            for start in range(0, len(rows), batch):
                moves |= self._post_batch(period, date, rows[start : start + batch])
        return moves

    @api.model
    def _post_batch(self, period, date, rows):
        """Post one journal entry for ``rows`` and link its items to their entries."""
        program = period.program_id
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "company_id": program.company_id.id,
                "journal_id": program.accrual_journal_id.id,
                "date": date,
                "ref": self.env._(
                    "Partner rewards %(period)s, %(program)s",
                    period=period.name,
                    program=program.name,
                ),
                "line_ids": [
                    fields.Command.create(vals)
                    for row in rows
                    for vals in self._prepare_line_vals(period, date, row)
                ],
            }
        )
        move.action_post()
        if move.date != date:
            raise UserError(self._locked_sentence(program, date))
        accrued = move.line_ids.sorted("id").filtered(
            lambda line: line.account_id == program.accrued_account_id
        )
        vals_list = []
        for (_enrollment_id, partner_id, _amount, entry_ids), line in zip(
            rows, accrued, strict=True
        ):
            if line.partner_id.id != partner_id:
                raise UserError(
                    self.env._("The journal items are not in the order of the rewards.")
                )
            vals_list += [
                {
                    "entry_id": entry_id,
                    "company_id": program.company_id.id,
                    "move_id": move.id,
                    "move_line_id": line.id,
                }
                for entry_id in entry_ids
            ]
        # accountants post, but nobody writes the ledger's links by hand
        self.sudo().create(vals_list)
        return move

    @api.model
    def _prepare_line_vals(self, period, date, row):
        """Return the values of the two items (expense, accrued) of one enrolment's sum."""
        _enrollment_id, partner_id, text, _entry_ids = row
        program = period.program_id
        amount = float(text)
        company_currency = program.company_id.currency_id
        balance = program.currency_id._convert(amount, company_currency, program.company_id, date)
        common = {
            "partner_id": partner_id,
            "currency_id": program.currency_id.id,
            "name": self.env._("Partner rewards %s", period.name),
        }
        return [
            common
            | {
                "account_id": program.expense_account_id.id,
                "amount_currency": amount,
                "balance": balance,
            },
            common
            | {
                "account_id": program.accrued_account_id.id,
                "amount_currency": -amount,
                "balance": -balance,
            },
        ]

    @api.model
    def _open_date(self, program, date):
        """Return ``date``, or the first day after the lock where the books are locked then.

        Odoo would move it silently; the journal entry names the period that it is for.
        """
        locks = program.company_id._get_violated_lock_dates(date, False, program.accrual_journal_id)
        if locks:
            date = locks[-1][0] + timedelta(days=1)
        if date > program._today():
            raise UserError(self._locked_sentence(program, date))
        return date

    @api.model
    def _locked_sentence(self, program, date):
        return self.env._(
            "The books of %(company)s are locked up to %(day)s, so rewards cannot be accrued"
            " before that day. Move the lock date in accounting, or wait.",
            company=program.company_id.name,
            day=format_date(self.env, date),
        )
