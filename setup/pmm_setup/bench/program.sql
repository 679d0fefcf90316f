-- Referrers, enrolments, tiers and targets of the partners that documents.sql made.

CREATE FUNCTION pg_temp.chance(n bigint, question text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || left(md5(question || n), 7))::bit(28)::int / 268435456.0::float8
$$;

-- every tenth invoice was brought by somebody; its credit notes say so as well
UPDATE account_move SET pmm_referrer_id = referred.referrer_id
FROM (
    SELECT id, %(first_partner)s
            + floor(%(partners)s * pg_temp.chance(source, 'referrer'))::int AS referrer_id
    FROM (
        SELECT id, COALESCE(reversed_entry_id, id) - %(first_move)s AS source
        FROM account_move WHERE move_type IN ('out_invoice', 'out_refund')
    ) document
    WHERE pg_temp.chance(source, 'referred') < 0.1
) referred
WHERE account_move.id = referred.id AND commercial_partner_id <> referred.referrer_id;

-- two of three lines were posted with a known cost
UPDATE account_move_line SET pmm_unit_cost = ROUND(price_unit * 0.6, 2)
WHERE display_type = 'product' AND MOD(product_id, 3) > 0;

INSERT INTO pmm_enrollment
    (program_id, company_id, partner_id, user_id, date_start, former_ref, is_shadow,
     create_uid, write_uid, create_date, write_date)
SELECT %(program)s, %(company)s, id, user_id,
    CASE WHEN MOD(id, 20) = 0 THEN %(later)s::date ELSE %(start)s::date END,
    0, FALSE, 1, 1, NOW(), NOW()
FROM res_partner
WHERE id BETWEEN %(first_partner)s AND %(first_partner)s + %(partners)s - 1
ORDER BY id;

-- all start in silver, three of ten rise after a year
INSERT INTO pmm_enrollment_tier
    (enrollment_id, company_id, grade_id, date_start, date_stop, origin,
     create_uid, write_uid, create_date, write_date)
SELECT id, company_id, grade_id, start, stop, 'manual', 1, 1, NOW(), NOW()
FROM pmm_enrollment
CROSS JOIN LATERAL (
    VALUES
        (%(silver)s, date_start, CASE WHEN MOD(id, 10) < 3 THEN %(half)s::date END),
        (%(gold)s, %(half)s::date, NULL)
) AS tier(grade_id, start, stop)
WHERE program_id = %(program)s AND (grade_id = %(silver)s OR MOD(id, 10) < 3)
ORDER BY id, start;

INSERT INTO pmm_kpi_target
    (enrollment_id, program_id, company_id, kpi_id, period_id, value,
     create_uid, write_uid, create_date, write_date)
SELECT enrollment.id, %(program)s, %(company)s, pmm_kpi_definition_id, period.id,
    ROUND((500 + 4000 * pg_temp.chance(enrollment.id, 'target'))::numeric, 2),
    1, 1, NOW(), NOW()
FROM pmm_enrollment enrollment
JOIN pmm_period period ON period.program_id = enrollment.program_id
    AND period.date_stop > enrollment.date_start AND period.date_start <= CURRENT_DATE
JOIN pmm_kpi_definition_pmm_program_rel kpi ON kpi.pmm_program_id = enrollment.program_id
WHERE enrollment.program_id = %(program)s
ORDER BY enrollment.id, pmm_kpi_definition_id, period.id;
