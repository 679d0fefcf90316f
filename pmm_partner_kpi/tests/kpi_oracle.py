"""All sales KPIs, said once more: slowly, one fact at a time, in Decimal.

Goes on where ``fact_oracle.py`` ends. Knows the guide (readme/USAGE.md), nothing of ``queries``,
``engine`` or the sources of KPIs.
"""

from collections import defaultdict
from datetime import date
from decimal import ROUND_DOWN, Decimal
from zoneinfo import ZoneInfo

from .fact_oracle import ZERO, FactOracle, rounded
from .oracle import _runs, exact

HUNDRED = Decimal(100)


class KpiOracle(FactOracle):
    """What results have to be.

    ``conditions``: {name of a KPI: which facts it wants}; ``formulas``: {name: function of
    the values of other KPIs}.
    """

    def __init__(self, env, conditions, formulas):
        super().__init__(env)
        self.conditions, self.formulas = conditions, formulas
        self.kinds = {}

    # === RESULTS === #

    def measurements(self, facts, now):
        """Return {(kpi, enrolment, period name): (target, actual, attainment, state)}."""
        found, self.counted, self.kept, self.figures, self.firsts = {}, {}, {}, {}, {}
        self.standing = defaultdict(list)
        for fact in facts:
            self.standing[fact.company, fact.stage, fact.role].append(fact)
        for enrollment in self.env["pmm.enrollment"].search([]):
            program = enrollment.program_id
            today = self._local(now, program)
            for period in program.period_ids:
                if period.state == "closed" or period.date_start > today:
                    continue
                if self._meet(enrollment, period):
                    for kpi in program.kpi_ids:
                        key = (kpi.name, enrollment.id, period.name)
                        found[key] = self._judged(kpi, enrollment, period, today)
        return found

    @staticmethod
    def _local(moment, program):
        """Return the day of a moment (in UTC) in the time zone of the programme."""
        zone = ZoneInfo(program.tz or "UTC")
        return moment.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).date()

    def _judged(self, kpi, enrollment, period, today):
        actual, target, attainment = self._value(kpi, enrollment, period), None, None
        for candidate in enrollment.target_ids:
            if candidate.kpi_id == kpi and candidate.period_id == period:
                target = exact(candidate.value, 4)
        if actual is None:
            return target, None, None, "none"
        if target:
            ratio = actual / target
            ratio = max(2 - ratio, ZERO) if kpi.direction == "lower" else ratio
            attainment = ratio.quantize(Decimal("0.0001"), ROUND_DOWN)
        if target is None or kpi.direction == "higher":
            return target, actual, attainment, self._state(target, actual, period, today)
        kept = "reached" if actual <= target else "missed"
        return target, actual, attainment, kept if today >= period.date_stop else "open"

    def _value(self, kpi, enrollment, period):
        """Return the value of a KPI, rounded once; None is no data."""
        key = (kpi, enrollment, period)
        if key not in self.figures:
            value = self._exact_value(*key)
            digits = enrollment.program_id.currency_id.decimal_places if kpi.unit == "money" else 4
            self.figures[key] = None if value is None else rounded(value, digits)
        return self.figures[key]

    def _exact_value(self, kpi, enrollment, period):
        if kpi.source == "formula":
            return self.formulas[kpi.name](
                lambda name: self._value(self._named(name, enrollment), enrollment, period)
            )
        if kpi.source == "points":
            return self._points(kpi, enrollment, period)
        now = self._measure(kpi, enrollment, self._rows(kpi, enrollment, period))
        if kpi.compare == "none":
            return now
        before = self._measure(kpi, enrollment, self._rows(kpi, enrollment, period, years=1))
        if now is None or before is None:
            return None
        if kpi.compare == "value":
            return now - before
        return (now - before) / abs(before) * HUNDRED if before else None

    @staticmethod
    def _named(name, enrollment):
        return enrollment.program_id.kpi_ids.filtered(lambda kpi: kpi.name == name)

    def _points(self, kpi, enrollment, period):
        points = ZERO
        for line in kpi.points_line_ids:
            units = self._value(line.counted_kpi_id, enrollment, period)
            if units is not None:
                limit = Decimal(str(line.max_units))
                points += (min(units, limit) if limit else units) * Decimal(str(line.points))
        return points

    def _rows(self, kpi, enrollment, period, years=0):
        """Return [(fact, rate)] of what the KPI counts in the period, or so many years before."""
        start, stop = period.date_start, period.date_stop
        if kpi.window == "rolling":
            months = stop.year * 12 + stop.month - 1 - kpi.window_months
            start = date(months // 12, months % 12 + 1, 1)
        return [
            (fact, rate)
            for fact, day, rate in self._counting(kpi, enrollment, years)
            if start <= day < stop and self._is_wanted(kpi, fact)
        ]

    def _is_of(self, category, wanted):
        if (category, wanted) not in self.kinds:
            self.kinds[category, wanted] = self._in_category(category, wanted)
        return self.kinds[category, wanted]

    def _counting(self, kpi, enrollment, years):
        """Return [(fact, day, rate)] of what counts for the enrolment, whatever the period."""
        program, origin = enrollment.program_id, kpi.returns_in == "origin"
        key = (kpi.stage, kpi.role, kpi.scope, origin, years, enrollment)
        if key not in self.kept:
            self.kept[key] = found = []
            for fact in self.standing[program.company_id.id, kpi.stage, kpi.role]:
                own = fact.origin if origin else fact.day
                own = self._local(own, program) if kpi.stage == "booked" else own
                day = own.replace(year=own.year + years)
                if (
                    program.date_start <= day
                    and _runs(enrollment, day)
                    and fact.partner in self._counted(kpi.scope, enrollment, day)
                    and not self._is_suspended(enrollment, day)
                ):
                    found.append((fact, day, self._rate(program, own)))
        return self.kept[key]

    # === SOURCES === #

    def _measure(self, kpi, enrollment, rows):
        if kpi.source == "new_customers":
            program = enrollment.program_id
            first = self._first_sales(kpi, program)
            rows = [
                (fact, rate)
                for fact, rate in rows
                if first.get((fact.partner, fact.customer)) == self._own_day(fact, program)
            ]
        return getattr(self, f"_{kpi.source}")(kpi, rows)

    def _own_day(self, fact, program):
        return self._local(fact.day, program) if fact.stage == "booked" else fact.day

    def _first_sales(self, kpi, program):
        """Return {(partner, customer): day of the first sale ever that the KPI would count}."""
        if (kpi, program) not in self.firsts:
            self.firsts[kpi, program] = first = {}
            for fact in self.standing[program.company_id.id, kpi.stage, kpi.role]:
                if self._sold([(fact, 1)]) and self._is_wanted(kpi, fact):
                    key, day = (fact.partner, fact.customer), self._own_day(fact, program)
                    first[key] = min(day, first.get(key, day))
        return self.firsts[kpi, program]

    def _is_wanted(self, kpi, fact):
        wanted = self.conditions.get(kpi.name)
        return (not wanted or wanted(fact)) and self._is_of(fact.category, kpi.category_ids)

    def _new_customers(self, _kpi, rows):
        return Decimal(len({(fact.partner, fact.customer) for fact in self._sold(rows)}))

    def _revenue(self, _kpi, rows):
        return sum((fact.amount * rate for fact, rate in rows), ZERO)

    def _quantity(self, _kpi, rows):
        return sum((fact.quantity for fact, _rate in rows), ZERO)

    def _margin(self, _kpi, rows):
        known = [(fact, rate) for fact, rate in rows if fact.cost is not None]
        if not known:
            return None
        return sum(((fact.amount - fact.cost) * rate for fact, rate in known), ZERO)

    def _margin_rate(self, kpi, rows):
        known = [(fact, rate) for fact, rate in rows if fact.cost is not None]
        amount = self._revenue(kpi, known)
        return self._margin(kpi, known) / amount * HUNDRED if amount > 0 else None

    def _orders(self, _kpi, rows):
        return Decimal(len({fact.document for fact, _rate in self._of_sales(rows)}))

    @staticmethod
    def _of_sales(rows):
        return [row for row in rows if not row[0].is_return]

    def _average_order(self, kpi, rows):
        rows = self._of_sales(rows)
        number = self._orders(kpi, rows)
        return self._revenue(kpi, rows) / number if number else None

    def _largest_order(self, kpi, rows):
        return max(self._documents(kpi, rows), default=None)

    def _smallest_order(self, kpi, rows):
        return min(self._documents(kpi, rows), default=None)

    def _documents(self, kpi, rows):
        amounts = defaultdict(list)
        for fact, rate in self._of_sales(rows):
            amounts[fact.document].append((fact, rate))
        return [self._revenue(kpi, found) for found in amounts.values()]

    @staticmethod
    def _sold(rows):
        return [fact for fact, _rate in rows if fact.amount > 0 and not fact.is_return]

    def _assortment(self, kpi, rows):
        return Decimal(len({getattr(f, kpi.distinct_by) for f in self._sold(rows)} - {False}))

    def _coverage(self, _kpi, rows):
        return Decimal(len({fact.country for fact in self._sold(rows)} - {False}))

    def _returns_rate(self, kpi, rows):
        sold = self._revenue(kpi, [row for row in rows if not row[0].is_return])
        back = self._revenue(kpi, [row for row in rows if row[0].is_return])
        return -back / sold * HUNDRED if sold > 0 else None
