"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import (
    append_only,
    credit_differences,
    credit_scope,
    dirty_marks,
    invoiced_lines,
    measurement,
    program_days,
)
