"""How many offers were made to each enrolment in each period, and how many are used?"""

from odoo.tools import SQL


def made_offers():
    """Return a SELECT (enrollment_id, period_id, offers, offers_used)."""
    return SQL(
        """
        SELECT offer.enrollment_id, offer.period_id, COUNT(*) AS offers,
            COUNT(*) FILTER (WHERE card.points < 1) AS offers_used
        FROM pmm_offer offer
        LEFT JOIN loyalty_card card ON card.id = offer.card_id
        GROUP BY offer.enrollment_id, offer.period_id
        """
    )
