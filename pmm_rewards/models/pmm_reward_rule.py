from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..engine import bands


class PmmRewardRule(models.Model):
    """One way to earn within a plan: a kind, its rate or bands, and what it counts."""

    _name = "pmm.reward.rule"
    _inherit = ["pmm.credit.filter"]
    _description = "Reward Rule"
    _order = "plan_id, sequence, id"

    _rate_range = models.Constraint(
        "CHECK(rate >= 0 AND rate <= 1)", "A rate lies between 0 % and 100 %."
    )

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    plan_id = fields.Many2one("pmm.reward.plan", required=True, index=True, ondelete="cascade")
    program_id = fields.Many2one(related="plan_id.program_id")
    company_id = fields.Many2one(related="plan_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="plan_id.currency_id")
    kind = fields.Selection(
        [("document_rate", "Rate per document"), ("period_bands", "Bands on period revenue")],
        required=True,
        default="document_rate",
    )
    rate = fields.Float(
        digits=(9, 6), help="The share of each document's untaxed amount that is granted."
    )
    band_ids = fields.One2many("pmm.reward.band", "rule_id", string="Bands", copy=True)
    # declared here too, so that its relation table goes when this addon goes
    category_ids = fields.Many2many(relation="pmm_reward_rule_category_rel")
    grade_ids = fields.Many2many(
        "res.partner.grade",
        string="Only for tiers",
        help="Documents: the tier on the day of the document. Bands: the tier at the start of the"
        " period. Empty for all partners.",
    )

    segment_ids = fields.Many2many(
        "pmm.segment",
        string="Only for segments",
        ondelete="restrict",
        help="Partners who are in one of these on the day that decides on the tier, too: that of"
        " the document, or the start of the period. Empty for all partners.",
    )

    @api.constrains("segment_ids", "plan_id")
    def _check_segments(self):
        for rule in self:
            foreign = rule.segment_ids.filtered(lambda s, own=rule.company_id: s.company_id != own)
            if foreign:
                raise ValidationError(
                    self.env._(
                        "“%(segment)s” is a segment of another company than “%(rule)s”.",
                        segment=foreign[0].name,
                        rule=rule.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.plan_id._check_draft()
        return rules

    def write(self, vals):
        if vals.keys() - {"sequence"}:
            self.plan_id._check_draft()
        result = super().write(vals)
        if "plan_id" in vals:
            # nothing moves into a plan that counts, either
            self.plan_id._check_draft()
        return result

    @api.ondelete(at_uninstall=False)
    def _unlink_except_active(self):
        self.plan_id._check_draft()

    # === CALCULATING === #

    def _scope(self):
        """Return what makes two rules grant the same thing: kind and choice of credits."""
        self.ensure_one()
        return (
            self.kind,
            self.role,
            frozenset(self.category_ids.ids),
            frozenset(self.grade_ids.ids),
            frozenset(self._segments().ids),
        )

    def _segments(self):
        """Return the segments that this rule is for; an archived one is no less a term."""
        return self.with_context(active_test=False).segment_ids

    def _strategy(self):
        """Return the strategy of this rule's kind."""
        self.ensure_one()
        return self.env[f"pmm.reward.kind.{self.kind}"]

    def _check_kind(self):
        """Raise ValidationError where one of these rules cannot be calculated."""
        for rule in self:
            rule._strategy()._check(rule)

    def _credits(self):
        """Return the Query of the sales credits that this rule looks at."""
        # a run rewards the partners of all account managers
        credits = self.env["pmm.credit"].sudo()
        return credits._search(self._credit_domain(self.program_id))

    def _rate(self):
        """Return the rate as an exact Decimal ratio."""
        self.ensure_one()
        return _exact(self.rate)

    def _scale(self):
        """Return the bands as the engine's values, lowest first."""
        self.ensure_one()
        return sorted(bands.Band(_exact(band.floor), _exact(band.rate)) for band in self.band_ids)


def _exact(number):
    """Return the Decimal that a numeric column of at most 15 digits holds."""
    return Decimal(repr(number))
