"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import (
    append_only,
    counted_partners,
    counting_enrollments,
    credit_differences,
    credit_scope,
    dirty_marks,
    enrollment_days,
    hierarchy,
    invoiced_lines,
    measurement,
    partner_values,
    opening_balances,
    partner_merge,
    program_days,
    segment_members,
    tier_facts,
    tier_standing,
    window_totals,
)
