from odoo import fields, models
from odoo.fields import Domain


class PmmCreditFilter(models.AbstractModel):
    """The choice of sales credits that a KPI or a reward rule counts."""

    _name = "pmm.credit.filter"
    _description = "Choice of Sales Credits"

    role = fields.Selection(
        [
            ("buyer", "What the partner buys"),
            ("referrer", "What the partner refers"),
            ("split", "What it has a share in"),
            ("territory", "What is sold in its territory"),
        ],
        string="Counts",
        required=True,
        default="buyer",
    )
    category_ids = fields.Many2many(
        "product.category",
        string="Product categories",
        help="Only products of these categories and those below them; empty for all products.",
    )

    def _credit_domain(self, program):
        """Return the domain of the sales credits of ``program``'s company that count here."""
        self.ensure_one()
        domain = Domain(
            [
                ("company_id", "=", program.company_id.id),
                ("stage", "=", self._credit_stage()),
                ("role", "=", self.role),
            ]
        )
        if self.category_ids:
            domain &= Domain("categ_id", "child_of", self.category_ids.ids)
        return domain

    def _credit_stage(self):
        """Return the stage that counts; stages never add up together."""
        return "invoiced"
