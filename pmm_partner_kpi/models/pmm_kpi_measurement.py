from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import formatLang, split_every

from ..queries.measurement import pairs, stale_measurements, upsert_measurements
from ..queries.planning import without_jit
from ..queries.windows import PeriodWindows

# enrolments that one statement measures: it bounds the memory of a run
BATCH = 1000


class PmmKpiMeasurement(models.Model):
    """Result: what an enrolment has reached of a KPI in a period. Written by the run only."""

    _name = "pmm.kpi.measurement"
    _description = "KPI Result"
    _order = "date_start desc, partner_id, kpi_id, id"
    _log_access = False

    _one_per_period = models.Constraint(
        "UNIQUE(kpi_id, enrollment_id, period_id)",
        "A partner has one result per KPI and period.",
    )
    _enrollment_idx = models.Index("(enrollment_id, date_start)")  # partner's own list
    _program_idx = models.Index("(program_id, period_id)")  # results of a programme

    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, readonly=True, ondelete="restrict"
    )
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="cascade"
    )
    period_id = fields.Many2one("pmm.period", required=True, readonly=True, ondelete="cascade")
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one(
        "res.currency",
        readonly=True,
        ondelete="restrict",
        help="Of target and actual; empty where the KPI counts something else than money.",
    )
    date_start = fields.Date(
        string="Period start", required=True, readonly=True, help="First day of the period."
    )
    # readers of results need not see how KPIs are defined
    unit = fields.Selection(related="kpi_id.unit", related_sudo=True)
    is_limit = fields.Boolean(
        compute="_compute_is_limit",
        # as for the unit
        compute_sudo=True,
        help="Lower is better: the target is not to be exceeded.",
    )
    has_target = fields.Boolean(readonly=True)
    target = fields.Float(digits=(20, 4), readonly=True)
    has_actual = fields.Boolean(readonly=True)
    actual = fields.Float(digits=(20, 4), readonly=True)
    has_attainment = fields.Boolean(readonly=True)
    attainment = fields.Float(
        digits=(16, 4),
        readonly=True,
        aggregator="avg",
        help="Actual divided by target; empty where there is no target.",
    )
    state = fields.Selection(
        [
            ("none", "No target"),
            ("open", "Running"),
            ("reached", "Reached"),
            ("missed", "Missed"),
        ],
        string="Status",
        required=True,
        readonly=True,
    )
    measured_at = fields.Datetime(string="Last change", required=True, readonly=True)

    @api.depends("kpi_id.direction")
    def _compute_is_limit(self):
        for measurement in self:
            measurement.is_limit = measurement.kpi_id.direction == "lower"

    @api.depends("partner_id.name", "kpi_id.name", "period_id.name")
    def _compute_display_name(self):
        for measurement in self:
            measurement.display_name = (
                f"{measurement.partner_id.name} · {measurement.kpi_id.name}"
                f" · {measurement.period_id.name}"
            )

    def _format_value(self, value):
        """Return ``value`` as the reader writes it: an amount of money, or with its unit."""
        self.ensure_one()
        return self._format_amount(value, self.currency_id, self.unit)

    @api.model
    def _format_amount(self, value, currency, unit="count"):
        """Return ``value`` in ``currency`` (money) or with the sign of its ``unit``."""
        if currency:
            return formatLang(self.env, value, currency_obj=currency)
        number = formatLang(self.env, value, digits=0 if value == int(value) else 2)
        if unit == "percent":
            return self.env._("%s %%", number)
        if unit == "days":
            return self.env._("%s days", number)
        if unit == "hours":
            return self.env._("%s h", number)
        if unit == "points":
            return self.env._("%s points", number)
        return number

    def _distance(self):
        """Return how much is missing to the target; of a limit, how much of it is left."""
        self.ensure_one()
        return round(self.target - self.actual, 4)

    def _percent(self):
        """Return the attainment in percent, cut to whole ones so that 100 % means reached."""
        self.ensure_one()
        # it has four digits; a float may lie a little below them
        return int(round(self.attainment * 10000) / 100)

    def _format_attainment(self):
        return self.env._("%s %%", self._percent())

    # === ACTIONS === #

    def action_view_credits(self):
        """Return the action that lists what makes up this result."""
        self.ensure_one()
        self.check_access("read")
        return self.kpi_id._source()._view_facts(self)

    # === MEASURING === #

    @api.model
    def _measure(self, enrollments):
        """Bring the results of ``enrollments`` in open periods up to date.

        Return the number of results that changed. Closed periods stay as they were published;
        what would be another figure there today is appended as a restatement.
        """
        changed, _restated = self._measure_all(enrollments)
        return changed

    @api.model
    def _measure_all(self, enrollments):
        """Do what :meth:`_measure` does; return the numbers of results changed and restated.

        One statement per programme and batch of enrolments.
        """
        self.env.flush_all()
        self.env.cr.execute(without_jit())
        changed = restated = 0
        for program, members in enrollments.grouped("program_id").items():
            for ids in split_every(BATCH, members.ids, list):
                counts = self._measure_batch(program, ids)
                changed, restated = changed + counts[0], restated + counts[1]
        self.invalidate_model()
        self.env["pmm.kpi.restatement"].invalidate_model()
        return changed, restated

    @api.model
    def _measure_batch(self, program, enrollment_ids):
        today = program._today()
        stale = self.env.execute_query(stale_measurements(program, enrollment_ids, today))
        # results are derived data and belong to the run, whoever started it
        self.sudo().browse(id_ for [id_] in stale).unlink()
        # figures are the same whoever starts the run
        kpis = program.sudo().kpi_ids
        if not kpis:
            return len(stale), 0
        wanted = pairs(program, enrollment_ids, today)
        if since := program._restated_since(today):
            changed, restated = self._measure_and_restate(
                kpis, program, enrollment_ids, wanted, today, since
            )
            return len(stale) + changed, restated
        values = kpis._value_select(PeriodWindows(program, enrollment_ids), wanted)
        rows = self.env.execute_query(upsert_measurements(kpis, program, values, today))
        return len(stale) + len(rows), 0

    @api.model
    def _in_use_error(self, kpi):
        return UserError(
            self.env._("“%(kpi)s” has results and cannot be deleted; archive it.", kpi=kpi.name)
        )
