"""What happened to the leads that partners were given, as facts of KPIs?

Each SELECT has the columns ``partner_id``, ``day`` (in the programme's time zone) and ``record_id``
(of the assignment). A lead that comes back to a partner counts for it once. ``origin`` is "given"
(by us), "own" (a deal that the partner registered itself) or "all".
"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.program_days import local_day

ANSWERED_AT = SQL.identifier("assignment", "answered_at")


def leads_received(program, origin):
    """Return the leads by the day on which they were assigned, with ``answered`` and ``hours``.

    ``answered`` is NULL where the moment of assignment is unknown, ``hours`` until the partner has
    answered. What is taken away again on the same day before an answer was a mistake of ours.
    """
    return SQL(
        """
        SELECT DISTINCT ON (assignment.lead_id, assignment.partner_id)
            assignment.id AS record_id, assignment.partner_id, %(day)s AS day,
            CASE WHEN assignment.assigned_on IS NULL THEN %(answered)s IS NOT NULL END AS answered,
            CASE WHEN assignment.assigned_on IS NULL
                THEN EXTRACT(EPOCH FROM %(answered)s - assignment.assigned_at) / 3600
            END AS hours
        FROM pmm_lead_assignment assignment
        WHERE %(counts)s AND (
            %(answered)s IS NOT NULL OR assignment.left_at IS NULL OR %(left)s <> %(day)s
        )
        ORDER BY assignment.lead_id, assignment.partner_id, day, assignment.id
        """,
        day=_assigned_day(program),
        answered=ANSWERED_AT,
        counts=_counts(program, origin),
        left=local_day(SQL.identifier("assignment", "left_at"), program),
    )


def leads_accepted(program, origin):
    """Return the leads by the day on which they were accepted and not given back since."""
    return SQL(
        """
        SELECT DISTINCT ON (assignment.lead_id, assignment.partner_id)
            assignment.id AS record_id, assignment.partner_id, %(day)s AS day
        FROM pmm_lead_assignment assignment
        WHERE %(counts)s AND assignment.accepted_at IS NOT NULL
            AND assignment.declined_at IS NULL
        ORDER BY assignment.lead_id, assignment.partner_id, assignment.accepted_at, assignment.id
        """,
        day=local_day(SQL.identifier("assignment", "accepted_at"), program),
        counts=_counts(program, origin),
    )


def leads_won(program, origin):
    """Return the leads that are won, by the day on which they were closed as won.

    The partner that had the lead then counts; where nobody had it, who was entered afterwards.
    """
    return SQL(
        """
        SELECT DISTINCT ON (lead.id)
            assignment.id AS record_id, assignment.partner_id, %(day)s AS day
        FROM crm_lead lead
        JOIN pmm_lead_assignment assignment ON assignment.lead_id = lead.id
            AND (assignment.left_at IS NULL OR assignment.left_at > lead.pmm_won_at)
        WHERE %(counts)s AND lead.pmm_won_at IS NOT NULL
        ORDER BY lead.id, assignment.assigned_at NULLS FIRST, assignment.id
        """,
        day=local_day(SQL.identifier("lead", "pmm_won_at"), program),
        counts=_counts(program, origin),
    )


def number():
    """Return the aggregate: how many there are."""
    return SQL("COUNT(*)")


def average_hours():
    """Return the aggregate: hours until the answer, NULL where none has come."""
    return SQL("AVG(fact.hours)")


def percent_answered():
    """Return the aggregate: answered leads in percent of those whose moment is known."""
    return SQL("100 * AVG(fact.answered::int)")


def _assigned_day(program):
    return SQL(
        "COALESCE(assignment.assigned_on, %s)",
        local_day(SQL.identifier("assignment", "assigned_at"), program),
    )


def _counts(program, origin):
    """Return the condition on company (the programme's, or none) and origin of a lead."""
    return SQL(
        "(assignment.company_id IS NULL OR assignment.company_id = %s) AND %s",
        program.company_id.id,
        {
            "given": SQL("assignment.is_own IS NOT TRUE"),
            "own": SQL("assignment.is_own"),
            "all": SQL("TRUE"),
        }[origin],
    )
