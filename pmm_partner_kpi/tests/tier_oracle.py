"""How partners move on a ladder, said once more: slowly, one enrolment and one run at a time.

Reads documents and settings through the ORM, counts in Decimal, remembers what it has decided;
knows nothing of ``queries`` or ``engine``.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from dateutil.relativedelta import relativedelta

from .oracle import Oracle, exact

DAY = timedelta(days=1)
NONE = -1  # the rank of "no tier"


@dataclass
class Row:
    """A tier that an enrolment has in ``[start, stop)``."""

    rank: int
    start: date
    review: date | None
    stop: date | None = None
    kind: str | None = None  # up, down, return; None: given by hand
    reached: date | None = None  # a day of the window in which it was met; None: never was
    asked: dict | None = None  # {requirement: threshold} of that day


class TierOracle:
    """The tiers of one programme whose run moves partners, after each run."""

    def __init__(self, program):
        self.program = program.sudo()
        self.books = Oracle(program.env)
        self.rows = {}  # {enrolment: [Row]}

    def give(self, enrollment, rank, start, review):
        """Note a tier that was given by hand."""
        self._put(enrollment, Row(rank, start, review))

    def run(self, today):
        """Do what a run does on ``today``."""
        self.today = today
        self.credits = self.books.credits()
        self.rungs = self.program.tier_ids.sorted("sequence")
        for enrollment in self.program.enrollment_ids:
            stop = enrollment.date_stop or date.max
            locked = enrollment.tier_lock_until and today < enrollment.tier_lock_until
            if enrollment.date_start <= today < stop and not locked:
                self._step(enrollment)

    def history(self):
        """Return {enrolment id: [(grade name, start, stop)], next review}; like rows as one."""
        found = {}
        for enrollment, rows in self.rows.items():
            names = [(self.rungs[r.rank].grade_id.name, r.start, r.stop) for r in rows]
            found[enrollment.id] = (merged(names), rows[-1].review if rows else None)
        return {key: value for key, value in found.items() if value[0]}

    # === ONE PARTNER ON ONE DAY === #

    def _step(self, enrollment):
        now = self._earned(enrollment, self._window(enrollment, self.today))
        fresh = self._review(enrollment, self.today)
        row = self._current(enrollment)
        rank = row.rank if row else NONE
        if now > rank:
            start = self.today if self.program.tier_from == "now" else self._next_period()
            asked = self._thresholds(now)
            self._put(enrollment, Row(now, start, fresh, None, "up", self.today, asked))
        elif row and row.review is None:
            pass
        elif row and self.today < row.review:
            if now >= rank:
                if self.program.tier_window != "rolling" and fresh > row.review:
                    self._keep(row, fresh, self.today)
            elif not self._holds(enrollment, row):
                self._take_back(enrollment, row, now, fresh)
        elif row:
            self._look_again(enrollment, row, now, fresh)

    def _look_again(self, enrollment, row, now, fresh):
        """Keep or lower a tier whose day of review has come."""
        last = row.review - DAY
        then = self._earned(enrollment, self._window(enrollment, last))
        again = self._review(enrollment, last)
        policy = self.program.tier_downgrade
        if self.program.tier_keep == "window" and self.program.tier_window != "rolling":
            then = -1  # it ends with its year: everybody begins anew
        if now >= row.rank:
            self._keep(row, fresh, self.today)
        elif then >= row.rank and again > row.review:
            self._keep(row, again, last)
            self._step(enrollment)  # it may have been returned since, or be due again
        elif policy != "never" and self.today >= row.review + self.program.tier_grace_days * DAY:
            lower = min(max(now, then), row.rank - 1)
            if policy == "step":
                lower = row.rank - 1
            end = fresh
            if self.program.tier_window != "rolling" and now != lower:
                end = self._window(enrollment, self.today)[1]
            new = Row(lower, self.today, end, None, "down")
            if now == lower:
                new.reached = self.today
            elif then == lower:
                new.reached = last
            new.asked = self._thresholds(lower)
            self._put(enrollment, new)
            if new.reached == last:
                self._step(enrollment)

    def _take_back(self, enrollment, row, now, fresh):
        """Give the best of what is left after a sale was returned."""
        since = self._earned(enrollment, self._since(enrollment, row))
        if since >= row.rank:
            return
        left = [
            Row(now, self.today, fresh, reached=self.today, asked=self._thresholds(now)),
            Row(since, self.today, row.review, reached=row.reached, asked=self._thresholds(since)),
        ]
        for earlier in self._superseded(enrollment, row):
            if (earlier.review or date.max) > self.today and self._holds(enrollment, earlier):
                left.append(
                    Row(earlier.rank, self.today, earlier.review, None, None, earlier.reached)
                )
                left[-1].asked = earlier.asked
        left = [each for each in left if each.rank < row.rank]
        best = max(left, key=lambda each: (each.rank, each.review or date.max))
        best.kind = "return"
        self._put(enrollment, best)

    def _superseded(self, enrollment, row):
        """Return the tiers that had to make way for a higher one, up to ``row``."""
        found, rows = [], self.rows[enrollment]
        while row.kind in ("up", "return"):
            before = [each for each in rows if each.stop == row.start]
            if not before:
                break
            if row.kind == "up":
                found.append(before[0])
            row = before[0]
        return found

    def _holds(self, enrollment, row):
        """Return whether what ``row`` was reached by is still there, as was asked then."""
        if not self.program.tier_recheck or not row.reached:
            return True
        return self._is_met(enrollment, row.rank, self._since(enrollment, row), row.asked)

    def _since(self, enrollment, row):
        return self._window(enrollment, row.reached)[0], self.today + DAY

    def _keep(self, row, review, reached):
        # what asks for nothing is not reviewed any more
        row.review = review if self.rungs[row.rank].requirement_ids else None
        row.reached = reached
        row.asked = self._thresholds(row.rank)

    def _current(self, enrollment):
        rows = self.rows.get(enrollment, [])
        if rows and (not rows[-1].stop or rows[-1].stop > self.today):
            return rows[-1]
        return None

    def _put(self, enrollment, new):
        if new.rank > NONE and new.kind and not self.rungs[new.rank].requirement_ids:
            new.review = None
        rows = [row for row in self.rows.get(enrollment, []) if row.start < new.start]
        if rows and (not rows[-1].stop or rows[-1].stop > new.start):
            rows[-1].stop = new.start
        self.rows[enrollment] = rows + [new] * (new.rank > NONE)

    # === DAYS === #

    def _window(self, enrollment, day):
        kind = self.program.tier_window
        if kind == "rolling":
            stop = day + DAY
            return stop - relativedelta(months=self.program.tier_window_months), stop
        joined = enrollment.date_start
        month, number = self.program.tier_window_month, self.program.tier_window_day
        if kind == "anniversary":
            month, number = joined.month, joined.day
        # the year before, this one, the next: of which is this day?
        starts = [
            date(2000, month, 1).replace(year=day.year + more)
            + relativedelta(day=number)  # the last day of the month where there is none
            for more in (-1, 0, 1)
        ]
        begun = [start for start in starts if start <= day]
        return begun[-1], starts[starts.index(begun[-1]) + 1] if begun[-1] != starts[-1] else None

    def _review(self, enrollment, day):
        if self.program.tier_window == "rolling":
            return day + relativedelta(months=self.program.tier_window_months)
        stop = self._window(enrollment, day)[1]
        if self.program.tier_keep == "next":
            return self._window(enrollment, stop)[1]
        return stop

    def _next_period(self):
        months = {"month": 1, "quarter": 3, "year": 12}[self.program.period_scheme]
        start = date(self.today.year, 1, 1)
        while start <= self.today:
            start += relativedelta(months=months)
        return start

    # === WHAT IS EARNED === #

    def _thresholds(self, rank):
        if rank == NONE:
            return {}
        return {each: exact(each.threshold, 4) for each in self.rungs[rank].requirement_ids}

    def _earned(self, enrollment, window):
        best = NONE
        for rank in range(len(self.rungs)):
            if self._is_met(enrollment, rank, window, self._thresholds(rank)):
                best = rank
        return best

    def _is_met(self, enrollment, rank, window, asked):
        rung = self.rungs[rank]
        groups = []
        for letter in sorted(set(rung.requirement_ids.mapped("group"))):
            met = [
                self._value(enrollment, each, window) >= asked[each]
                for each in rung.requirement_ids
                if each.group == letter
            ]
            groups.append(all(met) if rung.group_match == "all" else any(met))
        if not groups:
            return True
        return any(groups) if rung.tier_match == "any" else all(groups)

    def _value(self, enrollment, requirement, window):
        if requirement.kind == "partner":
            return Decimal(enrollment.partner_id.ref == "key")
        kpi, total = requirement.kpi_id, Decimal(0)
        for credit in self.credits:
            day = credit.origin_date if kpi.returns_in == "origin" else credit.date
            if (
                credit.partner == enrollment.partner_id.id
                and credit.company == self.program.company_id.id
                and credit.role == kpi.role
                and self.books._in_category(credit.category, kpi.category_ids)
                and window[0] <= day < window[1]
                and day <= self.today
                and self.program.date_start <= day
                and enrollment.date_start <= day
                and (not enrollment.date_stop or day < enrollment.date_stop)
            ):
                total += credit.amount * self.books._rate(self.program, day)
        quantum = Decimal(str(self.program.currency_id.rounding))
        return (total / quantum).quantize(Decimal(1), ROUND_HALF_UP) * quantum


def merged(rows):
    """Return the rows (name, start, stop) with those of one name that meet as one.

    >>> merged([("a", 1, 2), ("a", 2, 3), ("b", 3, 4), ("b", 5, None)])
    [('a', 1, 3), ('b', 3, 4), ('b', 5, None)]
    """
    found = []
    for name, start, stop in rows:
        if found and found[-1][0] == name and found[-1][2] == start:
            found[-1] = (name, found[-1][1], stop)
        else:
            found.append((name, start, stop))
    return found


def stored_history(program):
    """Return what the table says, in the form of :meth:`TierOracle.history`."""
    found = {}
    for enrollment in program.enrollment_ids:
        rows = enrollment.tier_ids.sorted("date_start")
        if rows:
            names = [(row.grade_id.name, row.date_start, row.date_stop or None) for row in rows]
            found[enrollment.id] = (merged(names), rows[-1].valid_until or None)
    return found
