"""What would open quotations add to the results of a period, each by its odds?

Their lines are laid out like sales credits of today, under the name of that table, so the filters
of a KPI choose among them as they do among credits.
"""

from odoo.tools import SQL

from .booked_lines import booked_lines
from .counted_partners import counted_partners, join_counted
from .credit_scope import ORDERS, Scope
from .program_days import program_days
from .season import season_windows

# columns of a sales credit that a quotation has as well
FACTS = SQL(", ").join(
    SQL.identifier("line", name)
    for name in (
        "line_model",
        "line_id",
        "document_model",
        "document_id",
        "document_name",
        "origin_document_id",
        "partner_id",
        "role",
        "share",
        "company_id",
        "currency_id",
        "customer_id",
        "product_id",
        "categ_id",
        "country_id",
        "state_id",
        "user_id",
        "team_id",
        "is_return",
        "has_cost",
        "booked_at",
    )
)


def fixed_odds(percent):
    """Return the odds that hold for every quotation, as a part of 1."""
    return SQL("%s::numeric / 100", percent)


def open_quotations(program, enrollment_ids, today, columns, odds, excluded):
    """Return a SELECT (enrollment_id, kpi_id, amount): what quotations promise, by their odds.

    ``columns`` is {scope: [(KPI's id, stage, aggregate)]}, ``odds`` the SQL number from 0 to 1 of
    the row ``document`` (a sale order), ``excluded`` conditions on lines that are no sale.
    """
    return SQL(" UNION ALL ").join(
        _of_scope(scope, program, enrollment_ids, today, found, odds, excluded)
        for scope, found in columns.items()
    )


def no_quotations():
    """Return the same SELECT without rows."""
    return SQL("SELECT NULL::int AS enrollment_id, NULL::int AS kpi_id, 0::numeric AS amount"
               " WHERE FALSE")  # fmt: skip


def _of_scope(scope, program, enrollment_ids, today, columns, odds, excluded):
    wanted = SQL("SELECT UNNEST(%s::int[])", enrollment_ids)
    return SQL(
        """
        SELECT * FROM (
            WITH corrected AS (
                -- what is not confirmed was never corrected
                SELECT 0 AS id, 0::numeric AS quantity, 0::numeric AS amount WHERE FALSE
            ), pmm_credit AS (
                SELECT ROW_NUMBER() OVER () AS id, %(facts)s, likely.stage,
                    %(today)s::date AS date, %(today)s::date AS origin_date,
                    0 AS former_ref, 0 AS origin_former_ref,
                    line.quantity * %(odds)s AS quantity, line.amount * %(odds)s AS amount,
                    line.cost * %(odds)s AS cost
                FROM (%(lines)s) line
                JOIN sale_order document ON document.id = line.document_id
                CROSS JOIN UNNEST(%(stages)s) AS likely(stage)
            )
            SELECT sums.enrollment_id, sum.kpi_id, sum.amount
            FROM (
                SELECT enrollment.id AS enrollment_id, %(sums)s
                FROM pmm_credit
                %(counted)s
                CROSS JOIN (
                    SELECT factor FROM (%(days)s) calendar WHERE day = %(today)s
                ) days
                WHERE enrollment.id IN (%(wanted)s)
                GROUP BY enrollment.id
            ) sums
            CROSS JOIN LATERAL (VALUES %(cells)s) sum (kpi_id, amount)
            WHERE sum.amount IS NOT NULL
        ) promised
        """,
        facts=FACTS,
        odds=odds,
        today=today,
        lines=booked_lines(
            _open_orders(scope, program, wanted, today),
            excluded=excluded,
            # the enrolments are asked for below
            everybody=True,
            which=_is_open(today),
        ),
        stages=sorted({stage for _kpi_id, stage, _aggregate in columns}),
        sums=SQL(", ").join(
            SQL("%s AS %s", aggregate, SQL.identifier(f"value_{kpi_id}"))
            for kpi_id, _stage, aggregate in columns
        ),
        counted=join_counted(scope, SQL.identifier("pmm_credit", "date"), wanted),
        days=program_days(program, season_windows(program, today)),
        wanted=wanted,
        cells=SQL(", ").join(
            SQL("(%s, sums.%s)", kpi_id, SQL.identifier(f"value_{kpi_id}"))
            for kpi_id, _stage, _aggregate in columns
        ),
    )


def _open_orders(scope, program, wanted, today):
    """Return the scope of the quotations of those whose sales count for ``wanted``."""
    if scope == "own":
        partners = SQL("SELECT partner_id FROM pmm_enrollment WHERE id IN (%s)", wanted)
    else:
        partners = SQL("SELECT partner_id FROM (%s) who", counted_partners(scope, wanted))
    # few orders are quotations, so they are looked for first
    orders = SQL(
        "SELECT document.id FROM sale_order document WHERE document.company_id = %s AND %s",
        program.company_id.id,
        _is_open(today),
    )
    return Scope(
        (ORDERS,),
        lambda document, partner: SQL(
            "%s IN (%s) AND %s IN (%s)", document, orders, partner, partners
        ),
        SQL("TRUE"),
        program.company_id.ids,
    )


def _is_open(today):
    """Return the condition on ``document`` that it may still become a sale; no return is."""
    return SQL(
        "(document.state IN ('draft', 'sent') AND document.amount_untaxed > 0"
        " AND (document.validity_date IS NULL OR document.validity_date >= %s))",
        today,
    )
