"""What have enrolments been credited with, per window? One pass for all KPIs that agree on it."""

from odoo.tools import SQL

from .counted_partners import counted_for, counted_partners, join_counted
from .credit_differences import FACTS, KEY
from .enrollment_days import former_ref

NOTHING = SQL("")
EXTREMES = {"max": SQL("MAX"), "min": SQL("MIN")}


def credit_values(windows, scope, day, columns, stage, each=NOTHING):
    """Return a SELECT (enrollment_id, window_id, …) over ``pmm_credit``.

    ``day`` is the SQL date of a credit that decides, ``scope`` says whose credits count
    (:mod:`counted_partners`), ``columns`` is a list of (name, aggregate, condition): what the
    column is called, its aggregate, and which credits it looks at. ``each`` are more columns to
    group by.
    """
    conditions = []
    for _name, _aggregate, condition in columns:
        if condition not in conditions:
            conditions.append(condition)
    return SQL(
        """
        WITH corrected AS MATERIALIZED (%(corrected)s)
        SELECT enrollment.id AS enrollment_id, days.window_id, %(columns)s
        FROM pmm_credit
        %(join_counted)s
        %(days)s
        WHERE %(windows)s AND (%(where)s)
        GROUP BY enrollment.id, days.window_id%(each)s
        """,
        each=each,
        corrected=_corrected(windows.program, stage, _partners(scope, windows)),
        columns=SQL(", ").join(
            SQL("%s AS %s", aggregate, SQL.identifier(name)) for name, aggregate, _ in columns
        ),
        join_counted=join_counted(scope, day, windows.wanted, years=windows.stretch.years_back),
        days=windows.join(day),
        windows=windows.where,
        where=SQL(" OR ").join(SQL("(%s)", condition) for condition in conditions),
    )


def document_values(windows, scope, day, columns, stage):
    """Return a SELECT (enrollment_id, window_id, …): the largest or smallest document of each.

    As :func:`credit_values`, whose aggregates are made per document here; each of ``columns`` has
    one item more: "max" or "min".
    """
    documents = credit_values(
        windows,
        scope,
        day,
        [column[:3] for column in columns],
        stage,
        each=SQL(", pmm_credit.document_id"),
    )
    return SQL(
        "SELECT enrollment_id, window_id, %s FROM (%s) document GROUP BY enrollment_id, window_id",
        SQL(", ").join(
            SQL("%s(%s) AS %s", EXTREMES[extreme], SQL.identifier(name), SQL.identifier(name))
            for name, _aggregate, _condition, extreme in columns
        ),
        documents,
    )


def counted_credits(windows, scope, day, condition):
    """Return a SELECT (id) of the credits behind the values: those that fulfil ``condition``."""
    return SQL(
        "SELECT pmm_credit.id FROM pmm_credit %(counted)s %(days)s WHERE %(windows)s AND %(where)s",
        counted=join_counted(scope, day, windows.wanted, years=windows.stretch.years_back),
        days=windows.join(day),
        windows=windows.where,
        where=condition,
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


def first_sales(windows, scope, day, column, matching, name, stage):
    """Return a SELECT (enrollment_id, window_id, ``name``): customers who were new in the window.

    A customer is new to a partner on the day of the first standing sale that is ``matching``,
    whenever that was. ``day`` is the SQL date that decides, ``column`` that of ``pmm_credit``
    which it is made from.
    """
    first_day = SQL.identifier("pmm_credit", "date")
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.window_id, COUNT(*) AS %(name)s
        FROM (%(first)s) pmm_credit
        %(join_counted)s
        %(days)s
        WHERE %(windows)s
        GROUP BY enrollment.id, days.window_id
        """,
        name=SQL.identifier(name),
        first=_first_days(
            windows.program,
            _partners(scope, windows),
            day,
            column,
            matching,
            stage,
        ),
        join_counted=join_counted(
            scope, first_day, windows.wanted, years=windows.stretch.years_back
        ),
        days=windows.join(first_day),
        windows=windows.where,
    )


def first_days_for(program, scope, enrollment_id, day, column, matching, stage):
    """Return a SELECT (partner_id, former_ref, customer_id, date) of first sales.

    Those of all partners who count in the ``scope`` of one enrolment.
    """
    partners = SQL("SELECT partner_id FROM (%s) who", counted_for(scope, enrollment_id))
    return _first_days(program, partners, day, column, matching, stage)


def _first_days(program, partners, day, column, matching, stage):
    return SQL(
        """
        WITH corrected AS MATERIALIZED (%(corrected)s)
        SELECT pmm_credit.partner_id, %(former_ref)s AS former_ref, pmm_credit.customer_id,
            MIN(%(day)s) AS date
        FROM pmm_credit
        WHERE pmm_credit.partner_id IN (%(partners)s) AND %(matching)s
        GROUP BY pmm_credit.partner_id, %(former_ref)s, pmm_credit.customer_id
        """,
        corrected=_corrected(program, stage, partners),
        former_ref=former_ref("pmm_credit", SQL.identifier("pmm_credit", column)),
        day=day,
        partners=partners,
        matching=matching,
    )


def is_standing():
    """Return the condition that the credit still stands: it has not been withdrawn meanwhile.

    For what is built on ``credit_values`` or ``first_days``. Sums need not ask, since a
    withdrawal takes off what it withdraws; counts must.
    """
    return SQL("pmm_credit.id NOT IN (SELECT id FROM corrected WHERE quantity = 0 AND amount = 0)")


def is_sold():
    """Return the condition that the credit stands, is no return, and brings money."""
    return SQL(
        "NOT pmm_credit.is_return AND pmm_credit.amount > 0"
        " AND pmm_credit.id NOT IN (SELECT id FROM corrected WHERE amount <= 0)"
    )


def _partners(scope, windows):
    """Return a SELECT of the partners whose credits count for the wanted enrolments."""
    if scope == "own":
        return SQL("SELECT partner_id FROM pmm_enrollment WHERE id IN (%s)", windows.wanted)
    return SQL("SELECT partner_id FROM (%s) counted", counted_partners(scope, windows.wanted))


def _corrected(program, stage, partners):
    """Return a SELECT (id, quantity, amount) of the credits that corrections belong to.

    The figures are what all credits of the same document line and facts add up to. Few rows
    ever are corrected, so they are gathered once and hashed: those of ``partners``, a SELECT.
    """
    return SQL(
        """
        SELECT UNNEST(ARRAY_AGG(part.id)) AS id,
            SUM(part.quantity) AS quantity, SUM(part.amount) AS amount
        FROM pmm_credit part
        WHERE (part.line_id, part.line_model) IN (
            SELECT line_id, line_model FROM pmm_credit
            WHERE reason <> 'new' AND company_id = %(company)s AND stage = %(stage)s
                AND partner_id IN (%(partners)s)
        ) AND part.company_id = %(company)s AND part.stage = %(stage)s
        GROUP BY %(group)s
        """,
        company=program.company_id.id,
        stage=stage,
        partners=partners,
        group=SQL(", ").join(SQL.identifier("part", name) for name in KEY + FACTS),
    )


def condition_of(query):
    """Return the condition on ``pmm_credit`` of a Query of sales credits."""
    if query.is_empty():
        return SQL("FALSE")
    if query.from_clause != SQL.identifier("pmm_credit"):
        return is_among(query.select())
    return query.where_clause
