"""Who is in a segment on a day, and what changes when somebody else should be?"""

from odoo.tools import SQL

from .enrollment_days import is_former


def members_on(segment_ids, day):
    """Return a SELECT (partner_id) of those who are in one of these segments on ``day``."""
    return SQL(
        "SELECT member.partner_id FROM pmm_segment_member member WHERE %s",
        _belongs(segment_ids, day),
    )


def in_segments(segment_ids, day):
    """Return the condition that the partner of the row ``enrollment`` is in one of these segments.

    ``day`` is an expression of the surrounding query: that of the membership.
    """
    return SQL(
        "EXISTS (SELECT 1 FROM pmm_segment_member member"
        " WHERE member.partner_id = enrollment.partner_id AND %s AND %s)",
        is_former(SQL("member.former_ref"), day),
        _belongs(segment_ids, day),
    )


def in_segment_of(segment, day):
    """Return the condition that the partner of the row ``enrollment`` is in ``segment`` on ``day``.

    Both are expressions of the surrounding query.
    """
    return SQL(
        "EXISTS (SELECT 1 FROM pmm_segment_member member"
        " WHERE member.partner_id = enrollment.partner_id AND %(former)s"
        " AND member.segment_id = %(segment)s AND member.date_start <= %(day)s"
        " AND %(day)s < COALESCE(member.date_stop, 'infinity'))",
        former=is_former(SQL("member.former_ref"), day),
        segment=segment,
        day=day,
    )


def replace_members(segment, partners, origin, day, user_id):
    """Return the statement that makes ``partners`` the members of ``segment`` from ``day`` on.

    ``partners`` is a SELECT of ids. Who leaves is a member until ``day``, who enters from then
    on; who entered on ``day`` itself leaves no trace, and days before are never touched. RETURNS
    the ids of the partners who entered or left.
    """
    return SQL(
        """
        WITH wanted AS MATERIALIZED (
            SELECT DISTINCT wanted.partner_id FROM (%(partners)s) AS wanted(partner_id)
        ),
        withdrawn AS (
            DELETE FROM pmm_segment_member member
            WHERE member.segment_id = %(segment)s AND member.date_start >= %(day)s AND (
                member.date_start > %(day)s
                OR member.partner_id NOT IN (SELECT partner_id FROM wanted)
            )
            RETURNING member.partner_id
        ),
        ended AS (
            UPDATE pmm_segment_member member
            SET date_stop = %(day)s, write_uid = %(user)s, write_date = NOW() AT TIME ZONE 'UTC'
            WHERE member.segment_id = %(segment)s AND member.date_start < %(day)s
                AND %(day)s < COALESCE(member.date_stop, 'infinity')
                AND member.partner_id NOT IN (SELECT partner_id FROM wanted)
            RETURNING member.partner_id
        ),
        entered AS (
            INSERT INTO pmm_segment_member
                (segment_id, company_id, partner_id, former_ref, date_start, origin,
                 create_uid, write_uid, create_date, write_date)
            SELECT %(segment)s, %(company)s, wanted.partner_id, 0, %(day)s, %(origin)s,
                %(user)s, %(user)s, NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
            FROM wanted
            WHERE wanted.partner_id NOT IN (
                SELECT member.partner_id FROM pmm_segment_member member WHERE %(belongs)s
            )
            ORDER BY wanted.partner_id
            RETURNING partner_id
        )
        SELECT partner_id FROM withdrawn
        UNION SELECT partner_id FROM ended
        UNION SELECT partner_id FROM entered
        """,
        partners=partners,
        segment=segment.id,
        company=segment.company_id.id,
        origin=origin,
        day=day,
        user=user_id,
        belongs=_belongs(segment.ids, day),
    )


def these(partner_ids):
    """Return a SELECT of these ids."""
    return SQL("SELECT UNNEST(%s::int[])", list(partner_ids))


def _belongs(segment_ids, day):
    return SQL(
        "member.segment_id = ANY(%(segments)s) AND member.date_start <= %(day)s"
        " AND %(day)s < COALESCE(member.date_stop, 'infinity')",
        segments=list(segment_ids),
        day=day,
    )
