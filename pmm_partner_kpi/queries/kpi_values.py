"""How do the values of many KPIs become one row per enrolment and window?

Every pass gives rows of its own columns; they are laid below one another and folded by a hash
aggregate, so no join has to be planned however many passes there are.
"""

from odoo.tools import SQL


def combine(pairs, passes):
    """Return a SELECT (enrollment_id, window_id, <all columns>) with one row per pair.

    ``pairs`` is a SELECT (enrollment_id, window_id) of the wanted rows, ``passes`` a list of
    (SELECT, {its column: name in the result}). What no pass gives is NULL.
    """
    names = [name for _select, columns in passes for name in columns.values()]
    parts = [_part(SQL("SELECT pair.*, TRUE AS wanted FROM (%s) pair", pairs), {}, names)]
    for select, columns in passes:
        rows = SQL("SELECT facts.*, FALSE AS wanted FROM (%s) facts", select)
        parts.append(_part(rows, {name: column for column, name in columns.items()}, names))
    return SQL(
        """
        SELECT enrollment_id, window_id%s
        FROM (%s) part
        GROUP BY enrollment_id, window_id
        HAVING BOOL_OR(wanted)
        """,
        SQL("").join(
            SQL(", MAX(%s) AS %s", SQL.identifier(name), SQL.identifier(name)) for name in names
        ),
        SQL(" UNION ALL ").join(parts),
    )


def _part(rows, columns, names):
    return SQL(
        "SELECT enrollment_id, window_id, wanted%s FROM (%s) given",
        SQL("").join(
            SQL(", %s::numeric AS %s", SQL.identifier(columns[name]), SQL.identifier(name))
            if name in columns
            else SQL(", NULL::numeric AS %s", SQL.identifier(name))
            for name in names
        ),
        rows,
    )


def add_columns(select, columns):
    """Return ``select`` with ``columns`` {name: expression over its columns} added."""
    if not columns:
        return select
    return SQL(
        "SELECT known.*%s FROM (%s) known",
        SQL("").join(
            SQL(", %s AS %s", expression, SQL.identifier(name))
            for name, expression in columns.items()
        ),
        select,
    )


def fenced(select):
    """Return ``select`` so that PostgreSQL calculates its columns once, wherever they are used.

    It would else put the expression of a column into each place that names it, and formulas
    over formulas would double with every layer.
    """
    return SQL("SELECT fenced.* FROM (%s) fenced OFFSET 0", select)


def rounded(value, quantum):
    """Return ``value`` rounded half up to ``quantum``, a decimal text such as "0.01"."""
    return SQL("ROUND((%(value)s) / %(q)s) * %(q)s", value=value, q=SQL("%s::numeric", quantum))


def bounded(value):
    """Return ``value``, or NULL (no data) from 10^16 on, either sign.

    Formulas over formulas could grow beyond what PostgreSQL's numeric holds, and stop every run.
    """
    return SQL(
        "(SELECT CASE WHEN ABS(large) < %s::numeric THEN large END"
        " FROM (VALUES (%s)) AS given(large))",
        str(10**16),
        value,
    )


def growth(value, base, in_percent):
    """Return by how much ``value`` is more than ``base``; NULL (no data) without a base."""
    if not in_percent:
        return SQL("%s - %s", value, base)
    return SQL("(%s - %s) * 100 / NULLIF(ABS(%s), 0)", value, base, base)


def or_void(name, void):
    """Return the column ``name``, or ``void`` where no pass gave a value; None is "no data"."""
    return SQL("COALESCE(%s, %s::numeric)", SQL.identifier(name), void)


def with_opening(value, name):
    """Return ``value`` and the opening in the column ``name``; "no data" and one is that one."""
    opening = SQL.identifier(name)
    return SQL("COALESCE(%s + %s, %s, %s)", value, opening, value, opening)


def own_pairs(rows):
    """Return the SELECT (enrollment_id, window_id) of an enrolment's own windows ``rows``."""
    return SQL("SELECT enrollment_id, 0 AS window_id FROM (%s) own", rows)


def one_value(select, name):
    """Return a SELECT (enrollment_id, value) of the column ``name`` of ``select``."""
    return SQL("SELECT enrollment_id, %s AS value FROM (%s) measured", SQL.identifier(name), select)
