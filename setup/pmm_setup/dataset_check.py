"""Compares what is in Odoo with the csv: in total, and order by order."""

from __future__ import annotations

from decimal import Decimal

from .dataset import describe
from .dataset_invoices import name_of
from .dataset_rows import Faults
from .dataset_store import MODULE

# One row for each invoice that carries an external id of ours. Amounts as text: Odoo's cursor would
# make floats of them.
QUERY = """
    SELECT data.name, move.state, move.move_type, move.invoice_date, move.invoice_date_due,
           move.date, move.company_id, move.partner_id, move.invoice_user_id, move.team_id,
           currency.name,
           move.amount_untaxed::text, move.amount_total::text, lines.number,
           coalesce(lines.untaxed, 0)::text
      FROM ir_model_data data
      JOIN account_move move ON move.id = data.res_id
      JOIN res_currency currency ON currency.id = move.currency_id
 LEFT JOIN LATERAL (
               SELECT count(*) AS number, sum(price_subtotal) AS untaxed
                 FROM account_move_line line
                WHERE line.move_id = move.id AND line.display_type = 'product'
           ) lines ON TRUE
     WHERE data.module = %s AND data.model = 'account.move'
"""


def check(env, data, keys) -> dict:
    """Return the totals in Odoo; raise where they, or one of the orders, differ from the csv."""
    env.flush_all()
    env.cr.execute(QUERY, [MODULE])
    found = {row[0]: row[1:] for row in env.cr.fetchall()}
    totals = {"orders": 0, "lines": 0, "untaxed": Decimal("0.00")}
    differing = []
    for order in data.orders:
        row = found.get(name_of(order))
        if row is None:
            differing.append(f"The order {order.number} has no invoice.")
            continue
        totals["orders"] += 1
        totals["lines"] += row[-2]
        totals["untaxed"] += Decimal(row[-1])
        differing += _differences(order, row, keys)
    if totals != data.totals:
        differing.insert(0, f"The csv has {describe(data.totals)}, Odoo has {describe(totals)}.")
    if differing:
        faults = Faults()
        for sentence in differing:
            faults.add(sentence)
        faults.raise_if_any()
    return totals


def _differences(order, row, keys):
    amount = order.amount
    expected = {
        "state": "posted",
        "type": "out_invoice",
        "invoice date": order.date,
        "due date": order.date,
        "accounting date": order.date,
        "company": keys.company.id,
        "partner": keys.partners[order.reseller],
        "salesperson": keys.users[order.employee],
        "team": keys.teams[order.territory],
        "currency": "USD",
        "untaxed amount": amount,
        "total": amount,
        "number of lines": len(order.lines),
        "sum of the lines": amount,
    }
    for (what, wanted), found in zip(expected.items(), row, strict=True):
        value = Decimal(found) if isinstance(wanted, Decimal) else found
        if value != wanted:
            yield f"The invoice of the order {order.number} has the {what} {value}, not {wanted}."
