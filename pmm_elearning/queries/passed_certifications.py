"""How many certifications have the people of each enrolled company passed, and when?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import enrolled_on, is_former

# whose the row ``passed`` was on its day, before that partner was merged into another
FORMER = SQL("CASE WHEN passed.day < passed.merged_on THEN passed.former_ref ELSE 0 END")


def passed_certifications(program, enrollment_ids, attempts):
    """Return a SELECT (enrollment_id, period_id, actual) of the open periods of ``program``.

    ``attempts`` is the Query of the attempts that count. A person counts once per
    certification and period, however often it is passed there.
    """
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, period.id AS period_id,
            COUNT(DISTINCT (passed.person_id, passed.survey_id))::numeric AS actual
        FROM %(passed)s
        JOIN pmm_period period ON period.program_id = enrollment.program_id
            AND period.date_start <= passed.day AND passed.day < period.date_stop
        WHERE enrollment.program_id = %(program)s AND enrollment.id = ANY(%(enrollments)s)
            AND period.state <> 'closed' AND %(start)s <= passed.day
        GROUP BY enrollment.id, period.id
        """,
        passed=_passed_of_enrollments(program, attempts),
        program=program.id,
        enrollments=enrollment_ids,
        start=program.date_start,
    )


def passed_totals(program, windows, attempts):
    """Return a SELECT (enrollment_id, value) over each enrolment's own stretch of time.

    ``windows`` is a SELECT (enrollment_id, date_start, date_stop). A person counts once per
    certification, however often it is passed in that time.
    """
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id,
            COUNT(DISTINCT (passed.person_id, passed.survey_id))::numeric AS value
        FROM %(passed)s
        JOIN (%(windows)s) counted ON counted.enrollment_id = enrollment.id
            AND counted.date_start <= passed.day AND passed.day < counted.date_stop
        WHERE enrollment.program_id = %(program)s AND %(start)s <= passed.day
        GROUP BY enrollment.id
        """,
        passed=_passed_of_enrollments(program, attempts),
        windows=windows,
        program=program.id,
        start=program.date_start,
    )


def _passed_of_enrollments(program, attempts):
    """Return the join of ``passed`` attempts with each ``enrollment`` that they count for."""
    return SQL(
        """
        (
            SELECT survey_user_input.pmm_partner_id AS company_id,
                survey_user_input.pmm_former_ref AS former_ref,
                survey_user_input.pmm_merged_on AS merged_on,
                survey_user_input.partner_id AS person_id, survey_user_input.survey_id,
                -- the day on which it was at the programme
                (survey_user_input.end_datetime AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date AS day
            FROM %(attempts)s
            WHERE %(where)s
        ) passed
        JOIN pmm_enrollment enrollment ON enrollment.partner_id = passed.company_id
            AND %(former)s AND %(enrolled)s
        """,
        tz=program.tz,
        attempts=attempts.from_clause,
        where=attempts.where_clause or SQL("TRUE"),
        former=is_former(FORMER, SQL("passed.day")),
        enrolled=enrolled_on(SQL("passed.day")),
    )
