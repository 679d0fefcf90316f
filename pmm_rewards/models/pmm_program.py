from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class PmmProgram(models.Model):
    _inherit = "pmm.program"

    plan_ids = fields.One2many("pmm.reward.plan", "program_id", string="Reward plans")
    expense_account_id = fields.Many2one(
        "account.account",
        string="Incentive expense",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain=[("account_type", "in", ("expense", "expense_direct_cost", "income"))],
    )
    accrued_account_id = fields.Many2one(
        "account.account",
        string="Accrued incentives",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain=[("account_type", "=", "liability_current"), ("reconcile", "=", True)],
        help="A reconcilable current liability: what partners have earned and are not billed for.",
    )
    accrual_journal_id = fields.Many2one(
        "account.journal",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain=[("type", "=", "general")],
    )
    bill_journal_id = fields.Many2one(
        "account.journal",
        string="Self-billing journal",
        ondelete="restrict",
        check_company=True,
        tracking=True,
        domain=[("type", "=", "purchase"), ("is_self_billing", "=", True)],
    )
    tax_ids = fields.Many2many(
        "account.tax",
        string="Taxes on bills",
        check_company=True,
        domain=[("type_tax_use", "=", "purchase")],
        help="Rewards are net of these taxes; the fiscal position of the partner applies.",
    )

    def write(self, vals):
        if "accrued_account_id" in vals:
            self._check_account_free(vals["accrued_account_id"])
        return super().write(vals)

    def _check_account_free(self, account_id):
        """Keep the accrued account once amounts stand on it: the proof compares it with them."""
        changed = self.filtered(lambda program: program.accrued_account_id.id != account_id)
        # the manager who edits a programme need not see accounting links
        used = (
            self.env["pmm.reward.posting"]
            .sudo()
            .search([("entry_id.program_id", "in", changed.ids)], limit=1)
        )
        if used:
            raise UserError(
                self.env._(
                    "Rewards of “%(program)s” stand on %(account)s; the account stays.",
                    program=used.entry_id.program_id.name,
                    account=used.entry_id.program_id.accrued_account_id.display_name,
                )
            )

    # === ACTIONS === #

    def action_setup_accounting(self):
        """Make the accounts and journals that are missing, in the usual number ranges."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_manager"):
            raise UserError(
                self.env._("Accounts and journals are made by an accounting administrator.")
            )
        for program in self:
            program._setup_accounting()
        return True

    def action_post_accruals(self):
        """Post what partners have earned and the general ledger lacks; open the entries."""
        self.check_access("read")
        if not self.env.user.has_group("account.group_account_invoice"):
            raise UserError(self.env._("Accruals are posted by people with accounting rights."))
        moves = self.env["account.move"]
        for program in self:
            moves |= self.env["pmm.reward.posting"]._post(program)
        if not moves:
            raise UserError(self.env._("Everything that partners have earned is posted already."))
        action = self.env["ir.actions.act_window"]._for_xml_id("account.action_move_journal_line")
        return action | {"domain": [("id", "in", moves.ids)], "context": {}}

    def action_view_entries(self):
        """Return the action that lists what partners have earned in this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_rewards.pmm_reward_entry_action"
        )
        return action | {
            "domain": [("program_id", "in", self.ids)],
            "context": {"search_default_live": 1},
        }

    def action_view_statements(self):
        """Return the action that lists the statements of this programme."""
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_rewards.pmm_statement_action")
        return action | {"domain": [("program_id", "in", self.ids)], "context": {}}

    # === THE RUN === #

    def _calculate(self, enrollments):
        figures = super()._calculate(enrollments)
        figures["entries"] = self.env["pmm.reward.entry"]._accrue(enrollments)
        self.env["pmm.dirty"]._take("accrue", enrollments.ids)
        return figures

    def _run_sentence(self, figures):
        return self.env._(
            "%(before)s New reward entries: %(entries)s.",
            before=super()._run_sentence(figures),
            entries=figures["entries"],
        )

    @api.model
    def _cron_accrue(self, batch=500):
        """Work off the enrolments whose rewards may differ, in batches that survive a stop."""
        self.env["ir.cron"]._commit_progress(remaining=1)
        self._cron_stage("accrue", self.env["pmm.reward.entry"]._accrue, batch)

    def _with_fixed_figures(self):
        entries = self.env["pmm.reward.entry"]._read_group(
            [("program_id", "in", self.ids)], ["program_id"]
        )
        return super()._with_fixed_figures().union(*(program for [program] in entries))

    # === ACCOUNTING === #

    def _check_accounting(self):
        """Raise ValidationError that names what accounting still lacks for these programmes."""
        wanted = (
            "expense_account_id",
            "accrued_account_id",
            "accrual_journal_id",
            "bill_journal_id",
        )
        for program in self:
            missing = [
                self._fields[name]._description_string(self.env)
                for name in wanted
                if not program[name]
            ]
            if missing:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” lacks: %(missing)s. Fill them in on its Accounting page, or"
                        " press “Create what is missing” there.",
                        program=program.name,
                        missing=", ".join(missing),
                    )
                )
            account = program.accrued_account_id
            if account.account_type != "liability_current" or not account.reconcile:
                raise ValidationError(
                    self.env._(
                        "%(account)s must be a current liability that allows reconciliation.",
                        account=account.display_name,
                    )
                )

    def _setup_accounting(self):
        """Fill the empty accounts and journals: those of a sister programme, else new ones."""
        self.ensure_one()
        # an accounting administrator need not be allowed to edit programmes
        program = self.sudo()
        sisters = program.search([("company_id", "=", self.company_id.id)]) - program
        for name, prepare in (
            ("expense_account_id", self._prepare_expense_account_vals),
            ("accrued_account_id", self._prepare_accrued_account_vals),
            ("accrual_journal_id", self._prepare_accrual_journal_vals),
            ("bill_journal_id", self._prepare_bill_journal_vals),
        ):
            if not program[name]:
                model = self.env[self._fields[name].comodel_name].with_company(self.company_id)
                program[name] = sisters[name][:1] or model.create(prepare())

    def _prepare_expense_account_vals(self):
        return {
            "name": self.env._("Partner Incentives"),
            "code": self._free_account_code("621000"),
            "account_type": "expense",
        }

    def _prepare_accrued_account_vals(self):
        return {
            "name": self.env._("Accrued Partner Incentives"),
            "code": self._free_account_code("213000"),
            "account_type": "liability_current",
            "reconcile": True,
        }

    def _prepare_accrual_journal_vals(self):
        return {
            "name": self.env._("Partner Reward Accruals"),
            "code": self._free_journal_code("PRACC"),
            "type": "general",
            "company_id": self.company_id.id,
        }

    def _prepare_bill_journal_vals(self):
        return {
            "name": self.env._("Partner Reward Bills"),
            "code": self._free_journal_code("PRBIL"),
            "type": "purchase",
            "is_self_billing": True,
            "company_id": self.company_id.id,
        }

    def _free_account_code(self, start):
        Account = self.env["account.account"].with_company(self.company_id)
        return Account._search_new_account_code(start)

    def _free_journal_code(self, code):
        journals = self.env["account.journal"].with_context(active_test=False)
        taken = set(journals.search([("company_id", "=", self.company_id.id)]).mapped("code"))
        numbered = (f"{code[:3]}{number:02d}" for number in range(1, 100))
        return next(free for free in (code, *numbered) if free not in taken)

    def _taxes_of(self, partner):
        """Return the taxes on a bill of ``partner``, after its fiscal position."""
        self.ensure_one()
        position = (
            self.env["account.fiscal.position"]
            .with_company(self.company_id)
            ._get_fiscal_position(partner)
        )
        return position.map_tax(self.tax_ids) if position else self.tax_ids

    def _price_of(self, amount, taxes):
        """Return the unit price that leaves ``amount`` on the account, taxes included or not."""
        self.ensure_one()
        included = taxes.flatten_taxes_hierarchy().filtered("price_include")
        if not included:
            return amount
        # price-included taxes are taken off the price: add what they come to
        computed = taxes.with_context(force_price_include=False).compute_all(
            amount, currency=self.currency_id
        )
        added = sum(tax["amount"] for tax in computed["taxes"] if tax["id"] in included.ids)
        return amount + added
