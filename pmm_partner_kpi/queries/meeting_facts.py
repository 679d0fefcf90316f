"""Which meetings were held with people of partner companies, and which activities done?"""

from odoo.tools import SQL

from .program_days import local_day

# a meeting or an activity counts once, however many people or group members it concerns
EACH_ONCE = SQL("COUNT(DISTINCT fact.record_id)")


def held_meetings(program, now, today):
    """Return a SELECT of facts: meetings that are over at ``now`` (UTC), by the day they began.

    Meetings have no company: those count whose organiser works for the programme's. Who has
    declined was not there.
    """
    return SQL(
        """
        SELECT DISTINCT person.commercial_partner_id AS partner_id, event.id AS record_id,
            CASE WHEN event.allday THEN event.start_date ELSE %(day)s END AS day
        FROM calendar_event event
        JOIN calendar_attendee attendee ON attendee.event_id = event.id
            AND attendee.state IS DISTINCT FROM 'declined'
        JOIN res_partner person ON person.id = attendee.partner_id
        WHERE event.active
            AND CASE WHEN event.allday THEN event.stop_date < %(today)s
                ELSE event.stop <= %(now)s END
            AND %(company)s
        """,
        day=local_day(SQL.identifier("event", "start"), program),
        today=today,
        now=now,
        company=_works_for(SQL.identifier("event", "user_id"), program),
    )


def done_activities(program):
    """Return a SELECT of facts: activities done on a partner, its contacts, or its documents.

    Odoo keeps an activity that is done, archived and with the day (in UTC) on which that was. As
    it is written last at that moment, ``write_date`` tells the hour, unless it was touched later.
    """
    activity = SQL.identifier("activity", "write_date")
    return SQL(
        """
        SELECT document.partner_id, activity.id AS record_id,
            CASE WHEN activity.write_date::date = activity.date_done
                THEN %(day)s ELSE activity.date_done END AS day
        FROM mail_activity activity
        JOIN (%(documents)s) document ON document.model = activity.res_model
            AND document.id = activity.res_id
        WHERE activity.active IS NOT TRUE AND activity.date_done IS NOT NULL
            AND (document.company_id = %(company)s
                OR (document.company_id IS NULL AND %(works_for)s))
        """,
        day=local_day(activity, program),
        documents=_documents(),
        company=program.company_id.id,
        works_for=_works_for(SQL.identifier("activity", "user_id"), program),
    )


def _documents():
    """Return a SELECT (model, id, partner_id, company_id) of what belongs to a partner."""
    return SQL(
        """
        SELECT 'res.partner' AS model, id, commercial_partner_id AS partner_id, company_id
        FROM res_partner
        UNION ALL SELECT 'pmm.enrollment', id, partner_id, company_id FROM pmm_enrollment
        UNION ALL SELECT 'account.move', id, commercial_partner_id, company_id FROM account_move
        UNION ALL SELECT 'sale.order', doc.id, person.commercial_partner_id, doc.company_id
        FROM sale_order doc JOIN res_partner person ON person.id = doc.partner_id
        UNION ALL SELECT 'crm.lead', doc.id, person.commercial_partner_id, doc.company_id
        FROM crm_lead doc JOIN res_partner person ON person.id = doc.partner_id
        """
    )


def _works_for(user, program):
    """Return the condition that the column ``user`` names nobody, or somebody of the company."""
    return SQL(
        """(%(user)s IS NULL OR EXISTS (
            SELECT 1 FROM res_company_users_rel works
            WHERE works.user_id = %(user)s AND works.cid = %(company)s
        ))""",
        user=user,
        company=program.company_id.id,
    )
