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
        "CHECK(value >= 0)", "A target cannot be negative. Leave it out where there is none."
    )

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
    value = fields.Float(string="Target", digits=(20, 4), required=True, tracking=True)

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

    @api.model_create_multi
    def create(self, vals_list):
        targets = super().create(vals_list)
        targets.period_id._check_targets_open()
        targets.enrollment_id._mark_to_measure()
        return targets

    def write(self, vals):
        self.period_id._check_targets_open()
        enrollments = self.enrollment_id
        result = super().write(vals)
        self.period_id._check_targets_open()
        (enrollments | self.enrollment_id)._mark_to_measure()
        return result

    def unlink(self):
        self.period_id._check_targets_open()
        enrollments = self.enrollment_id
        result = super().unlink()
        enrollments._mark_to_measure()
        return result
