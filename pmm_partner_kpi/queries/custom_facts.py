"""Which records of a model that a manager chose count for which partner, and on which day?

Names of models and fields reach SQL through the ORM only: it knows the fields, joins what a path
leads through, and turns the conditions into SQL.
"""

from odoo.tools import SQL

from .program_days import local_day

AGGREGATES = {
    "count": SQL("COUNT(*)"),
    "count_distinct": SQL("COUNT(DISTINCT fact.value)"),
    "sum": SQL("SUM(fact.value * %s)", SQL.identifier("days", "factor")),
    "avg": SQL("AVG(fact.value * %s)", SQL.identifier("days", "factor")),
    "min": SQL("MIN(fact.value * %s)", SQL.identifier("days", "factor")),
    "max": SQL("MAX(fact.value * %s)", SQL.identifier("days", "factor")),
}
PLAIN = {
    "sum": SQL("SUM(fact.value)"),
    "avg": SQL("AVG(fact.value)"),
    "min": SQL("MIN(fact.value)"),
    "max": SQL("MAX(fact.value)"),
}


def custom_aggregate(code, is_money):
    """Return the SQL aggregate called ``code``; money is converted to programme currency."""
    return (AGGREGATES if is_money else AGGREGATES | PLAIN)[code]


def custom_facts(model, query, path, date, value, program):
    """Return a SELECT of facts: the records of ``query``, a Query over ``model``.

    ``path`` is a list of many2one fields that ends at the partner, ``date`` and ``value`` (may be
    empty) are names of fields.
    """
    if query.is_empty():
        query.add_where(SQL("FALSE"))
    owner, alias = model, query.table
    for name in path:
        owner, alias = owner._fields[name].join(owner, alias, query)
    day = model._field_to_sql(query.table, date, query)
    if model._fields[date].type == "datetime":
        day = local_day(day, program)
    measured = SQL("NULL::numeric")
    if value:
        measured = model._field_to_sql(query.table, value, query)
        if model._fields[value].type in ("integer", "float", "monetary"):
            measured = SQL("%s::numeric", measured)
    return SQL(
        """
        SELECT %(partner)s AS partner_id, %(day)s AS day, %(id)s AS record_id,
            %(value)s AS value
        FROM %(records)s
        WHERE %(where)s AND %(partner)s IS NOT NULL
        """,
        partner=SQL.identifier(alias, "commercial_partner_id"),
        day=day,
        id=SQL.identifier(query.table, "id"),
        value=measured,
        records=query.from_clause,
        where=query.where_clause or SQL("TRUE"),
    )


def no_facts():
    """Return a SELECT of facts without rows, for a model that is not installed any more."""
    return SQL(
        "SELECT 0 AS partner_id, CURRENT_DATE AS day, 0 AS record_id, 0::numeric AS value"
        " WHERE FALSE"
    )


def highest_values(facts, aggregate, start, stop, limit):
    """Return a SELECT (partner_id, value) of the partners with the highest values."""
    return SQL(
        """
        SELECT fact.partner_id, %(aggregate)s AS value
        FROM (%(facts)s) fact
        CROSS JOIN (SELECT 1::numeric AS factor) days
        WHERE %(start)s <= fact.day AND fact.day < %(stop)s
        GROUP BY fact.partner_id
        ORDER BY value DESC NULLS LAST, fact.partner_id
        LIMIT %(limit)s
        """,
        aggregate=aggregate,
        facts=facts,
        start=start,
        stop=stop,
        limit=limit,
    )


def limit_time(seconds):
    """Return the statement that lets statements of this savepoint run for ``seconds`` only."""
    return SQL("SELECT set_config('statement_timeout', %s, TRUE)", f"{seconds}s")
