from odoo import models


class SaleOrder(models.Model):
    """A membership sold to an enrolled partner proposes its tier and names the order."""

    _inherit = "sale.order"

    def _add_partnership(self):
        result = None
        for order in self:
            cause = self.env._("Membership sold in %s", order.name)
            result = super(SaleOrder, order.with_context(pmm_grade_cause=cause))._add_partnership()
        return result
