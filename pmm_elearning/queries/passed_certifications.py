"""How many certifications have the people of each enrolled company passed, per open period?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import enrolled_on


def passed_certifications(program, enrollment_ids, attempts):
    """Return a SELECT (enrollment_id, period_id, actual) of the open periods of ``program``.

    ``attempts`` is the Query of the attempts that count. A person counts once per
    certification and period, however often it is passed there.
    """
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, period.id AS period_id,
            COUNT(DISTINCT (passed.person_id, passed.survey_id))::numeric AS actual
        FROM (
            SELECT survey_user_input.pmm_partner_id AS company_id,
                survey_user_input.partner_id AS person_id, survey_user_input.survey_id,
                -- the day on which it was at the programme
                (survey_user_input.end_datetime AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day
            FROM %(attempts)s
            WHERE %(where)s
        ) passed
        JOIN pmm_enrollment enrollment ON enrollment.partner_id = passed.company_id
            AND %(enrolled)s
        JOIN pmm_period period ON period.program_id = enrollment.program_id
            AND period.date_start <= passed.day AND passed.day < period.date_stop
        WHERE enrollment.program_id = %(program)s AND enrollment.id = ANY(%(enrollments)s)
            AND period.state <> 'closed' AND %(start)s <= passed.day
        GROUP BY enrollment.id, period.id
        """,
        tz=program.tz,
        enrolled=enrolled_on(SQL("passed.day")),
        attempts=attempts.from_clause,
        where=attempts.where_clause or SQL("TRUE"),
        program=program.id,
        enrollments=enrollment_ids,
        start=program.date_start,
    )
