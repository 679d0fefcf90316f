from odoo import api, fields, models


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
