"""Who is above or below whom, and does a way lead back to where it began?"""

from odoo.tools import SQL


def at_or_above(enrollment_ids):
    """Return a SELECT of the ids of these enrolments and of all that ever stood above them."""
    return above(SQL("SELECT UNNEST(%s::int[])", enrollment_ids))


def above(enrollments):
    """Return a SELECT of the ids in ``enrollments`` (a SELECT) and of all ever above them."""
    return SQL(
        """
        WITH RECURSIVE above AS (
            SELECT first.id FROM (%s) AS first(id)
            UNION
            SELECT edge.parent_id FROM above
            JOIN pmm_enrollment_parent edge ON edge.enrollment_id = above.id
        )
        SELECT id FROM above
        """,
        enrollments,
    )


def below_on(enrollment_ids, days):
    """Return a SELECT (enrollment_id, id) of who runs below each of them on its day."""
    return SQL(
        """
        WITH RECURSIVE below AS (
            SELECT root.id AS enrollment_id, root.id, root.day
            FROM UNNEST(%s::int[], %s::date[]) AS root(id, day)
            UNION
            SELECT below.enrollment_id, edge.enrollment_id, below.day FROM below
            JOIN pmm_enrollment_parent edge ON edge.parent_id = below.id
                AND edge.date_start <= below.day
                AND below.day < COALESCE(edge.date_stop, 'infinity')
        )
        SELECT below.enrollment_id, below.id FROM below
        JOIN pmm_enrollment enrollment ON enrollment.id = below.id
            AND enrollment.date_start <= below.day
            AND below.day < COALESCE(enrollment.date_stop, 'infinity')
        WHERE below.id <> below.enrollment_id
        """,
        enrollment_ids,
        days,
    )


def loops(edge_ids):
    """Return a SELECT (edge_id, way) of the uplines in ``edge_ids`` that close a loop.

    ``way`` lists enrolments from the one below to the one above that is the same partner, in
    whatever programme. Two that have become one partner by a merge are so from that day on.
    """
    return SQL(
        """
        WITH RECURSIVE up AS (
            SELECT id AS edge_id, parent_id AS node_id, ARRAY[parent_id] AS way, date_start,
                COALESCE(date_stop, 'infinity') AS date_stop
            FROM pmm_enrollment_parent WHERE id = ANY(%(edges)s)
            UNION ALL
            SELECT up.edge_id, edge.parent_id, up.way || edge.parent_id,
                GREATEST(up.date_start, edge.date_start), LEAST(up.date_stop, edge.date_stop)
            FROM up JOIN pmm_enrollment_parent edge ON edge.enrollment_id = up.node_id
                AND edge.date_start < up.date_stop
                AND up.date_start < COALESCE(edge.date_stop, 'infinity')
            WHERE edge.parent_id <> ALL(up.way)
        ), down AS (
            SELECT id AS edge_id, enrollment_id AS node_id, ARRAY[enrollment_id] AS way,
                date_start, COALESCE(date_stop, 'infinity') AS date_stop
            FROM pmm_enrollment_parent WHERE id = ANY(%(edges)s)
            UNION ALL
            SELECT down.edge_id, edge.enrollment_id, edge.enrollment_id || down.way,
                GREATEST(down.date_start, edge.date_start), LEAST(down.date_stop, edge.date_stop)
            FROM down JOIN pmm_enrollment_parent edge ON edge.parent_id = down.node_id
                AND edge.date_start < down.date_stop
                AND down.date_start < COALESCE(edge.date_stop, 'infinity')
            WHERE edge.enrollment_id <> ALL(down.way)
        )
        SELECT up.edge_id, down.way || up.way
        FROM up
        JOIN down ON down.edge_id = up.edge_id
            AND up.date_start < down.date_stop AND down.date_start < up.date_stop
        JOIN pmm_enrollment upper ON upper.id = up.node_id
        JOIN pmm_enrollment lower ON lower.id = down.node_id
            AND lower.partner_id = upper.partner_id
            AND (lower.former_ref = upper.former_ref
                OR LEAST(up.date_stop, down.date_stop)
                    > GREATEST(lower.merged_on, upper.merged_on))
        ORDER BY up.edge_id, CARDINALITY(down.way || up.way)
        """,
        edges=edge_ids,
    )
