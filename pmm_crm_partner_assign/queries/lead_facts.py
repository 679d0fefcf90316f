"""What happened to the leads that partners were given, as facts of KPIs?

Each SELECT has the columns ``partner_id``, ``day`` (in the programme's time zone), ``is_own`` (the
partner registered the deal itself) and ``id`` (of the assignment). A lead that comes back to a
partner counts for it once.
"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.windows import local_day

ANSWERED_AT = SQL.identifier("assignment", "answered_at")


def leads_received(program):
    """Return the leads by the day on which they were assigned, with ``answered`` and ``hours``.

    ``answered`` is NULL where the moment of assignment is unknown, ``hours`` until the partner has
    answered. What is taken away again on the same day before an answer was a mistake of ours.
    """
    return SQL(
        """
        SELECT DISTINCT ON (assignment.lead_id, assignment.partner_id)
            assignment.id, assignment.partner_id, %(day)s AS day, assignment.is_own,
            CASE WHEN assignment.assigned_on IS NULL THEN %(answered)s IS NOT NULL END AS answered,
            CASE WHEN assignment.assigned_on IS NULL
                THEN EXTRACT(EPOCH FROM %(answered)s - assignment.assigned_at) / 3600
            END AS hours
        FROM pmm_lead_assignment assignment
        WHERE %(company)s AND (
            %(answered)s IS NOT NULL OR assignment.left_at IS NULL OR %(left)s <> %(day)s
        )
        ORDER BY assignment.lead_id, assignment.partner_id, day, assignment.id
        """,
        day=_assigned_day(program),
        answered=ANSWERED_AT,
        company=_of_company(program),
        left=local_day(SQL.identifier("assignment", "left_at"), program),
    )


def leads_accepted(program):
    """Return the leads by the day on which they were accepted and not given back since."""
    return SQL(
        """
        SELECT DISTINCT ON (assignment.lead_id, assignment.partner_id)
            assignment.id, assignment.partner_id, %(day)s AS day, assignment.is_own
        FROM pmm_lead_assignment assignment
        WHERE %(company)s AND assignment.accepted_at IS NOT NULL
            AND assignment.declined_at IS NULL
        ORDER BY assignment.lead_id, assignment.partner_id, assignment.accepted_at, assignment.id
        """,
        day=local_day(SQL.identifier("assignment", "accepted_at"), program),
        company=_of_company(program),
    )


def leads_won(program):
    """Return the leads that are won, by the day on which they were closed as won.

    The partner that had the lead then counts; where nobody had it, who was entered afterwards.
    """
    return SQL(
        """
        SELECT DISTINCT ON (lead.id)
            assignment.id, assignment.partner_id, %(day)s AS day, assignment.is_own
        FROM crm_lead lead
        JOIN pmm_lead_assignment assignment ON assignment.lead_id = lead.id
            AND (assignment.left_at IS NULL OR assignment.left_at > lead.pmm_won_at)
        WHERE %(company)s AND lead.pmm_won_at IS NOT NULL
        ORDER BY lead.id, assignment.assigned_at NULLS FIRST, assignment.id
        """,
        day=local_day(SQL.identifier("lead", "pmm_won_at"), program),
        company=_of_company(program),
    )


def is_of_origin(origin):
    """Return the condition on the row ``fact`` that it is of ``origin``: given, own, or all."""
    return {
        "given": SQL("fact.is_own IS NOT TRUE"),
        "own": SQL("fact.is_own"),
        "all": SQL("TRUE"),
    }[origin]


def number(condition):
    """Return the aggregate: how many facts meet ``condition``."""
    return SQL("COUNT(*) FILTER (WHERE %s)", condition)


def average_hours(condition):
    """Return the aggregate: hours until the answer, NULL where none has come."""
    return SQL("AVG(fact.hours) FILTER (WHERE %s)", condition)


def percent_answered(condition):
    """Return the aggregate: answered leads in percent of those whose moment is known."""
    return SQL("100 * AVG(fact.answered::int) FILTER (WHERE %s)", condition)


def _assigned_day(program):
    return SQL(
        "COALESCE(assignment.assigned_on, %s)",
        local_day(SQL.identifier("assignment", "assigned_at"), program),
    )


def _of_company(program):
    """Return the condition that the lead is of the programme's company, or of no company."""
    return SQL(
        "(assignment.company_id IS NULL OR assignment.company_id = %s)", program.company_id.id
    )
