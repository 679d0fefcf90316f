"""How likely is a quotation ordered, where it belongs to an opportunity?"""

from odoo.tools import SQL


def odds_of_opportunity(odds):
    """Return the probability of the opportunity of ``document``, a sale order; else ``odds``."""
    return SQL(
        "COALESCE((SELECT lead.probability::numeric / 100 FROM crm_lead lead"
        " WHERE lead.id = document.opportunity_id), %s)",
        odds,
    )
