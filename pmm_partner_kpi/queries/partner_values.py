"""How are the values that a tier gives written to many partners at once?

``res.partner.write`` would ask for the contacts of each partner, and give the pricelist of a
grade in one company without ever taking it back.
"""

from odoo.tools import SQL


def lock_partners(partner_ids):
    """Return the statement that keeps others from changing these partners until the commit.

    Whoever changed one of them since this transaction began makes it fail, and be tried again.
    """
    return SQL(
        "SELECT id FROM res_partner WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE",
        list(partner_ids),
    )


def set_grade(partner_ids, grade_id, user_id):
    """Return the UPDATE that gives these partners the level ``grade_id``, or none."""
    return SQL(
        """
        UPDATE res_partner
        SET grade_id = %s, write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
        WHERE id = ANY(%s)
        """,
        grade_id or None,
        user_id,
        list(partner_ids),
    )


def set_pricelist(partner_ids, company_id, pricelist_id, user_id):
    """Return the UPDATE that gives these partners and their contacts a pricelist, or none.

    Odoo keeps it per company in one JSON object, and the same for a company and its contacts.
    """
    company = str(company_id)
    if pricelist_id:
        values = SQL(
            "COALESCE(specific_property_product_pricelist, '{}')"
            " || jsonb_build_object(%s::text, %s::int)",
            company,
            pricelist_id,
        )
    else:
        values = SQL("NULLIF(specific_property_product_pricelist - %s::text, '{}')", company)
    return SQL(
        """
        UPDATE res_partner
        SET specific_property_product_pricelist = %s,
            write_uid = %s, write_date = NOW() AT TIME ZONE 'UTC'
        WHERE commercial_partner_id = ANY(%s)
        """,
        values,
        user_id,
        list(partner_ids),
    )
