"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import customer_ratings
