"""New invoices through the ORM, and posting them with our hooks or without."""

from __future__ import annotations

import contextlib

from odoo.addons.pmm_partner_kpi.models import (
    account_move,
    account_move_attribution,
    pmm_unit_cost,
)

LINES = 3
# all that runs when an invoice is made and posted
HOOKS = {
    account_move.AccountMove: ("create", "write", "_post"),
    account_move_attribution.AccountMove: ("create", "write"),
    pmm_unit_cost.PmmUnitCost: ("default_get", "create", "write"),
}


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
    removed = []
    if not present:
        removed = [
            (owner, name, owner.__dict__[name]) for owner, names in HOOKS.items() for name in names
        ]
    for owner, name, _function in removed:
        delattr(owner, name)
    try:
        yield
    finally:
        for owner, name, function in removed:
            setattr(owner, name, function)
