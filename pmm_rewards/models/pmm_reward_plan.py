from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


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
        check_company=True,
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
    entry_total = fields.Monetary(string="Earned", compute="_compute_entry_total")

    @api.depends("program_id")
    def _compute_date_start(self):
        for plan in self:
            plan.date_start = plan.date_start or plan.program_id.date_start

    def _compute_entry_total(self):
        sums = dict(
            self.env["pmm.reward.entry"]._read_group(
                [("plan_id", "in", self.ids)], ["plan_id"], ["amount:sum"]
            )
        )
        for plan in self:
            plan.entry_total = sums.get(plan, 0.0)

    def write(self, vals):
        if {"program_id", "date_start", "date_stop", "returns_in"} & vals.keys():
            self._check_draft()
        return super().write(vals)

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
        self.state = "active"
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
        self.state = "draft"
        return True

    def action_close(self):
        """End the calculation of these plans; what they have earned stays."""
        self.check_access("write")
        self.state = "closed"
        return True

    def action_view_entries(self):
        """Return the action that lists what this plan has granted."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_rewards.pmm_reward_entry_action"
        )
        return action | {"domain": [("plan_id", "in", self.ids)], "context": {}}

    def _check_complete(self):
        """Raise with the remedy where this plan cannot be calculated or paid."""
        self.ensure_one()
        if not self.rule_ids:
            raise ValidationError(
                self.env._("“%s” has no rules. Add at least one before activating it.", self.name)
            )
        self.rule_ids._check_kind()
        self.program_id._check_accounting()
