"""What has to be moved before Odoo points all rows of merged partners to the one that stays?"""

from odoo.tools import SQL


def allow_rekeying(allowed):
    """Return the statement that opens or shuts the ledgers for a change of partner.

    It holds for this transaction only; see :mod:`append_only` for what may change then.
    """
    return SQL("SELECT set_config('pmm.partner_merge', %s, TRUE)", "on" if allowed else "off")


def rekey_credits(source, partner, day):
    """Return the UPDATE that gives ``source``'s credits to ``partner``.

    Those dated before ``day`` remember whose they were. Where both have revisions of a key,
    the source's are numbered behind the others.
    """
    return SQL(
        """
        UPDATE pmm_credit moved SET partner_id = %(partner)s,
            former_ref = CASE
                WHEN moved.former_ref = 0 AND moved.date < %(day)s THEN %(source)s
                ELSE moved.former_ref
            END,
            origin_former_ref = CASE
                WHEN moved.origin_former_ref = 0 AND moved.origin_date < %(day)s THEN %(source)s
                ELSE moved.origin_former_ref
            END,
            revision = moved.revision + COALESCE((
                SELECT MAX(known.revision) FROM pmm_credit known
                WHERE known.line_id = moved.line_id AND known.line_model = moved.line_model
                    AND known.role = moved.role AND known.stage = moved.stage
                    AND known.partner_id = %(partner)s
            ), 0)
        WHERE moved.partner_id = %(source)s
        """,
        source=source.id,
        partner=partner.id,
        day=day,
    )


def companies_of(partner_ids):
    """Return a SELECT of the companies in which these partners are credited."""
    return SQL(
        """
        SELECT company_id FROM pmm_enrollment WHERE partner_id = ANY(%(partners)s)
        UNION SELECT company_id FROM pmm_partner_group_member WHERE partner_id = ANY(%(partners)s)
        """,
        partners=partner_ids,
    )


def repoint_enrollments(source, partner):
    """Return the UPDATE that gives ``source``'s enrolments to ``partner``."""
    return SQL(
        "UPDATE pmm_enrollment SET partner_id = %s WHERE partner_id = %s", partner.id, source.id
    )
