from odoo import api, fields, models

from ..queries.unit_costs import note_order_costs

# what of a line decides on its credit, and columns of addons that make it no sale
CREDIT_FIELDS = {
    "order_id",
    "product_id",
    "product_uom_qty",
    "product_uom_id",
    "price_unit",
    "discount",
    "tax_ids",
    "display_type",
    "is_downpayment",
    "is_delivery",
    "reward_id",
}


class SaleOrderLine(models.Model):
    _name = "sale.order.line"
    _inherit = ["sale.order.line", "pmm.unit.cost"]

    pmm_unit_cost = fields.Float(copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        booked = lines._pmm_booked()
        booked._pmm_note_costs()
        booked.order_id._pmm_mark_dirty()
        return lines

    def write(self, vals):
        if not CREDIT_FIELDS & vals.keys():
            return super().write(vals)
        orders = self._pmm_booked().order_id
        other = self._pmm_other_product(vals) if "product_id" in vals else self.browse()
        result = super().write(vals)
        booked = self._pmm_booked()
        (booked & other)._pmm_note_costs()
        (orders | booked.order_id)._pmm_mark_dirty()
        return result

    def unlink(self):
        orders = self._pmm_booked().order_id
        result = super().unlink()
        orders._pmm_mark_dirty()
        return result

    def _pmm_booked(self):
        return self.filtered(lambda line: line.order_id.state == "sale")

    def _pmm_note_costs(self):
        """Note what these lines cost, where it is not known yet."""
        if not self:
            return
        self.env.flush_all()
        self.env.cr.execute(note_order_costs(self.ids, has_margin=self._pmm_has_margin()))
        self.invalidate_recordset(["pmm_unit_cost"])
