-- (a) what the documents of some partners give them as buyers and as referrers
INSERT INTO floor_pmm_credit
    (line_model, line_id, partner_id, role, stage, company_id, date, origin_date,
     origin_document_id, customer_id, product_id, user_id, team_id, share, has_cost,
     document_model, document_id, document_name, is_return, categ_id, country_id, state_id,
     currency_id, quantity, amount, cost, reason, revision, former_ref, origin_former_ref, mended, recorded_at)
SELECT 'account.move.line', line.id, move.credited_id, move.role, 'invoiced', move.company_id,
    move.invoice_date, COALESCE(origin.invoice_date, move.invoice_date),
    COALESCE(origin.id, move.id), move.commercial_partner_id, line.product_id,
    move.invoice_user_id, move.team_id, 100, COALESCE(line.pmm_unit_cost > 0, FALSE),
    'account.move', move.id, move.name, move.move_type = 'out_refund', template.categ_id,
    COALESCE(ship.country_id, customer.country_id), COALESCE(ship.state_id, customer.state_id),
    line.company_currency_id, measure.quantity, -line.balance,
    COALESCE(ROUND(line.pmm_unit_cost * measure.quantity, 2), 0), 'new', 1, 0, 0, FALSE,
    NOW() AT TIME ZONE 'UTC'
FROM (
    SELECT *, commercial_partner_id AS credited_id, 'buyer' AS role
    FROM account_move WHERE commercial_partner_id = ANY(%(partners)s)
    UNION ALL
    SELECT *, pmm_referrer_id, 'referrer'
    FROM account_move WHERE pmm_referrer_id = ANY(%(partners)s)
) move
JOIN account_move_line line ON line.move_id = move.id AND line.display_type = 'product'
LEFT JOIN account_move origin ON origin.id = move.reversed_entry_id AND origin.state = 'posted'
LEFT JOIN res_partner customer ON customer.id = move.commercial_partner_id
LEFT JOIN res_partner ship ON ship.id = move.partner_shipping_id
LEFT JOIN product_product product ON product.id = line.product_id
LEFT JOIN product_template template ON template.id = product.product_tmpl_id
LEFT JOIN uom_uom line_uom ON line_uom.id = line.product_uom_id
LEFT JOIN uom_uom uom ON uom.id = template.uom_id
CROSS JOIN LATERAL (
    SELECT CASE WHEN move.move_type = 'out_refund' THEN -line.quantity ELSE line.quantity END
        * line_uom.factor / uom.factor AS quantity
) measure
WHERE move.state = 'posted' AND move.move_type IN ('out_invoice', 'out_refund')
