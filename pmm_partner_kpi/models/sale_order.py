from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ..queries.order_partners import fill_order_partners

# what of an order decides on its credits; its rate and prices follow from some of these
CREDIT_FIELDS = {
    "state",
    "name",
    "partner_id",
    "partner_shipping_id",
    "date_order",
    "company_id",
    "currency_id",
    "pricelist_id",
    "fiscal_position_id",
    "user_id",
    "team_id",
    "pmm_referrer_id",
}


class SaleOrder(models.Model):
    _inherit = "sale.order"

    pmm_referrer_id = fields.Many2one(
        "res.partner",
        string="Referred by",
        index="btree_not_null",
        ondelete="restrict",
        domain=[("parent_id", "=", False)],
        groups="base.group_user",  # the buyer's portal users need not know who referred it
        tracking=True,
        help="The partner who brought this sale; it is credited beside the buyer.",
    )

    pmm_partner_id = fields.Many2one(
        "res.partner",
        string="Buying company",
        compute="_compute_pmm_partner_id",
        store=True,
        index=True,
        ondelete="restrict",
        groups="base.group_user",
        help="The company of the customer, as it was when the customer was chosen.",
    )

    pmm_credit_count = fields.Integer(
        string="Sales credits",
        compute="_compute_pmm_credit_count",
        groups="pmm_partner_kpi.group_pmm_user",
    )

    def _auto_init(self):
        # all orders at once: the ORM would compute them one by one
        if not column_exists(self.env.cr, "sale_order", "pmm_partner_id"):
            create_column(self.env.cr, "sale_order", "pmm_partner_id", "int4")
            self.env.cr.execute(fill_order_partners())
        return super()._auto_init()

    @api.depends("partner_id")
    def _compute_pmm_partner_id(self):
        for order in self:
            order.pmm_partner_id = order.partner_id.commercial_partner_id

    @api.constrains("pmm_referrer_id", "partner_id")
    def _check_pmm_referrer(self):
        for order in self.filtered("pmm_referrer_id"):
            self.env["res.partner"]._check_pmm_referrer(
                order.pmm_referrer_id, order.partner_id.commercial_partner_id
            )

    def write(self, vals):
        if not CREDIT_FIELDS & vals.keys():
            return super().write(vals)
        booked_before = self.filtered(lambda order: order.state == "sale")
        result = super().write(vals)
        booked = self.filtered(lambda order: order.state == "sale")
        (booked - booked_before).order_line._pmm_note_costs()
        (booked_before | booked)._pmm_mark_dirty()
        return result

    def _pmm_mark_dirty(self):
        """Note that the credits of these orders must be compared again."""
        self.env["pmm.dirty"]._mark("credit_order", self.ids)

    def _compute_pmm_credit_count(self):
        counts = self.env["pmm.credit"]._count_of_documents(self)
        for order in self:
            order.pmm_credit_count = counts.get(order.id, 0)

    def action_view_pmm_credits(self):
        """Return the action that lists the sales credits of this order."""
        self.check_access("read")
        return self.env["pmm.credit"]._action_of_documents(self)

    def _prepare_invoice(self):
        return super()._prepare_invoice() | {"pmm_referrer_id": self.pmm_referrer_id.id}

    def _get_invoice_grouping_keys(self):
        # orders of different referrers must not end on one invoice
        return [*super()._get_invoice_grouping_keys(), "pmm_referrer_id"]
