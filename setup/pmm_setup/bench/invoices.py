"""New invoices through the ORM, and posting them with our hooks or without."""

from __future__ import annotations

import contextlib

from odoo.addons.pmm_partner_kpi.models import account_move

LINES = 3
HOOKS = ("create", "write")


def drafts(env, partner_ids, count, number):
    """Create draft invoices of today for ``count`` partners all over the list; commit."""
    products = env["product.product"].search([("default_code", "=like", "BENCH%")], order="id")
    step = max(len(partner_ids) // count, 1)
    moves = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner_ids[(number + index * step) % len(partner_ids)],
                "invoice_date": env["pmm.program"].search([], limit=1)._today(),
                "invoice_line_ids": [
                    (0, 0, {"product_id": products[(index + k * 7) % len(products)].id})
                    for k in range(LINES)
                ],
            }
            for index in range(count)
        ]
    )
    env.cr.commit()
    return moves


def post(moves):
    """Post the drafts and commit."""
    moves.action_post()
    moves.env.cr.commit()


@contextlib.contextmanager
def hooks(present):
    """Have our hooks on invoices in place for the block, or not."""
    owner = account_move.AccountMove
    removed = {} if present else {name: owner.__dict__[name] for name in HOOKS}
    for name in removed:
        delattr(owner, name)
    try:
        yield
    finally:
        for name, function in removed.items():
            setattr(owner, name, function)
