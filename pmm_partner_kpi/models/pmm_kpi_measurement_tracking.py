from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import split_every

from ..engine.tracking import TOO_EARLY, passed
from ..queries.quotations import no_quotations
from ..queries.tracking import Share, running_spans, track_results
from .pmm_kpi_measurement import BATCH

TRACKING = [
    ("reached", "Reached"),
    ("on_track", "On track"),
    ("at_risk", "At risk"),
    ("behind", "Behind"),
    ("missed", "Missed"),
    ("early", "Too early to tell"),
    ("no_data", "No data"),
    ("none", "No target"),
]


class PmmKpiMeasurement(models.Model):
    """Where a result of a running period is heading. Written by the run only."""

    _inherit = "pmm.kpi.measurement"

    threshold = fields.Float(
        digits=(20, 4), readonly=True, help="Less than this counts as nothing reached. 0: none."
    )
    stretch = fields.Float(
        digits=(20, 4), readonly=True, help="What would be outstanding. 0: there is none."
    )
    has_forecast = fields.Boolean(readonly=True)
    forecast = fields.Float(
        digits=(20, 4),
        readonly=True,
        help="What the figure will be at the end of the period if it goes on like this, open"
        " quotations included.",
    )
    forecast_method = fields.Selection(
        [
            ("season", "Last year's season"),
            ("days", "Working days"),
            ("as_is", "As it stands"),
        ],
        string="Forecast by",
        readonly=True,
    )
    season_share = fields.Float(
        string="Share of the period that has passed",
        digits=(10, 9),
        readonly=True,
        aggregator=None,
        help="By last year's season, or by working days; today counts half.",
    )
    quotations = fields.Float(
        string="Of which quotations",
        digits=(20, 4),
        readonly=True,
        groups="base.group_user",
        help="Open quotations, each by its odds; they are part of the forecast.",
    )
    tracking = fields.Selection(
        TRACKING,
        readonly=True,
        help="While the period runs the forecast decides: on track, at risk, behind. When it is"
        " over, a result with a target is reached or missed, or there is no data.",
    )
    warned = fields.Selection(
        [("at_risk", "At risk"), ("behind", "Behind")],
        string="Told the account manager",
        readonly=True,
        groups="base.group_user",
        help="The worst that the account manager was told of in this period.",
    )

    @api.model
    def _measure_all(self, enrollments):
        counts = super()._measure_all(enrollments)
        self._track(enrollments)
        return counts

    @api.model
    def _track(self, enrollments):
        """Bring what results of periods that are not closed say of their end up to date.

        Return how many changed. One statement per programme and batch of enrolments.
        """
        self.env.flush_all()
        changed = 0
        for program, members in enrollments.grouped("program_id").items():
            today = program._today()
            program._refresh_season(today)
            self.env.flush_all()
            # figures are the same whoever starts the run
            kpis = program.sudo().kpi_ids
            for ids in split_every(BATCH, members.ids, list):
                rows = self.env.execute_query(self._tracking_update(program, kpis, ids, today))
                changed += len(rows)
        self.env["pmm.dirty"]._take("track", enrollments.ids)
        self.invalidate_model()
        return changed

    @api.model
    def _tracking_update(self, program, kpis, enrollment_ids, today):
        spans = self.env.execute_query(running_spans(program, enrollment_ids, today))
        return track_results(
            program,
            enrollment_ids,
            today,
            kpis._carried(program),
            self._shares(program, kpis, spans, today),
            TOO_EARLY,
            program._open_quotations(kpis, enrollment_ids, today) if spans else no_quotations(),
        )

    @api.model
    def _shares(self, program, kpis, spans, today):
        """Return which part of each of ``spans`` (period_id, first, stop) has passed, per KPI."""
        # curves of last year are for the run, not for people
        periods = self.env["pmm.period"].sudo().browse({period_id for period_id, *_ in spans})
        working = {
            period.id: dict.fromkeys(
                program._working_days(period.date_start, period.date_stop), Decimal(1)
            )
            for period in periods
        }
        seasons = {
            (period.id, kpi): period._season_of(kpi) if kpi._builds_up() else None
            for period in periods
            for kpi in kpis
        }
        shares = []
        for period_id, first, stop in spans:
            by_days = passed(working[period_id], first, stop, today)
            for kpi in kpis:
                weights = seasons[period_id, kpi]
                by_season = weights and passed(weights, first, stop, today)
                share = by_days if by_season is None else by_season
                if share is not None:
                    method = "days" if by_season is None else "season"
                    shares.append(Share(kpi.id, period_id, first, stop, share, method))
        return shares
