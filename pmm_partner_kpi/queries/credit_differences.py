"""Which rows must be appended so that the credits say what the documents say now?

A row is compared per key (document line, partner, role, stage) and what the document itself
says (:data:`FACTS`). What belongs to master data (:data:`FROZEN`) is taken from the event: a
correction of an old row keeps the category that the product had then.
"""

from odoo.tools import SQL

KEY = ("line_model", "line_id", "partner_id", "role", "stage")
FACTS = (
    "company_id",
    "date",
    "origin_date",
    "origin_document_id",
    "customer_id",
    "product_id",
    "user_id",
    "team_id",
)
FROZEN = (
    "document_model",
    "document_id",
    "document_name",
    "categ_id",
    "country_id",
    "state_id",
    "currency_id",
)
# whose it was before partners were merged; only a merge writes it, corrections keep it
FORMER = ("former_ref", "origin_former_ref")
NULLABLE = ("product_id", "user_id", "team_id")


def append_differences(relation, standing_where, *, mended=False):
    """Return the INSERT of the differences between ``relation`` and the standing credits.

    ``standing_where`` limits the credits to the same scope as the relation; ``mended`` marks
    rows that a full sweep found and no hook had announced. Returns (partner_id, rows added).
    """
    return SQL(
        """
        WITH now AS MATERIALIZED (%(relation)s),
        groups AS MATERIALIZED (
            SELECT %(columns)s, SUM(quantity) AS quantity, SUM(amount) AS amount,
                MAX(revision) AS revision
            FROM pmm_credit WHERE %(standing_where)s GROUP BY %(columns)s
        ),
        standing AS (SELECT * FROM groups WHERE quantity <> 0 OR amount <> 0),
        latest AS (
            SELECT %(key)s, MAX(revision) AS revision, MAX(former_ref) AS former_ref,
                MAX(date) FILTER (WHERE former_ref <> 0) AS former_until,
                MAX(origin_former_ref) AS origin_former_ref,
                MAX(origin_date) FILTER (WHERE origin_former_ref <> 0) AS origin_former_until
            FROM groups GROUP BY %(key)s
        ),
        difference AS (
            SELECT %(either)s, %(former)s,
                COALESCE(now.quantity, 0) - COALESCE(standing.quantity, 0) AS quantity,
                COALESCE(now.amount, 0) - COALESCE(standing.amount, 0) AS amount,
                CASE
                    WHEN standing.line_id IS NULL THEN 'new'
                    WHEN now.line_id IS NULL THEN 'withdrawn'
                    ELSE 'changed'
                END AS reason
            FROM now FULL JOIN standing ON %(same)s
        ),
        added AS (
            INSERT INTO pmm_credit
                (%(columns)s, quantity, amount, reason, revision, mended, recorded_at)
            SELECT %(difference_columns)s,
                COALESCE(difference.former_ref, CASE
                    WHEN difference.date <= latest.former_until THEN latest.former_ref
                END, 0),
                COALESCE(difference.origin_former_ref, CASE
                    WHEN difference.origin_date <= latest.origin_former_until
                    THEN latest.origin_former_ref
                END, CASE WHEN difference.origin_document_id <> difference.document_id THEN (
                    -- a credit note goes with the invoice that it reverses
                    SELECT origin.former_ref FROM pmm_credit origin
                    WHERE origin.document_model = difference.document_model
                        AND origin.document_id = difference.origin_document_id
                        AND origin.partner_id = difference.partner_id
                        AND origin.role = difference.role AND origin.date = difference.origin_date
                    ORDER BY origin.id DESC LIMIT 1
                ) END, 0),
                difference.quantity, difference.amount,
                difference.reason,
                -- a moved key is first withdrawn (+1), then credited anew (+2)
                CASE
                    WHEN latest.revision IS NULL THEN 1
                    WHEN difference.reason = 'new' THEN latest.revision + 2
                    ELSE latest.revision + 1
                END,
                %(mended)s, NOW() AT TIME ZONE 'UTC'
            FROM difference
            LEFT JOIN latest ON %(same_key)s
            WHERE difference.quantity <> 0 OR difference.amount <> 0
            ORDER BY difference.line_id, difference.partner_id, difference.reason DESC
            RETURNING partner_id
        )
        SELECT partner_id, COUNT(*) FROM added GROUP BY partner_id
        """,
        relation=relation,
        standing_where=standing_where,
        columns=_columns(KEY + FACTS + FROZEN + FORMER),
        key=_columns(KEY),
        # master data is that of the event: the standing row's, where there is one
        either=_join(
            SQL(
                "COALESCE(%s, %s) AS %s",
                SQL.identifier("standing", name),
                SQL.identifier("now", name),
                SQL.identifier(name),
            )
            for name in KEY + FACTS + FROZEN
        ),
        former=_columns(FORMER, "standing"),
        same=_same("now", "standing", KEY + FACTS),
        same_key=_same("latest", "difference", KEY),
        difference_columns=_columns(KEY + FACTS + FROZEN, "difference"),
        mended=mended,
    )


def renew_statistics():
    """Return the statement that tells the planner of rows which nobody else sees yet."""
    return SQL("ANALYZE pmm_credit")


def _columns(names, alias=None):
    return _join(SQL.identifier(alias, name) if alias else SQL.identifier(name) for name in names)


def _join(parts):
    return SQL(", ").join(parts)


def _same(left, right, names):
    """Return a condition that PostgreSQL can hash: nulls are compared as 0."""
    return SQL(" AND ").join(
        SQL(
            "COALESCE(%s, 0) = COALESCE(%s, 0)" if name in NULLABLE else "%s = %s",
            SQL.identifier(left, name),
            SQL.identifier(right, name),
        )
        for name in names
    )
