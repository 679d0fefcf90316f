from odoo import api, fields, models
from odoo.exceptions import ValidationError


class PmmKpiTarget(models.Model):
    """What a partner is to reach: one value per KPI, enrolment and period."""

    _name = "pmm.kpi.target"
    _inherit = ["pmm.internal.thread"]
    _description = "KPI Target"
    _order = "period_id, enrollment_id, kpi_id, id"
    _check_company_auto = True

    _one_per_period = models.Constraint(
        "UNIQUE(enrollment_id, kpi_id, period_id)",
        "This partner already has a target for this KPI and period.",
    )
    _value_positive = models.Constraint(
        "CHECK(value >= 0 AND threshold >= 0 AND stretch >= 0)",
        "A target cannot be negative. Leave it out where there is none.",
    )
    _change_idx = models.Index("(change_id)")

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Partner", required=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="enrollment_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(
        "res.currency",
        compute="_compute_currency_id",
        help="Empty where the KPI counts something else than money.",
    )
    kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="KPI",
        required=True,
        index=True,
        ondelete="restrict",
        check_company=True,
    )
    period_id = fields.Many2one(
        "pmm.period",
        required=True,
        index=True,
        ondelete="restrict",
        domain="[('program_id', '=', program_id), ('state', '=', 'open')]",
    )
    # readers of targets need not see how KPIs are defined
    unit = fields.Selection(related="kpi_id.unit", related_sudo=True)
    threshold = fields.Float(
        digits=(20, 4),
        default=0,
        tracking=True,
        help="Less than this counts as nothing reached. 0: there is none.",
    )
    value = fields.Float(string="Target", digits=(20, 4), required=True, tracking=True)
    stretch = fields.Float(
        digits=(20, 4),
        default=0,
        tracking=True,
        help="What would be outstanding. 0: there is none.",
    )
    by_hand = fields.Boolean(
        string="Set by hand",
        readonly=True,
        default=True,
        copy=False,
        help="Somebody has set this target for this partner, so bulk assignments and spreads leave"
        " it as it is unless they are told otherwise.",
    )
    change_id = fields.Many2one(
        "pmm.target.change", string="Last change", readonly=True, copy=False, ondelete="set null"
    )
    # without a column: what is said here is kept with the version that this edit makes
    change_reason = fields.Char(string="Reason for the change", store=False)
    needs_reason = fields.Boolean(compute="_compute_needs_reason")
    version_ids = fields.Many2many(
        "pmm.kpi.target.version", string="Versions", compute="_compute_version_ids"
    )

    @api.depends("threshold", "value", "stretch")
    def _compute_needs_reason(self):
        for target in self:
            saved = target._origin
            target.needs_reason = saved and any(
                target[name] != saved[name] for name in ("threshold", "value", "stretch")
            )

    @api.depends("change_id")
    def _compute_version_ids(self):
        Version = self.env["pmm.kpi.target.version"]
        for target in self:
            target.version_ids = Version.search(
                [
                    ("enrollment_id", "=", target.enrollment_id.id),
                    ("kpi_id", "=", target.kpi_id.id),
                    ("period_id", "=", target.period_id.id),
                ]
            )

    @api.depends("program_id", "kpi_id")
    def _compute_currency_id(self):
        for target in self:
            kpi = target.kpi_id
            target.currency_id = kpi._currency(target.program_id) if kpi else False

    def _format_value(self):
        """Return the target as the reader writes it: an amount of money, or with its unit."""
        self.ensure_one()
        Measurement = self.env["pmm.kpi.measurement"]
        return Measurement._format_amount(self.value, self.currency_id, self.unit)

    @api.depends("enrollment_id", "kpi_id.name", "period_id.name")
    def _compute_display_name(self):
        for target in self:
            target.display_name = (
                f"{target.enrollment_id.partner_id.name} · {target.kpi_id.name}"
                f" · {target.period_id.name}"
            )

    @api.constrains("enrollment_id", "period_id", "kpi_id")
    def _check_same_program(self):
        for target in self:
            program = target.enrollment_id.program_id
            if target.period_id.program_id != program:
                raise ValidationError(
                    self.env._(
                        "%(period)s belongs to another programme than %(enrollment)s.",
                        period=target.period_id.with_context(pmm_with_program=True).display_name,
                        enrollment=target.enrollment_id.display_name,
                    )
                )
            if target.kpi_id not in program.kpi_ids:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” does not measure “%(kpi)s”. Add the KPI to the programme"
                        " first.",
                        program=program.name,
                        kpi=target.kpi_id.name,
                    )
                )

    @api.constrains("threshold", "value", "stretch", "kpi_id")
    def _check_order(self):
        for target in self:
            steps = [target.threshold, target.value, target.stretch or None]
            if target.kpi_id.direction == "lower":
                steps = [target.stretch, target.value, target.threshold or None]
            steps = [step for step in steps if step is not None]
            if steps != sorted(steps):
                raise ValidationError(
                    self.env._(
                        "%(target)s: the threshold must be easier to reach than the target, and"
                        " the stretch harder.",
                        target=target.display_name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        reasons = [vals.get("change_reason") for vals in vals_list]
        targets = super().create(
            [{k: v for k, v in vals.items() if k != "change_reason"} for vals in vals_list]
        )
        targets.period_id._check_targets_open()
        targets.enrollment_id._mark_to_measure()
        # those that are set together are one change
        reason = next(filter(None, reasons), False)
        self.env["pmm.target.change"]._note(targets, reason)
        return targets

    def write(self, vals):
        vals = dict(vals)
        reason = vals.pop("change_reason", False)
        self.period_id._check_targets_open()
        enrollments = self.enrollment_id
        before = {target: target._steps() for target in self}
        if vals.keys() & {"threshold", "value", "stretch"}:
            vals.setdefault("by_hand", True)
        result = super().write(vals)
        self.period_id._check_targets_open()
        (enrollments | self.enrollment_id)._mark_to_measure()
        changed = self.filtered(lambda target: target._steps() != before[target])
        self.env["pmm.target.change"]._note(changed, reason)
        return result

    def _steps(self):
        """Return all of this target that is kept as versions."""
        key = (self.enrollment_id, self.kpi_id, self.period_id)
        return key, self.threshold, self.value, self.stretch

    def unlink(self):
        self.period_id._check_targets_open()
        enrollments = self.enrollment_id
        self.env["pmm.target.change"]._note(self, removed=True)
        result = super().unlink()
        enrollments._mark_to_measure()
        return result
