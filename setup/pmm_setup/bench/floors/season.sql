-- which part of the running month has passed: by what came a year ago, else by working days
WITH period AS (
    SELECT id, date_start, date_stop FROM pmm_period
    WHERE program_id = %(program)s AND date_start <= %(today)s AND %(today)s < date_stop
),
day AS MATERIALIZED (
    SELECT period.id AS period_id, before.day, (before.day + INTERVAL '1 year')::date AS stands_for, (
            SELECT rate FROM res_currency_rate
            WHERE currency_id = %(currency)s AND name <= before.day ORDER BY name DESC LIMIT 1
        ) AS factor
    FROM period
    CROSS JOIN LATERAL GENERATE_SERIES(
        period.date_start - INTERVAL '1 year',
        period.date_stop - INTERVAL '1 year' - INTERVAL '1 day', INTERVAL '1 day'
    ) AS instant
    CROSS JOIN LATERAL (SELECT instant::date AS day) before
),
credit AS (
    SELECT enrollment.id AS enrollment_id, enrollment.date_start, credit.*,
        credit.categ_id = ANY(%(categories)s) AS is_pump
    FROM pmm_enrollment enrollment
    JOIN pmm_credit credit ON credit.partner_id = enrollment.partner_id
    WHERE enrollment.program_id = %(program)s AND credit.company_id = %(company)s
        AND credit.stage = 'invoiced'
),
corrected AS MATERIALIZED (
    SELECT UNNEST(ARRAY_AGG(id)) AS id, SUM(quantity) AS quantity, SUM(amount) AS amount
    FROM pmm_credit
    WHERE stage = 'invoiced' AND company_id = %(company)s AND line_id IN (
        SELECT line_id FROM pmm_credit WHERE reason <> 'new' AND company_id = %(company)s
    )
    GROUP BY line_id, partner_id, role, date, origin_date, origin_document_id, customer_id,
        product_id, user_id, team_id, share, has_cost
),
daily AS (
    SELECT period_id, stands_for, kpi.*
    FROM (
        SELECT period_id, stands_for, enrollment_id,
            SUM(amount * factor) FILTER (WHERE role = 'buyer') AS revenue,
            SUM(amount * factor) FILTER (WHERE role = 'buyer' AND is_pump) AS of_category,
            SUM(amount * factor) FILTER (WHERE role = 'referrer') AS referred,
            SUM(quantity) FILTER (WHERE role = 'buyer') AS units,
            SUM((amount - cost) * factor) FILTER (
                WHERE role = 'buyer' AND has_cost
                    AND id NOT IN (SELECT id FROM corrected WHERE quantity = 0 AND amount = 0)
            ) AS margin,
            COUNT(DISTINCT document_id) FILTER (
                WHERE role = 'buyer' AND NOT is_return
                    AND id NOT IN (SELECT id FROM corrected WHERE quantity = 0 AND amount = 0)
            ) AS orders,
            COUNT(DISTINCT document_id) FILTER (WHERE role = 'buyer') AS bought,
            COUNT(DISTINCT document_id) FILTER (WHERE role = 'buyer' AND is_pump) AS pumps,
            COUNT(DISTINCT document_id) FILTER (WHERE role = 'referrer') AS brought
        FROM credit JOIN day ON day.day = credit.date
        WHERE stands_for >= credit.date_start
        GROUP BY period_id, stands_for, enrollment_id
    ) own
    CROSS JOIN LATERAL (
        VALUES (%(revenue)s, revenue, bought), (%(of_category)s, of_category, pumps),
            (%(referred)s, referred, brought), (%(units)s, units, bought),
            (%(margin)s, margin, bought), (%(orders)s, orders, bought)
    ) AS kpi(id, value, documents)
    UNION ALL
    SELECT period_id, stands_for, %(of_origin)s, SUM(amount * factor),
        COUNT(DISTINCT (enrollment_id, document_id))
    FROM credit JOIN day ON day.day = credit.origin_date
    WHERE role = 'buyer' AND stands_for >= credit.date_start
    GROUP BY period_id, stands_for
),
season AS (
    SELECT id, period_id, SUM(value) FILTER (WHERE stands_for < %(today)s) AS before,
        SUM(value) FILTER (WHERE stands_for = %(today)s) AS today, SUM(value) AS whole,
        COALESCE(-SUM(value) FILTER (WHERE value < 0), 0) AS returned, SUM(documents) AS documents
    FROM (
        SELECT id, period_id, stands_for, SUM(value) AS value, SUM(documents) AS documents
        FROM daily GROUP BY id, period_id, stands_for
    ) total
    GROUP BY id, period_id
),
working AS (
    SELECT period.id AS period_id, COUNT(*) FILTER (WHERE instant::date < %(today)s)
            + COUNT(*) FILTER (WHERE instant::date = %(today)s) / 2.0 AS done, COUNT(*) AS whole
    FROM period
    CROSS JOIN LATERAL GENERATE_SERIES(
        period.date_start, period.date_stop - INTERVAL '1 day', INTERVAL '1 day'
    ) AS instant
    WHERE EXTRACT(isodow FROM instant) < 6
    GROUP BY period.id
)
SELECT kpi.id AS kpi_id, working.period_id,
    ROUND(CASE WHEN season.id IS NULL THEN working.done / working.whole ELSE LEAST(GREATEST(
        (COALESCE(season.before, 0) + COALESCE(season.today, 0) / 2) / season.whole, 0
    ), 1) END, 9)::text AS share,
    CASE
        WHEN kpi.id IN (%(average)s, %(returned)s) THEN 'as_is'
        WHEN season.id IS NULL THEN 'days'
        ELSE 'season'
    END AS method
FROM working
CROSS JOIN UNNEST(%(kpis)s::int[]) AS kpi(id)
LEFT JOIN season ON season.id = kpi.id AND season.period_id = working.period_id
    AND season.documents >= 5 AND season.whole > 0 AND season.returned * 10 <= season.whole
