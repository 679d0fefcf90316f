import json
from decimal import Decimal

from odoo import api, models
from odoo.exceptions import ValidationError

from ..engine import bands
from ..queries.earned import basis, basis_as_text, earned_rows


class PmmRewardKindPeriodBands(models.AbstractModel):
    """A scale on the revenue of the period: each slice earns the rate of its own band."""

    _name = "pmm.reward.kind.period_bands"
    _inherit = ["pmm.reward.kind"]
    _description = "Reward Rule: Bands on Period Revenue"

    @api.model
    def _earned(self, rule, enrollment_ids):
        scale, quantum = rule._scale(), Decimal(str(rule.currency_id.rounding))
        facts = basis(rule, enrollment_ids, rule._credits(), by_document=False)
        found = self.env.execute_query(basis_as_text(facts))
        rows = []
        for enrollment_id, period_id, text, grade_id, last_credit_id in found:
            amount = Decimal(text)
            reward = bands.marginal(amount, scale, quantum)
            rows.append((enrollment_id, period_id, amount, reward, grade_id, last_credit_id))
        return earned_rows(rows, json.dumps([[str(b.floor), str(b.rate)] for b in scale]))

    @api.model
    def _check(self, rule):
        problem = bands.check(rule._scale())
        sentences = {
            "empty": self.env._("“%s” has no bands. Enter the first one from 0.", rule.name),
            "floor": self.env._(
                "The bands of “%s” leave amounts near 0 uncovered. Let the first band start at 0"
                " (its rate may be 0 %%).",
                rule.name,
            ),
            "twice": self.env._("“%s” has two bands that start at the same amount.", rule.name),
        }
        if problem:
            raise ValidationError(sentences[problem])

    @api.model
    def _explain(self, entry):
        terms = entry.terms
        scale = [bands.Band(Decimal(floor), Decimal(rate)) for floor, rate in terms["bands"]]
        sentences = [
            self.env._(
                "%(rate)s of the %(part)s from %(floor)s on = %(reward)s",
                rate=entry._format_rate(piece.rate),
                part=entry._format_amount(piece.part),
                floor=entry._format_amount(piece.floor),
                reward=entry._format_amount(piece.reward),
            )
            for piece in bands.slices(Decimal(terms["basis"]), scale)
        ]
        total = self.env._(
            "Revenue of the period %(basis)s, earned %(earned)s",
            basis=entry._format_amount(terms["basis"]),
            earned=entry._format_amount(terms["earned"]),
        )
        return [*sentences, total]
