"""How are many targets set, kept as versions and taken back? One statement each."""

from odoo.tools import SQL


def first_problem(program, rows):
    """Return a SELECT (problem, partner_id, kpi_id, period_id) of the first row to be refused.

    ``problem`` is "program" (enrolment, KPI or period of another programme), "period" (its
    targets are fixed), "value" (negative) or "order" (threshold and stretch on the wrong sides).
    """
    return SQL(
        """
        SELECT problem, partner_id, kpi_id, period_id FROM (
            SELECT period.state, enrollment.partner_id, wanted.kpi_id, wanted.period_id, CASE
                WHEN enrollment.program_id <> %(program)s OR period.program_id <> %(program)s
                    OR member.pmm_program_id IS NULL AND wanted.value IS NOT NULL THEN 'program'
                WHEN period.state <> 'open' THEN 'period'
                WHEN wanted.value < 0 OR wanted.threshold < 0 OR wanted.stretch < 0 THEN 'value'
                WHEN kpi.direction = 'lower' AND (wanted.stretch > wanted.value
                    OR wanted.threshold < wanted.value AND wanted.threshold <> 0) THEN 'order'
                WHEN kpi.direction <> 'lower' AND (wanted.threshold > wanted.value
                    OR wanted.stretch < wanted.value AND wanted.stretch <> 0) THEN 'order'
            END AS problem
            FROM (%(rows)s) wanted
            JOIN pmm_enrollment enrollment ON enrollment.id = wanted.enrollment_id
            JOIN pmm_period period ON period.id = wanted.period_id
            JOIN pmm_kpi_definition kpi ON kpi.id = wanted.kpi_id
            LEFT JOIN pmm_kpi_definition_pmm_program_rel member
                ON member.pmm_kpi_definition_id = wanted.kpi_id
                AND member.pmm_program_id = %(program)s
        ) judged
        WHERE problem IS NOT NULL
        -- in grace days an administrator may go on, so what nobody may comes first
        ORDER BY problem = 'period', state
        LIMIT 1
        """,
        program=program.id,
        rows=rows,
    )


def apply_targets(change, rows, *, keep_by_hand, only_new):
    """Return the statement that makes targets what ``rows`` say and appends their versions.

    See ``pmm.target.change._apply``. RETURNS the enrolment of each target that changed.
    """
    if only_new:
        may_change = SQL("FALSE")
    elif keep_by_hand:
        may_change = SQL("NOT COALESCE(known.by_hand, FALSE)")
    else:
        may_change = SQL("TRUE")
    return SQL(
        """
        WITH wanted AS MATERIALIZED (
            SELECT enrollment_id, kpi_id, period_id, by_hand, ROUND(value::numeric, 4) AS value,
                ROUND(COALESCE(threshold, 0)::numeric, 4) AS threshold,
                ROUND(COALESCE(stretch, 0)::numeric, 4) AS stretch
            FROM (%(rows)s) given
        ), stored AS (
            INSERT INTO pmm_kpi_target AS known
                (enrollment_id, kpi_id, period_id, program_id, company_id, threshold, value,
                 stretch, by_hand, change_id, create_uid, create_date, write_uid, write_date)
            SELECT enrollment_id, kpi_id, period_id, %(program)s, %(company)s, threshold, value,
                stretch, by_hand, %(change)s, %(user)s, NOW() AT TIME ZONE 'UTC',
                %(user)s, NOW() AT TIME ZONE 'UTC'
            FROM wanted WHERE value IS NOT NULL
            ON CONFLICT (enrollment_id, kpi_id, period_id) DO UPDATE SET
                threshold = EXCLUDED.threshold, value = EXCLUDED.value,
                stretch = EXCLUDED.stretch, by_hand = EXCLUDED.by_hand,
                change_id = EXCLUDED.change_id, write_uid = EXCLUDED.write_uid,
                write_date = EXCLUDED.write_date
            WHERE %(may_change)s AND (known.threshold, known.value, known.stretch, known.by_hand)
                IS DISTINCT FROM
                (EXCLUDED.threshold, EXCLUDED.value, EXCLUDED.stretch, EXCLUDED.by_hand)
            RETURNING enrollment_id, kpi_id, period_id, threshold, value, stretch, by_hand,
                FALSE AS is_removed
        ), removed AS (
            DELETE FROM pmm_kpi_target known USING wanted
            WHERE wanted.value IS NULL AND %(may_change)s
                AND known.enrollment_id = wanted.enrollment_id AND known.kpi_id = wanted.kpi_id
                AND known.period_id = wanted.period_id
            RETURNING known.enrollment_id, known.kpi_id, known.period_id, known.threshold,
                known.value, known.stretch, known.by_hand, TRUE AS is_removed
        )
        %(versions)s
        RETURNING enrollment_id
        """,
        rows=rows,
        program=change.program_id.id,
        company=change.company_id.id,
        change=change.id,
        user=change.env.uid,
        may_change=may_change,
        versions=_versions(change, SQL("SELECT * FROM stored UNION ALL SELECT * FROM removed")),
    )


def add_versions(change, target_ids, *, removed):
    """Return the statement that keeps a version of these targets and notes their change."""
    return SQL(
        """
        WITH touched AS (
            UPDATE pmm_kpi_target SET change_id = %(change)s WHERE id = ANY(%(targets)s)
            RETURNING enrollment_id, kpi_id, period_id, threshold, value, stretch, by_hand,
                %(removed)s AS is_removed
        )
        %(versions)s
        """,
        change=change.id,
        targets=target_ids,
        removed=removed,
        versions=_versions(change, SQL("SELECT * FROM touched")),
    )


def _versions(change, touched):
    return SQL(
        """
        INSERT INTO pmm_kpi_target_version
            (enrollment_id, kpi_id, period_id, company_id, number, change_id, is_removed,
             threshold, value, stretch, by_hand)
        SELECT enrollment_id, kpi_id, period_id, %(company)s,
            COALESCE((
                SELECT MAX(earlier.number) FROM pmm_kpi_target_version earlier
                WHERE earlier.enrollment_id = touched.enrollment_id
                    AND earlier.kpi_id = touched.kpi_id AND earlier.period_id = touched.period_id
            ), 0) + 1,
            %(change)s, is_removed, threshold, value, stretch, by_hand
        FROM (%(touched)s) touched
        """,
        company=change.company_id.id,
        change=change.id,
        touched=touched,
    )


def same_targets(keys, kpi_id, threshold, value, stretch):
    """Return the rows that give each (enrolment id, period id) of ``keys`` the same target."""
    enrollments, periods = zip(*keys, strict=True)
    return SQL(
        """
        SELECT enrollment_id, %(kpi)s AS kpi_id, period_id, %(threshold)s::numeric AS threshold,
            %(value)s::numeric AS value, %(stretch)s::numeric AS stretch, FALSE AS by_hand
        FROM UNNEST(%(enrollments)s::int[], %(periods)s::int[]) given (enrollment_id, period_id)
        """,
        kpi=kpi_id,
        threshold=threshold,
        value=value,
        stretch=stretch,
        enrollments=list(enrollments),
        periods=list(periods),
    )


def restored_targets(change_id):
    """Return the rows that ``apply_targets`` needs to take a change back.

    Keys whose last version is of the change get the version before it; where there is none, or
    that one took the target away, the target goes.
    """
    return SQL(
        """
        SELECT mine.enrollment_id, mine.kpi_id, mine.period_id, earlier.threshold,
            CASE WHEN earlier.is_removed THEN NULL ELSE earlier.value END AS value,
            earlier.stretch, COALESCE(earlier.by_hand, FALSE) AS by_hand
        FROM pmm_kpi_target_version mine
        LEFT JOIN pmm_kpi_target_version earlier ON earlier.enrollment_id = mine.enrollment_id
            AND earlier.kpi_id = mine.kpi_id AND earlier.period_id = mine.period_id
            AND earlier.number = mine.number - 1
        WHERE mine.change_id = %(change)s AND NOT EXISTS (
            SELECT 1 FROM pmm_kpi_target_version later
            WHERE later.enrollment_id = mine.enrollment_id AND later.kpi_id = mine.kpi_id
                AND later.period_id = mine.period_id AND later.number > mine.number
        )
        """,
        change=change_id,
    )
