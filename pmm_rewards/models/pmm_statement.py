from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from ..queries.settlement import state_entries, unstated_sums


class PmmStatement(models.Model):
    """What a partner reads and is paid by: the entries of one enrolment up to one period."""

    _name = "pmm.statement"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Reward Statement"
    _order = "period_id, partner_id, id"
    _check_company_auto = True

    _one_per_period = models.UniqueIndex(
        "(enrollment_id, period_id)", "This partner already has a statement for this period."
    )

    name = fields.Char(required=True, readonly=True)
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    period_id = fields.Many2one("pmm.period", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    line_ids = fields.One2many("pmm.statement.line", "statement_id", string="Lines")
    amount_total = fields.Monetary(string="Total", readonly=True, tracking=True)
    move_id = fields.Many2one(
        "account.move",
        string="Vendor bill",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    settlement_ids = fields.One2many("pmm.settlement", "statement_id", string="Settlements")
    payment_state = fields.Selection(related="move_id.payment_state", string="Payment")
    state = fields.Selection(
        [("issued", "Issued"), ("billed", "Billed"), ("paid", "Paid")],
        string="Status",
        compute="_compute_state",
        store=True,
        tracking=True,
        help="Issued: not billed yet (a negative total waits for the next statement). Billed: on"
        " a vendor bill. Paid: nothing of that bill is open any more.",
    )
    carried = fields.Boolean(
        string="Carried forward",
        compute="_compute_carried",
        help="A negative total is taken off the next bill.",
    )
    sent_at = fields.Datetime(string="Sent on", readonly=True, copy=False)

    @api.depends("move_id.payment_state")
    def _compute_state(self):
        for statement in self:
            if not statement.move_id:
                statement.state = "issued"
            elif statement.move_id.payment_state in ("paid", "in_payment"):
                statement.state = "paid"
            else:
                statement.state = "billed"

    @api.depends("state", "amount_total")
    def _compute_carried(self):
        for statement in self:
            statement.carried = statement.state == "issued" and statement.amount_total < 0

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        raise UserError(
            self.env._("A statement has been issued and stays. Corrections come with the next one.")
        )

    # === MAKING STATEMENTS === #

    @api.model
    def _make(self, period):
        """Issue the statements of ``period``: one per enrolment with unstated entries.

        Return the new statements; raise UserError while the period is open.
        """
        if period.state != "closed":
            raise UserError(
                self.env._(
                    "Close %(period)s first: a statement shows figures that stay.",
                    period=period.display_name,
                )
            )
        self.env.flush_all()
        program = period.program_id
        statements = self.with_context(tracking_disable=True, mail_create_nosubscribe=True).create(
            [
                {
                    # unique by construction: one statement per enrolment and period
                    "name": f"RS/{period.name}/{enrollment_id:05d}",
                    "enrollment_id": enrollment_id,
                    "partner_id": partner_id,
                    "program_id": program.id,
                    "period_id": period.id,
                    "company_id": program.company_id.id,
                    "currency_id": program.currency_id.id,
                    "amount_total": float(amount),
                }
                for enrollment_id, partner_id, amount in self.env.execute_query(
                    unstated_sums(period)
                )
            ]
        )
        self.env.flush_all()
        if statements:
            self.env.cr.execute(state_entries(period, statements.ids))
            self.env.invalidate_all()
        return self.browse(statements.ids)

    # === SENDING === #

    def action_send(self):
        """Mail these statements to the people who see money; refuse where nobody can be reached."""
        self.check_access("read")
        if not self.env.user.has_group("pmm_rewards.group_pmm_approver"):
            raise UserError(self.env._("Statements are sent by programme approvers."))
        unreachable = self.filtered(lambda statement: not statement._recipients())
        if unreachable:
            raise UserError(
                self.env._(
                    "Nobody can be reached by e-mail at %(partners)s. Enter an e-mail address for"
                    " the partner, or for a person with the role Owner or Finance.",
                    partners=", ".join(unreachable.partner_id.mapped("name")[:10]),
                )
            )
        template = self.env.ref("pmm_rewards.mail_template_statement")
        template.send_mail_batch(self.ids)
        # the issued snapshot is read-only to users; only the time of sending is noted
        self.sudo().sent_at = fields.Datetime.now()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("%s statements are on their way.", len(self)),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _recipients(self):
        """Return the contacts that a statement goes to: money roles first, else the company."""
        self.ensure_one()
        # who may send a statement may not read all roles
        roles = self.partner_id.sudo().pmm_role_ids
        people = roles.filtered("sees_money").contact_id.filtered("email")
        return people or self.partner_id.filtered("email")

    def _mail_get_partners(self, introspect_fields=False):
        return {statement.id: statement._recipients() for statement in self}

    # === BILLING === #

    def action_create_bills(self):
        """Bill these statements; raise UserError with the remedy where one cannot be billed."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(self.env._("Bills are created by people with accounting rights."))
        moves = self._create_bills()
        if not moves:
            raise UserError(
                self.env._(
                    "Nothing to bill: these statements are billed already, or their total is not"
                    " above 0 and is carried forward."
                )
            )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "account.action_move_in_invoice_type"
        )
        if len(moves) == 1:
            return action | {"res_id": moves.id, "views": [(False, "form")]}
        return action | {"domain": [("id", "in", moves.ids)], "context": {}}

    def action_view_bill(self):
        """Return the action that opens the vendor bill of this statement."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "account.move",
            "res_id": self.move_id.id,
            "views": [(False, "form")],
        }

    def _create_bills(self, date=None):
        """Create, post and reconcile one self-billed vendor bill per partner and programme.

        ``date`` is the bill date (default: today). Unsettled earlier statements of the same
        partner go with it, so that negative ones are netted; what stays at or below 0 is
        carried forward. The bill lines lie on the accrued account itself. Return the bills.
        """
        open_statements = self.search(
            [
                ("state", "=", "issued"),
                ("partner_id", "in", self.partner_id.ids),
                ("program_id", "in", self.program_id.ids),
            ]
        ).filtered(lambda statement: statement in self or statement.amount_total < 0)
        bills = self.env["account.move"]
        for program, statements in open_statements.grouped("program_id").items():
            program._check_accounting()
            bill_date = date or program._today()
            if program.company_id._get_violated_lock_dates(
                bill_date, bool(program.tax_ids), program.bill_journal_id
            ):
                raise UserError(
                    self.env._(
                        "The books of %(company)s are locked on %(day)s. Choose a later bill date.",
                        company=program.company_id.name,
                        day=format_date(self.env, bill_date),
                    )
                )
            groups = [
                group
                for group in statements.grouped("partner_id").values()
                if program.currency_id.compare_amounts(sum(group.mapped("amount_total")), 0) > 0
            ]
            self.browse().union(*groups)._check_accrued(program)
            bills |= self._bill_groups(program, groups, bill_date)
        return bills

    @api.model
    def _bill_groups(self, program, groups, date):
        """Create and post one bill per group of statements, then reconcile all at once."""
        Move = self.env["account.move"].with_company(program.company_id)
        bills = Move.create([group._prepare_bill_vals(program, date) for group in groups])
        for group, bill in zip(groups, bills, strict=True):
            bill._pmm_fit_price(group)
        bills.action_post()
        plan = []
        for group, bill in zip(groups, bills, strict=True):
            bill._pmm_check_settles(group, date)
            group._settle(bill)
            plan.append(bill._pmm_accrued_lines() | group._accrual_lines())
        self.env["account.move.line"]._reconcile_plan(plan)
        return bills

    def _settle(self, document, sign=1):
        """Note that ``document`` settles these statements, or (−1) takes that back."""
        last = dict(
            self.env["pmm.settlement"]
            # links of the ledger are not the accountant's to edit, only to follow
            .sudo()
            ._read_group([("statement_id", "in", self.ids)], ["statement_id"], ["revision:max"])
        )
        # nobody writes the ledger's links by hand
        self.env["pmm.settlement"].sudo().create(
            [
                {
                    "statement_id": statement.id,
                    "move_id": document.id,
                    "company_id": statement.company_id.id,
                    "amount": sign * statement.amount_total,
                    "revision": last.get(statement, 0) + 1,
                }
                for statement in self
            ]
        )
        # the issued snapshot is read-only to users; only the link to its bill changes
        self.sudo().move_id = document if sign > 0 else False

    def action_cancel_bill(self):
        """Take the unpaid bill of these statements back by a reversal; they can be billed anew."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(self.env._("Bills are taken back by people with accounting rights."))
        for bill in self.move_id:
            statements = bill.pmm_statement_ids
            statements._settle(bill._pmm_take_back(), -1)
        return True

    def _prepare_bill_vals(self, program, date):
        """Return the values of the vendor bill that settles these statements of one partner."""
        partner = self.partner_id
        taxes = program._taxes_of(partner)
        return {
            "move_type": "in_invoice",
            "journal_id": program.bill_journal_id.id,
            "company_id": program.company_id.id,
            "partner_id": partner.id,
            "currency_id": program.currency_id.id,
            "invoice_date": date,
            "date": date,
            "ref": ", ".join(self.mapped("name")),
            "invoice_line_ids": [
                fields.Command.create(
                    {
                        "name": self.env._(
                            "Partner rewards %(period)s (%(statement)s)",
                            period=statement.period_id.name,
                            statement=statement.name,
                        ),
                        "account_id": program.accrued_account_id.id,
                        "quantity": 1,
                        "price_unit": program._price_of(statement.amount_total, taxes),
                        "tax_ids": [fields.Command.set(taxes.ids)],
                    }
                )
                for statement in self.sorted(lambda statement: statement.period_id.date_start)
            ],
        }

    def _accrual_lines(self):
        """Return the journal items on the accrued account that carry these statements."""
        entries = self.line_ids.entry_id
        # links of the ledger are not the accountant's to edit, only to follow
        return entries.sudo().posting_ids.move_line_id.with_env(self.env)

    def _check_accrued(self, program):
        """Refuse to bill what the general ledger does not carry yet."""
        unposted = self.env["pmm.reward.entry"]._read_group(
            [("statement_line_ids.statement_id", "in", self.ids), ("posting_ids", "=", False)],
            ["enrollment_id", "period_id"],
            ["amount:sum"],
        )
        # what adds up to 0 needs no journal item
        if any(not program.currency_id.is_zero(amount) for _e, _p, amount in unposted):
            raise UserError(
                self.env._(
                    "The rewards of “%(program)s” are not in the general ledger yet. Press “Post"
                    " accruals” on the programme first.",
                    program=program.name,
                )
            )
