from odoo import api, fields, models

from ..queries.territory_attributions import attribute_orders, forget_territories

GROUPS = (
    "sales_team.group_sale_salesman,account.group_account_invoice,pmm_partner_kpi.group_pmm_user"
)


class SaleOrder(models.Model):
    """Who is credited with an order besides its buyer."""

    _name = "sale.order"
    _inherit = ["sale.order", "pmm.attributed"]
    _pmm_closed_state = "sale"

    pmm_attribution_ids = fields.One2many(
        "pmm.attribution", "order_id", string="Credited partners", copy=False, groups=GROUPS
    )
    pmm_split_ids = fields.One2many(
        "pmm.attribution",
        "order_id",
        string="Shares",
        copy=False,  # copy_data() does
        domain=[("role", "=", "split")],
        groups=GROUPS,
    )
    pmm_territory_id = fields.Many2one(groups=GROUPS)
    pmm_territory_partner_id = fields.Many2one(groups=GROUPS)

    @api.depends("pmm_attribution_ids.partner_id", "pmm_attribution_ids.territory_id")
    def _compute_pmm_territory(self):
        return super()._compute_pmm_territory()

    @api.constrains("pmm_split_ids")
    def _check_pmm_split_ids(self):
        self._check_pmm_shares()

    def _pmm_is_open(self):
        return self.state in ("draft", "sent")

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._pmm_check_created()
        orders.filtered(lambda order: order.state == "sale")._pmm_find_territories()
        return orders

    def write(self, vals):
        return self._pmm_write(vals, lambda orders: super().write(vals))

    def copy_data(self, default=None):
        vals_list = super().copy_data(default)
        for order, vals in zip(self, vals_list, strict=True):
            order._pmm_copy_splits(vals)
        return vals_list

    def _pmm_find_territories(self):
        """Credit whoever has the delivery address in its territory on the day of the order."""
        if not self:
            return
        self.env["pmm.attribution"]._replace_territories(
            self, forget_territories("order_id", self.ids), attribute_orders(self.ids)
        )

    # === INVOICES === #

    def _prepare_invoice(self):
        values = super()._prepare_invoice()
        if splits := self._pmm_split_commands():
            values["pmm_split_ids"] = splits
        return values | {"pmm_attribution_key": self._pmm_attribution_key()}

    def _get_invoice_grouping_keys(self):
        # orders that others are credited with must not end on one invoice
        return [*super()._get_invoice_grouping_keys(), "pmm_attribution_key"]

    def _pmm_attribution_key(self):
        """Return a text that is the same for orders with the same shares and territory."""
        # who invoices an order need not see who shares it
        rows = self.sudo().pmm_attribution_ids
        return " ".join(sorted(f"{r.role}:{r.partner_id.id}:{r.share:.2f}" for r in rows))
