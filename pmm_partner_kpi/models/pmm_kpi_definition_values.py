from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from ..queries.credit_values import condition_of
from ..queries.kpi_values import (
    add_columns,
    bounded,
    combine,
    fenced,
    growth,
    one_value,
    or_void,
    own_pairs,
    rounded,
    with_opening,
)
from ..queries.opening_balances import opening_values
from ..queries.program_days import local_day
from ..queries.windows import OwnWindows, Stretch


class PmmKpiDefinition(models.Model):
    """How the values of KPIs are put together: one statement for all of them."""

    _inherit = "pmm.kpi.definition"

    def _source(self):
        """Return the strategy that measures this KPI."""
        self.ensure_one()
        name = f"pmm.kpi.source.{self.source}"
        # while an upgrade loads this addon, the sources of those above it are not there yet
        return self.env[name if name in self.env else "pmm.kpi.source"]

    def _is_derived(self):
        return self._source()._is_derived(self)

    def _value_column(self):
        """Return the name of this KPI's column in the SELECTs of its source and of all values."""
        self.ensure_one()
        return f"value_{self.id}"

    def _with_depends(self):
        """Return these KPIs and all that they are derived from, those they depend on first."""
        ordered, path = self.browse(), self.browse()

        def visit(kpi, path):
            nonlocal ordered
            if kpi in path:
                raise UserError(self.env._("“%s” is derived from itself.", kpi.name))
            if kpi in ordered:
                return
            for other in kpi._source()._needs(kpi):
                visit(other, path | kpi)
            ordered |= kpi

        for kpi in self:
            visit(kpi, path)
        return ordered

    def _value_select(self, windows, pairs):
        """Return a SELECT (enrollment_id, window_id, ``value_<id>`` of each of these KPIs).

        ``windows`` are :class:`PeriodWindows` or :class:`OwnWindows`, ``pairs`` is a SELECT
        (enrollment_id, window_id) of the rows that are wanted: each comes once. Values are
        rounded, opening balances are in them; NULL is "no data".
        """
        kpis = self._with_depends()
        program = windows.program
        select = combine(pairs, kpis._passes(windows))
        measured = kpis.filtered(lambda kpi: not kpi._is_derived())
        select = add_columns(
            select, {kpi._value_column(): kpi._measured_value(program) for kpi in measured}
        )
        columns = {kpi: SQL.identifier(kpi._value_column()) for kpi in measured}
        for kpi in kpis - measured:
            value = kpi._rounded(kpi._source()._expression(kpi, columns), program)
            select = add_columns(fenced(select), {kpi._value_column(): bounded(value)})
            columns[kpi] = SQL.identifier(kpi._value_column())
        return select

    def _totals(self, program, windows):
        """Return a SELECT (enrollment_id, value) of this KPI, one row per row of ``windows``.

        ``windows`` is a SELECT (enrollment_id, date_start, date_stop), half-open, one row per
        enrolment of ``program``. Closed periods count like the others.
        """
        values = self._value_select(OwnWindows(program, windows), own_pairs(windows))
        return one_value(values, self._value_column())

    def _passes(self, windows):
        """Return [(SELECT, {its column: name})]: everything that has to be read for these KPIs."""
        passes = {}
        for kpi in self.filtered(lambda kpi: not kpi._is_derived()):
            for stretch in kpi._stretches():
                months = windows.rolling(stretch.months)
                key = kpi._source()._pass_key(kpi), stretch._replace(months=months)
                passes.setdefault(key, []).append(kpi.id)
        selects = []
        for (_key, stretch), ids in passes.items():
            # what one of them is read for is read for all
            kpis = self.browse(ids).with_prefetch(self._prefetch_ids)
            prefix = "base" if stretch.years_back else "fact"
            columns = {kpi._value_column(): f"{prefix}_{kpi.id}" for kpi in kpis}
            selects.append((kpis[0]._source()._values(kpis, windows.variant(stretch)), columns))
        if additive := self.filtered(lambda kpi: kpi._takes_openings()):
            columns = {kpi._value_column(): f"opening_{kpi.id}" for kpi in additive}
            selects.append((opening_values(additive, windows), columns))
        return selects

    def _stretches(self):
        """Return the stretches of time that these KPIs look at, each once."""
        found = []
        for kpi in self:
            months = kpi.window_months if kpi.window == "rolling" else 0
            found.append(Stretch(months, 0))
            if kpi.compare != "none":
                found.append(Stretch(months, 1))
        return list(dict.fromkeys(found))

    def _measured_value(self, program):
        """Return the SQL value of this KPI from the columns of its passes."""
        void = self._source()._void_value(self)
        value = or_void(f"fact_{self.id}", void)
        if self.compare != "none":
            value = growth(value, or_void(f"base_{self.id}", void), self.compare == "percent")
        elif self._takes_openings():
            value = with_opening(value, f"opening_{self.id}")
        return self._rounded(value, program)

    def _rounded(self, value, program):
        quantum = self._currency(program).rounding or 0.0001
        return rounded(value, f"{quantum:f}".rstrip("0") if quantum < 1 else str(quantum))

    # === SALES CREDITS === #

    def _credit_stage(self):
        return self.stage

    def _credit_condition(self, program):
        """Return the SQL condition on ``pmm_credit`` of the credits that this KPI counts."""
        return condition_of(self._credit_query(program))

    def _credit_date_column(self):
        """Return which date of a credit decides on its period."""
        self.ensure_one()
        if self.stage == "booked":
            return "booked_at"
        returned = self.stage != "booked" and self.returns_in == "origin"
        return "origin_date" if returned else "date"

    def _credit_day(self, program):
        """Return the SQL date by which a credit counts, in the programme's time zone."""
        column = SQL.identifier("pmm_credit", self._credit_date_column())
        return local_day(column, program) if self.stage == "booked" else column

    def _window_of(self, period):
        """Return the days ``(start, stop)`` that count for ``period``."""
        self.ensure_one()
        start = period.date_start
        if self.window == "rolling":
            start = fields.Date.subtract(period.date_stop, months=self.window_months)
        return max(start, period.program_id.date_start), period.date_stop
