from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain

from ..queries.targets import same_targets


class PmmTargetWizard(models.TransientModel):
    """Sets one target for many partners at once."""

    _name = "pmm.target.wizard"
    _description = "Set Targets"

    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        ondelete="cascade",
        default=lambda self: self.env["pmm.program"]._only_one(),
    )
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit = fields.Selection(related="kpi_id.unit")
    kpi_ids = fields.Many2many(related="program_id.kpi_ids")
    kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="KPI",
        required=True,
        compute="_compute_choice",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
        domain="[('id', 'in', kpi_ids)]",
    )
    period_ids = fields.Many2many(
        "pmm.period",
        string="Periods",
        required=True,
        compute="_compute_choice",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('program_id', '=', program_id), ('state', '=', 'open')]",
    )
    threshold = fields.Float(digits=(20, 4))
    value = fields.Float(string="Target", digits=(20, 4), required=True)
    stretch = fields.Float(digits=(20, 4))
    reason = fields.Char()
    audience = fields.Selection(
        [
            ("all", "All partners"),
            ("tier", "Partners of some tiers"),
            ("segment", "Partners of some segments"),
            ("user", "Partners of an account manager"),
        ],
        string="For",
        required=True,
        default="all",
    )
    grade_ids = fields.Many2many("res.partner.grade", string="Tiers")
    segment_ids = fields.Many2many(
        "pmm.segment", string="Segments", domain="[('company_id', '=', company_id)]"
    )
    company_id = fields.Many2one(related="program_id.company_id")
    user_id = fields.Many2one("res.users", string="Account manager", ondelete="cascade")
    replace = fields.Boolean(
        string="Replace existing targets", help="Else partners who have a target keep it."
    )
    preview = fields.Char(compute="_compute_preview")

    @api.depends("kpi_id", "program_id")
    def _compute_currency_id(self):
        for wizard in self:
            kpi = wizard.kpi_id
            wizard.currency_id = kpi._currency(wizard.program_id) if kpi else False

    @api.depends("program_id")
    def _compute_choice(self):
        for wizard in self:
            program = wizard.program_id
            today = program._today() if program else None
            running = program.period_ids.filtered(
                lambda p, day=today: p.state == "open" and p.date_start <= day < p.date_stop
            )
            wizard.kpi_id = program.kpi_ids[:1]
            wizard.period_ids = [Command.set(running.ids)]

    @api.depends(
        "program_id",
        "kpi_id",
        "period_ids",
        "audience",
        "grade_ids",
        "segment_ids",
        "user_id",
        "replace",
    )
    def _compute_preview(self):
        for wizard in self:
            pairs = wizard._pairs() if wizard.program_id else []
            existing = wizard._existing(pairs)
            counts = {
                "partners": len({enrollment for enrollment, _period in pairs}),
                "targets": len(pairs),
                "existing": len(existing),
            }
            # no noun after a number: many languages have more than one plural
            said = [self.env._("Partners: %(partners)s · Targets: %(targets)s", **counts)]
            if existing:
                said.append(
                    self.env._("Already set, will be replaced: %(existing)s", **counts)
                    if wizard.replace
                    else self.env._("Already set, will be kept: %(existing)s", **counts)
                )
            wizard.preview = " · ".join(said)

    # === WHOM AND WHEN === #

    def _enrollments(self):
        """Return the enrolments that have not ended and belong to the audience today."""
        self.ensure_one()
        program = self.program_id
        today = program._today()
        domain = Domain("program_id", "=", program.id) & (
            Domain("date_stop", "=", False) | Domain("date_stop", ">", today)
        )
        if self.audience == "tier":
            domain &= Domain("grade_id", "in", self.grade_ids.ids)
        elif self.audience == "segment":
            members = self.env["pmm.segment.member"].search(
                Domain("segment_id", "in", self.segment_ids.ids)
                & self.env["pmm.segment.member"]._on(today)
            )
            domain &= Domain("partner_id", "in", members.partner_id.ids)
        elif self.audience == "user":
            domain &= Domain("user_id", "in", self.user_id.ids)
        return self.env["pmm.enrollment"].search(domain)

    def _pairs(self):
        """Return [(enrolment, period)]: who takes part in which of the periods."""
        # a new record of the form has its periods as new records, too
        periods = self.period_ids._origin.filtered(lambda p: p.program_id == self.program_id)
        return [
            (enrollment, period)
            for enrollment in self._enrollments()
            for period in periods
            if enrollment.date_start < period.date_stop
            and (not enrollment.date_stop or enrollment.date_stop > period.date_start)
        ]

    def _existing(self, pairs):
        """Return {(enrolment, period): target} of those of ``pairs`` that have one."""
        targets = self.env["pmm.kpi.target"].search(
            [
                ("kpi_id", "=", self.kpi_id.id),
                ("period_id", "in", self.period_ids.ids),
                ("program_id", "=", self.program_id.id),
            ]
        )
        known = {(target.enrollment_id, target.period_id): target for target in targets}
        return {pair: known[pair] for pair in pairs if pair in known}

    # === ACTION === #

    def action_apply(self):
        """Set the targets; tell how many were set, replaced and kept."""
        self.ensure_one()
        Target = self.env["pmm.kpi.target"]
        Target.check_access("create")
        if self.value <= 0:
            raise UserError(self.env._("Enter the target, a number above 0."))
        pairs = self._pairs()
        if not pairs:
            raise UserError(
                self.env._("Nobody takes part in these periods and belongs to the choice.")
            )
        existing = self._existing(pairs)
        new = len(pairs) - len(existing)
        change = self.env["pmm.target.change"]._begin(self.program_id, "bulk", self.reason)
        keys = [(enrollment.id, period.id) for enrollment, period in pairs]
        count = change._apply(
            same_targets(keys, self.kpi_id.id, self.threshold, self.value, self.stretch),
            only_new=not self.replace,
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Targets set: %(new)s, replaced: %(replaced)s, kept: %(kept)s.",
                    new=new,
                    replaced=count - new,
                    kept=len(pairs) - count,
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
