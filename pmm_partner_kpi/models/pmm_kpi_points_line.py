from decimal import Decimal

from odoo import api, fields, models

# what decides on the points: it is fixed once the KPI has been published
FIXED = ("kpi_id", "counted_kpi_id", "points", "max_units")


class PmmKpiPointsLine(models.Model):
    """How many points a unit of a KPI gives, and for how many units of a period at most."""

    _name = "pmm.kpi.points.line"
    _description = "Points for a KPI"
    _order = "kpi_id, sequence, id"

    _one_per_kpi = models.Constraint(
        "UNIQUE(kpi_id, counted_kpi_id)", "A KPI gives points once; change that line instead."
    )
    _limit_positive = models.Constraint(
        "CHECK(max_units >= 0)", "The most units that count cannot be negative; 0 is no limit."
    )

    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="Gives points", required=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="kpi_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    counted_kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, index=True, ondelete="restrict"
    )
    points = fields.Float(
        string="Points per unit",
        digits=(16, 4),
        required=True,
        default=1,
        aggregator=None,
        help="Negative points take away, for example for a certificate that expired.",
    )
    max_units = fields.Float(
        string="At most units",
        digits=(16, 4),
        aggregator=None,
        help="Units of one period above this number give no points; 0 is no limit.",
    )

    @api.depends("counted_kpi_id.name")
    def _compute_display_name(self):
        for line in self:
            line.display_name = line.counted_kpi_id.name

    @api.constrains("kpi_id", "counted_kpi_id")
    def _check_counted(self):
        for kpi in self.kpi_id:
            kpi._source()._check(kpi)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.kpi_id._check_none_published()
        lines.kpi_id._mark_measured()
        return lines

    def write(self, vals):
        kpis = self.kpi_id
        names = [name for name in FIXED if name in vals]
        before = [[line[name] for name in names] for line in self]
        result = super().write(vals)
        kpis |= self.kpi_id
        if before != [[line[name] for name in names] for line in self]:
            kpis._check_none_published()
        kpis._mark_measured()
        return result

    def unlink(self):
        kpis = self.kpi_id
        kpis._check_none_published()
        result = super().unlink()
        kpis.exists()._mark_measured()
        return result

    def _exact(self, name):
        """Return the Decimal of a number with its four digits."""
        self.ensure_one()
        return Decimal(f"{self[name]:.4f}")

    def _limit(self):
        """Return the most units of a period that count, or None."""
        return self._exact("max_units") or None
