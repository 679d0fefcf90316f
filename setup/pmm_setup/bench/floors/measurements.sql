-- (b) the four KPIs of some enrolments in one pass per date column, beside their targets
WITH day AS MATERIALIZED (
    SELECT period.id AS period_id, date_start + number AS day, (
            SELECT rate FROM res_currency_rate
            WHERE currency_id = %(currency)s AND name <= date_start + number ORDER BY name DESC LIMIT 1
        ) AS factor
    FROM pmm_period period
    JOIN generate_series(0, 30) AS number ON date_start + number < date_stop
    WHERE program_id = %(program)s
),
credit AS (
    SELECT enrollment.id AS enrollment_id, enrollment.date_start, credit.date,
        credit.origin_date, credit.amount, credit.role, credit.categ_id
    FROM pmm_enrollment enrollment
    JOIN pmm_credit credit ON credit.partner_id = enrollment.partner_id
    WHERE enrollment.id = ANY(%(enrollments)s) AND credit.company_id = %(company)s
        AND credit.stage = 'invoiced'
),
actual AS (
    SELECT enrollment_id, period_id, kpi.id AS kpi_id, kpi.actual
    FROM (
        SELECT enrollment_id, period_id,
            SUM(amount * factor) FILTER (WHERE role = 'buyer') AS revenue,
            SUM(amount * factor) FILTER (
                WHERE role = 'buyer' AND categ_id = ANY(%(categories)s)
            ) AS of_category,
            SUM(amount * factor) FILTER (WHERE role = 'referrer') AS referred
        FROM credit JOIN day ON day.day = credit.date
        WHERE credit.date >= credit.date_start
        GROUP BY enrollment_id, period_id
    ) total
    CROSS JOIN LATERAL (
        VALUES (%(revenue)s, revenue), (%(of_category)s, of_category), (%(referred)s, referred)
    ) AS kpi(id, actual)
    UNION ALL
    SELECT enrollment_id, period_id, %(of_origin)s, SUM(amount * factor)
    FROM credit JOIN day ON day.day = credit.origin_date
    WHERE role = 'buyer' AND credit.origin_date >= credit.date_start
    GROUP BY enrollment_id, period_id
)
INSERT INTO floor_pmm_kpi_measurement
    (kpi_id, enrollment_id, period_id, program_id, partner_id, company_id, currency_id,
     date_start, has_target, target, has_actual, actual, has_attainment, attainment, state,
     measured_at)
SELECT kpi_id, enrollment_id, period_id, %(program)s, partner_id, %(company)s, %(currency)s,
    date_start, target IS NOT NULL, target, TRUE, actual, NULLIF(target, 0) IS NOT NULL,
    TRUNC(actual / NULLIF(target, 0), 4),
    CASE
        WHEN target IS NULL THEN 'none'
        WHEN actual >= target THEN 'reached'
        WHEN date_stop <= %(today)s THEN 'missed'
        ELSE 'open'
    END,
    NOW() AT TIME ZONE 'UTC'
FROM (
    SELECT kpi.id AS kpi_id, enrollment.id AS enrollment_id, enrollment.partner_id,
        period.id AS period_id, period.date_start, period.date_stop, target.value AS target,
        ROUND(COALESCE(actual.actual, 0), 2) AS actual
    FROM pmm_enrollment enrollment
    JOIN pmm_period period ON period.program_id = enrollment.program_id
        AND period.date_start <= %(today)s AND enrollment.date_start < period.date_stop
    CROSS JOIN UNNEST(%(kpis)s::int[]) AS kpi(id)
    LEFT JOIN actual ON actual.enrollment_id = enrollment.id
        AND actual.period_id = period.id AND actual.kpi_id = kpi.id
    LEFT JOIN pmm_kpi_target target ON target.enrollment_id = enrollment.id
        AND target.period_id = period.id AND target.kpi_id = kpi.id
    WHERE enrollment.id = ANY(%(enrollments)s)
) fact
