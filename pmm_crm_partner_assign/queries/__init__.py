"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import lead_assignments, lead_facts, quotation_odds
