"""Functions that return ``odoo.tools.SQL`` and run nothing, one question per file."""

from . import (
    certified_people,
    course_progress,
    missing_members,
    passed_certifications,
    survey_answers,
)
