from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import format_date, formatLang


class PmmOffer(models.Model):
    """What one partner is offered, on terms of its own; written by the run only.

    The coupon behind it is an ordinary ``loyalty.card``; whom it is for and from what amount on
    it works is decided by the offer, which nobody can edit.
    """

    _name = "pmm.offer"
    _description = "Partner Offer"
    _order = "date_start desc, id desc"
    _rec_name = "code"

    _once = models.UniqueIndex(
        "(campaign_id, enrollment_id, period_id)",
        "This partner already has its offer of this campaign and period.",
    )
    _partner_idx = models.Index("(partner_id, date_stop)")  # portal, quotations

    campaign_id = fields.Many2one(
        "pmm.offer.campaign", required=True, readonly=True, ondelete="restrict"
    )
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="restrict")
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    period_id = fields.Many2one("pmm.period", required=True, readonly=True, ondelete="restrict")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True, ondelete="restrict")
    date_start = fields.Date(string="Made on", required=True, readonly=True)
    date_stop = fields.Date(
        string="Ends before",
        required=True,
        readonly=True,
        help="The first day on which the code works no more.",
    )
    date_last = fields.Date(string="Valid until", compute="_compute_date_last")
    rule_id = fields.Many2one(
        "pmm.reward.rule", string="Leads to a band of", readonly=True, ondelete="restrict"
    )
    basis_amount = fields.Monetary(
        string="Reached", readonly=True, help="What counted for the band when the offer was made."
    )
    floor_amount = fields.Monetary(string="Next band from", readonly=True)
    rate = fields.Float(string="Rate of that band", digits=(9, 6), readonly=True)
    threshold_amount = fields.Monetary(
        string="Missing", readonly=True, help="The code works on an order of at least this much."
    )
    discount = fields.Float(string="Discount in %", digits=(5, 2), readonly=True)
    card_id = fields.Many2one(
        "loyalty.card",
        string="Coupon",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    code = fields.Char(readonly=True)
    order_id = fields.Many2one(
        "sale.order",
        string="Used on",
        compute="_compute_order_id",
        groups="sales_team.group_sale_salesman",
    )
    state = fields.Selection(
        [("open", "Open"), ("used", "Used"), ("expired", "Expired")],
        string="Status",
        compute="_compute_state",
        search="_search_state",
    )
    sentence = fields.Text(string="Offer", compute="_compute_sentence")

    @api.depends("date_stop")
    def _compute_date_last(self):
        for offer in self:
            offer.date_last = offer.date_stop and offer.date_stop - timedelta(days=1)

    def _compute_order_id(self):
        lines = self.env["sale.order.line"].search([("coupon_id", "in", self.card_id.ids)])
        # quotations may carry the code as well
        lines = lines.sorted(lambda line: (line.state == "sale", line.id))
        orders = {line.coupon_id: line.order_id for line in lines}
        for offer in self:
            offer.order_id = orders.get(offer.card_id)

    @api.depends("card_id.points", "date_stop")
    def _compute_state(self):
        # partners know their offers, not Odoo's coupons, nor programmes
        known = self.sudo()
        today = {program: program._today() for program in known.program_id}
        for offer, full in zip(self, known, strict=True):
            if full.card_id.points < 1:
                offer.state = "used"
            elif full.date_stop <= today[full.program_id]:
                offer.state = "expired"
            else:
                offer.state = "open"

    def _search_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        # partners know their offers, not Odoo's coupons, nor programmes
        known = self.sudo().with_context(active_test=False).env
        used = Domain("card_id", "in", known["loyalty.card"]._search([("points", "<", 1)]))
        programs = known["pmm.program"].search([("campaign_ids", "!=", False)])
        over = Domain.OR(
            Domain("program_id", "=", program.id) & Domain("date_stop", "<=", program._today())
            for program in programs
        )
        by_state = {"used": used, "expired": ~used & over, "open": ~used & ~over}
        return Domain.OR(by_state[state] for state in value if state in by_state)

    @api.depends("campaign_id", "discount", "threshold_amount")
    @api.depends_context("lang")
    def _compute_sentence(self):
        for offer in self:
            # names of rules are not the partner's to read by themselves
            full = offer.sudo()
            offer.sentence = full.campaign_id._strategy()._sentence(full)

    def _conditions(self):
        """Return in the reader's words when the code works."""
        self.ensure_one()
        conditions = self.env._(
            "Name the code with your order. It works once, for your company only, on at least"
            " %(threshold)s before taxes, until %(day)s. The band counts what has been invoiced by"
            " then.",
            threshold=formatLang(self.env, self.threshold_amount, currency_obj=self.currency_id),
            day=format_date(self.env, self.date_last),
        )
        if categories := self.rule_id.category_ids:
            names = ", ".join(categories.mapped("name"))
            conditions = self.env._(
                "%(conditions)s Only these products count: %(names)s.",
                conditions=conditions,
                names=names,
            )
        return conditions

    def _format_percent(self, percent):
        """Return ``percent`` as the reader writes it, without idle zeros."""
        text = f"{percent:.4f}".rstrip("0")
        digits = len(text.partition(".")[2])
        return self.env._("%s %%", formatLang(self.env, percent, digits=digits))

    # === MAKING OFFERS === #

    @api.model
    def _generate(self, campaigns):
        """Make the offers of ``campaigns`` that are due today and not made yet; return them.

        Each partner gets one per campaign and period, whatever happens to it later. A constant
        number of queries per campaign, whatever the number of partners.
        """
        offers = self
        for campaign in campaigns.filtered(lambda campaign: campaign.state == "active"):
            program = campaign.program_id
            today = program._today()
            period = program.period_ids.filtered(
                lambda period, day=today: period.date_start <= day < period.date_stop
            )
            if not campaign._runs_on(today) or period.state == "closed":
                continue
            enrollments = self._enrollments_without(campaign, period, today)
            candidates = campaign._strategy()._candidates(campaign, period, enrollments)
            offers |= self._make(campaign, period, today, candidates)
        return offers

    @api.model
    def _enrollments_without(self, campaign, period, today):
        """Return the enrolments that take part today and have no such offer in the period.

        Only live ones, of the audience of the campaign.
        """
        # a run makes offers to the partners of all account managers
        made = self.sudo().search(
            [("campaign_id", "=", campaign.id), ("period_id", "=", period.id)]
        )
        return self.env["pmm.enrollment"].search(
            [
                ("id", "not in", made.enrollment_id.ids),
                ("program_id", "=", campaign.program_id.id),
                ("is_shadow", "=", False),
                *campaign._audience_domain(today),
                ("state", "=", "running"),
            ]
        )

    @api.model
    def _make(self, campaign, period, today, candidates):
        enrollments = self.env["pmm.enrollment"].browse(enrollment for enrollment, _ in candidates)
        plan_stop = campaign.rule_id.plan_id.date_stop
        vals_list = [
            {
                "campaign_id": campaign.id,
                "program_id": campaign.program_id.id,
                "enrollment_id": enrollment.id,
                "partner_id": enrollment.partner_id.id,
                "period_id": period.id,
                "company_id": campaign.company_id.id,
                "currency_id": campaign.currency_id.id,
                "date_start": today,
                "date_stop": min(filter(None, (period.date_stop, enrollment.date_stop, plan_stop))),
                "discount": campaign.discount,
                **terms,
            }
            for enrollment, (_enrollment_id, terms) in zip(enrollments, candidates, strict=True)
        ]
        # offers are made by the run, coupons are not the programme manager's
        coupons = self.env["loyalty.card"].sudo()
        # nobody is mailed
        cards = coupons.with_context(loyalty_no_mail=True, tracking_disable=True).create(
            [
                {
                    "program_id": campaign.loyalty_program_id.id,
                    "partner_id": vals["partner_id"],
                    "points": 1,
                    "expiration_date": vals["date_stop"] - timedelta(days=1),
                }
                for vals in vals_list
            ]
        )
        for vals, card in zip(vals_list, cards, strict=True):
            vals |= {"card_id": card.id, "code": card.code}
        # nobody writes offers by hand
        return self.sudo().create(vals_list).with_env(self.env)

    # === USING OFFERS === #

    @api.model
    def _of_cards(self, cards):
        """Return {card: offer} for those of ``cards`` that are offers of ours."""
        # a salesperson may use the offer of any partner without seeing its results
        offers = self.sudo().search([("card_id", "in", cards.ids)])
        return {offer.card_id.with_env(cards.env): offer for offer in offers}

    def _refusal(self, order):
        """Return why this offer does not work on ``order``, a sentence, or None where it does."""
        self.ensure_one()
        if order.partner_id.commercial_partner_id != self.partner_id:
            return self.env._("This code is an offer to another company.")
        if order.company_id != self.company_id:
            return self.env._("This code is an offer of %s.", self.company_id.name)
        if self.date_stop <= self.program_id._today():
            return self.env._("This offer has expired.")
        ordered = self._ordered_on(order)
        if self.currency_id.compare_amounts(ordered, self.threshold_amount) < 0:
            return self.env._(
                "This offer needs an order of at least %(threshold)s before taxes; what counts on"
                " this one comes to %(ordered)s.",
                threshold=formatLang(
                    self.env, self.threshold_amount, currency_obj=self.currency_id
                ),
                ordered=formatLang(self.env, ordered, currency_obj=self.currency_id),
            )
        return None

    def _ordered_on(self, order):
        """Return the untaxed amount of ``order`` that counts for the band, in our currency."""
        self.ensure_one()
        lines = order.order_line.filtered(
            lambda line: not line.display_type and not line.reward_id and not line.is_downpayment
        )
        if categories := self.rule_id.category_ids:
            lines = lines.filtered_domain([("product_id.categ_id", "child_of", categories.ids)])
        return order.currency_id._convert(
            sum(lines.mapped("price_subtotal")),
            self.currency_id,
            order.company_id,
            self.program_id._today(),
        )
