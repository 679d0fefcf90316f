"""Who takes part in a contest, and at which place?"""

from odoo.tools import SQL

from .enrollment_days import enrolled_on
from .segment_members import in_segment_of


def participants(days):
    """Return a SELECT (contest_id, enrollment_id, date_start, date_stop) of who takes part.

    ``days`` is {contest id: day}: whoever takes part in the programme on that day does, the last
    one of the contest when it is over. Tier and segment are those of the first day of the
    contest, or of the day on which a partner joined later.
    """
    joined = SQL("GREATEST(contest.date_start, enrollment.date_start)")
    return SQL(
        """
        SELECT contest.id AS contest_id, enrollment.id AS enrollment_id, contest.date_start,
            contest.date_stop
        FROM pmm_contest contest
        JOIN UNNEST(%(ids)s::int[], %(days)s::date[]) AS asked (contest_id, day)
            ON asked.contest_id = contest.id
        JOIN pmm_enrollment enrollment ON enrollment.program_id = contest.program_id
            AND enrollment.is_shadow IS NOT TRUE AND %(enrolled)s
        JOIN res_partner partner ON partner.id = enrollment.partner_id
        WHERE contest.scope = 'all'
            OR (contest.scope = 'country' AND EXISTS (
                SELECT 1 FROM pmm_contest_res_country_rel chosen
                WHERE chosen.pmm_contest_id = contest.id
                    AND chosen.res_country_id = partner.country_id
            ))
            OR (contest.scope = 'tier' AND EXISTS (
                SELECT 1 FROM pmm_enrollment_tier tier
                JOIN pmm_contest_res_partner_grade_rel chosen
                    ON chosen.res_partner_grade_id = tier.grade_id
                WHERE chosen.pmm_contest_id = contest.id AND tier.enrollment_id = enrollment.id
                    AND tier.date_start <= %(joined)s
                    AND %(joined)s < COALESCE(tier.date_stop, 'infinity')
            ))
            OR (contest.scope = 'segment' AND EXISTS (
                SELECT 1 FROM pmm_contest_pmm_segment_rel chosen
                WHERE chosen.pmm_contest_id = contest.id AND %(in_segment)s
            ))
        """,
        ids=list(days),
        days=list(days.values()),
        enrolled=enrolled_on(SQL("asked.day")),
        joined=joined,
        in_segment=in_segment_of(SQL("chosen.pmm_segment_id"), joined),
    )


def open_to(days, enrollment_ids):
    """Return a SELECT (contest_id, enrollment_id): in which contests these take part."""
    return SQL(
        "SELECT contest_id, enrollment_id FROM (%s) participant WHERE enrollment_id = ANY(%s)",
        participants(days),
        list(enrollment_ids),
    )


def own_windows(contest, day):
    """Return a SELECT (enrollment_id, date_start, date_stop) for ``windows.OwnWindows``."""
    return SQL(
        "SELECT enrollment_id, date_start, date_stop FROM (%s) participant",
        participants({contest.id: day}),
    )


def store_standing(contest, values, value, second):
    """Return the statement that stores who stands where in ``contest``.

    ``values`` is a SELECT (enrollment_id, the columns ``value`` and ``second``). No data, no row;
    who has not reached the minimum has no place. Equal ones share a place, and the next one is
    left out; the second KPI, where there is one, tells them apart first.
    """
    is_limit = contest.kpi_id.direction == "lower"
    second_is_limit = contest.second_kpi_id.direction == "lower"
    return SQL(
        """
        WITH measured AS MATERIALIZED (
            SELECT enrollment_id, value, second, %(reached)s AS reached
            FROM (
                SELECT enrollment_id, %(value)s AS value, %(second)s AS second
                FROM (%(values)s) measured
            ) given
            WHERE value IS NOT NULL
        ),
        gone AS (
            DELETE FROM pmm_contest_result result
            WHERE result.contest_id = %(contest)s
                AND result.enrollment_id NOT IN (SELECT enrollment_id FROM measured)
        )
        INSERT INTO pmm_contest_result AS known
            (contest_id, enrollment_id, partner_id, company_id, value, has_second, second_value,
             place)
        SELECT %(contest)s, enrollment.id, enrollment.partner_id, %(company)s, measured.value,
            measured.second IS NOT NULL, measured.second,
            CASE WHEN measured.reached THEN RANK() OVER (
                PARTITION BY measured.reached
                ORDER BY %(order)s, %(second_order)s NULLS LAST
            ) END
        FROM measured
        JOIN pmm_enrollment enrollment ON enrollment.id = measured.enrollment_id
        ON CONFLICT (contest_id, enrollment_id) DO UPDATE SET
            partner_id = EXCLUDED.partner_id, value = EXCLUDED.value,
            has_second = EXCLUDED.has_second, second_value = EXCLUDED.second_value,
            place = EXCLUDED.place
        WHERE (known.partner_id, known.value, known.second_value, known.place)
            IS DISTINCT FROM
            (EXCLUDED.partner_id, EXCLUDED.value, EXCLUDED.second_value, EXCLUDED.place)
        """,
        contest=contest.id,
        company=contest.company_id.id,
        values=values,
        value=SQL.identifier(value),
        second=SQL.identifier(second) if second else SQL("NULL::numeric"),
        reached=_reached(contest.minimum, is_limit),
        order=SQL("measured.value") if is_limit else SQL("-measured.value"),
        second_order=SQL("measured.second") if second_is_limit else SQL("-measured.second"),
    )


def _reached(minimum, is_limit):
    """Return the condition on ``value`` for a place; without a minimum, it is above 0."""
    if is_limit:
        return SQL("value <= %s::numeric", str(minimum)) if minimum else SQL("TRUE")
    return SQL("value >= %s::numeric", str(minimum)) if minimum else SQL("value > 0")
