-- Partner companies with a contact each, and their posted invoices and credit notes.
-- Everything follows from the number of a document by arithmetic, so that every run of this
-- file makes the same data. Parameters: see generate.py.

-- a number in [0, 1) for the question %%s about document n
CREATE FUNCTION pg_temp.chance(n bigint, question text) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || left(md5(question || n), 7))::bit(28)::int / 268435456.0::float8
$$;

INSERT INTO res_partner
    (id, name, complete_name, ref, is_company, parent_id, commercial_partner_id,
     commercial_company_name, active, type, lang, country_id, user_id, email, email_normalized,
     autopost_bills, customer_rank, supplier_rank, partner_share, color, message_bounce,
     create_uid, write_uid, create_date, write_date)
SELECT %(first_partner)s + number, 'Reseller ' || number, 'Reseller ' || number,
    'BENCH' || number, TRUE, NULL, %(first_partner)s + number, 'Reseller ' || number, TRUE,
    'contact', 'en_US', (%(countries)s::int[])[1 + MOD(number, %(country_count)s)],
    (%(salespeople)s::int[])[1 + MOD(number, %(salesperson_count)s)],
    'office' || number || '@example.com', 'office' || number || '@example.com',
    'ask', 1, 0, TRUE, 0, 0, 1, 1, NOW(), NOW()
FROM generate_series(0, %(partners)s - 1) AS number;

INSERT INTO res_partner
    (id, name, complete_name, is_company, parent_id, commercial_partner_id,
     commercial_company_name, active, type, lang, country_id, user_id, email, email_normalized,
     autopost_bills, customer_rank, supplier_rank, partner_share, color, message_bounce,
     create_uid, write_uid, create_date, write_date)
SELECT id + %(partners)s, 'Buyer', name || ', Buyer', FALSE, id, id, name, TRUE, 'contact',
    lang, country_id, user_id, 'buyer.' || email, 'buyer.' || email, 'ask', 0, 0, TRUE, 0, 0,
    1, 1, NOW(), NOW()
FROM res_partner WHERE id BETWEEN %(first_partner)s AND %(first_partner)s + %(partners)s - 1;

-- n counts in order of date; every twentieth document is a credit note for some of what an
-- invoice (source) of the month before it sold
CREATE TEMP TABLE document AS
SELECT n, source, n <> source AS is_refund, customer,
    %(first_day)s::date + floor(n::numeric * %(days)s / %(documents)s)::int AS day,
    pg_temp.chance(customer, 'currency') < 0.3 AS is_foreign,
    CASE WHEN pg_temp.chance(source, 'contact') < 0.5 THEN %(partners)s ELSE 0 END
        + %(first_partner)s + customer AS partner_id,
    (%(salespeople)s::int[])[1 + MOD(customer, %(salesperson_count)s)] AS user_id
FROM (
    SELECT n, source,
        -- some buy much more often than others
        floor(%(partners)s * power(pg_temp.chance(source, 'customer'), 1.3))::int AS customer
    FROM (
        SELECT n, CASE
                WHEN MOD(n, 20) < 19 THEN n
                WHEN MOD(before, 20) = 19 THEN before - 1
                ELSE before
            END AS source
        FROM (
            SELECT n, GREATEST(
                    0, n - 1 - floor(pg_temp.chance(n, 'source') * %(documents)s / 24)::int
                ) AS before
            FROM generate_series(0, %(documents)s - 1) AS n
        ) numbered
    ) paired
) placed;

CREATE TEMP TABLE rate AS
SELECT name AS start, LEAD(name, 1, 'infinity') OVER (ORDER BY name) AS stop, rate
FROM res_currency_rate WHERE currency_id = %(foreign)s;

CREATE TEMP TABLE product AS
SELECT ROW_NUMBER() OVER (ORDER BY variant.id) - 1 AS number, variant.id, template.uom_id,
    template.name->>'en_US' AS name, template.list_price AS price
FROM product_product variant JOIN product_template template ON template.id = product_tmpl_id
WHERE variant.default_code LIKE 'BENCH%%';

CREATE TEMP TABLE line AS
SELECT document.n, k, product.id AS product_id, product.uom_id, product.name, product.price,
    quantity, quantity * product.price AS amount, rate,
    ROUND(quantity * product.price / rate, 2) AS balance
FROM (
    SELECT document.*, COALESCE(rate.rate, 1) AS rate
    FROM document LEFT JOIN rate
        ON is_foreign AND document.day >= rate.start AND document.day < rate.stop
) document
CROSS JOIN generate_series(0, %(lines)s - 1) AS k
CROSS JOIN LATERAL (
    SELECT floor(%(products)s * pg_temp.chance(source * %(lines)s + k, 'product'))::int AS number,
        CASE
            WHEN is_refund THEN 1
            ELSE 1 + floor(9 * pg_temp.chance(source * %(lines)s + k, 'quantity'))::int
        END AS quantity
) chosen
JOIN product USING (number);

CREATE TEMP TABLE total AS
SELECT document.*, day < %(today)s::date - 45 AS is_paid,
    CASE WHEN is_foreign THEN %(foreign)s ELSE %(currency)s END AS currency_id,
    CASE WHEN is_refund THEN -1 ELSE 1 END AS sign, sum.rate, sum.amount, sum.balance
FROM (
    SELECT document.*, prefix || LPAD(number::text, 6, '0') AS name
    FROM (
        SELECT document.*, ROW_NUMBER() OVER (PARTITION BY prefix ORDER BY n) AS number
        FROM (
            SELECT *, CASE WHEN is_refund THEN 'RINV/' ELSE 'INV/' END
                || EXTRACT(year FROM day) || '/' AS prefix
            FROM document
        ) document
    ) document
) document
JOIN (
    SELECT n, MIN(rate) AS rate, SUM(amount) AS amount, SUM(balance) AS balance
    FROM line GROUP BY n
) sum USING (n);

ANALYZE line, total;

INSERT INTO account_move
    (id, name, sequence_prefix, sequence_number, payment_reference, move_type, state,
     payment_state, auto_post, journal_id, company_id, partner_id, commercial_partner_id,
     partner_shipping_id, invoice_partner_display_name, currency_id, invoice_currency_rate,
     date, invoice_date, invoice_date_due, invoice_user_id, team_id, reversed_entry_id,
     amount_untaxed, amount_total, amount_tax, amount_residual, amount_untaxed_signed,
     amount_untaxed_in_currency_signed, amount_total_signed, amount_total_in_currency_signed,
     amount_tax_signed, amount_residual_signed, always_tax_exigible, checked, posted_before,
     made_sequence_gap, is_manually_modified, create_uid, write_uid, create_date, write_date)
SELECT %(first_move)s + n, name, prefix, number, CASE WHEN NOT is_refund THEN name END,
    CASE WHEN is_refund THEN 'out_refund' ELSE 'out_invoice' END, 'posted',
    CASE WHEN is_paid THEN 'paid' ELSE 'not_paid' END, 'no', %(journal)s, %(company)s,
    partner_id, %(first_partner)s + customer, partner_id, 'Reseller ' || customer, currency_id,
    rate, day, day, day + 30, user_id, %(team)s,
    CASE WHEN is_refund THEN %(first_move)s + source END,
    amount, amount, 0, CASE WHEN is_paid THEN 0 ELSE amount END, sign * balance, sign * amount,
    sign * balance, sign * amount, 0, CASE WHEN is_paid THEN 0 ELSE sign * balance END,
    FALSE, TRUE, TRUE, FALSE, FALSE, user_id, user_id, day, day
FROM total ORDER BY n;

INSERT INTO account_move_line
    (id, move_id, move_name, parent_state, display_type, sequence, journal_id, company_id,
     company_currency_id, currency_id, partner_id, account_id, product_id, product_uom_id, name,
     date, invoice_date, date_maturity, quantity, price_unit, price_subtotal, price_total,
     discount, debit, credit, balance, amount_currency, amount_residual,
     amount_residual_currency, reconciled, is_storno, no_followup, deductible_amount, create_uid,
     write_uid, create_date, write_date)
SELECT %(first_line)s + n * (%(lines)s + 1) + k, %(first_move)s + n, total.name, 'posted', kind,
    CASE kind WHEN 'product' THEN 100 ELSE 12000 END, %(journal)s, %(company)s, %(currency)s,
    currency_id, %(first_partner)s + customer,
    CASE kind WHEN 'product' THEN %(income)s ELSE %(receivable)s END,
    product_id, uom_id, part.name, day, day, day + credit_days, quantity, price, subtotal, subtotal, 0,
    GREATEST(part.balance * sign, 0), GREATEST(-part.balance * sign, 0), part.balance * sign,
    part.amount * sign,
    CASE WHEN stays_open AND NOT is_paid THEN part.balance * sign ELSE 0 END,
    CASE WHEN stays_open AND NOT is_paid THEN part.amount * sign ELSE 0 END,
    stays_open AND is_paid, FALSE, FALSE, 100, user_id, user_id, day, day
FROM total
JOIN (
    SELECT n, k, 'product' AS kind, product_id, uom_id, name, NULL::int AS credit_days, quantity,
        price, amount AS subtotal, -balance AS balance, -amount AS amount, FALSE AS stays_open
    FROM line
    UNION ALL
    SELECT n, %(lines)s, 'payment_term', NULL, NULL, name, 30, 0, 0, 0, balance, amount, TRUE
    FROM total
) part USING (n)
ORDER BY n, k;

SELECT setval('res_partner_id_seq', MAX(id)) FROM res_partner;
SELECT setval('account_move_id_seq', MAX(id)) FROM account_move;
SELECT setval('account_move_line_id_seq', MAX(id)) FROM account_move_line;
