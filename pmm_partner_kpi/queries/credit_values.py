"""What have enrolments been credited with, per window? One pass for all KPIs that agree on it."""

from odoo.tools import SQL

from .counted_partners import counted_partners, join_counted
from .credit_differences import FACTS, KEY


def credit_values(windows, scope, day, columns):
    """Return a SELECT (enrollment_id, window_id, …) over ``pmm_credit``.

    ``day`` is the SQL date of a credit that decides, ``scope`` says whose credits count
    (:mod:`counted_partners`), ``columns`` is a list of (name, aggregate, condition): what the
    column is called, its aggregate, and which credits it looks at.
    """
    conditions = []
    for _name, _aggregate, condition in columns:
        if condition not in conditions:
            conditions.append(condition)
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.window_id, %(columns)s
        FROM pmm_credit
        %(join_counted)s
        %(days)s
        WHERE %(windows)s AND (%(where)s)
        GROUP BY enrollment.id, days.window_id
        """,
        columns=SQL(", ").join(
            SQL("%s AS %s", aggregate, SQL.identifier(name)) for name, aggregate, _ in columns
        ),
        join_counted=join_counted(
            scope, day, windows.wanted, enrolled=not windows.stretch.years_back
        ),
        days=windows.join(day),
        windows=windows.where,
        where=SQL(" OR ").join(SQL("(%s)", condition) for condition in conditions),
    )


def is_among(credits):
    """Return the condition that the credit is one of ``credits``, a SELECT of ids.

    Written so that PostgreSQL can choose: it asks for each credit where few are looked at, and
    gathers and hashes all of them where many are.
    """
    return SQL(
        "EXISTS (SELECT 1 FROM (%s) among (id) WHERE among.id = pmm_credit.id)",
        credits,
    )


def is_standing(company_id, stage, wanted=None, scope="own"):
    """Return the condition that the credit still stands: it has not been withdrawn meanwhile.

    Sums need not ask, since a withdrawal takes off what it withdraws; counts must. Few rows
    ever are withdrawn, so they are gathered once and hashed: those of the partners that count
    for ``wanted`` (a SELECT of enrolment ids) in ``scope``, or of all partners.
    """
    partners = SQL("TRUE")
    if wanted is not None:
        partners = SQL(
            "partner_id IN (%s)",
            SQL("SELECT partner_id FROM pmm_enrollment WHERE id IN (%s)", wanted)
            if scope == "own"
            else SQL("SELECT partner_id FROM (%s) counted", counted_partners(scope, wanted)),
        )
    return SQL(
        """pmm_credit.id NOT IN (
            SELECT UNNEST(ARRAY_AGG(gone.id)) FROM pmm_credit gone
            WHERE (gone.line_id, gone.line_model) IN (
                SELECT line_id, line_model FROM pmm_credit
                WHERE reason <> 'new' AND company_id = %(company)s AND stage = %(stage)s
                    AND %(partners)s
            ) AND gone.company_id = %(company)s AND gone.stage = %(stage)s
            GROUP BY %(group)s
            HAVING SUM(gone.quantity) = 0 AND SUM(gone.amount) = 0
        )""",
        company=company_id,
        stage=stage,
        partners=partners,
        group=SQL(", ").join(SQL.identifier("gone", name) for name in KEY + FACTS),
    )
