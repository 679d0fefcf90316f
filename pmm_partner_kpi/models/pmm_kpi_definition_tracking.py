from decimal import Decimal

from odoo import models

from ..queries.tracking import Carried


class PmmKpiDefinition(models.Model):
    """How the value of a running period is carried to its end."""

    _inherit = "pmm.kpi.definition"

    def _builds_up(self):
        """Return whether the value grows from nothing over the days of a period."""
        self.ensure_one()
        plain = (self.compare, self.window) == ("none", "period")
        return plain and self._source()._builds_up(self)

    def _can_be_told(self):
        """Return whether the value of a part of a period says something about all of it.

        Growth does not: until its last day a period is compared with all of last year's.
        """
        self.ensure_one()
        return self.compare == "none" or self.window == "rolling"

    def _quantum(self, program):
        """Return the smallest step of this KPI's values in ``program``."""
        return Decimal(str(self._currency(program).rounding or 0.0001))

    def _carried(self, program):
        """Return how each of these KPIs is carried to the end of its period."""
        return [
            Carried(kpi.id, kpi._quantum(program), kpi.direction == "lower", kpi._builds_up())
            for kpi in self
            if kpi._can_be_told()
        ]

    def _season_selects(self, windows):
        """Return [(KPIs, SELECT)]: what came a year ago, per pass that can tell it by day."""
        passes = {}
        for kpi in self.filtered(lambda kpi: kpi._takes_openings()):
            passes.setdefault(kpi._source()._pass_key(kpi), []).append(kpi.id)
        groups = [self.browse(ids).with_prefetch(self._prefetch_ids) for ids in passes.values()]
        selects = [(kpis, kpis[0]._source()._season_days(kpis, windows)) for kpis in groups]
        return [(kpis, select) for kpis, select in selects if select]

    def _quotation_columns(self, program):
        """Return {scope: [(id, stage, aggregate)]} of the KPIs that open quotations add to."""
        columns = {}
        for kpi in self:
            source = kpi._source()
            if kpi._takes_openings() and source._takes_quotations(kpi):
                aggregate = source._aggregate(kpi, kpi._credit_condition(program))
                columns.setdefault(kpi.scope, []).append((kpi.id, kpi.stage, aggregate))
        return columns

    def _mark_measured(self, programs=None):
        result = super()._mark_measured(programs)
        # whoever may define KPIs may not edit programmes; last year is looked at again
        having = self._and_derived().sudo().program_ids
        having.with_context(tracking_disable=True).season_day = False
        return result
