from odoo import api, fields, models
from odoo.tools import format_date, formatLang


class SaleOrder(models.Model):
    _inherit = "sale.order"

    pmm_offer_summary = fields.Text(
        string="Open offers",
        compute="_compute_pmm_offer_summary",
        groups="sales_team.group_sale_salesman",
        help="What this partner is offered and has not used yet.",
    )

    @api.depends("partner_id", "company_id", "state", "applied_coupon_ids")
    @api.depends_context("lang")
    def _compute_pmm_offer_summary(self):
        quotations = self.filtered(lambda order: order.state in ("draft", "sent"))
        # whoever makes the quotation may offer what this partner has been promised
        offers = (
            self.env["pmm.offer"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", quotations.partner_id.commercial_partner_id.ids),
                    ("state", "in", ["open"]),
                ]
            )
        )
        self.pmm_offer_summary = False
        for order in quotations:
            own = offers.filtered(
                lambda offer, order=order: (
                    offer.partner_id == order.partner_id.commercial_partner_id
                    and offer.company_id == order.company_id
                    and offer.card_id not in order.applied_coupon_ids
                )
            )
            order.pmm_offer_summary = "\n".join(
                self.env._(
                    "This partner has an offer, code %(code)s: %(discount)s off an order of at"
                    " least %(threshold)s until %(day)s.",
                    code=offer.code,
                    discount=offer._format_percent(offer.discount),
                    threshold=formatLang(
                        self.env, offer.threshold_amount, currency_obj=offer.currency_id
                    ),
                    day=format_date(self.env, offer.date_last),
                )
                for offer in own
            )

    def action_confirm(self):
        # core looks at all orders before it books the first one: several could use one offer
        if len(self) > 1 and self.env["pmm.offer"]._of_cards(self.order_line.coupon_id):
            for order in self:
                order.action_confirm()
            return True
        return super().action_confirm()

    def _try_apply_code(self, code):
        # whose code it is must not depend on who may read coupons
        card = self.env["loyalty.card"].sudo().search([("code", "=", code)])
        if (offer := self.env["pmm.offer"]._of_cards(card).get(card)) and (
            refusal := offer._refusal(self)
        ):
            return {"error": refusal}
        return super()._try_apply_code(code)

    def _get_real_points_for_coupon(self, coupon, post_confirm=False):
        """Leave an offer without points where it is not for this order.

        All ways of core lead through here: claiming, keeping a reward when partner or lines
        change, and confirming. What a confirmed order has got it keeps.
        """
        points = super()._get_real_points_for_coupon(coupon, post_confirm=post_confirm)
        if points > 0 and not (self.state == "sale" and coupon in self.order_line.coupon_id):
            offer = self.env["pmm.offer"]._of_cards(coupon).get(coupon)
            if offer and offer._refusal(self):
                return 0.0
        return points
