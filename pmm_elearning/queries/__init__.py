"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import course_progress, missing_members, passed_certifications
