"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import made_offers, ledger, partner_facts, reached_targets, sales
