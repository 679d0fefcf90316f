"""In which stretches of time does a KPI count, and at what rate is each day converted?

A *window* is what one value belongs to: a period of the programme (:class:`PeriodWindows`), or
an enrolment's own stretch of time (:class:`OwnWindows`, for tiers). Sources ask a window for two
SQL fragments, so the same source serves both.
"""

from collections import namedtuple

from odoo.tools import SQL

from .program_days import program_days

# which days count for a window: rolling months up to its end (0: the window itself), and how
# many years earlier
Stretch = namedtuple("Stretch", ("months", "years_back"), defaults=(0, 0))
ITSELF = Stretch()


class PeriodWindows:
    """The periods of ``program`` for ``enrollment_ids``; window_id is the period's id."""

    def __init__(self, program, enrollment_ids, period_where=None, stretch=ITSELF):
        self.program = program
        self.wanted = SQL("SELECT UNNEST(%s::int[])", enrollment_ids)
        self.where = SQL(
            "enrollment.program_id = %s AND enrollment.id = ANY(%s)", program.id, enrollment_ids
        )
        self.stretch = stretch
        self._enrollment_ids = enrollment_ids
        self._period_where = period_where or SQL("period.state <> 'closed'")

    @classmethod
    def of(cls, measurement, stretch):
        """Return the one window of a result, whether its period is closed or not."""
        period_where = SQL("period.id = %s", measurement.period_id.id)
        enrollment = measurement.enrollment_id
        return cls(enrollment.program_id, enrollment.ids, period_where, stretch)

    def variant(self, stretch):
        """Return the same windows with the days of ``stretch``."""
        return PeriodWindows(self.program, self._enrollment_ids, self._period_where, stretch)

    def days(self):
        """Return a SELECT (enrollment_id, window_id, date_start, date_stop) of the windows."""
        return SQL(
            """
            SELECT enrollment.id AS enrollment_id, period.id AS window_id,
                period.date_start, period.date_stop
            FROM pmm_enrollment enrollment
            JOIN pmm_period period ON period.program_id = enrollment.program_id
            WHERE %s AND (%s)
            """,
            self.where,
            self._period_where,
        )

    def rolling(self, months):
        """Return the months that a rolling KPI looks back on from the end of a period."""
        return months

    def join(self, day):
        """Return the join of alias ``days`` (window_id, factor) on the SQL date ``day``.

        The row ``enrollment`` is there already; a day may belong to several windows.
        """
        return SQL(
            "JOIN (SELECT period_id AS window_id, day, factor FROM (%s) calendar) days"
            " ON days.day = %s",
            program_days(self.program, self._period_where, self.stretch),
            day,
        )


class OwnWindows:
    """Rows (enrollment_id, date_start, date_stop), one per enrolment; window_id is 0."""

    def __init__(self, program, rows, stretch=ITSELF):
        self.program = program
        self.rows = rows
        self.wanted = SQL("SELECT enrollment_id FROM (%s) wanted", rows)
        self.where = SQL("enrollment.program_id = %s", program.id)
        self.stretch = stretch

    def variant(self, stretch):
        """Return the same windows with the days of ``stretch``."""
        return OwnWindows(self.program, self.rows, stretch)

    def days(self):
        """Return a SELECT (enrollment_id, window_id, date_start, date_stop) of the windows."""
        return SQL(
            "SELECT enrollment_id, 0 AS window_id, date_start, date_stop FROM (%s) own", self.rows
        )

    def rolling(self, months):
        """Return 0: the window of a tier says itself how far to look back."""
        return 0

    def join(self, day):
        """Return the join of alias ``days`` (window_id, factor) on the SQL date ``day``."""
        back = SQL("MAKE_INTERVAL(years => %s)", self.stretch.years_back)
        return SQL(
            """
            JOIN (%(rows)s) counted ON counted.enrollment_id = enrollment.id
                AND (counted.date_start - %(back)s)::date <= %(day)s
                AND %(day)s < (counted.date_stop - %(back)s)::date
            JOIN (SELECT 0 AS window_id, day, factor FROM (%(days)s) calendar) days
                ON days.day = %(day)s
            """
            if self.stretch.years_back
            else """
            JOIN (%(rows)s) counted ON counted.enrollment_id = enrollment.id
                AND counted.date_start <= %(day)s AND %(day)s < counted.date_stop
            JOIN (SELECT 0 AS window_id, day, factor FROM (%(days)s) calendar) days
                ON days.day = %(day)s
            """,
            rows=self.rows,
            back=back,
            day=day,
            # an old programme has many days on which no window lies
            days=program_days(
                self.program,
                SQL("period.date_stop > (SELECT MIN(date_start) FROM (%s) counted)", self.rows),
                self.stretch,
            ),
        )


class PeriodsOfWindows(PeriodWindows):
    """The periods that begin in an enrolment's own window, each cut where the window ends."""

    def __init__(self, program, rows, stretch=ITSELF):
        self.program = program
        self.rows = rows
        self.wanted = SQL("SELECT enrollment_id FROM (%s) wanted", rows)
        self.where = SQL("enrollment.program_id = %s", program.id)
        self.stretch = stretch
        self._period_where = SQL(
            "period.date_start >= (SELECT MIN(date_start) FROM (%s) counted)"
            " AND period.date_start < (SELECT MAX(date_stop) FROM (%s) counted)",
            rows,
            rows,
        )

    def variant(self, stretch):
        """Return the same windows with the days of ``stretch``."""
        return PeriodsOfWindows(self.program, self.rows, stretch)

    def days(self):
        """Return a SELECT (enrollment_id, window_id, date_start, date_stop) of the windows."""
        return SQL(
            """
            SELECT counted.enrollment_id, period.id AS window_id, period.date_start,
                LEAST(period.date_stop, counted.date_stop) AS date_stop
            FROM (%s) counted
            JOIN pmm_period period ON period.program_id = %s
                AND counted.date_start <= period.date_start
                AND period.date_start < counted.date_stop
            """,
            self.rows,
            self.program.id,
        )

    def join(self, day):
        """Return the join of alias ``days`` (window_id, factor) on the SQL date ``day``."""
        back = SQL("MAKE_INTERVAL(years => %s)", self.stretch.years_back)
        return SQL(
            "%s JOIN (%s) counted ON counted.enrollment_id = enrollment.id"
            " AND %s < (counted.date_stop - %s)::date",
            super().join(day),
            self.rows,
            day,
            back,
        )
