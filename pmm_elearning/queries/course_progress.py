"""How far is each person of the enrolled companies in each course of their programme?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import enrolled_on

from .missing_members import program_today


def course_progress(now):
    """Return a SELECT with one row per running enrolment × person × course, at ``now`` (UTC).

    A partner is once in a programme at a time, so membership and programme make the id: no row
    has to be numbered, and a search reads its own rows only.
    """
    return SQL(
        """
        SELECT member.id::bigint * (SELECT MAX(id) + 1 FROM pmm_program) + program.id AS id,
            program.id AS program_id, enrollment.id AS enrollment_id, enrollment.company_id,
            enrollment.partner_id, enrollment.user_id, member.partner_id AS contact_id,
            member.channel_id, member.member_status AS state, member.completion,
            certified.day AS certified_on
        FROM pmm_enrollment enrollment
        JOIN pmm_program program ON program.id = enrollment.program_id AND program.active
        JOIN pmm_program_slide_channel_rel course ON course.program_id = program.id
        JOIN slide_channel channel ON channel.id = course.channel_id AND channel.active
        JOIN res_partner person ON person.commercial_partner_id = enrollment.partner_id
            AND person.active
        JOIN slide_channel_partner member ON member.channel_id = channel.id
            AND member.partner_id = person.id AND member.active
        LEFT JOIN LATERAL (
            SELECT MAX(
                (attempt.end_datetime AT TIME ZONE 'UTC' AT TIME ZONE program.tz)::date
            ) AS day
            FROM survey_user_input attempt
            JOIN slide_slide slide ON slide.survey_id = attempt.survey_id
                AND slide.channel_id = channel.id AND slide.active
            WHERE attempt.partner_id = person.id AND attempt.state = 'done'
                AND attempt.scoring_success AND attempt.test_entry IS NOT TRUE
        ) certified ON TRUE
        WHERE %s
        """,
        enrolled_on(program_today(now)),
    )
