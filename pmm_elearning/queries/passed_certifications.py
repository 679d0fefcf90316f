"""How many certifications have the people of each enrolled company passed, and when?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import enrolled_on, is_former

# whose the row ``passed`` was on its day, before that partner was merged into another
FORMER = SQL("CASE WHEN passed.day < passed.merged_on THEN passed.former_ref ELSE 0 END")


def passed_certifications(windows, column, attempts):
    """Return a SELECT (enrollment_id, window_id, ``column``) of the certifications passed.

    ``attempts`` is the Query of the attempts that count. A person counts once per
    certification and window, however often it is passed there.
    """
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.window_id,
            COUNT(DISTINCT (passed.person_id, passed.survey_id))::numeric AS %(column)s
        FROM %(passed)s
        %(days)s
        WHERE %(windows)s
        GROUP BY enrollment.id, days.window_id
        """,
        column=SQL.identifier(column),
        passed=_passed_of_enrollments(windows, attempts),
        days=windows.join(SQL("passed.day")),
        windows=windows.where,
    )


def _passed_of_enrollments(windows, attempts):
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
        tz=windows.program.tz,
        attempts=attempts.from_clause,
        where=attempts.where_clause or SQL("TRUE"),
        former=is_former(FORMER, SQL("passed.day")),
        # what is compared with last year counts from before the enrolment as well
        enrolled=enrolled_on(SQL("passed.day"), windows.stretch.years_back),
    )
