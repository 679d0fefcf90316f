"""Functions that return ``odoo.tools.SQL`` and run nothing."""

from . import certifications
