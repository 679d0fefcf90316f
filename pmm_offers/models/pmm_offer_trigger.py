from odoo import api, models


class PmmOfferTrigger(models.AbstractModel):
    """Contract of a trigger; one file ``pmm.offer.trigger.<code>`` per trigger, in any addon.

    The file also adds its code to ``pmm.offer.campaign.trigger`` with ``ondelete``. A trigger
    says who is to get an offer and with what terms; making offers once is done in one place.
    """

    _name = "pmm.offer.trigger"
    _description = "Offer Trigger"

    @api.model
    def _candidates(self, campaign, period, enrollments):
        """Return [(enrollment_id, {field of pmm.offer: value})] for those who get an offer.

        At most one per enrolment, whether or not it has got one already.
        """
        raise NotImplementedError

    @api.model
    def _check(self, campaign):
        """Raise ValidationError with the remedy where ``campaign`` lacks what this needs."""
        raise NotImplementedError

    @api.model
    def _sentence(self, offer):
        """Return the sentence that tells the partner the offer, in the reader's language."""
        raise NotImplementedError
