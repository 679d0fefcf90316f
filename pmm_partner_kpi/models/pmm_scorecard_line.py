from decimal import Decimal

from odoo import api, fields, models
from odoo.tools import formatLang


class PmmScorecardLine(models.Model):
    """A KPI on a scorecard: how much it weighs, and the bounds of what counts of it."""

    _name = "pmm.scorecard.line"
    _description = "KPI of a Scorecard"
    _order = "scorecard_id, sequence, id"

    _one_per_kpi = models.Constraint(
        "UNIQUE(scorecard_id, kpi_id)", "A KPI stands once on a scorecard."
    )
    _weight_positive = models.Constraint(
        "CHECK(weight > 0 AND weight <= 100)", "A weight is more than 0 % and at most 100 %."
    )
    _floor_below_cap = models.Constraint(
        "CHECK(0 <= floor AND floor <= cap AND cap <= 1000)",
        "“At least” must not be above “At most”, nor below 0 %; “At most” not above 1000 %.",
    )

    scorecard_id = fields.Many2one("pmm.scorecard", required=True, ondelete="cascade")
    program_id = fields.Many2one(related="scorecard_id.program_id")
    company_id = fields.Many2one(related="scorecard_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, index=True, ondelete="restrict"
    )
    weight = fields.Float(string="Weight %", digits=(16, 2), required=True, aggregator="sum")
    floor = fields.Float(
        string="At least %",
        digits=(16, 2),
        required=True,
        default=0,
        aggregator=None,
        help="An attainment below counts as this much.",
    )
    cap = fields.Float(
        string="At most %",
        digits=(16, 2),
        required=True,
        default=100,
        aggregator=None,
        help="An attainment above counts as this much.",
    )

    @api.depends("kpi_id.name", "weight")
    def _compute_display_name(self):
        for line in self:
            line.display_name = f"{line.kpi_id.name} {line._format_percent(line.weight)}"

    @api.constrains("weight", "scorecard_id")
    def _check_weights(self):
        # while the scorecard is saved its lines change one after the other: it checks itself then
        self.scorecard_id._check_weights()

    @api.constrains("kpi_id")
    def _check_kpi(self):
        self.scorecard_id._check_kpis_of_program()

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines.scorecard_id._mark()
        return lines

    def write(self, vals):
        cards = self.scorecard_id
        result = super().write(vals)
        (cards | self.scorecard_id)._mark()
        if "scorecard_id" in vals:
            cards._check_weights()
        return result

    def unlink(self):
        cards = self.scorecard_id
        result = super().unlink()
        # not where the scorecard goes itself
        cards.exists()._check_weights()
        cards.exists()._mark()
        return result

    def _exact(self, name):
        """Return the Decimal of a percentage with its two digits."""
        self.ensure_one()
        return Decimal(f"{self[name]:.2f}")

    @api.model
    def _format_percent(self, value):
        """Return a percentage as people write it, without idle zeros."""
        decimals = f"{value:.2f}".rstrip("0").partition(".")[2]
        return self.env._("%s %%", formatLang(self.env, float(value), digits=len(decimals)))
