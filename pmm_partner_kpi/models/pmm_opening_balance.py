from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import format_date


class PmmOpeningBalance(models.Model):
    """What an enrolment brings along from before: an actual of a KPI, or points."""

    _name = "pmm.opening.balance"
    _description = "Opening Balance"
    _order = "date desc, enrollment_id, id"
    _rec_name = "enrollment_id"

    _kpi_of_actual = models.Constraint(
        "CHECK((kind = 'actual') = (kpi_id IS NOT NULL))",
        "An opening actual names its KPI; points have none.",
    )
    _once = models.UniqueIndex(
        "(enrollment_id, kind, COALESCE(kpi_id, 0), date)",
        "This partner already has such an opening balance on this day.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="enrollment_id.partner_id", store=True, index=True)
    program_id = fields.Many2one(related="enrollment_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit = fields.Selection(related="kpi_id.unit")
    kind = fields.Selection(
        [("actual", "Actual of a KPI"), ("points", "Points")], required=True, default="actual"
    )
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", index="btree_not_null", ondelete="restrict"
    )
    open_kpi_ids = fields.Many2many(
        "pmm.kpi.definition",
        string="KPIs that take openings",
        compute="_compute_open_kpi_ids",
    )
    date = fields.Date(
        required=True,
        help="The day for which it stands, usually before the programme starts. It counts in the"
        " period, and in the tier year, that this day lies in.",
    )
    value = fields.Float(digits=(20, 4), required=True)
    batch_id = fields.Many2one(
        "pmm.opening.batch",
        string="Import",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )

    @api.depends("program_id", "kpi_id")
    def _compute_currency_id(self):
        for opening in self:
            kpi = opening.kpi_id
            opening.currency_id = kpi._currency(opening.program_id) if kpi else False

    @api.depends("enrollment_id")
    def _compute_open_kpi_ids(self):
        for opening in self:
            kpis = opening.enrollment_id.program_id.kpi_ids
            opening.open_kpi_ids = kpis.filtered(lambda kpi: kpi._takes_openings())

    @api.constrains("kpi_id", "enrollment_id")
    def _check_measured(self):
        for opening in self.filtered("kpi_id"):
            if not opening.kpi_id._takes_openings():
                raise ValidationError(opening.kpi_id._no_openings_sentence())
            program = opening.enrollment_id.program_id
            if opening.kpi_id not in program.kpi_ids:
                raise ValidationError(
                    self.env._(
                        "“%(program)s” does not measure “%(kpi)s”. Add the KPI to the programme"
                        " first.",
                        program=program.name,
                        kpi=opening.kpi_id.name,
                    )
                )

    @api.onchange("kind")
    def _onchange_kind(self):
        if self.kind == "points":
            self.kpi_id = False

    @api.model_create_multi
    def create(self, vals_list):
        openings = super().create(vals_list)
        openings._check_day_open()
        openings.enrollment_id._mark_to_measure()
        return openings

    def write(self, vals):
        self._check_by_hand()
        self._check_day_open()
        enrollments = self.enrollment_id
        result = super().write(vals)
        self._check_day_open()
        (enrollments | self.enrollment_id)._mark_to_measure()
        return result

    def unlink(self):
        self._check_by_hand()
        self._check_day_open()
        enrollments = self.enrollment_id
        result = super().unlink()
        enrollments._mark_to_measure()
        return result

    def _check_by_hand(self):
        """Keep what a file brought together: it is taken back as a whole."""
        imported = self.filtered("batch_id")
        if imported and not self.env.su:
            raise UserError(
                self.env._(
                    "This opening balance was imported with “%s”. Undo that import to change it.",
                    imported[0].batch_id.name,
                )
            )

    def _check_day_open(self):
        """Refuse a day whose figures are closed."""
        if self.env.su and self.env.context.get("pmm_go_live"):
            return  # what a pilot closed says nothing of who begins now
        for program, openings in self.grouped("program_id").items():
            closed = program.period_ids.filtered(lambda period: period.state == "closed")
            for opening in openings if closed else ():
                period = closed._period_of(opening.date)
                if period:
                    raise UserError(
                        self.env._(
                            "%(day)s lies in %(period)s, which is closed: its figures stay.",
                            day=format_date(self.env, opening.date),
                            period=period.name,
                        )
                    )
