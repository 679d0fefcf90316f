"""The orders as posted customer invoices, in batches through Odoo's own ORM."""

from __future__ import annotations

from odoo.tools import SQL

from .dataset_store import Store

BATCH_LINES = 1000


def load(env, data, keys, commit, progress) -> int:
    """Create and post what is missing; return the number of invoices created."""
    store = Store(env)
    present = store.ids("account.move")
    missing = [order for order in data.orders if name_of(order) not in present]
    if not missing:
        return 0
    defaults = _defaults(env, keys.company)
    done = len(data.orders) - len(missing)
    progress(done, len(data.orders), "invoices")
    for number, batch in enumerate(_batches(missing, BATCH_LINES), 1):
        values = {name_of(order): _values(order, keys, defaults) for order in batch}
        invoices = store.create("account.move", values)
        if number & (number - 1) == 0:  # in batch 1, 2, 4, 8 …
            _analyze(env)
        invoices._post(soft=False)
        if commit:
            env.cr.commit()
        else:
            env.flush_all()
        env.invalidate_all(flush=False)  # what is written will not be read again: free the memory
        done += len(batch)
        progress(done, len(data.orders), "invoices")
    return len(missing)


def _analyze(env):
    """Tell PostgreSQL how much there is now.

    Believing the tables as empty as they were, it takes minutes for a single query of Odoo's (the
    one for the payment state).
    """
    env.flush_all()
    for model in ("account.move", "account.move.line", "ir.model.data", "res.partner"):
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(env[model]._table)))


def name_of(order) -> str:
    return f"order_{order.number}"


def _batches(orders, lines):
    """Cut the orders so that a batch has about so many lines, one order at least."""
    batch, size = [], 0
    for order in orders:
        if batch and size + len(order.lines) > lines:
            yield batch
            batch, size = [], 0
        batch.append(order)
        size += len(order.lines)
    if batch:
        yield batch


def _defaults(env, company) -> dict:
    journal = env["account.journal"].search(
        [("type", "=", "sale"), ("company_id", "=", company.id)], limit=1
    )
    return {
        "move_type": "out_invoice",
        "journal_id": journal.id,
        "currency_id": env.ref("base.USD").id,
    }


def _values(order, keys, defaults) -> dict:
    dollar = keys.company.currency_id.id == defaults["currency_id"]
    return {
        **defaults,
        "partner_id": keys.partners[order.reseller],
        "invoice_date": order.date,
        "invoice_date_due": order.date,  # else Odoo takes today
        "date": order.date,
        "invoice_user_id": keys.users[order.employee],
        "team_id": keys.teams[order.territory],
        "ref": order.number,
        "invoice_origin": order.number,
        "invoice_line_ids": [(0, 0, _line(line, keys, dollar)) for line in order.lines],
    }


def _line(line, keys, dollar) -> dict:
    """Return a line's values; with its amounts Odoo need not write each line again.

    (They may not be given where the company's currency is another: there Odoo converts them.)
    """
    balance = {"balance": -float(line.amount), "amount_currency": -float(line.amount)}
    return {
        "product_id": keys.products[line.product],
        "quantity": line.quantity,
        "price_unit": line.price,
        "tax_ids": [(5,)],
        "analytic_distribution": False,
        **(balance if dollar else {}),
    }
