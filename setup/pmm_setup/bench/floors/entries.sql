-- (c) a rate on each document and bands on each month, of some enrolments
WITH day AS MATERIALIZED (
    SELECT period.id AS period_id, date_start, date_stop, date_start + number AS day, (
            SELECT rate FROM res_currency_rate
            WHERE currency_id = %(currency)s AND name <= date_start + number ORDER BY name DESC LIMIT 1
        ) AS factor
    FROM pmm_period period
    JOIN generate_series(0, 30) AS number ON date_start + number < date_stop
    WHERE program_id = %(program)s
),
credit AS MATERIALIZED (
    SELECT enrollment.id AS enrollment_id, enrollment.partner_id,
        enrollment.date_start AS enrolled, day.period_id, day.date_start, day.date_stop,
        credit.origin_document_id AS document_id, credit.amount * day.factor AS amount,
        credit.origin_date AS day
    FROM pmm_enrollment enrollment
    JOIN pmm_credit credit ON credit.partner_id = enrollment.partner_id
    JOIN day ON day.day = credit.origin_date
    WHERE enrollment.id = ANY(%(enrollments)s) AND credit.company_id = %(company)s
        AND credit.stage = 'invoiced' AND credit.role = 'buyer'
        AND credit.origin_date >= enrollment.date_start
),
earned AS (
    SELECT %(rate_rule)s AS rule_id, enrollment_id, partner_id, period_id, date_start, date_stop,
        document_id, basis, ROUND(basis * %(rate)s::numeric, 2) AS amount,
        jsonb_build_object('kind', 'document_rate', 'rate', %(rate)s) AS terms, grade_id
    FROM (
        SELECT credit.enrollment_id, partner_id, period_id, MIN(credit.date_start) AS date_start,
            MIN(credit.date_stop) AS date_stop, document_id, SUM(amount) AS basis,
            MIN(tier.grade_id) AS grade_id
        FROM credit
        LEFT JOIN pmm_enrollment_tier tier ON tier.enrollment_id = credit.enrollment_id
            AND tier.date_start <= credit.day
            AND credit.day < COALESCE(tier.date_stop, 'infinity')
        GROUP BY credit.enrollment_id, partner_id, period_id, document_id
    ) document
    UNION ALL
    SELECT %(band_rule)s, month.enrollment_id, partner_id, period_id, month.date_start,
        month.date_stop, 0, basis, reward.amount,
        jsonb_build_object('kind', 'period_bands', 'bands', %(bands)s::jsonb), tier.grade_id
    FROM (
        SELECT enrollment_id, partner_id, period_id, enrolled, date_start, date_stop,
            SUM(amount) AS basis
        FROM credit
        GROUP BY enrollment_id, partner_id, period_id, enrolled, date_start, date_stop
    ) month
    CROSS JOIN LATERAL (
        SELECT ROUND(SUM(GREATEST(LEAST(basis, ceiling) - floor, 0) * rate), 2) AS amount
        FROM (
            SELECT floor, rate, LEAD(floor, 1, 'infinity') OVER (ORDER BY floor) AS ceiling
            FROM pmm_reward_band WHERE rule_id = %(band_rule)s
        ) band
    ) reward
    LEFT JOIN pmm_enrollment_tier tier ON tier.enrollment_id = month.enrollment_id
        AND tier.date_start <= GREATEST(month.date_start, enrolled)
        AND GREATEST(month.date_start, enrolled) < COALESCE(tier.date_stop, 'infinity')
)
INSERT INTO floor_pmm_reward_entry
    (rule_id, plan_id, program_id, enrollment_id, partner_id, company_id, currency_id,
     origin_period_id, period_id, date, kind, document_model, document_id, document_name,
     basis_amount, amount, terms, revision, recorded_at)
SELECT rule_id, %(plan)s, %(program)s, enrollment_id, earned.partner_id, %(company)s,
    %(currency)s, period_id, period_id,
    GREATEST(date_start, LEAST(%(today)s, date_stop - 1)),
    CASE WHEN amount < 0 THEN 'clawback' ELSE 'accrual' END,
    CASE WHEN document_id <> 0 THEN 'account.move' END, NULLIF(document_id, 0), document.name,
    basis, amount,
    terms || jsonb_build_object('basis', trim_scale(basis)::text, 'grade_id', grade_id,
        'earned', trim_scale(amount)::text, 'before', '0'),
    1, NOW() AT TIME ZONE 'UTC'
FROM earned
LEFT JOIN account_move document ON document.id = earned.document_id
WHERE amount <> 0
