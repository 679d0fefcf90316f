from decimal import ROUND_CEILING, Decimal

from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date, formatLang

from odoo.addons.pmm_rewards.engine import bands

from ..queries.near_miss import basis_in_period


class PmmOfferTriggerBandNearMiss(models.AbstractModel):
    """Little is missing to the next band of a rule: an order of that much gets a discount."""

    _name = "pmm.offer.trigger.band_near_miss"
    _inherit = ["pmm.offer.trigger"]
    _description = "Offer Trigger: Close to the Next Band"

    @api.model
    def _candidates(self, campaign, period, enrollments):
        rule = campaign.rule_id
        quantum = Decimal(str(campaign.currency_id.rounding))
        near = Decimal(repr(campaign.near))
        scale = rule._scale()
        found = self.env.execute_query(
            basis_in_period(rule, enrollments.ids, rule._credits(), period.id)
        )
        candidates = []
        for enrollment_id, text in found:
            basis = Decimal(text)
            ahead = bands.next_band(basis, scale)
            if ahead and ahead.floor - basis <= near * ahead.floor:
                # rounded up: an order of this much does reach the band
                steps = ((ahead.floor - basis) / quantum).to_integral_value(ROUND_CEILING)
                missing = steps * quantum
                terms = {
                    "rule_id": rule.id,
                    "basis_amount": float(basis),
                    "threshold_amount": float(missing),
                    "floor_amount": float(ahead.floor),
                    "rate": float(ahead.rate),
                }
                candidates.append((enrollment_id, terms))
        return candidates

    @api.model
    def _check(self, campaign):
        rule = campaign.rule_id
        if rule.kind != "period_bands" or rule.program_id != campaign.program_id:
            raise ValidationError(
                self.env._(
                    "Choose a rule with bands of “%(program)s” for “%(campaign)s”: its next band is"
                    " what the offer leads to.",
                    program=campaign.program_id.name,
                    campaign=campaign.name,
                )
            )
        if rule.role != "buyer":
            raise ValidationError(
                self.env._(
                    "“%(rule)s” counts what partners refer, so an order of their own brings them no"
                    " nearer to its bands. Choose a rule that counts what they buy.",
                    rule=rule.name,
                )
            )
        if rule.plan_id.state != "active":
            raise ValidationError(
                self.env._(
                    "“%(plan)s” is not active: nobody gets nearer to its bands. Activate it first.",
                    plan=rule.plan_id.name,
                )
            )

    @api.model
    def _sentence(self, offer):
        return self.env._(
            "Order for %(missing)s more by %(day)s and reach the band of %(rate)s from %(floor)s"
            " on (%(rule)s). With your code you get %(discount)s off that order.",
            missing=formatLang(self.env, offer.threshold_amount, currency_obj=offer.currency_id),
            day=format_date(self.env, offer.date_last),
            rate=offer._format_percent(offer.rate * 100),
            floor=formatLang(self.env, offer.floor_amount, currency_obj=offer.currency_id),
            rule=offer.rule_id.name,
            discount=offer._format_percent(offer.discount),
        )
