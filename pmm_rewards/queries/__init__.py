"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import earned, entry_differences, gl_proof, settlement
