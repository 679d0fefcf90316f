"""What is known of leads from before assignments were kept?"""

from odoo.tools import SQL


def first_assignments():
    """Return the INSERT of one assignment per lead that a partner has.

    Odoo keeps the day only, so nothing is known of when they answered.
    """
    return SQL(
        """
        INSERT INTO pmm_lead_assignment (lead_id, partner_id, company_id, assigned_on, is_own)
        SELECT lead.id, partner.commercial_partner_id, lead.company_id,
            COALESCE(lead.date_partner_assign, lead.create_date::date),
            EXISTS (
                SELECT 1 FROM crm_tag_rel tagged
                JOIN ir_model_data tag ON tag.res_id = tagged.tag_id
                    AND tag.module = 'website_crm_partner_assign'
                    AND tag.name = 'tag_portal_lead_own_opp'
                WHERE tagged.lead_id = lead.id
            )
        FROM crm_lead lead
        JOIN res_partner partner ON partner.id = lead.partner_assigned_id
        WHERE NOT EXISTS (SELECT 1 FROM pmm_lead_assignment known WHERE known.lead_id = lead.id)
        """
    )


def first_wins():
    """Return the UPDATE that dates the leads that are won by Odoo's closing date."""
    return SQL(
        """
        UPDATE crm_lead SET pmm_won_at = date_closed
        WHERE won_status = 'won' AND date_closed IS NOT NULL AND pmm_won_at IS NULL
        """
    )
