from decimal import Decimal

from odoo import api, fields, models

from ..engine.tracking import needed_per_day


class PmmKpiMeasurement(models.Model):
    """What a running period still asks for, and its forecast in words."""

    _inherit = "pmm.kpi.measurement"

    days_left = fields.Integer(
        string="Working days left",
        compute="_compute_pace",
        # the calendar of the programme is none of the reader's business
        compute_sudo=True,
        aggregator=None,
        help="Today included.",
    )
    has_needed = fields.Boolean(compute="_compute_pace", compute_sudo=True)
    needed_per_day = fields.Float(
        string="Needed per working day",
        digits=(20, 4),
        compute="_compute_pace",
        compute_sudo=True,
        aggregator=None,
        help="What is missing to the target, for each working day that is left, today included.",
    )
    forecast_note = fields.Char(
        string="How it was found",
        compute="_compute_forecast_note",
        compute_sudo=True,
        groups="base.group_user",
    )

    @api.depends("target", "has_target", "actual", "has_actual", "state", "period_id")
    def _compute_pace(self):
        working = {}
        for result in self:
            result.days_left, result.needed_per_day, result.has_needed = 0, 0, False
            program, period = result.program_id, result.period_id
            today = program._today()
            if not (period.state != "closed" and period._period_of(today)):
                continue
            # programmes with one calendar share their days
            key = (program.resource_calendar_id, program.company_id, today, period.date_stop)
            if key not in working:
                working[key] = program._working_days(today, period.date_stop)
            left = result.enrollment_id.date_stop or period.date_stop
            result.days_left = sum(day < left for day in working[key])
            if result.state == "open" and result.has_actual and result._is_pushed():
                missing = Decimal(str(result.target)) - Decimal(str(result.actual))
                quantum = result.kpi_id._quantum(program)
                needed = needed_per_day(missing, result.days_left, quantum)
                result.needed_per_day = needed or 0
                result.has_needed = needed is not None

    def _is_pushed(self):
        """Return whether more of it each day brings it to its target."""
        self.ensure_one()
        return not self.is_limit and self.kpi_id._builds_up()

    @api.depends("has_forecast", "forecast_method", "season_share", "quotations", "tracking")
    def _compute_forecast_note(self):
        for result in self:
            result.forecast_note = result._forecast_words()

    def _forecast_words(self, for_partner=False):
        """Return how the forecast was found, or why there is none, in words.

        What we think of a quotation is none of the partner's business.
        """
        self.ensure_one()
        if not self.has_forecast:
            if self.tracking != "early":
                return ""
            if not self.kpi_id._can_be_told():
                return self.env._("Known when the period is over: it is compared with last year's.")
            return self.env._("Less than a tenth of the period has passed.")
        percent = int(self.season_share * 100 + 0.5)
        words = {
            "season": self.env._(
                "By last year's season: %s %% of the period had come by now.", percent
            ),
            "days": self.env._("At the pace so far: %s %% of the working days are over.", percent),
            "as_is": self.env._("As it stands: it does not grow from day to day."),
        }[self.forecast_method]
        if self.quotations and for_partner:
            words += " " + self.env._("Open quotations are taken into account.")
        elif self.quotations:
            words += " " + self.env._(
                "Open quotations by their odds: %s.", self._format_value(self.quotations)
            )
        return words

    def _format_forecast(self):
        """Return the forecast as the reader writes it, with what it is of the target."""
        self.ensure_one()
        forecast = self._format_value(self.forecast)
        if not (self.has_target and self.target > 0):
            return forecast
        ratio = Decimal(str(self.forecast)) / Decimal(str(self.target))
        if self.is_limit:
            ratio = max(2 - ratio, Decimal(0))
        # cut, as the attainment is
        return self.env._(
            "%(forecast)s (%(percent)s %%)", forecast=forecast, percent=int(ratio * 100)
        )

    def _warning_sentence(self):
        """Return what the account manager is told of this result."""
        self.ensure_one()
        label = dict(self._fields["tracking"]._description_selection(self.env))[self.tracking]
        sentence = self.env._(
            "%(kpi)s, %(period)s: %(tracking)s. Forecast %(forecast)s of %(target)s.",
            kpi=self.kpi_id.name,
            period=self.period_id._title(),
            tracking=label,
            forecast=self._format_forecast(),
            target=self._format_value(self.target),
        )
        if self.has_needed:
            sentence += " " + self.env._(
                "Needed per working day: %s.", self._format_value(self.needed_per_day)
            )
        return sentence
