-- (g) how some enrolments stand on the requirements of the ladder, in one pass over their credits
WITH day AS MATERIALIZED (
    SELECT day, (
            SELECT rate FROM res_currency_rate
            WHERE currency_id = %(currency)s AND name <= day ORDER BY name DESC LIMIT 1
        ) AS factor
    FROM (SELECT %(window_start)s::date + generate_series(0, 365) AS day) year
    WHERE day <= %(today)s
),
total AS (
    SELECT enrollment.id AS enrollment_id, ROUND(SUM(amount * factor), 2) AS revenue,
        ROUND(SUM(amount * factor) FILTER (WHERE categ_id = ANY(%(categories)s)), 2) AS of_category
    FROM pmm_enrollment enrollment
    JOIN pmm_credit credit ON credit.partner_id = enrollment.partner_id
    JOIN day ON day.day = credit.date
    WHERE enrollment.id = ANY(%(enrollments)s) AND credit.company_id = %(company)s
        AND credit.stage = 'invoiced' AND credit.role = 'buyer'
        AND credit.date >= GREATEST(enrollment.date_start, %(window_start)s::date)
        AND credit.date <= %(today)s
    GROUP BY enrollment.id
)
INSERT INTO floor_pmm_tier_standing AS known
    (enrollment_id, requirement_id, program_id, partner_id, company_id, date_start, date_stop,
     has_value, value, required, missing, met)
SELECT enrollment.id, asked.id, %(program)s, enrollment.partner_id, %(company)s,
    %(window_start)s, %(window_stop)s, TRUE, value, threshold, GREATEST(threshold - value, 0),
    value >= threshold
FROM pmm_enrollment enrollment
CROSS JOIN jsonb_to_recordset(%(requirements)s)
    AS asked(id int, of_all boolean, threshold numeric)
LEFT JOIN total ON total.enrollment_id = enrollment.id
CROSS JOIN LATERAL (
    SELECT COALESCE(CASE WHEN of_all THEN revenue ELSE of_category END, 0) AS value
) fact
WHERE enrollment.id = ANY(%(enrollments)s)
ON CONFLICT (enrollment_id, requirement_id) DO UPDATE SET
    value = EXCLUDED.value, missing = EXCLUDED.missing, met = EXCLUDED.met
WHERE known.value <> EXCLUDED.value;

-- and the tier that follows, for those who have climbed: a tier of today gives way to it
WITH asked AS (
    SELECT * FROM jsonb_to_recordset(%(requirements)s)
        AS asked(id int, rank int, threshold text, title text)
),
earned AS (
    SELECT enrollment_id, MAX(rank) AS rank
    FROM (
        SELECT UNNEST(%(enrollments)s) AS enrollment_id, 0 AS rank
        UNION ALL
        SELECT enrollment_id, rank
        FROM floor_pmm_tier_standing standing
        JOIN asked ON asked.id = standing.requirement_id
        WHERE enrollment_id = ANY(%(enrollments)s)
        GROUP BY enrollment_id, rank HAVING BOOL_AND(met)
    ) met
    GROUP BY enrollment_id
),
climbed AS (
    SELECT earned.*
    FROM earned
    LEFT JOIN floor_pmm_enrollment_tier held ON held.enrollment_id = earned.enrollment_id
        AND held.date_stop IS NULL
    WHERE earned.rank >= COALESCE(array_position(%(grades)s, held.grade_id), 0)
),
gone AS (
    DELETE FROM floor_pmm_enrollment_tier held USING climbed
    WHERE held.enrollment_id = climbed.enrollment_id AND held.date_start = %(today)s
)
INSERT INTO floor_pmm_enrollment_tier
    (enrollment_id, company_id, grade_id, date_start, origin, move_kind, valid_until, reached_on,
     terms, create_uid, write_uid, create_date, write_date)
SELECT enrollment_id, %(company)s, (%(grades)s)[rank + 1], %(today)s, 'automatic', 'up',
    CASE WHEN rank > 0 THEN %(window_stop)s::date + INTERVAL '1 year' END, %(today)s, (
        SELECT jsonb_object_agg(asked.id, jsonb_build_object(
            'title', title, 'required', threshold, 'value', value::text, 'counts', TRUE
        ))
        FROM asked
        JOIN floor_pmm_tier_standing standing ON standing.requirement_id = asked.id
            AND standing.enrollment_id = climbed.enrollment_id
        WHERE asked.rank = climbed.rank
    ), 1, 1, NOW(), NOW()
FROM climbed
