from odoo import api, fields, models
from odoo.tools.sql import column_exists, create_column

from ..queries.order_partners import fill_order_partners


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
        help="The partner who brought this sale; it is credited when the order is invoiced.",
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

    def _prepare_invoice(self):
        return super()._prepare_invoice() | {"pmm_referrer_id": self.pmm_referrer_id.id}

    def _get_invoice_grouping_keys(self):
        # orders of different referrers must not end on one invoice
        return [*super()._get_invoice_grouping_keys(), "pmm_referrer_id"]
