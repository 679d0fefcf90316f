"""In whose territory is an order or invoice delivered?

The statements look at the documents as they are when they are confirmed or posted. Where a
document was corrected by hand they leave it alone.
"""

from odoo.tools import SQL


def are_there_territories():
    """Return a SELECT of whether any territory is there, or any document is credited by one."""
    return SQL(
        "SELECT EXISTS (SELECT 1 FROM pmm_territory)"
        " OR EXISTS (SELECT 1 FROM pmm_attribution WHERE role = 'territory')"
    )


def forget_territories(column, ids):
    """Return the DELETE of what the territories said before of the documents ``ids``.

    ``column`` is ``order_id`` or ``move_id``.
    """
    return SQL(
        """
        DELETE FROM pmm_attribution known USING %(table)s document
        WHERE known.role = 'territory' AND %(column)s = ANY(%(ids)s)
            AND document.id = %(column)s AND document.pmm_territory_fixed IS NOT TRUE
        """,
        table=SQL.identifier("sale_order" if column == "order_id" else "account_move"),
        column=SQL.identifier("known", column),
        ids=ids,
    )


def attribute_orders(order_ids):
    """Return the INSERT of the territory of each order, on its day where the company is."""
    return SQL(
        """
        INSERT INTO pmm_attribution (order_id, company_id, role, partner_id, share, territory_id,
            create_uid, create_date, write_uid, write_date)
        WITH area AS MATERIALIZED (%(areas)s)
        SELECT document.id, document.company_id, 'territory', given.partner_id, given.share,
            given.territory_id, 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
        FROM sale_order document
        JOIN res_company company ON company.id = document.company_id
        JOIN res_partner office ON office.id = company.partner_id
        JOIN res_partner buyer ON buyer.id = document.partner_id
        JOIN res_partner customer ON customer.id = buyer.commercial_partner_id
        LEFT JOIN res_partner ship ON ship.id = document.partner_shipping_id
        CROSS JOIN LATERAL (%(territory)s) given
        WHERE document.id = ANY(%(ids)s) AND document.pmm_territory_fixed IS NOT TRUE
        """,
        ids=order_ids,
        areas=_areas(),
        territory=_territory(
            SQL(
                "(document.date_order AT TIME ZONE 'UTC'"
                " AT TIME ZONE COALESCE(NULLIF(office.tz, ''), 'UTC'))::date"
            )
        ),
    )


def attribute_moves(move_ids):
    """Return the INSERT of the territory of each invoice and credit note.

    A credit note takes that of the invoice which it reverses, an invoice that of the first of
    its orders; only others look for the delivery address.
    """
    return SQL(
        """
        INSERT INTO pmm_attribution (move_id, company_id, role, partner_id, share, territory_id,
            create_uid, create_date, write_uid, write_date)
        WITH area AS MATERIALIZED (%(areas)s)
        SELECT document.id, document.company_id, 'territory', given.partner_id, given.share,
            given.territory_id, 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
        FROM account_move document
        LEFT JOIN LATERAL (
            SELECT MIN(sale_line.order_id) AS order_id
            FROM account_move_line line
            JOIN sale_order_line_invoice_rel made ON made.invoice_line_id = line.id
            JOIN sale_order_line sale_line ON sale_line.id = made.order_line_id
            WHERE line.move_id = document.id AND document.reversed_entry_id IS NULL
        ) made_from ON TRUE
        LEFT JOIN res_partner customer ON customer.id = document.commercial_partner_id
        LEFT JOIN res_partner ship ON ship.id = document.partner_shipping_id
        CROSS JOIN LATERAL (
            SELECT known.partner_id, known.share, known.territory_id FROM pmm_attribution known
            WHERE known.role = 'territory' AND known.move_id = document.reversed_entry_id
            UNION ALL
            SELECT known.partner_id, known.share, known.territory_id FROM pmm_attribution known
            WHERE known.role = 'territory' AND known.order_id = made_from.order_id
            UNION ALL
            SELECT partner_id, share, territory_id FROM (%(territory)s) here
            WHERE document.reversed_entry_id IS NULL AND made_from.order_id IS NULL
        ) given
        WHERE document.id = ANY(%(ids)s) AND document.pmm_territory_fixed IS NOT TRUE
        """,
        ids=move_ids,
        areas=_areas(),
        territory=_territory(SQL("COALESCE(document.invoice_date, document.date)")),
    )


def _areas():
    """Return a SELECT of all territories, each with what it consists of."""
    return SQL(
        """
        SELECT territory.*,
            ARRAY(SELECT rel.country_id FROM pmm_territory_country_rel rel
                WHERE rel.territory_id = territory.id) AS countries,
            ARRAY(SELECT rel.state_id FROM pmm_territory_state_rel rel
                WHERE rel.territory_id = territory.id) AS states,
            string_to_array(territory.zip_prefixes, ', ') AS prefixes
        FROM pmm_territory territory
        """
    )


def _territory(day):
    """Return a SELECT of the one ``area`` in which ``ship`` (else ``customer``) is on ``day``.

    The more specific one wins: postal code, state, country, everywhere; then the sequence.
    """
    return SQL(
        """
        SELECT area.partner_id, area.share, area.id AS territory_id
        FROM (
            SELECT country_id, state_id, regexp_replace(UPPER(zip), '[^A-Z0-9]', '', 'g') AS zip
            FROM res_partner
            WHERE id = CASE WHEN ship.country_id IS NULL THEN customer.id ELSE ship.id END
            OFFSET 0 -- the postal code is cleaned once per document, not once per territory
        ) address
        JOIN area ON area.company_id = document.company_id
            AND daterange(area.date_start, area.date_stop) @> %(day)s
            AND (area.countries = '{}' OR address.country_id = ANY(area.countries))
            AND (area.states = '{}' OR address.state_id = ANY(area.states))
            AND (area.prefixes IS NULL OR EXISTS (
                SELECT 1 FROM unnest(area.prefixes) prefix WHERE starts_with(address.zip, prefix)
            ))
        ORDER BY
            CASE
                WHEN area.prefixes IS NOT NULL THEN 1
                WHEN area.states <> '{}' THEN 2
                WHEN area.countries <> '{}' THEN 3
                ELSE 4
            END,
            area.sequence, area.id
        LIMIT 1
        """,
        day=day,
    )
