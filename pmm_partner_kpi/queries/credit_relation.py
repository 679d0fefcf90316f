"""What do all documents of a scope say now, at every stage? (one statement)"""

from odoo.tools import SQL

from .booked_lines import booked_lines
from .collected_lines import collected_lines
from .credit_scope import INVOICES, ORDERS
from .invoiced_lines import invoiced_lines


def credit_relation(scope, *, excluded, everybody):
    """Return a SELECT in the columns of ``pmm.credit``.

    ``excluded`` is {model of documents: conditions}; for the parameters see the stages.
    """
    stages = {INVOICES: _invoices, ORDERS: booked_lines}
    return SQL(" UNION ALL ").join(
        SQL("(%s)", stages[model](scope, excluded=excluded[model], everybody=everybody))
        for model in scope.models
    )


def _invoices(scope, **options):
    invoiced = SQL.identifier("posted")
    return SQL(
        "WITH %s AS MATERIALIZED (%s) SELECT * FROM %s UNION ALL %s",
        invoiced,
        invoiced_lines(scope, **options),
        invoiced,
        collected_lines(invoiced),
    )
