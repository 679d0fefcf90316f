"""Who is credited with a document, in which role, and with which share of it?

The one place that knows: every stage of a document credits the same partners.
"""

from odoo.tools import SQL

# model: (its table, {role: the column that names the partner who has all of it}, the column of
# pmm_attribution that names the document)
DOCUMENTS = {
    "account.move": (
        "account_move",
        {"buyer": "commercial_partner_id", "referrer": "pmm_referrer_id"},
        "move_id",
    ),
    "sale.order": (
        "sale_order",
        {"buyer": "pmm_partner_id", "referrer": "pmm_referrer_id"},
        "order_id",
    ),
}


def credited_partners(model, scope):
    """Return a SELECT (document_id, partner_id, role, share, former_refs) of ``scope``.

    ``share`` is in percent. A document names a partner once per role; only shares of partners
    that were merged stay apart, by ``former_refs`` (of other roles null). Its state is not
    looked at.
    """
    table, roles, column_of_shares = DOCUMENTS[model]
    parts = [_named_on(table, column, role, scope) for role, column in roles.items()]
    return SQL(" UNION ALL ").join([*parts, _sharing(column_of_shares, scope)])


def _named_on(table, column, role, scope):
    document, partner = SQL.identifier(table, "id"), SQL.identifier(table, column)
    return SQL(
        "SELECT %s AS document_id, %s AS partner_id, %s AS role, 100::numeric AS share,"
        " NULL::jsonb AS former_refs"
        " FROM %s WHERE %s IS NOT NULL AND (%s)",
        document,
        partner,
        role,
        SQL.identifier(table),
        partner,
        scope.matches(document, partner),
    )


def _sharing(column, scope):
    """Return a SELECT of those who share documents or have them in their territory."""
    document = SQL.identifier("pmm_attribution", column)
    partner = SQL.identifier("pmm_attribution", "partner_id")
    return SQL(
        "SELECT %s AS document_id, %s AS partner_id, role, share, CASE WHEN role = 'split'"
        " THEN COALESCE(former_refs, '[]') END AS former_refs FROM pmm_attribution"
        " WHERE %s IS NOT NULL AND (%s)",
        document,
        partner,
        document,
        scope.matches(document, partner),
    )


def is_known(document):
    """Return the condition that the row ``credited`` is of one whom the programmes know.

    Only who was ever enrolled or in a group with the company of ``document`` (an alias) is.
    """
    return SQL(
        """
        EXISTS (
            SELECT 1 FROM (
                SELECT partner_id, company_id FROM pmm_enrollment
                UNION ALL SELECT partner_id, company_id FROM pmm_partner_group_member
            ) known
            WHERE known.partner_id = credited.partner_id AND known.company_id = %s
        )
        """,
        SQL.identifier(document, "company_id"),
    )


def share_of(value, quantum):
    """Return the share of ``value`` that the row ``credited`` has, rounded half up."""
    return SQL(
        "CASE WHEN credited.share = 100 THEN %(value)s"
        " ELSE ROUND(%(value)s * credited.share / 100 / %(quantum)s) * %(quantum)s END",
        value=value,
        quantum=quantum,
    )


def has_cost(line):
    """Return the condition that the cost of a document line (an alias) is known.

    A deduction, which has a negative price, costs nothing; that is known. A down payment has a
    positive price and is taken off with a negative quantity.
    """
    return SQL(
        "(COALESCE(%s, 0) > 0 OR COALESCE(%s, 0) < 0 AND %s IS NOT TRUE)",
        SQL.identifier(line, "pmm_unit_cost"),
        SQL.identifier(line, "price_unit"),
        SQL.identifier(line, "is_downpayment"),
    )


def cost_of(unit_cost, quantity):
    """Return what the share of ``quantity`` has cost, in the currency of the row ``currency``."""
    return SQL(
        "COALESCE(ROUND(%s * %s * credited.share / 100 / currency.rounding) * currency.rounding,"
        " 0)",
        unit_cost,
        quantity,
    )
