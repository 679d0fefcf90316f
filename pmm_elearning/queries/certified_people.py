"""How many people of each enrolled company are certified on the last day that counts?"""

from odoo.tools import SQL


def certified_people(program, windows, attempts):
    """Return a SELECT (enrollment_id, value): people, each once however much they passed.

    ``windows`` is a SELECT (enrollment_id, date_start, date_stop), ``attempts`` the Query of the
    attempts that certify. Certificates do not expire, so the start of a window does not matter;
    people count for the company that they work for now.
    """
    return SQL(
        """
        SELECT counted.enrollment_id, COUNT(DISTINCT person.id)::numeric AS value
        FROM (%(windows)s) counted
        JOIN pmm_enrollment enrollment ON enrollment.id = counted.enrollment_id
        JOIN res_partner person ON person.commercial_partner_id = enrollment.partner_id
            AND person.active
        JOIN (
            SELECT survey_user_input.partner_id, MIN(survey_user_input.end_datetime) AS moment
            FROM %(attempts)s
            WHERE %(where)s
            GROUP BY survey_user_input.partner_id
        ) passed ON passed.partner_id = person.id
            AND (passed.moment AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date < counted.date_stop
        GROUP BY counted.enrollment_id
        """,
        windows=windows,
        attempts=attempts.from_clause,
        where=attempts.where_clause or SQL("TRUE"),
        tz=program.tz,
    )
