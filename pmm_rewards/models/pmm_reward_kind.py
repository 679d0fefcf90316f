from odoo import api, models


class PmmRewardKind(models.AbstractModel):
    """Contract of a kind of rule; one file ``pmm.reward.kind.<code>`` per kind, in any addon.

    The file also adds its code to ``pmm.reward.rule.kind`` with ``ondelete``. A kind computes
    what has been earned, never differences: comparing with the ledger is done in one place.
    """

    _name = "pmm.reward.kind"
    _description = "Kind of Reward Rule"

    @api.model
    def _earned(self, rule, enrollment_ids):
        """Return a SELECT of all that ``rule`` grants these enrolments, one row per key.

        Columns: enrollment_id, period_id (of origin), document_id (0 where the rule looks at
        the period as a whole), basis, amount (rounded to the currency), terms (jsonb) and
        last_credit_id (the newest credit behind it).
        """
        raise NotImplementedError

    @api.model
    def _check(self, rule):
        """Raise ValidationError with the remedy where ``rule`` cannot be calculated."""
        raise NotImplementedError

    @api.model
    def _explain(self, entry):
        """Return the sentences that tell how the entry's amount came about, a list of str."""
        raise NotImplementedError
