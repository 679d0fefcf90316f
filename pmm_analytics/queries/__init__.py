"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import (
    ledger,
    made_offers,
    partner_facts,
    reached_targets,
    sales,
)
