from odoo import models


class SaleOrder(models.Model):
    """A membership sold to an enrolled partner proposes its tier and names the order."""

    _inherit = "sale.order"

    def _add_partnership(self):
        result = None
        for order in self:
            # the order itself, not a text: a caller of the API can put no record into the context
            sold = order.with_context(pmm_grade_order=order)
            result = super(SaleOrder, sold)._add_partnership()
        return result
