"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import (
    append_only,
    credit_differences,
    credit_scope,
    dirty_marks,
    enrollment_days,
    invoiced_lines,
    measurement,
    partner_values,
    opening_balances,
    program_days,
    segment_members,
    tier_facts,
    tier_standing,
    window_totals,
)
