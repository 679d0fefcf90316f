from collections import defaultdict
from datetime import datetime, time, timedelta
from decimal import Decimal

import pytz

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine.tracking import season, weekdays
from ..queries.quotations import fixed_odds, no_quotations, open_quotations
from ..queries.season import season_windows
from ..queries.tracking import with_open_targets
from ..queries.windows import PeriodWindows, Stretch

# what decides on which days of last year are looked at, and for which KPIs
FRAME = {"kpi_ids", "date_start", "period_scheme", "currency_id", "company_id"}
# what decides on forecasts and what they are called
SETTINGS = {"resource_calendar_id", "on_track_from", "at_risk_from", "quotation_odds"}


class PmmProgram(models.Model):
    """How a programme looks ahead: its working days, last year, quotations, thresholds."""

    _inherit = "pmm.program"

    _quotation_odds_percent = models.Constraint(
        "CHECK(quotation_odds BETWEEN 0 AND 100)",
        "The odds of open quotations are 0 to 100 %. Enter 0 to leave quotations out.",
    )

    resource_calendar_id = fields.Many2one(
        "resource.calendar",
        string="Working days",
        compute="_compute_resource_calendar_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="set null",
        check_company=True,
        help="On which days business is done: public holidays of the calendar are none. Empty:"
        " Monday to Friday.",
    )
    on_track_from = fields.Integer(
        string="On track from",
        default=100,
        required=True,
        tracking=True,
        help="In % of the target: where the forecast is so high, the partner is on track.",
    )
    at_risk_from = fields.Integer(
        string="At risk from",
        default=80,
        required=True,
        tracking=True,
        help="In % of the target: where the forecast is so high but not on track, the target is at"
        " risk; below that the partner is behind.",
    )
    quotation_odds = fields.Integer(
        string="Odds of quotations",
        default=30,
        tracking=True,
        help="In %: so much of open quotations is expected to be ordered before the period ends,"
        " and is added to the forecast. 0: quotations are left out.",
    )
    season_day = fields.Date(
        readonly=True, copy=False, help="Day on which last year was last looked at."
    )
    track_day = fields.Date(
        readonly=True, copy=False, help="Day on which all forecasts were last marked."
    )

    @api.depends("company_id")
    def _compute_resource_calendar_id(self):
        for program in self:
            # a manager of programmes need not see the settings of the company
            program.resource_calendar_id = program.company_id.sudo().resource_calendar_id

    @api.constrains("on_track_from", "at_risk_from")
    def _check_thresholds(self):
        for program in self:
            if not 0 <= program.at_risk_from < program.on_track_from <= 200:
                raise ValidationError(
                    self.env._(
                        "“%(program)s”: “At risk from” (%(risk)s %%) must be below “On track from”"
                        " (%(track)s %%), and both between 0 and 200 %%.",
                        program=program.name,
                        risk=program.at_risk_from,
                        track=program.on_track_from,
                    )
                )

    def write(self, vals):
        if FRAME & vals.keys():
            vals = {**vals, "season_day": False}
        result = super().write(vals)
        if SETTINGS & vals.keys():
            self._mark_to_track()
        return result

    def _mark_to_track(self):
        """Note that the forecasts of all enrolments may be others now."""
        # whoever may edit a programme may not see every enrolment: these are only marks
        self.env["pmm.dirty"]._mark("track", self.sudo().enrollment_ids.ids)

    # === WHAT FORECASTS FOLLOW === #

    def _working_days(self, start, stop):
        """Return the days of ``[start, stop)`` on which business is done."""
        self.ensure_one()
        # people who read results need not see calendars
        program = self.sudo()
        calendar = program.resource_calendar_id
        if not calendar or start >= stop:
            return weekdays(start, stop)
        tz = pytz.timezone(calendar.tz or self.tz)
        unusual = calendar._get_unusual_days(
            tz.localize(datetime.combine(start, time.min)),
            tz.localize(datetime.combine(stop - timedelta(days=1), time.max)),
            program.company_id,
        )
        days = (start + timedelta(days=number) for number in range((stop - start).days))
        return {day for day in days if not unusual.get(fields.Date.to_string(day))}

    def _refresh_season(self, today):
        """Look at last year for the running periods of this programme, once a day.

        The curve is that of all enrolments together: one query per pass of KPIs, however many
        partners there are.
        """
        self.ensure_one()
        if self.season_day == today:
            return
        # whoever starts the run need not see all KPIs, nor edit programmes and periods
        program = self.sudo().with_context(tracking_disable=True)
        program.season_day = today
        running = program.period_ids.filtered(
            lambda period: period.state != "closed" and period._period_of(today)
        )
        if not running:
            return
        windows = PeriodWindows(
            program, program.enrollment_ids.ids, season_windows(program, today), Stretch(0, 1)
        )
        found = defaultdict(dict)
        for kpis, select in program.kpi_ids._season_selects(windows):
            self.env.flush_all()
            rows = self.env.execute_query_dict(select)
            for period in running:
                own = [row for row in rows if row["period_id"] == period.id]
                for kpi in kpis:
                    found[period][str(kpi.id)] = _curve(own, kpi.id)
        for period in running:
            period.season = {key: days for key, days in found[period].items() if days}

    def _quotation_odds(self):
        """Return the SQL number from 0 to 1: how likely the quotation ``document`` is ordered.

        ``document`` is a row of sale_order. Addons that know better override it; the result of
        super() is what holds for the others.
        """
        self.ensure_one()
        return fixed_odds(self.quotation_odds)

    def _open_quotations(self, kpis, enrollment_ids, today):
        """Return a SELECT (enrollment_id, kpi_id, amount): what open quotations promise."""
        self.ensure_one()
        columns = kpis._quotation_columns(self) if self.quotation_odds else {}
        if not columns:
            return no_quotations()
        return open_quotations(
            self,
            enrollment_ids,
            today,
            columns,
            self._quotation_odds(),
            self.env["pmm.credit"]._excluded_sale_lines(),
        )

    # === THE SCHEDULE === #

    def _mark_what_the_day_changes(self):
        result = super()._mark_what_the_day_changes()
        for program in self:
            today = program._today()
            if program.track_day == today:
                continue
            # the schedule keeps the day, nobody edits it; no tracking
            program.sudo().with_context(tracking_disable=True).track_day = today
            self.env.flush_all()
            rows = self.env.execute_query(with_open_targets(program, today))
            self.env["pmm.dirty"]._mark("track", [id_ for [id_] in rows])
        return result

    @api.model
    def _cron_run(self, batch=500):
        result = super()._cron_run(batch)
        self._cron_stage("track", self.env["pmm.kpi.measurement"]._track, batch)
        self._cron_warn(batch)
        return result


def _curve(rows, kpi_id):
    """Return [(day, value)] of a KPI as it is kept, None where last year tells nothing."""
    weights = season(
        [(row["day"], Decimal(row[f"value_{kpi_id}"]), row[f"documents_{kpi_id}"]) for row in rows]
    )
    return weights and [
        (fields.Date.to_string(day), str(value)) for day, value in weights.items() if value
    ]
