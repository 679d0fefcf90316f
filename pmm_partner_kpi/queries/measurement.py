"""What have enrolments reached, per KPI and open period? One statement for all KPIs."""

from odoo.tools import SQL


def upsert_measurements(kpis, program, values, today):
    """Return the statement that stores the results of ``kpis``.

    ``values`` is a SELECT (enrollment_id, window_id, ``value_<id>`` of each KPI), one row per
    result that is to exist; NULL is "no data". Rows that already say the same are not touched.
    RETURNS the ids that changed.
    """
    return SQL(
        """
        INSERT INTO pmm_kpi_measurement AS known
            (kpi_id, enrollment_id, period_id, program_id, partner_id, company_id, currency_id,
             date_start, has_target, target, threshold, stretch, has_actual, actual,
             has_attainment, attainment, state, tracking, has_forecast, measured_at)
        SELECT fact.kpi_id, fact.enrollment_id, fact.period_id, %(program)s, fact.partner_id,
            %(company)s, fact.currency_id, fact.date_start,
            fact.target IS NOT NULL, fact.target, fact.threshold, fact.stretch,
            fact.actual IS NOT NULL, fact.actual,
            fact.attainment IS NOT NULL, fact.attainment, ended.state,
            CASE
                WHEN fact.target IS NOT NULL AND fact.actual IS NULL THEN 'no_data'
                -- what goes on is told by queries/tracking.py, which comes next
                WHEN ended.state = 'open' THEN 'early'
                ELSE ended.state
            END,
            FALSE, NOW() AT TIME ZONE 'UTC'
        FROM (
            SELECT cell.kpi_id, cell.currency_id, cell.is_limit, cell.actual,
                measured.enrollment_id, measured.window_id AS period_id,
                enrollment.partner_id, period.date_start, period.date_stop,
                target.value AS target,
                NULLIF(target.threshold, 0) AS threshold, NULLIF(target.stretch, 0) AS stretch,
                -- cut, not rounded: 99.996 %% of a target is not 100 %%
                TRUNC(CASE
                    -- GREATEST would take 0 for what is void
                    WHEN cell.is_limit AND (target.value = 0 OR cell.actual IS NULL) THEN NULL
                    WHEN cell.is_limit AND target.value <> 0
                        THEN GREATEST(2 - cell.actual / target.value, 0)
                    ELSE cell.actual / NULLIF(target.value, 0)
                END, 4) AS attainment
            FROM (%(values)s) measured
            JOIN pmm_enrollment enrollment ON enrollment.id = measured.enrollment_id
            JOIN pmm_period period ON period.id = measured.window_id AND period.state <> 'closed'
            CROSS JOIN LATERAL (VALUES %(cells)s) cell (kpi_id, currency_id, is_limit, actual)
            LEFT JOIN pmm_kpi_target target ON target.kpi_id = cell.kpi_id
                AND target.enrollment_id = measured.enrollment_id
                AND target.period_id = measured.window_id
        ) fact
        CROSS JOIN LATERAL (
            SELECT CASE
                WHEN fact.target IS NULL OR fact.actual IS NULL THEN 'none'
                -- a limit may still be passed while the period runs
                WHEN fact.is_limit AND fact.date_stop > %(today)s THEN 'open'
                WHEN fact.is_limit AND fact.actual <= fact.target THEN 'reached'
                WHEN NOT fact.is_limit AND fact.actual >= fact.target THEN 'reached'
                WHEN fact.date_stop <= %(today)s THEN 'missed'
                ELSE 'open'
            END AS state
        ) ended
        ON CONFLICT (kpi_id, enrollment_id, period_id) DO UPDATE SET
            company_id = EXCLUDED.company_id, currency_id = EXCLUDED.currency_id,
            has_target = EXCLUDED.has_target, target = EXCLUDED.target,
            threshold = EXCLUDED.threshold, stretch = EXCLUDED.stretch,
            has_actual = EXCLUDED.has_actual, actual = EXCLUDED.actual,
            has_attainment = EXCLUDED.has_attainment, attainment = EXCLUDED.attainment,
            state = EXCLUDED.state, tracking = EXCLUDED.tracking,
            measured_at = EXCLUDED.measured_at
        WHERE (known.company_id, known.currency_id, known.target, known.threshold,
                known.stretch, known.actual, known.attainment, known.state)
            IS DISTINCT FROM (EXCLUDED.company_id, EXCLUDED.currency_id, EXCLUDED.target,
                EXCLUDED.threshold, EXCLUDED.stretch, EXCLUDED.actual, EXCLUDED.attainment,
                EXCLUDED.state)
        RETURNING known.id
        """,
        program=program.id,
        company=program.company_id.id,
        today=today,
        values=values,
        cells=SQL(", ").join(
            SQL(
                "(%s, %s::int, %s, measured.%s)",
                kpi.id,
                kpi._currency(program).id or None,
                kpi.direction == "lower",
                SQL.identifier(kpi._value_column()),
            )
            for kpi in kpis
        ),
    )


def pairs(program, enrollment_ids, today):
    """Return a SELECT (enrollment_id, window_id) of the open periods that are to have results."""
    return SQL(
        "SELECT enrollment_id, period_id AS window_id FROM (%s) grid",
        grid(program, enrollment_ids, today),
    )


def grid(program, enrollment_ids, today):
    """Return a SELECT of the (enrollment, open period) pairs that are to have a result."""
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, enrollment.partner_id, period.id AS period_id,
            period.date_start, period.date_stop
        FROM pmm_enrollment enrollment
        JOIN pmm_period period ON period.program_id = enrollment.program_id
            AND period.date_start < COALESCE(enrollment.date_stop, 'infinity')
            AND enrollment.date_start < period.date_stop
        WHERE enrollment.program_id = %s AND enrollment.id = ANY(%s)
            AND period.state <> 'closed' AND period.date_start <= %s
        """,
        program.id,
        enrollment_ids,
        today,
    )


def stale_measurements(program, enrollment_ids, today):
    """Return a SELECT of results in open periods that belong to no grid cell any more."""
    return SQL(
        """
        SELECT measurement.id
        FROM pmm_kpi_measurement measurement
        JOIN pmm_period period ON period.id = measurement.period_id
        WHERE measurement.program_id = %(program)s AND period.state <> 'closed'
            AND measurement.enrollment_id = ANY(%(enrollments)s)
            AND (
                NOT (measurement.kpi_id = ANY(%(kpis)s))
                OR NOT EXISTS (
                    SELECT 1 FROM (%(grid)s) grid
                    WHERE grid.enrollment_id = measurement.enrollment_id
                        AND grid.period_id = measurement.period_id
                )
            )
        """,
        program=program.id,
        enrollments=enrollment_ids,
        kpis=program.kpi_ids.ids,
        grid=grid(program, enrollment_ids, today),
    )
