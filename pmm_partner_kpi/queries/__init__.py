"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import append_only, credit_differences, invoiced_lines, measurement, program_days
