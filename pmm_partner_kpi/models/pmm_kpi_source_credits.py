from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

from ..queries.credit_values import counted_credits, credit_values, is_sold, is_standing
from ..queries.season import season_days
from ..queries.windows import PeriodWindows


class PmmKpiSourceCredits(models.AbstractModel):
    """What all sources over sales credits have in common: they are measured in one pass.

    Such a source says its aggregate only (``_aggregate``).
    """

    _name = "pmm.kpi.source.credits"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source over Sales Credits"

    @api.model
    def _aggregate(self, kpi, matching):
        """Return the SQL aggregate over ``pmm_credit`` and ``days`` of this source.

        ``matching`` is the condition of the credits that ``kpi`` counts, for its FILTER;
        ``days.factor`` turns an amount into programme currency.
        """
        raise NotImplementedError

    @api.model
    def _pass_key(self, kpi):
        return "credits", kpi.stage, kpi._credit_date_column(), kpi.scope

    @api.model
    def _values(self, kpis, windows):
        columns = []
        for kpi in kpis:
            matching = kpi._credit_condition(windows.program)
            aggregate = kpi._source()._aggregate(kpi, matching)
            columns.append((kpi._value_column(), aggregate, matching))
        first = kpis[0]
        day = first._credit_day(windows.program)
        return credit_values(windows, first.scope, day, columns, first.stage)

    @api.model
    def _season_days(self, kpis, windows):
        if not all(kpi._source()._is_additive(kpi) for kpi in kpis):
            return None
        columns = []
        for kpi in kpis:
            matching = kpi._credit_condition(windows.program)
            columns.append((kpi.id, kpi._source()._aggregate(kpi, matching), matching))
        first = kpis[0]
        day = first._credit_day(windows.program)
        return season_days(windows, first.scope, day, columns, first.stage)

    @api.model
    def _is_standing(self):
        """Return the condition that a credit has not been withdrawn; sums need not ask."""
        return is_standing()

    @api.model
    def _is_sold(self):
        """Return the condition that a credit stands, is no return, and brings money."""
        return is_sold()

    @api.model
    def _has_scope(self, kpi):
        return True

    @api.model
    def _counts_credits(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        kpi, program = measurement.kpi_id, measurement.program_id
        date = kpi._credit_date_column()
        start, stop = kpi._window_of(measurement.period_id)
        counted = measurement.enrollment_id._counted_domain(kpi.scope, date, start, stop)
        facts = self._facts_domain(measurement, start, stop)
        groups = self._facts_groups(kpi)
        if kpi.compare != "none":
            year = relativedelta(years=1)
            facts |= self._facts_domain(measurement, start - year, stop - year)
            counted |= Domain("id", "in", self._credits_of_last_year(measurement))
            groups = [f"{date}:year", *groups]
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        return action | {
            "display_name": measurement.display_name,
            "context": {"group_by": groups},
            "domain": list(counted & kpi._credit_domain(program) & facts),
        }

    @api.model
    def _credits_of_last_year(self, measurement):
        """Return the ids of the credits that ``measurement`` is compared with."""
        kpi, program = measurement.kpi_id, measurement.program_id
        windows = PeriodWindows.of(measurement, kpi._stretches()[1])
        self.env.flush_all()
        rows = self.env.execute_query(
            counted_credits(
                windows, kpi.scope, kpi._credit_day(program), kpi._credit_condition(program)
            )
        )
        return [id_ for [id_] in rows]

    @api.model
    def _facts_domain(self, measurement, start, stop):
        """Return which of the credits that the KPI counts the figure is made of.

        They are limited to the days ``[start, stop)`` already.
        """
        return Domain.TRUE

    @api.model
    def _facts_groups(self, kpi):
        """Return by what the credits behind the figure are grouped: by what it counts."""
        return []
