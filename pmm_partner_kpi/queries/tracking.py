"""Where are results of running periods heading, and who has to be told?"""

from collections import namedtuple

from odoo.tools import SQL

from .enrollment_days import enrolled_on
from .season import season_windows

# how a KPI is carried to the end of its period: the smallest step of its values, whether its
# target is a limit, and whether its values grow with the days (else they stay as they are)
Carried = namedtuple("Carried", ("kpi_id", "quantum", "is_limit", "builds_up"))
CARRIED = SQL("int[]"), SQL("numeric[]"), SQL("bool[]"), SQL("bool[]")
# which part of the days [first, stop) of a period has passed for a KPI, and by what that was found
Share = namedtuple("Share", ("kpi_id", "period_id", "first", "stop", "share", "method"))
SHARE = (
    SQL("int[]"),
    SQL("int[]"),
    SQL("date[]"),
    SQL("date[]"),
    SQL("numeric[]"),
    SQL("text[]"),
)


def running_spans(program, enrollment_ids, today):
    """Return a SELECT (period_id, first, stop) of the stretches of running periods that count.

    An enrolment that begins or ends within a period has a part of it only.
    """
    return SQL(
        """
        SELECT DISTINCT period.id, %(first)s, %(stop)s
        FROM pmm_enrollment enrollment
        JOIN pmm_period period ON %(running)s
        WHERE enrollment.id = ANY(%(enrollments)s) AND %(first)s < %(stop)s
        """,
        first=_first(program),
        stop=_STOP,
        running=season_windows(program, today),
        enrollments=enrollment_ids,
    )


def track_results(program, enrollment_ids, today, carried, shares, too_early, quotations):
    """Return the UPDATE of what results in periods that are not closed say of their end.

    ``carried`` are :class:`Carried` of the KPIs that can be told, ``shares`` :class:`Share`,
    ``quotations`` a SELECT (enrollment_id, kpi_id, amount). RETURNS the ids that changed.
    """
    return SQL(
        """
        WITH share (kpi_id, period_id, first, stop, share, method) AS (%(shares)s),
        carried (kpi_id, quantum, is_limit, builds_up) AS (%(carried)s),
        promised AS MATERIALIZED (%(quotations)s),
        found AS (
            SELECT result.id, result.target, result.actual, result.state, carried.is_limit,
                share.share, CASE WHEN carried.builds_up THEN share.method ELSE 'as_is' END
                    AS method,
                CASE WHEN carried.builds_up
                    THEN ROUND(COALESCE(promised.amount, 0) / carried.quantum) * carried.quantum
                    ELSE 0
                END AS quotations,
                CASE
                    WHEN carried.builds_up
                    THEN ROUND(result.actual / NULLIF(share.share, 0) / carried.quantum)
                        * carried.quantum
                    ELSE result.actual
                END AS carried_on
            FROM pmm_kpi_measurement result
            JOIN pmm_enrollment enrollment ON enrollment.id = result.enrollment_id
            JOIN pmm_period period ON period.id = result.period_id AND period.state <> 'closed'
            LEFT JOIN carried ON carried.kpi_id = result.kpi_id
            -- of what cannot be told nothing is
            LEFT JOIN share ON share.kpi_id = carried.kpi_id AND share.period_id = period.id
                AND share.first = %(first)s AND share.stop = %(stop)s
                AND share.share >= %(too_early)s
            LEFT JOIN promised ON promised.enrollment_id = result.enrollment_id
                AND promised.kpi_id = result.kpi_id
            WHERE result.program_id = %(program)s AND result.enrollment_id = ANY(%(enrollments)s)
                -- what is over was told when it was measured, and has no forecast any more
                AND (period.date_stop > %(today)s OR result.has_forecast
                    OR result.tracking IS NULL)
        ),
        told AS (
            SELECT id, target, actual, state, is_limit, share, method, quotations,
                carried_on + quotations AS forecast
            FROM found WHERE share IS NOT NULL AND actual IS NOT NULL
            UNION ALL
            SELECT id, target, actual, state, is_limit, NULL, NULL, NULL, NULL
            FROM found WHERE share IS NULL OR actual IS NULL
        ),
        tracked AS (
            SELECT id, forecast IS NOT NULL AS has_forecast, forecast, method, share, quotations,
                CASE
                    WHEN target IS NULL THEN 'none'
                    WHEN state IN ('reached', 'missed') THEN state
                    WHEN actual IS NULL THEN 'no_data'
                    WHEN forecast IS NULL THEN 'early'
                    -- the forecast's attainment; multiplied, as a target may be 0
                    WHEN is_limit AND forecast <= target * (200 - %(on_track)s) / 100
                        OR NOT is_limit AND forecast >= target * %(on_track)s / 100
                    THEN 'on_track'
                    WHEN is_limit AND forecast <= target * (200 - %(at_risk)s) / 100
                        OR NOT is_limit AND forecast >= target * %(at_risk)s / 100
                    THEN 'at_risk'
                    ELSE 'behind'
                END AS tracking
            FROM told
        )
        UPDATE pmm_kpi_measurement result SET
            has_forecast = tracked.has_forecast, forecast = tracked.forecast,
            forecast_method = tracked.method, season_share = tracked.share,
            quotations = tracked.quotations, tracking = tracked.tracking
        FROM tracked
        WHERE result.id = tracked.id
            AND (result.has_forecast, result.forecast, result.forecast_method,
                    result.season_share, result.quotations, result.tracking)
                IS DISTINCT FROM (tracked.has_forecast, tracked.forecast, tracked.method,
                    tracked.share, tracked.quotations, tracked.tracking)
        RETURNING result.id
        """,
        program=program.id,
        enrollments=enrollment_ids,
        first=_first(program),
        stop=_STOP,
        today=today,
        too_early=too_early,
        on_track=program.on_track_from,
        at_risk=program.at_risk_from,
        shares=_rows(shares, SHARE),
        carried=_rows(carried, CARRIED),
        quotations=quotations,
    )


def with_open_targets(program, today):
    """Return a SELECT of the enrolments with a target in a period of ``program`` that runs."""
    return SQL(
        """
        SELECT DISTINCT result.enrollment_id
        FROM pmm_period period
        JOIN pmm_kpi_measurement result ON result.program_id = period.program_id
            AND result.period_id = period.id
        WHERE %s AND result.has_target
        """,
        season_windows(program, today),
    )


def note_warnings(program, today, limit):
    """Return the UPDATE that notes who is told now, of up to ``limit`` enrolments.

    It is those whose result has become worse than anybody was told of in its period. RETURNS
    the ids of these results.
    """
    return SQL(
        """
        UPDATE pmm_kpi_measurement result SET warned = result.tracking
        FROM (
            SELECT enrollment.id
            FROM pmm_period period
            JOIN pmm_kpi_measurement result ON result.program_id = period.program_id
                AND result.period_id = period.id
            JOIN pmm_enrollment enrollment ON enrollment.id = result.enrollment_id
            WHERE %(running)s AND %(worse)s AND %(enrolled)s
                AND enrollment.is_shadow IS NOT TRUE
                AND COALESCE(enrollment.user_id, %(manager)s::int) IS NOT NULL
            GROUP BY enrollment.id ORDER BY enrollment.id LIMIT %(limit)s
        ) told, pmm_period period
        WHERE result.enrollment_id = told.id AND period.id = result.period_id
            AND %(running)s AND %(worse)s
        RETURNING result.id
        """,
        running=season_windows(program, today),
        worse=_WORSE,
        enrolled=enrolled_on(SQL("%s::date", today)),
        manager=program.user_id.id or None,
        limit=limit,
    )


_WORSE = SQL(
    """(result.tracking = 'behind' AND COALESCE(result.warned, '') <> 'behind'
        OR result.tracking = 'at_risk' AND result.warned IS NULL)"""
)
_STOP = SQL("LEAST(period.date_stop, COALESCE(enrollment.date_stop, 'infinity'))")


def _first(program):
    return SQL("GREATEST(period.date_start, enrollment.date_start, %s::date)", program.date_start)


def _rows(records, types):
    """Return a SELECT of these tuples, whose columns are of these ``types``."""
    columns = list(zip(*records, strict=True)) or [()] * len(types)
    return SQL(
        "SELECT * FROM UNNEST(%s)",
        SQL(", ").join(
            SQL("%s::%s", list(column), type_) for column, type_ in zip(columns, types, strict=True)
        ),
    )
