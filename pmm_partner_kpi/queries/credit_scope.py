"""Which documents and which credits are compared with one another?

A scope says it twice, and both must mean the same rows: ``matches`` for what documents give to
partners now, ``standing`` for the credits that are there.
"""

from collections.abc import Callable
from typing import NamedTuple

from odoo.tools import SQL

INVOICES, ORDERS = "account.move", "sale.order"


class Scope(NamedTuple):
    """What one comparison looks at; made by the functions below."""

    # of which model the documents are
    models: tuple[str, ...]
    # condition on the columns of a document's id and of a partner that it credits
    matches: Callable[[SQL, SQL], SQL]
    # condition on pmm_credit
    standing: SQL
    company_ids: list[int] | None = None

    def in_companies(self, company):
        """Return the condition on the column of a document's company."""
        if self.company_ids is None:
            return SQL("TRUE")
        return SQL("%s = ANY(%s)", company, self.company_ids)


def of_documents(model, ids):
    """Return the scope of these documents: invoices and credit notes, or orders."""
    return Scope(
        (model,),
        lambda document, _partner: SQL("%s = ANY(%s)", document, ids),
        SQL("document_model = %s AND document_id = ANY(%s)", model, ids),
    )


def of_document_range(model, first, last):
    """Return the scope of all documents of ``model`` with ids from ``first`` to ``last``."""
    return Scope(
        (model,),
        lambda document, _partner: SQL("%s BETWEEN %s AND %s", document, first, last),
        SQL("document_model = %s AND document_id BETWEEN %s AND %s", model, first, last),
    )


def of_partners(partner_ids):
    """Return the scope of all that these partners are credited with."""
    return Scope(
        (INVOICES, ORDERS),
        lambda _document, partner: SQL("%s = ANY(%s)", partner, partner_ids),
        SQL("partner_id = ANY(%s)", partner_ids),
    )


def of_partners_in(partner_ids, company_ids):
    """Return the scope of all that these partners are credited with in these companies."""
    return Scope(
        (INVOICES, ORDERS),
        lambda _document, partner: SQL("%s = ANY(%s)", partner, partner_ids),
        SQL("partner_id = ANY(%s) AND company_id = ANY(%s)", partner_ids, company_ids),
        company_ids,
    )
