"""Which documents and which credits are compared with one another?

A scope is a pair: a function that turns the column of the credited partner into the condition
on the documents (as :func:`invoiced_lines.invoiced_lines` wants it), and the condition on the
credits that already stand. Both must mean the same rows.
"""

from odoo.tools import SQL


def of_documents(move_ids):
    """Return the scope of these invoices and credit notes."""
    return (
        lambda _partner: SQL("move.id = ANY(%s)", move_ids),
        SQL("document_model = 'account.move' AND document_id = ANY(%s)", move_ids),
    )


def of_document_range(first, last):
    """Return the scope of all documents with ids from ``first`` to ``last``."""
    return (
        lambda _partner: SQL("move.id BETWEEN %s AND %s", first, last),
        SQL("document_model = 'account.move' AND document_id BETWEEN %s AND %s", first, last),
    )


def of_partners(partner_ids):
    """Return the scope of all that these partners are credited with."""
    return (
        lambda partner: SQL("%s = ANY(%s)", partner, partner_ids),
        SQL("partner_id = ANY(%s)", partner_ids),
    )


def of_partners_in(partner_ids, company_ids):
    """Return the scope of all that these partners are credited with in these companies."""
    return (
        lambda partner: SQL(
            "%s = ANY(%s) AND move.company_id = ANY(%s)", partner, partner_ids, company_ids
        ),
        SQL("partner_id = ANY(%s) AND company_id = ANY(%s)", partner_ids, company_ids),
    )
