"""What do the confirmed orders say *now* about who is credited with what?

One row per order line, partner and role, in the columns of ``pmm.credit``. Down payments are not
ordered, sections and notes are no sale. The day is that of the company's time zone, for lists;
who needs the day of another zone takes it from ``booked_at``.
"""

from odoo.tools import SQL

from .credited_partners import (
    cost_of,
    credited_partners,
    has_cost,
    is_known,
    share_of,
    state_of,
    units_of,
)
from .no_sales import is_no_sale

_DAY = SQL(
    """(document.date_order AT TIME ZONE 'UTC'
        AT TIME ZONE COALESCE(NULLIF(home.tz, ''), 'UTC'))::date"""
)
_QUANTITY = units_of(
    SQL(
        """(sale_line.product_uom_qty
        * COALESCE(line_uom.factor, 1) / COALESCE(NULLIF(uom.factor, 0), 1))"""
    ),
    "sale_line",
)
_AMOUNT = SQL(
    """(ROUND(sale_line.price_subtotal / COALESCE(NULLIF(document.currency_rate, 0), 1)
        / currency.rounding) * currency.rounding)"""
)


CONFIRMED = SQL("document.state = 'sale'")


def booked_lines(scope, *, excluded=(), everybody=False, which=CONFIRMED):
    """Return a SELECT of the credits that the orders in ``scope`` give.

    For the parameters see :func:`invoiced_lines.invoiced_lines`; ``which`` is the condition on
    ``document`` of the orders that are looked at.
    """
    return SQL(
        """
        SELECT
            'sale.order.line' AS line_model,
            sale_line.id AS line_id,
            credited.partner_id,
            credited.role,
            'booked' AS stage,
            document.company_id,
            %(day)s AS date,
            %(day)s AS origin_date,
            document.date_order AS booked_at,
            document.id AS origin_document_id,
            document.pmm_partner_id AS customer_id,
            sale_line.product_id,
            document.user_id,
            document.team_id,
            credited.share,
            %(has_cost)s AS has_cost,
            'sale.order' AS document_model,
            document.id AS document_id,
            document.name AS document_name,
            FALSE AS is_return,
            template.categ_id,
            COALESCE(ship.country_id, customer.country_id) AS country_id,
            %(state)s AS state_id,
            currency.id AS currency_id,
            credited.former_refs,
            %(quantity)s AS quantity,
            %(amount)s AS amount,
            %(cost)s AS cost
        FROM (%(credited)s) credited
        JOIN sale_order document ON document.id = credited.document_id
        JOIN sale_order_line sale_line ON sale_line.order_id = document.id
        JOIN res_company company ON company.id = document.company_id
        JOIN res_currency currency ON currency.id = company.currency_id
        LEFT JOIN res_partner home ON home.id = company.partner_id
        LEFT JOIN res_partner customer ON customer.id = document.pmm_partner_id
        LEFT JOIN res_partner ship ON ship.id = document.partner_shipping_id
        LEFT JOIN product_product product ON product.id = sale_line.product_id
        LEFT JOIN product_template template ON template.id = product.product_tmpl_id
        LEFT JOIN uom_uom line_uom ON line_uom.id = sale_line.product_uom_id
        LEFT JOIN uom_uom uom ON uom.id = template.uom_id
        WHERE %(which)s
            AND sale_line.display_type IS NULL AND sale_line.is_downpayment IS NOT TRUE
            AND %(excluded)s IS NOT TRUE
            AND %(known)s AND %(in_companies)s
        """,
        day=_DAY,
        state=state_of("ship", "customer"),
        quantity=share_of(_QUANTITY, SQL("0.000001")),
        amount=share_of(_AMOUNT, SQL("currency.rounding")),
        has_cost=has_cost("sale_line"),
        cost=cost_of(SQL("sale_line.pmm_unit_cost"), _QUANTITY),
        credited=credited_partners("sale.order", scope),
        known=SQL("TRUE") if everybody else is_known("document"),
        in_companies=scope.in_companies(SQL.identifier("document", "company_id")),
        excluded=is_no_sale(excluded),
        which=which,
    )
