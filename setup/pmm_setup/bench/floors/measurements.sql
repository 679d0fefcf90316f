-- (b) the ten KPIs of some enrolments in one pass per date column, beside their targets
WITH day AS MATERIALIZED (
    SELECT period.id AS period_id, date_start + number AS day, (
            SELECT rate FROM res_currency_rate
            WHERE currency_id = %(currency)s AND name <= date_start + number ORDER BY name DESC LIMIT 1
        ) AS factor
    FROM pmm_period period
    JOIN generate_series(0, 30) AS number ON date_start + number < date_stop
    WHERE program_id = %(program)s
),
-- what was withdrawn no longer counts where things are counted
corrected AS MATERIALIZED (
    SELECT UNNEST(ARRAY_AGG(id)) AS id, SUM(quantity) AS quantity, SUM(amount) AS amount
    FROM pmm_credit
    WHERE stage = 'invoiced' AND company_id = %(company)s AND line_id IN (
        SELECT line_id FROM pmm_credit WHERE reason <> 'new' AND company_id = %(company)s
    )
    GROUP BY line_id, partner_id, role, date, origin_date, origin_document_id, customer_id,
        product_id, user_id, team_id, share, has_cost
),
credit AS (
    SELECT enrollment.id AS enrollment_id, enrollment.date_start, credit.date,
        credit.origin_date, credit.amount, credit.quantity, credit.cost, credit.has_cost,
        credit.is_return, credit.document_id, credit.product_id, credit.role, credit.categ_id,
        credit.id NOT IN (SELECT id FROM corrected WHERE quantity = 0 AND amount = 0) AS stands,
        credit.id NOT IN (SELECT id FROM corrected WHERE amount <= 0) AS is_sold
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
            SUM(amount * factor) FILTER (WHERE role = 'referrer') AS referred,
            SUM(quantity) FILTER (WHERE role = 'buyer') AS units,
            SUM((amount - cost) * factor) FILTER (
                WHERE role = 'buyer' AND has_cost AND stands
            ) AS margin,
            COUNT(DISTINCT document_id) FILTER (
                WHERE role = 'buyer' AND NOT is_return AND stands
            ) AS orders,
            SUM(amount * factor) FILTER (WHERE role = 'buyer' AND NOT is_return) AS sold,
            COUNT(DISTINCT product_id) FILTER (
                WHERE role = 'buyer' AND NOT is_return AND amount > 0 AND is_sold
            ) AS assortment,
            -SUM(amount * factor) FILTER (WHERE role = 'buyer' AND is_return) AS returned
        FROM credit JOIN day ON day.day = credit.date
        WHERE credit.date >= credit.date_start
        GROUP BY enrollment_id, period_id
    ) total
    CROSS JOIN LATERAL (
        VALUES (%(revenue)s, ROUND(revenue, 2)), (%(of_category)s, ROUND(of_category, 2)),
            (%(referred)s, ROUND(referred, 2)), (%(units)s, ROUND(units, 4)),
            (%(margin)s, ROUND(margin, 2)), (%(orders)s, orders),
            (%(average)s, ROUND(sold / NULLIF(orders, 0), 2)), (%(assortment)s, assortment),
            (%(returned)s, CASE
                WHEN sold > 0 THEN ROUND(COALESCE(returned, 0) * 100 / sold, 4)
            END)
    ) AS kpi(id, actual)
    UNION ALL
    SELECT enrollment_id, period_id, %(of_origin)s, ROUND(SUM(amount * factor), 2)
    FROM credit JOIN day ON day.day = credit.origin_date
    WHERE role = 'buyer' AND credit.origin_date >= credit.date_start
    GROUP BY enrollment_id, period_id
)
INSERT INTO floor_pmm_kpi_measurement
    (kpi_id, enrollment_id, period_id, program_id, partner_id, company_id, currency_id,
     date_start, has_target, target, threshold, stretch, has_actual, actual, has_attainment,
     attainment, state, tracking, has_forecast, forecast, forecast_method, season_share, quotations, measured_at)
SELECT kpi_id, enrollment_id, period_id, %(program)s, partner_id, %(company)s, currency_id,
    date_start, target IS NOT NULL, target, threshold, stretch, actual IS NOT NULL, actual,
    attainment IS NOT NULL, TRUNC(attainment, 4), state,
    CASE
        WHEN target IS NULL THEN 'none'
        WHEN state IN ('reached', 'missed') THEN state
        WHEN actual IS NULL THEN 'no_data'
        WHEN forecast IS NULL THEN 'early'
        WHEN kpi_id = %(returned)s AND forecast <= target
            OR kpi_id <> %(returned)s AND forecast >= target THEN 'on_track'
        WHEN kpi_id = %(returned)s AND forecast <= target * 1.2
            OR kpi_id <> %(returned)s AND forecast >= target * 0.8 THEN 'at_risk'
        ELSE 'behind'
    END,
    forecast IS NOT NULL, forecast, CASE WHEN forecast IS NOT NULL THEN method END,
    CASE WHEN forecast IS NOT NULL THEN share END, CASE WHEN forecast IS NOT NULL THEN 0 END,
    NOW() AT TIME ZONE 'UTC'
FROM (
    SELECT kpi.id AS kpi_id, enrollment.id AS enrollment_id, enrollment.partner_id,
        period.id AS period_id, period.date_start, period.date_stop, target.value AS target,
        NULLIF(target.threshold, 0) AS threshold, NULLIF(target.stretch, 0) AS stretch,
        reached.actual,
        CASE
            -- a limit; GREATEST would take no data for 0
            WHEN kpi.id = %(returned)s AND reached.actual > 2 * target.value AND target.value > 0
                THEN 0
            WHEN kpi.id = %(returned)s THEN 2 - reached.actual / NULLIF(target.value, 0)
            ELSE reached.actual / NULLIF(target.value, 0)
        END AS attainment,
        unit.currency_id,
        CASE
            WHEN target.value IS NULL OR reached.actual IS NULL THEN 'none'
            WHEN kpi.id = %(returned)s AND period.date_stop > %(today)s THEN 'open'
            WHEN CASE
                WHEN kpi.id = %(returned)s THEN reached.actual <= target.value
                ELSE reached.actual >= target.value
            END THEN 'reached'
            WHEN period.date_stop <= %(today)s THEN 'missed'
            ELSE 'open'
        END AS state,
        passed.share, passed.method,
        CASE
            WHEN passed.share < 0.1 THEN NULL
            WHEN passed.method = 'as_is' THEN reached.actual
            ELSE ROUND(
                reached.actual / passed.share, CASE WHEN unit.currency_id IS NULL THEN 4 ELSE 2 END
            )
        END AS forecast
    FROM pmm_enrollment enrollment
    JOIN pmm_period period ON period.program_id = enrollment.program_id
        AND period.date_start <= %(today)s AND enrollment.date_start < period.date_stop
    CROSS JOIN UNNEST(%(kpis)s::int[]) AS kpi(id)
    LEFT JOIN actual ON actual.enrollment_id = enrollment.id
        AND actual.period_id = period.id AND actual.kpi_id = kpi.id
    LEFT JOIN pmm_kpi_target target ON target.enrollment_id = enrollment.id
        AND target.period_id = period.id AND target.kpi_id = kpi.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(actual.actual, CASE
            WHEN kpi.id <> ALL(ARRAY[%(margin)s, %(average)s, %(returned)s]) THEN 0
        END) AS actual
    ) reached
    CROSS JOIN LATERAL (
        SELECT CASE
            WHEN kpi.id <> ALL(ARRAY[%(units)s, %(orders)s, %(assortment)s, %(returned)s])
            THEN %(currency)s
        END AS currency_id
    ) unit
    LEFT JOIN JSONB_TO_RECORDSET(%(shares)s::jsonb) AS passed(
        kpi_id int, period_id int, share numeric, method text
    ) ON passed.kpi_id = kpi.id AND passed.period_id = period.id
    WHERE enrollment.id = ANY(%(enrollments)s)
) fact
