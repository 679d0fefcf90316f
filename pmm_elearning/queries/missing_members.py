"""Who should be a member of a course of their company's programme, and is not?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import enrolled_on


def missing_members(program_ids, now, limit=None):
    """Return a SELECT DISTINCT (channel_id, partner_id), at most ``limit`` rows.

    People with a role at a company that is enrolled on the programme's day at ``now`` (UTC)
    are to be members, those of a pilot are not. A membership that was archived stays out:
    somebody left, was removed, or has failed for good. People who were only invited are missing.
    """
    return SQL(
        """
        SELECT DISTINCT course.channel_id, person.id AS partner_id
        FROM pmm_program program
        JOIN pmm_program_slide_channel_rel course ON course.program_id = program.id
        JOIN slide_channel channel ON channel.id = course.channel_id AND channel.active
        JOIN pmm_enrollment enrollment ON enrollment.program_id = program.id
            AND %(enrolled)s AND enrollment.is_shadow IS NOT TRUE
        JOIN pmm_partner_role role ON role.partner_id = enrollment.partner_id
        JOIN res_partner person ON person.id = role.contact_id AND person.active
        WHERE program.id = ANY(%(programs)s)
            AND NOT EXISTS (
                SELECT 1 FROM slide_channel_partner member
                WHERE member.channel_id = course.channel_id AND member.partner_id = person.id
                    AND (member.member_status <> 'invited' OR member.active IS NOT TRUE)
            )
        ORDER BY course.channel_id, person.id
        LIMIT %(limit)s
        """,
        programs=program_ids,
        enrolled=enrolled_on(program_today(now)),
        limit=limit,
    )


def program_today(now):
    """Return the day at ``now`` (UTC) in the time zone of the row aliased ``program``."""
    return SQL("(%s::timestamp AT TIME ZONE 'UTC' AT TIME ZONE program.tz)::date", now)
