"""Whose credits count for an enrolment, and when, if a KPI looks further than its own sales?"""

from odoo.tools import SQL

from .enrollment_days import counts_for, enrolled_on, former_ref, own_stretches


def join_counted(scope, date, wanted, years=0):
    """Return the join of ``pmm_credit`` with each ``enrollment`` for which it counts, once.

    ``date`` is the column of the credit that decides, ``wanted`` a SELECT of enrolment ids.
    With ``years`` the days count on which the enrolment runs so many years later (own sales only).
    """
    if scope == "own":
        # nothing but the enrolment itself has to be joined
        return SQL("JOIN pmm_enrollment enrollment ON %s", counts_for("pmm_credit", date, years))
    return SQL(
        """
        JOIN (%(counted)s) scope ON scope.partner_id = pmm_credit.partner_id
            AND scope.former_ref = %(former)s
            AND scope.date_start <= %(date)s AND %(date)s < scope.date_stop
        JOIN pmm_enrollment enrollment ON enrollment.id = scope.enrollment_id AND %(enrolled)s
        """,
        counted=counted_partners(scope, wanted),
        former=former_ref("pmm_credit", date),
        date=date,
        enrolled=enrolled_on(date),
    )


def counted_partners(scope, wanted):
    """Return a SELECT (enrollment_id, partner_id, former_ref, date_start, date_stop).

    The stretches in which a partner's credits count for the enrolments in ``wanted`` (a SELECT
    of ids). Those of one enrolment and partner never overlap, so no credit is met twice.
    """
    return {"own": _own, "group": _group, "tree": _tree}[scope](wanted)


def counted_for(scope, enrollment_id):
    """Return the same for one enrolment."""
    return counted_partners(scope, SQL("SELECT %s", enrollment_id))


def _own(wanted):
    return SQL(
        "SELECT own.* FROM (%s) own WHERE own.enrollment_id IN (%s)", own_stretches(), wanted
    )


def _group(wanted):
    """The partner itself, and everybody who is in a group with it, while both are."""
    return SQL(
        """
        SELECT * FROM (%(own)s) own
        UNION ALL
        SELECT * FROM (
            SELECT own.enrollment_id, other.partner_id, other.former_ref,
                GREATEST(own.date_start, mine.date_start, other.date_start) AS date_start,
                LEAST(own.date_stop, mine.date_stop, other.date_stop) AS date_stop
            FROM (%(own)s) own
            JOIN pmm_enrollment enrollment ON enrollment.id = own.enrollment_id
            JOIN pmm_partner_group_member mine ON mine.partner_id = own.partner_id
                AND mine.former_ref = own.former_ref
                AND mine.company_id = enrollment.company_id
            JOIN pmm_partner_group_member other ON other.group_id = mine.group_id
                AND (other.partner_id <> mine.partner_id OR other.former_ref <> mine.former_ref)
        ) fellow
        WHERE date_start < date_stop
        """,
        own=_own(wanted),
    )


def _tree(wanted):
    """The enrolment itself, and all below it while every step of the way is valid."""
    return SQL(
        """
        WITH RECURSIVE below AS (
            SELECT id AS enrollment_id, id AS node_id, date_start,
                COALESCE(date_stop, 'infinity') AS date_stop
            FROM pmm_enrollment WHERE id IN (%(wanted)s)
            UNION
            SELECT below.enrollment_id, edge.enrollment_id,
                GREATEST(below.date_start, edge.date_start), LEAST(below.date_stop, edge.date_stop)
            FROM below
            JOIN pmm_enrollment_parent edge ON edge.parent_id = below.node_id
                AND edge.date_start < below.date_stop
                AND below.date_start < COALESCE(edge.date_stop, 'infinity')
        ), reached AS (
            SELECT below.enrollment_id, own.partner_id, own.former_ref,
                GREATEST(below.date_start, own.date_start) AS date_start,
                LEAST(below.date_stop, own.date_stop) AS date_stop
            FROM below
            JOIN (%(stretches)s) own ON own.enrollment_id = below.node_id
                AND own.date_start < below.date_stop AND below.date_start < own.date_stop
        ), ordered AS (
            -- a partner may be reached by two ways: stretches that meet become one
            SELECT *, date_start > MAX(date_stop) OVER (
                PARTITION BY enrollment_id, partner_id, former_ref
                ORDER BY date_start, date_stop ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ) AS apart
            FROM reached
        ), numbered AS (
            SELECT *, COUNT(*) FILTER (WHERE apart) OVER (
                PARTITION BY enrollment_id, partner_id, former_ref ORDER BY date_start, date_stop
            ) AS island
            FROM ordered
        )
        SELECT enrollment_id, partner_id, former_ref,
            MIN(date_start) AS date_start, MAX(date_stop) AS date_stop
        FROM numbered GROUP BY enrollment_id, partner_id, former_ref, island
        """,
        wanted=wanted,
        stretches=own_stretches(),
    )
