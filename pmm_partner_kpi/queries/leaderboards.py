"""Who is at which place on a leaderboard? One statement for all boards and partners."""

from odoo.tools import SQL

from .enrollment_days import enrolled_on
from .segment_members import in_segment_of

# a partner page never grows beyond this, however many share a place
MOST_ROWS = 200


def ranking(days):
    """Return a SELECT of who stands on each leaderboard; ``place`` is NULL without data.

    ``days`` is {programme id: its day}; boards of other programmes are left out. A board compares
    the results of one period. Tier and segment are those of the last day that counts: today, or
    the last day of a period that has ended. Equal values share a place, and the next one is
    left out (1, 1, 3). ``number`` orders the rows of a board, and is never the same twice.
    """
    return SQL(
        """
        SELECT ranked.*, ROW_NUMBER() OVER (
                PARTITION BY leaderboard_id, grade_id, country_id ORDER BY place, enrollment_id
            ) AS number
        FROM (
            SELECT member.*,
                CASE WHEN value IS NOT NULL THEN RANK() OVER (
                    PARTITION BY leaderboard_id, grade_id, country_id
                    ORDER BY CASE WHEN is_limit THEN value ELSE -value END NULLS LAST
                ) END AS place,
                COUNT(value) OVER (PARTITION BY leaderboard_id, grade_id, country_id) AS ranked
            FROM (%s) member
        ) ranked
        """,
        _members(days),
    )


def seen_by(leaderboard_ids, enrollment_ids, days):
    """Return a SELECT of the rows that the partners of ``enrollment_ids`` see of these boards.

    Their own row, those beside it, and the first places. Whoever has opted out is seen by nobody
    else, but keeps the place: the next one does not move up.
    """
    return SQL(
        """
        WITH ranked AS MATERIALIZED (
            SELECT * FROM (%(ranking)s) ranking WHERE leaderboard_id = ANY(%(boards)s)
        ),
        own AS (SELECT * FROM ranked WHERE enrollment_id = ANY(%(enrollments)s)),
        seen AS (
            SELECT own.enrollment_id AS seen_by, ranked.*,
                ROW_NUMBER() OVER (
                    PARTITION BY own.leaderboard_id, own.enrollment_id ORDER BY ranked.number
                ) AS line
            FROM own
            JOIN ranked ON ranked.leaderboard_id = own.leaderboard_id
                AND ranked.grade_id IS NOT DISTINCT FROM own.grade_id
                AND ranked.country_id IS NOT DISTINCT FROM own.country_id
                AND (ranked.place IS NOT NULL OR ranked.enrollment_id = own.enrollment_id)
                AND (ranked.opted_out IS NOT TRUE OR ranked.enrollment_id = own.enrollment_id)
        )
        SELECT seen.leaderboard_id, seen.seen_by, seen.enrollment_id, seen.partner_id,
            seen.period_id, seen.place, seen.ranked, seen.value, seen.line
        FROM seen
        JOIN seen mine ON mine.leaderboard_id = seen.leaderboard_id
            AND mine.seen_by = seen.seen_by AND mine.enrollment_id = seen.seen_by
        WHERE seen.enrollment_id = seen.seen_by
            OR (seen.place <= seen.places AND seen.line <= %(most)s)
            OR (mine.place IS NOT NULL AND ABS(seen.line - mine.line) <= 1)
        ORDER BY seen.leaderboard_id, seen.seen_by, seen.line
        """,
        ranking=ranking(days),
        boards=list(leaderboard_ids),
        enrollments=list(enrollment_ids),
        most=MOST_ROWS,
    )


def _members(days):
    """Return a SELECT of the enrolments that a board compares, with what they are ranked by."""
    return SQL(
        """
        SELECT board.id * 4294967296 + enrollment.id AS id, board.id AS leaderboard_id,
            board.places, board.period_id, board.program_id, board.company_id, board.is_limit,
            enrollment.id AS enrollment_id, enrollment.partner_id, enrollment.user_id,
            enrollment.leaderboard_opt_out AS opted_out,
            tier.grade_id,
            CASE WHEN board.scope = 'country' THEN partner.country_id END AS country_id,
            CASE
                WHEN board.based_on = 'scorecard' THEN score.score
                WHEN board.rank_by = 'attainment' THEN result.attainment
                ELSE result.actual
            END AS value
        FROM (%(boards)s) board
        JOIN pmm_enrollment enrollment ON enrollment.program_id = board.program_id
            AND enrollment.is_shadow IS NOT TRUE AND %(enrolled)s
            AND (board.scope <> 'segment' OR %(in_segment)s)
        JOIN res_partner partner ON partner.id = enrollment.partner_id
        LEFT JOIN pmm_enrollment_tier tier ON board.scope = 'tier'
            AND tier.enrollment_id = enrollment.id AND tier.date_start <= board.counted_on
            AND board.counted_on < COALESCE(tier.date_stop, 'infinity')
        LEFT JOIN pmm_kpi_measurement result ON board.based_on = 'kpi'
            AND result.kpi_id = board.kpi_id AND result.enrollment_id = enrollment.id
            AND result.period_id = board.period_id
        LEFT JOIN pmm_score score ON board.based_on = 'scorecard'
            AND score.scorecard_id = board.scorecard_id
            AND score.enrollment_id = enrollment.id AND score.period_id = board.period_id
        """,
        boards=_boards(days),
        enrolled=enrolled_on(SQL("board.today")),
        in_segment=in_segment_of(SQL("board.segment_id"), SQL("board.counted_on")),
    )


def _boards(days):
    """Return a SELECT of the boards with the period that each compares; none, no board."""
    return SQL(
        """
        SELECT board.*, day.today, period.id AS period_id,
            LEAST(day.today, period.date_stop - 1) AS counted_on,
            -- attainment is higher where a limit is kept by more
            board.based_on = 'kpi' AND board.rank_by = 'value' AND kpi.direction = 'lower'
                AS is_limit
        FROM pmm_leaderboard board
        JOIN UNNEST(%s::int[], %s::date[]) AS day (program_id, today)
            ON day.program_id = board.program_id
        CROSS JOIN LATERAL (
            SELECT period.id, period.date_stop FROM pmm_period period
            WHERE period.program_id = board.program_id AND CASE
                WHEN board.period_choice = 'last' THEN period.date_stop <= day.today
                ELSE period.date_start <= day.today AND day.today < period.date_stop
            END
            ORDER BY period.date_start DESC LIMIT 1
        ) period
        LEFT JOIN pmm_kpi_definition kpi ON kpi.id = board.kpi_id
        """,
        list(days),
        list(days.values()),
    )
