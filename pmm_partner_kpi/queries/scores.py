"""What do enrolments score on the scorecards of their programme, per open period?"""

from odoo.tools import SQL

from .measurement import grid


def upsert_scores(program, enrollment_ids, today):
    """Return the statement that stores the scores of ``enrollment_ids`` in open periods.

    It reads the results, so these come first. A KPI without attainment is left out and the
    weights of the others are scaled up; none is no score, which is not 0. Closed periods are
    left alone, rows that already say the same are not touched.
    """
    return SQL(
        """
        INSERT INTO pmm_score AS known
            (scorecard_id, enrollment_id, period_id, program_id, partner_id, company_id,
             date_start, has_score, score, covered, components, scored_at)
        SELECT part.scorecard_id, part.enrollment_id, part.period_id, %(program)s,
            part.partner_id, %(company)s, part.date_start,
            COUNT(part.component) > 0,
            -- cut like attainment: 99.996 %% is not 100 %%
            TRUNC(
                SUM(part.weight * part.component)
                / SUM(part.weight) FILTER (WHERE part.component IS NOT NULL), 4
            ),
            COALESCE(SUM(part.weight) FILTER (WHERE part.component IS NOT NULL), 0),
            JSONB_AGG(
                JSONB_BUILD_OBJECT(
                    'kpi', part.kpi_id, 'weight', part.weight, 'floor', part.floor,
                    'cap', part.cap, 'attainment', part.attainment, 'component', part.component
                ) ORDER BY part.sequence, part.id
            ),
            NOW() AT TIME ZONE 'UTC'
        FROM (
            SELECT grid.*, line.id, line.scorecard_id, line.sequence, line.kpi_id, line.weight,
                line.floor, line.cap, result.attainment,
                CASE WHEN result.attainment IS NOT NULL THEN LEAST(
                    GREATEST(result.attainment, line.floor / 100), line.cap / 100
                ) END AS component
            FROM (%(grid)s) grid
            JOIN pmm_scorecard_line line ON line.scorecard_id = ANY(%(scorecards)s)
            LEFT JOIN pmm_kpi_measurement result ON result.kpi_id = line.kpi_id
                AND result.enrollment_id = grid.enrollment_id
                AND result.period_id = grid.period_id
        ) part
        GROUP BY part.scorecard_id, part.enrollment_id, part.period_id, part.partner_id,
            part.date_start
        ON CONFLICT (scorecard_id, enrollment_id, period_id) DO UPDATE SET
            partner_id = EXCLUDED.partner_id, company_id = EXCLUDED.company_id,
            has_score = EXCLUDED.has_score, score = EXCLUDED.score, covered = EXCLUDED.covered,
            components = EXCLUDED.components, scored_at = EXCLUDED.scored_at
        WHERE (known.partner_id, known.company_id, known.score, known.covered, known.components)
            IS DISTINCT FROM (EXCLUDED.partner_id, EXCLUDED.company_id, EXCLUDED.score,
                EXCLUDED.covered, EXCLUDED.components)
        """,
        program=program.id,
        company=program.company_id.id,
        grid=grid(program, enrollment_ids, today),
        scorecards=program.scorecard_ids.ids,
    )


def stale_scores(program, enrollment_ids, today):
    """Return a SELECT of scores in open periods that belong to nothing any more."""
    return SQL(
        """
        SELECT score.id
        FROM pmm_score score
        JOIN pmm_period period ON period.id = score.period_id
        WHERE score.program_id = %(program)s AND period.state <> 'closed'
            AND score.enrollment_id = ANY(%(enrollments)s)
            AND (
                NOT (score.scorecard_id = ANY(%(scorecards)s))
                OR NOT EXISTS (
                    SELECT 1 FROM (%(grid)s) grid
                    WHERE grid.enrollment_id = score.enrollment_id
                        AND grid.period_id = score.period_id
                )
            )
        """,
        program=program.id,
        enrollments=enrollment_ids,
        scorecards=program.scorecard_ids.ids,
        grid=grid(program, enrollment_ids, today),
    )
