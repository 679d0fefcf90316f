"""How do enrolments stand on the requirements of their programme's tiers?"""

from odoo.tools import SQL


def upsert_standings(program, requirements, windows, values, void):
    """Return the statement that stores the standings on ``requirements``.

    ``requirements`` ask for the same fact with different thresholds, ``values`` is the SELECT
    (enrollment_id, value) of it, ``void`` what an enrolment has that is absent there, and
    ``windows`` a SELECT (enrollment_id, date_start, date_stop) of the time shown to readers.
    Rows that already say the same are not touched.
    """
    return SQL(
        """
        INSERT INTO pmm_tier_standing AS known
            (enrollment_id, requirement_id, program_id, partner_id, company_id, date_start,
             date_stop, has_value, value, required, missing, met)
        SELECT enrollment.id, asked.id, enrollment.program_id, enrollment.partner_id,
            enrollment.company_id, counted.date_start, counted.date_stop,
            %(value)s IS NOT NULL, %(value)s, asked.threshold,
            GREATEST(asked.threshold - COALESCE(%(value)s, 0), 0),
            COALESCE(%(value)s >= asked.threshold, FALSE)
        FROM (%(windows)s) counted
        JOIN pmm_enrollment enrollment ON enrollment.id = counted.enrollment_id
        JOIN pmm_tier_requirement asked ON asked.id = ANY(%(requirements)s)
        LEFT JOIN (%(values)s) fact ON fact.enrollment_id = enrollment.id
        WHERE enrollment.program_id = %(program)s
        ON CONFLICT (enrollment_id, requirement_id) DO UPDATE SET
            partner_id = EXCLUDED.partner_id, date_start = EXCLUDED.date_start,
            date_stop = EXCLUDED.date_stop, has_value = EXCLUDED.has_value,
            value = EXCLUDED.value, required = EXCLUDED.required, missing = EXCLUDED.missing,
            met = EXCLUDED.met
        WHERE (known.partner_id, known.date_start, known.date_stop, known.value, known.required,
                known.met)
            IS DISTINCT FROM (EXCLUDED.partner_id, EXCLUDED.date_start, EXCLUDED.date_stop,
                EXCLUDED.value, EXCLUDED.required, EXCLUDED.met)
        """,
        value=SQL("COALESCE(fact.value, %s::numeric)", void),
        windows=windows,
        requirements=requirements.ids,
        values=values,
        program=program.id,
    )


def values_as_text(windows, values, void):
    """Return a SELECT (enrollment_id, value as text) for each enrolment of ``windows``."""
    return SQL(
        """
        SELECT counted.enrollment_id, COALESCE(fact.value, %s::numeric)::text
        FROM (%s) counted
        LEFT JOIN (%s) fact ON fact.enrollment_id = counted.enrollment_id
        """,
        void,
        windows,
        values,
    )


def standings_as_text(enrollment_ids):
    """Return a SELECT (enrollment_id, requirement_id, value as text)."""
    return SQL(
        "SELECT enrollment_id, requirement_id, value::text FROM pmm_tier_standing"
        " WHERE enrollment_id = ANY(%s)",
        enrollment_ids,
    )
