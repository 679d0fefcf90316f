from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from odoo.addons.pmm_partner_kpi.engine import periods

from ..models.pmm_program_template import REWARDS


class PmmProgramWizard(models.TransientModel):
    """Also makes the reward plan of the new programme."""

    _inherit = "pmm.program.wizard"

    reward_kind = fields.Selection(
        REWARDS,
        string="Rewards",
        required=True,
        compute="_compute_reward_kind",
        store=True,
        readonly=False,
        precompute=True,
        help="On the untaxed amount of each invoice that counts for the KPI; credit notes take"
        " their part back.",
    )
    reward_rate = fields.Float(
        string="Rate",
        digits=(9, 6),
        compute="_compute_reward_rate",
        store=True,
        readonly=False,
    )
    reward_date_start = fields.Date(
        string="Earned from",
        compute="_compute_reward_date_start",
        store=True,
        readonly=False,
        help="Invoices before this day count for results and tiers, but earn nothing.",
    )

    @api.depends("template_id")
    def _compute_reward_kind(self):
        for wizard in self:
            wizard.reward_kind = wizard.template_id.reward_kind or "none"

    @api.depends("template_id")
    def _compute_reward_rate(self):
        for wizard in self:
            wizard.reward_rate = wizard.template_id.reward_rate

    @api.depends("period_scheme", "date_start")
    def _compute_reward_date_start(self):
        today = fields.Date.context_today(self)
        for wizard in self:
            # money for the past is nothing to grant by accident
            period_start = periods.floor(wizard.period_scheme or "month", today)
            wizard.reward_date_start = max(period_start, wizard.date_start or period_start)

    def _check_input(self):
        super()._check_input()
        if self.reward_kind == "none":
            return
        if not self.reward_date_start:
            raise UserError(self.env._("Enter the day from which rewards are earned."))
        rates = [rule["rate"] for rule in self._prepare_rules()]
        if not rates:
            raise UserError(
                self.env._("No rate is entered. Enter what is earned, or choose no rewards.")
            )
        if min(rates) < 0 or max(rates) > 1:
            raise UserError(self.env._("A rate lies between 0 % and 100 %."))

    def _complete(self, program):
        remarks = super()._complete(program)
        if self.reward_kind == "none":
            return remarks
        plan = self.env["pmm.reward.plan"].create(
            {
                "name": self.env._("Rewards"),
                "program_id": program.id,
                "date_start": self.reward_date_start,
                "rule_ids": [Command.create(rule) for rule in self._prepare_rules()],
            }
        )
        if self.env.user.has_group("account.group_account_manager"):
            program.action_setup_accounting()
            plan.action_activate()
            return remarks
        return [*remarks, self._remark_on_draft()]

    def _prepare_rules(self):
        """Return the values of the rules of the plan: one, or one for each tier that earns."""
        if self.reward_kind == "rate":
            return [self._prepare_rule_vals(self.reward_rate)] if self.reward_rate else []
        return [
            self._prepare_rule_vals(line.reward_rate, line.grade_id)
            for line in self._ladder().filtered("reward_rate")
        ]

    def _prepare_rule_vals(self, rate, grade=None):
        # what is rewarded is what decides on the tier, as far as it is revenue
        revenue = (self.tier_kpi_id | self.kpi_line_ids.kpi_id).filtered(
            lambda kpi: kpi.source == "revenue"
        )[:1]
        percent = self.env["pmm.reward.entry"]._format_rate(repr(rate))
        return {
            "name": f"{grade.name}: {percent}" if grade else percent,
            "kind": "document_rate",
            "rate": rate,
            "role": revenue.role or "buyer",
            "category_ids": [Command.set(revenue.category_ids.ids)],
            "grade_ids": [Command.set(grade.ids if grade else [])],
        }

    def _remark_on_draft(self):
        """Return what is left to do until partners earn, and who can do it."""
        # the names of colleagues, not their rights
        people = (
            self.env["res.users"]
            .sudo()
            .search(
                Domain("all_group_ids", "in", self.env.ref("account.group_account_manager").ids)
                & Domain("company_ids", "in", self.company_id.ids)
                & Domain("share", "=", False),
                limit=3,
            )
        )
        return self.env._(
            "The reward plan is a draft until there are accounts for it: an accounting"
            " administrator (%(people)s) presses “Create what is missing” on the programme's"
            " Accounting page, then “Activate” the plan.",
            people=", ".join(people.mapped("name")) or self.env._("nobody yet"),
        )
