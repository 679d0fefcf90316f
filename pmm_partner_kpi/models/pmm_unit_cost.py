from odoo import api, fields, models
from odoo.exceptions import UserError


class PmmUnitCost(models.AbstractModel):
    """A document line that remembers what a unit of its product cost when it began to count."""

    _name = "pmm.unit.cost"
    _description = "Cost at the Time of the Document"

    # what is noted of the cost; money depends on it, so only the addon itself writes it
    _pmm_noted = ("pmm_unit_cost",)

    pmm_unit_cost = fields.Float(
        string="Cost per unit",
        digits=(20, 6),
        readonly=True,
        groups="base.group_user",
        help="What a unit of the product cost when the document was confirmed or posted, in company"
        " currency; 0 is no data.",
    )

    @api.model
    def default_get(self, fields):
        # a cost that comes with the context or a user's defaults is made up
        defaults = super().default_get(fields)
        return {name: value for name, value in defaults.items() if name not in self._pmm_noted}

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [
                {
                    name: value
                    for name, value in vals.items()
                    if name not in self._pmm_noted or self._pmm_may_give(name, vals)
                }
                for vals in vals_list
            ]
        return super().create(vals_list)

    def write(self, vals):
        if not (self.env.su or vals.keys().isdisjoint(self._pmm_noted)):
            raise UserError(
                self.env._(
                    "The cost of a line is noted when the document is posted or confirmed; it"
                    " cannot be typed in. Correct the cost of the product before."
                )
            )
        if "product_id" not in vals:
            return super().write(vals)
        changed = self._pmm_other_product(vals)
        result = super().write(vals)
        # another product has another cost; whoever changes the product need not set costs
        noted = changed.sudo().filtered(lambda line: any(line[name] for name in self._pmm_noted))
        noted.write(dict.fromkeys(self._pmm_noted, False))
        return result

    def _pmm_other_product(self, vals):
        """Return the lines whose product these values change."""
        return self.filtered(lambda line: line.product_id.id != vals["product_id"])

    @api.model
    def _pmm_may_give(self, name, vals):
        """Return whether users may create lines with a value of what is noted."""
        return False

    @api.model
    def _pmm_has_margin(self):
        """Return whether order lines know their cost themselves (sale_margin)."""
        return "purchase_price" in self.env["sale.order.line"]._fields
