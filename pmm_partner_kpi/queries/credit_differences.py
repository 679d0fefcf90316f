"""Which rows must be appended so that the credits say what the documents say now?

A row is compared per key (document line, partner, role, stage) and what the document itself
says (:data:`FACTS`). What belongs to master data (:data:`FROZEN`) is taken from the event: a
correction of an old row keeps the category that the product had then. One key may have several
facts at once: a line that is paid in two parts has two rows of the stage "collected". Where other
facts follow (a date, a share), or a line is posted again, master data stays that of the event, too.
"""

from odoo.tools import SQL

from .attribution_merge import former_on

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
    "share",
    "has_cost",
    "booked_at",
)
FROZEN = (
    "document_model",
    "document_id",
    "document_name",
    "is_return",
    "currency_id",
)
# master data of the event, by what the document says
MASTER = ("categ_id", "country_id", "state_id")
EVENT = ("line_model", "line_id", "stage", "product_id", "customer_id")
# whose it was before partners were merged; only a merge writes it, corrections keep it
FORMER = ("former_ref", "origin_former_ref")
# what may be null, and what it is compared as then
NULLABLE = {
    "product_id": SQL("0"),
    "user_id": SQL("0"),
    "team_id": SQL("0"),
    "booked_at": SQL("'-infinity'"),
}
MEASURES = ("quantity", "amount", "cost")


def append_differences(relation, standing_where, *, mended=False):
    """Return the INSERT of the differences between ``relation`` and the standing credits.

    ``standing_where`` limits the credits to the same scope as the relation; ``mended`` marks
    rows that a full sweep found and no hook had announced. Returns (partner_id, rows added).
    """
    return SQL(
        """
        WITH said AS MATERIALIZED (%(relation)s),
        now AS MATERIALIZED (
            SELECT %(said)s, NULL::int AS former_ref, NULL::int AS origin_former_ref, %(measures)s
            FROM said WHERE former_refs IS NULL
            UNION ALL
            -- from a merge on, equal shares of the two partners are one
            SELECT %(said)s, former_ref, origin_former_ref, %(sums)s
            FROM (
                SELECT %(said)s, %(measures)s, %(former_on_date)s AS former_ref,
                    %(former_on_origin)s AS origin_former_ref
                FROM said WHERE former_refs IS NOT NULL
            ) shared
            GROUP BY %(said)s, former_ref, origin_former_ref
        ),
        sums AS MATERIALIZED (
            SELECT %(compared)s, %(sums)s, MAX(revision) AS revision, MIN(id) AS first_id
            FROM pmm_credit WHERE %(standing_where)s GROUP BY %(compared)s
        ),
        groups AS MATERIALIZED (
            SELECT sums.*, %(first_frozen)s
            FROM sums JOIN pmm_credit first ON first.id = sums.first_id
        ),
        standing AS (SELECT * FROM groups WHERE %(something)s),
        latest AS (
            SELECT %(key)s, MAX(revision) AS revision, MAX(former_ref) AS former_ref,
                MAX(date) FILTER (WHERE former_ref <> 0) AS former_until,
                MAX(origin_former_ref) AS origin_former_ref,
                MAX(origin_date) FILTER (WHERE origin_former_ref <> 0) AS origin_former_until
            FROM groups GROUP BY %(key)s
        ),
        -- money comes in by events of their own, other stages have one
        remembered AS (
            SELECT DISTINCT ON (%(event)s, paid_on) %(event)s, paid_on, %(master)s
            FROM (SELECT *, %(paid_on)s AS paid_on FROM groups) event
            ORDER BY %(event)s, paid_on, first_id
        ),
        difference AS (
            SELECT %(either)s, %(frozen)s, %(former)s,
                %(changes)s,
                CASE
                    WHEN standing.line_id IS NULL THEN 'new'
                    WHEN now.line_id IS NULL THEN 'withdrawn'
                    ELSE 'changed'
                END AS reason
            FROM now FULL JOIN standing ON %(same)s
            LEFT JOIN remembered ON standing.line_id IS NULL AND %(same_event)s
                AND remembered.paid_on = %(paid_on_now)s
        ),
        added AS (
            INSERT INTO pmm_credit
                (%(columns)s, %(measures)s, reason, revision, mended, recorded_at)
            SELECT %(difference_columns)s,
                COALESCE(difference.former_ref, CASE
                    WHEN difference.date <= latest.former_until THEN latest.former_ref
                END, %(former_of_sold_on_date)s, 0),
                COALESCE(difference.origin_former_ref, CASE
                    WHEN difference.origin_date <= latest.origin_former_until
                    THEN latest.origin_former_ref
                END, %(former_of_sold_on_origin)s,
                CASE WHEN difference.origin_document_id <> difference.document_id THEN (
                    -- a credit note goes with the invoice that it reverses
                    SELECT origin.former_ref FROM pmm_credit origin
                    WHERE origin.document_model = difference.document_model
                        AND origin.document_id = difference.origin_document_id
                        AND origin.partner_id = difference.partner_id
                        AND origin.role = difference.role AND origin.date = difference.origin_date
                    ORDER BY origin.id DESC LIMIT 1
                ) END, 0),
                %(difference_measures)s,
                difference.reason,
                -- what is withdrawn is numbered before what is credited anew
                COALESCE(latest.revision, 0) + ROW_NUMBER() OVER (
                    PARTITION BY %(difference_key)s
                    ORDER BY difference.reason DESC, difference.date, difference.origin_date,
                        difference.share
                ),
                %(mended)s, NOW() AT TIME ZONE 'UTC'
            FROM difference
            LEFT JOIN latest ON %(same_key)s
            WHERE %(something)s
            ORDER BY difference.line_id, difference.partner_id, difference.reason DESC,
                difference.date
            RETURNING partner_id
        )
        SELECT partner_id, COUNT(*) FROM added GROUP BY partner_id
        """,
        relation=relation,
        standing_where=standing_where,
        columns=_columns(KEY + FACTS + FROZEN + MASTER + FORMER),
        key=_columns(KEY),
        compared=_columns(KEY + FACTS + FORMER),
        first_frozen=_columns(FROZEN + MASTER, "first"),
        event=_columns(EVENT),
        master=_columns(MASTER),
        paid_on=_paid_on("groups"),
        paid_on_now=_paid_on("now"),
        same_event=_same("remembered", "now", EVENT),
        either=_join(
            SQL(
                "COALESCE(%s, %s) AS %s",
                SQL.identifier("standing", name),
                SQL.identifier("now", name),
                SQL.identifier(name),
            )
            for name in KEY + FACTS
        ),
        frozen=_join(
            SQL("%s AS %s", _frozen(name), SQL.identifier(name)) for name in FROZEN + MASTER
        ),
        said=_columns(KEY + FACTS + FROZEN + MASTER),
        former_on_date=former_on(SQL("date")),
        former_on_origin=former_on(SQL("origin_date")),
        former_of_sold_on_date=_former_of_sold(SQL("difference.date")),
        former_of_sold_on_origin=_former_of_sold(SQL("difference.origin_date")),
        former=_join(
            SQL(
                "COALESCE(%s, %s) AS %s",
                SQL.identifier("standing", name),
                SQL.identifier("now", name),
                SQL.identifier(name),
            )
            for name in FORMER
        ),
        sums=_join(SQL("SUM(%s) AS %s", *[SQL.identifier(name)] * 2) for name in MEASURES),
        something=SQL(" OR ").join(SQL("%s <> 0", SQL.identifier(name)) for name in MEASURES),
        changes=_join(
            SQL(
                "COALESCE(%s, 0) - COALESCE(%s, 0) AS %s",
                SQL.identifier("now", name),
                SQL.identifier("standing", name),
                SQL.identifier(name),
            )
            for name in MEASURES
        ),
        measures=_columns(MEASURES),
        difference_measures=_columns(MEASURES, "difference"),
        difference_key=_columns(KEY, "difference"),
        same=_same("now", "standing", KEY + FACTS + FORMER),
        same_key=_same("latest", "difference", KEY),
        difference_columns=_columns(KEY + FACTS + FROZEN + MASTER, "difference"),
        mended=mended,
    )


def _former_of_sold(day):
    """Return whose the row ``difference`` was on ``day``, where it is money for an older sale.

    A payment may be entered after a merge and dated before it. Then it goes with the enrolments
    of the one that the line was sold to.
    """
    return SQL(
        """
        CASE WHEN difference.stage = 'collected' AND EXISTS (
            SELECT 1 FROM pmm_enrollment_former
        ) THEN (
            SELECT former.former_ref FROM pmm_enrollment_former former
            WHERE former.enrollment_id IN (
                SELECT seller.enrollment_id FROM pmm_enrollment_former seller
                WHERE seller.former_ref = (
                    SELECT sold.former_ref FROM pmm_credit sold
                    WHERE sold.line_id = difference.line_id
                        AND sold.line_model = difference.line_model
                        AND sold.partner_id = difference.partner_id
                        AND sold.role = difference.role AND sold.stage = 'invoiced'
                    ORDER BY sold.id DESC LIMIT 1
                )
            ) AND %s < former.date_stop
            ORDER BY former.date_stop LIMIT 1
        ) END
        """,
        day,
    )


def renew_statistics():
    """Return the statement that tells the planner of rows which nobody else sees yet."""
    return SQL("ANALYZE pmm_credit")


def _columns(names, alias=None):
    return _join(SQL.identifier(alias, name) if alias else SQL.identifier(name) for name in names)


def _join(parts):
    return SQL(", ").join(parts)


def _frozen(name):
    """Return what a difference says of ``name``: what the event said, unknown included."""
    return SQL(
        "CASE WHEN standing.line_id IS NOT NULL THEN %s%s ELSE %s END",
        SQL.identifier("standing", name),
        SQL(" WHEN remembered.line_id IS NOT NULL THEN %s", SQL.identifier("remembered", name))
        if name in MASTER
        else SQL(""),
        SQL.identifier("now", name),
    )


def _paid_on(alias):
    return SQL(
        "CASE WHEN %s = 'collected' THEN %s ELSE '-infinity' END",
        SQL.identifier(alias, "stage"),
        SQL.identifier(alias, "date"),
    )


def _same(left, right, names):
    """Return a condition that PostgreSQL can hash."""
    return SQL(" AND ").join(
        SQL("%s = %s", _compared(left, name), _compared(right, name)) for name in names
    )


def _compared(alias, name):
    column = SQL.identifier(alias, name)
    if name in NULLABLE:
        return SQL("COALESCE(%s, %s)", column, NULLABLE[name])
    if name in FORMER:
        # only shares know whose they were; elsewhere the credits do
        return SQL(
            "CASE WHEN %s = 'split' THEN %s ELSE 0 END", SQL.identifier(alias, "role"), column
        )
    if name in ("date", "origin_date"):
        # the day of an order follows from when it was booked, in the time zone of that time
        booked_at = SQL.identifier(alias, "booked_at")
        return SQL("CASE WHEN %s IS NULL THEN %s ELSE '-infinity' END", booked_at, column)
    return column
