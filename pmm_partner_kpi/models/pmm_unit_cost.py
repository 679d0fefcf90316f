from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmUnitCost(models.AbstractModel):
    """A document line that remembers what a unit of its product cost when it began to count."""

    _name = "pmm.unit.cost"
    _description = "Cost at the Time of the Document"

    pmm_unit_cost = fields.Float(
        string="Cost per unit",
        digits=(20, 6),
        readonly=True,
        groups="base.group_user",
        help="What a unit of the product cost when the document was confirmed or posted, in company"
        " currency; 0 is no data.",
    )

    def write(self, vals):
        if "pmm_unit_cost" in vals and not self.env.su:
            raise UserError(
                self.env._(
                    "The cost of a line is noted when the document is posted or confirmed; it"
                    " cannot be typed in. Correct the cost of the product before."
                )
            )
        if "product_id" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda line: line.product_id.id != vals["product_id"])
        result = super().write(vals)
        # another product has another cost; whoever changes the product need not set costs
        changed.sudo().filtered("pmm_unit_cost").pmm_unit_cost = 0
        return result

    @api.model
    def _pmm_has_margin(self):
        """Return whether order lines know their cost themselves (sale_margin)."""
        return "purchase_price" in self.env["sale.order.line"]._fields
