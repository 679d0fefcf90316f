from odoo import api, models
from odoo.exceptions import ValidationError

from ..queries.earned import basis, earned_at_rate


class PmmRewardKindDocumentRate(models.AbstractModel):
    """A rate on the untaxed amount of each document; a credit note takes its part back."""

    _name = "pmm.reward.kind.document_rate"
    _inherit = ["pmm.reward.kind"]
    _description = "Reward Rule: Rate per Document"

    @api.model
    def _earned(self, rule, enrollment_ids):
        facts = basis(rule, enrollment_ids, rule._credits(), by_document=True)
        return earned_at_rate(facts, rule._rate(), rule.currency_id.rounding)

    @api.model
    def _check(self, rule):
        if rule._rate() <= 0:
            raise ValidationError(
                self.env._(
                    "“%(rule)s” has no rate. Enter the share of each document that it grants.",
                    rule=rule.name,
                )
            )

    @api.model
    def _explain(self, entry):
        terms = entry.terms
        return [
            self.env._(
                "%(rate)s of %(basis)s = %(earned)s",
                rate=entry._format_rate(terms["rate"]),
                basis=entry._format_amount(terms["basis"]),
                earned=entry._format_amount(terms["earned"]),
            )
        ]
