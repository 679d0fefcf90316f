from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class PmmRewardPlan(models.Model):
    """The rules by which the partners of a programme earn, from a day until a day."""

    _name = "pmm.reward.plan"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _description = "Reward Plan"
    _order = "program_id, sequence, name, id"
    _check_company_auto = True

    _start_before_stop = models.Constraint(
        "CHECK(date_stop IS NULL OR date_start < date_stop)", "A plan must end after it starts."
    )

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    date_start = fields.Date(
        string="From",
        required=True,
        compute="_compute_date_start",
        store=True,
        readonly=False,
        precompute=True,
        tracking=True,
    )
    date_stop = fields.Date(
        string="Ends before", tracking=True, help="The first day that earns nothing any more."
    )
    returns_in = fields.Selection(
        [
            ("origin", "The period of the original invoice"),
            ("own", "The period of the credit note"),
        ],
        string="Credit notes take back in",
        required=True,
        default="origin",
        tracking=True,
        help="Where a credit note reverses an invoice, the reward of that invoice is taken back;"
        " if its period is closed, the difference is booked in the oldest open one.",
    )
    state = fields.Selection(
        [("draft", "Draft"), ("active", "Active"), ("closed", "Closed")],
        required=True,
        default="draft",
        copy=False,
        tracking=True,
    )
    rule_ids = fields.One2many("pmm.reward.rule", "plan_id", string="Rules", copy=True)
    entry_total = fields.Monetary(
        string="Earned", compute="_compute_entry_total", help="Without what a pilot has earned."
    )

    @api.depends("program_id")
    def _compute_date_start(self):
        for plan in self:
            plan.date_start = plan.date_start or plan.program_id.date_start

    def _compute_entry_total(self):
        sums = dict(
            self.env["pmm.reward.entry"]._read_group(
                [("plan_id", "in", self.ids), ("is_shadow", "=", False)],
                ["plan_id"],
                ["amount:sum"],
            )
        )
        for plan in self:
            plan.entry_total = sums.get(plan, 0.0)

    @api.model_create_multi
    def create(self, vals_list):
        plans = super().create(vals_list)
        # looked at afterwards: values may come from the caller's context, too
        if not self.env.su and any(plan.state != "draft" for plan in plans):
            raise UserError(self._by_button_sentence())
        return plans

    def write(self, vals):
        # activating runs checks, closing sets an end: only the buttons do it
        if "state" in vals and not self.env.su:
            raise UserError(self._by_button_sentence())
        if {"program_id", "date_start", "returns_in"} & vals.keys():
            self._check_draft()
        if "date_stop" in vals:
            self._check_end(fields.Date.to_date(vals["date_stop"]))
        return super().write(vals)

    def copy_data(self, default=None):
        """Start a copy where the original ends, or where periods are open: nothing twice."""
        vals_list = super().copy_data(default)
        for plan, vals in zip(self, vals_list, strict=True):
            if "name" not in (default or {}):
                vals["name"] = self.env._("%s (copy)", plan.name)
            vals["date_start"] = plan.date_stop or plan.program_id._first_open_day()
            vals["date_stop"] = False
        return vals_list

    def _by_button_sentence(self):
        return self.env._("Plans are activated and closed with their buttons.")

    def _check_end(self, end):
        """Refuse to move the end of a used plan into or out of periods that are closed."""
        for plan in self.filtered(lambda plan: plan.state != "draft"):
            first = plan.program_id._first_open_day()
            if any(day and day < first for day in (end, plan.date_stop)):
                raise UserError(
                    self.env._(
                        "“%(plan)s” has been calculated up to %(day)s. Let it end on that day or"
                        " later.",
                        plan=plan.name,
                        day=format_date(self.env, first),
                    )
                )

    def _check_draft(self):
        """Refuse to change terms that booked amounts are explained with."""
        if fixed := self.filtered(lambda plan: plan.state != "draft"):
            raise UserError(
                self.env._(
                    "“%(plan)s” is active or closed: its terms stay as they are. Set it back to"
                    " draft, or copy it to a new plan.",
                    plan=fixed[0].name,
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        used = self.env["pmm.reward.entry"].search([("plan_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "“%(plan)s” has earned rewards and cannot be deleted; close it instead.",
                    plan=used.plan_id.name,
                )
            )

    # === ACTIONS === #

    def action_activate(self):
        """Check these plans and let the next run calculate them."""
        self.check_access("write")
        for plan in self:
            plan._check_complete()
        # write() lets nobody set the state by hand
        self.sudo().state = "active"
        self.program_id.enrollment_ids._mark_to_accrue()
        return True

    def action_draft(self):
        """Take these plans back to draft; refused once they have earned anything."""
        self.check_access("write")
        used = self.env["pmm.reward.entry"].search([("plan_id", "in", self.ids)], limit=1)
        if used:
            raise UserError(
                self.env._(
                    "“%(plan)s” has already earned rewards. Close it and copy it to a new plan"
                    " with the new terms.",
                    plan=used.plan_id.name,
                )
            )
        # write() lets nobody set the state by hand
        self.sudo().state = "draft"
        return True

    def action_close(self):
        """End these plans today at the latest; what they granted follows its documents."""
        self.check_access("write")
        for plan in self:
            today = plan.program_id._today()
            if not plan.date_stop or plan.date_stop > today:
                plan.date_stop = max(today, plan.date_start + timedelta(days=1))
            # write() lets nobody set the state by hand
            plan.sudo().state = "closed"
            plan.program_id.enrollment_ids._mark_to_accrue()
        return True

    def action_view_entries(self):
        """Return the action that lists what this plan has granted."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_rewards.pmm_reward_entry_action"
        )
        return action | {
            "domain": [("plan_id", "in", self.ids)],
            "context": {"search_default_live": 1},
        }

    def _check_complete(self):
        """Raise with the remedy where this plan cannot be calculated or paid."""
        self.ensure_one()
        if not self.rule_ids:
            raise ValidationError(
                self.env._("“%s” has no rules. Add at least one before activating it.", self.name)
            )
        self.rule_ids._check_kind()
        self._check_granted_once()
        self.program_id._check_accounting()

    def _check_granted_once(self):
        """Refuse a rule that another plan grants for the same days, as copies easily do."""
        others = self.with_context(active_test=False).search(
            [
                ("id", "!=", self.id),
                ("program_id", "=", self.program_id.id),
                ("state", "!=", "draft"),
                "|",
                ("date_stop", "=", False),
                ("date_stop", ">", self.date_start),
            ]
        )
        if self.date_stop:
            others = others.filtered(lambda plan: plan.date_start < self.date_stop)
        granted = {rule._scope(): rule for rule in others.rule_ids}
        for rule in self.rule_ids:
            if twin := granted.get(rule._scope()):
                raise ValidationError(
                    self.env._(
                        "“%(rule)s” would be paid twice: “%(plan)s” grants it for the same days."
                        " Let this plan start when that one ends.",
                        rule=rule.name,
                        plan=twin.plan_id.name,
                    )
                )
