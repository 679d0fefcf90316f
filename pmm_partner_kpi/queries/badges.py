"""Who has earned which badge? Statements that grant them, each badge as often as it may be had."""

from odoo.tools import SQL


def grant_for_periods(period_ids, day):
    """Return the statement that grants what the closed periods ``period_ids`` have earned.

    A badge that is had each time comes with every ``times``-th period of a run, so three in a
    row are one badge, and six are two.
    """
    return _grant(
        SQL(
            """
            SELECT badge.*, run.enrollment_id, run.period_id, NULL::int AS contest_id,
                %(day)s::date AS granted_on
            FROM (%(runs)s) run
            JOIN pmm_badge badge ON badge.program_id = run.program_id
                AND badge.kpi_id = run.kpi_id AND badge.kind = 'target'
            WHERE run.period_id = ANY(%(periods)s) AND run.length >= badge.times
                AND (badge.repeat = 'once' OR run.length %% badge.times = 0)
            """,
            runs=runs(),
            periods=list(period_ids),
            day=day,
        )
    )


def grant_for_contests(contest_ids, day):
    """Return the statement that grants what the final results of these contests have earned."""
    return _grant(
        SQL(
            """
            SELECT badge.*, result.enrollment_id, NULL::int AS period_id, result.contest_id,
                %(day)s::date AS granted_on
            FROM pmm_contest_result result
            JOIN pmm_contest contest ON contest.id = result.contest_id AND contest.state = 'ended'
            JOIN pmm_badge badge ON badge.program_id = contest.program_id
                AND badge.kind = 'contest'
            WHERE result.contest_id = ANY(%(contests)s)
                AND result.place BETWEEN 1 AND badge.best_places
            """,
            contests=list(contest_ids),
            day=day,
        )
    )


def grant_for_tiers(program_id, day):
    """Return the statement that grants badges for tiers that were reached until ``day``."""
    return _grant(
        SQL(
            """
            SELECT badge.*, tier.enrollment_id, NULL::int AS period_id, NULL::int AS contest_id,
                MIN(tier.date_start) AS granted_on
            FROM pmm_badge badge
            JOIN pmm_enrollment member ON member.program_id = badge.program_id
            JOIN pmm_enrollment_tier tier ON tier.enrollment_id = member.id
                AND tier.grade_id = badge.grade_id AND tier.date_start <= %(day)s
            WHERE badge.program_id = %(program)s AND badge.kind = 'tier'
            GROUP BY badge.id, tier.enrollment_id
            """,
            program=program_id,
            day=day,
        )
    )


def runs():
    """Return a SELECT of closed periods in which a target was reached, and in how long a run.

    (program_id, kpi_id, enrollment_id, period_id, number, length); a period without a result
    ends a run. ``number`` counts the closed periods of a programme back from the last one, 1.
    """
    return SQL(
        """
        SELECT *, ROW_NUMBER() OVER (
            PARTITION BY kpi_id, enrollment_id, number + place ORDER BY place
        ) AS length
        FROM (
            SELECT result.program_id, result.kpi_id, result.enrollment_id, result.period_id,
                closed.number,
                ROW_NUMBER() OVER (
                    PARTITION BY result.kpi_id, result.enrollment_id ORDER BY closed.number DESC
                ) AS place
            FROM pmm_kpi_measurement result
            JOIN (
                SELECT period.id, ROW_NUMBER() OVER (
                    PARTITION BY period.program_id ORDER BY period.date_start DESC
                ) AS number
                FROM pmm_period period WHERE period.state = 'closed'
            ) closed ON closed.id = result.period_id
            WHERE result.state = 'reached'
        ) reached
        """
    )


def present_runs(enrollment_ids):
    """Return a SELECT (kpi_id, enrollment_id, length) of runs up to the last closed period."""
    return SQL(
        "SELECT kpi_id, enrollment_id, length FROM (%s) run"
        " WHERE number = 1 AND enrollment_id = ANY(%s)",
        runs(),
        list(enrollment_ids),
    )


def _grant(earned):
    """Return the INSERT of ``earned`` (badge.*, enrolment, period, contest, day)."""
    return SQL(
        """
        INSERT INTO pmm_badge_grant
            (badge_id, enrollment_id, partner_id, program_id, company_id, period_id, contest_id,
             is_once, granted_on)
        SELECT earned.id, enrollment.id, enrollment.partner_id, earned.program_id,
            earned.company_id, earned.period_id, earned.contest_id,
            earned.repeat = 'once' OR earned.kind = 'tier', earned.granted_on
        FROM (%s) earned
        JOIN pmm_enrollment enrollment ON enrollment.id = earned.enrollment_id
            AND enrollment.is_shadow IS NOT TRUE
        WHERE earned.active
        ORDER BY earned.id, enrollment.id, earned.period_id
        ON CONFLICT DO NOTHING
        RETURNING id
        """,
        earned,
    )
