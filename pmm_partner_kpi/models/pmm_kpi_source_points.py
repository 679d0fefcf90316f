from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..queries.points import points_expression, points_in_windows, window_periods
from ..queries.windows import PeriodsOfWindows

# in a context: the values are those of windows that are no periods. An object of our own, which
# a context that comes by RPC cannot hold
OWN_WINDOWS = object()


class PmmKpiDefinition(models.Model):
    """KPIs that give points for what other KPIs count: activity scores."""

    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[("points", "Points for other KPIs")], ondelete={"points": "cascade"}
    )
    points_line_ids = fields.One2many(
        "pmm.kpi.points.line", "kpi_id", string="Points for", copy=True
    )

    @api.constrains("points_line_ids", "active", "company_id")
    def _check_points(self):
        for kpi in self.filtered(lambda kpi: kpi.source == "points"):
            kpi._source()._check(kpi)

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"points_line_ids"}

    def _totals(self, program, windows):
        return super(PmmKpiDefinition, self.with_context(pmm_kpi_windows=OWN_WINDOWS))._totals(
            program, windows
        )


class PmmKpiSourcePoints(models.AbstractModel):
    """Units of other KPIs times points, each up to its limit per period.

    In a period that follows from the values of these KPIs. Over a tier's window it is a pass of
    its own: the sum over the periods that begin in it, as the limits are those of a period.
    """

    _name = "pmm.kpi.source.points"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source: Points"

    @api.model
    def _over_own_windows(self):
        return self.env.context.get("pmm_kpi_windows") is OWN_WINDOWS

    @api.model
    def _is_derived(self, kpi):
        return not self._over_own_windows()

    @api.model
    def _needs(self, kpi):
        return kpi.browse() if self._over_own_windows() else kpi.points_line_ids.counted_kpi_id

    @api.model
    def _expression(self, kpi, columns):
        return points_expression(
            [
                (columns[line.counted_kpi_id], line._exact("points"), line._limit())
                for line in kpi.points_line_ids
            ]
        )

    @api.model
    def _pass_key(self, kpi):
        return "points"

    @api.model
    def _values(self, kpis, windows):
        periods = PeriodsOfWindows(windows.program, windows.rows)
        inside = kpis.with_context(pmm_kpi_windows=None)
        select = inside._value_select(periods, window_periods(periods))
        return points_in_windows(select, [kpi._value_column() for kpi in kpis])

    @api.model
    def _unit(self, kpi):
        return "points"

    @api.model
    def _check(self, kpi):
        if not kpi.points_line_ids:
            raise ValidationError(
                self.env._("Say what “%s” gives points for: add a line with a KPI.", kpi.name)
            )
        archived = kpi.points_line_ids.counted_kpi_id.filtered(lambda each: not each.active)
        if kpi.active and archived:
            raise ValidationError(
                self.env._(
                    "“%(kpi)s” gives points for “%(needed)s”, which is archived. Restore that KPI,"
                    " or take it out.",
                    kpi=kpi.name,
                    needed=archived[0].name,
                )
            )
        kpi._check_needs()

    @api.model
    def _view_facts(self, measurement):
        return measurement._view_needed_results()

    @api.model
    def _builds_up(self, kpi):
        return True
