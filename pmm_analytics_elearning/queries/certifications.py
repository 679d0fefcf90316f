"""How many certifications have the people of each enrolment passed in each period?"""

from odoo.tools import SQL

from odoo.addons.pmm_elearning.queries.passed_certifications import FORMER
from odoo.addons.pmm_partner_kpi.queries.enrollment_days import enrolled_on, is_former


def certifications(attempts):
    """Return a SELECT (enrollment_id, period_id, certifications) over all programmes.

    The rules of the KPI source "certifications passed": ``attempts`` is the Query of the attempts
    that count, on the day that it was at the programme; a person counts once per certification
    and period. Closed periods are counted as well.
    """
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, period.id AS period_id,
            COUNT(DISTINCT (attempt.partner_id, attempt.survey_id)) AS certifications
        FROM (
            SELECT survey_user_input.pmm_partner_id, survey_user_input.partner_id,
                survey_user_input.survey_id, survey_user_input.end_datetime,
                survey_user_input.pmm_former_ref, survey_user_input.pmm_merged_on
            FROM %s
            WHERE %s
        ) attempt
        JOIN pmm_enrollment enrollment ON enrollment.partner_id = attempt.pmm_partner_id
        JOIN pmm_program program ON program.id = enrollment.program_id
        CROSS JOIN LATERAL (
            SELECT (attempt.end_datetime AT TIME ZONE 'UTC' AT TIME ZONE program.tz)::date AS day,
                attempt.pmm_former_ref AS former_ref, attempt.pmm_merged_on AS merged_on
        ) passed
        JOIN pmm_period period ON period.program_id = program.id
            AND period.date_start <= passed.day AND passed.day < period.date_stop
        WHERE program.date_start <= passed.day AND %s AND %s
        GROUP BY enrollment.id, period.id
        """,
        attempts.from_clause,
        attempts.where_clause or SQL("TRUE"),
        is_former(FORMER, SQL("passed.day")),
        enrolled_on(SQL("passed.day")),
    )
