from decimal import Decimal

from odoo import api, fields, models


class PmmTierSimulationLine(models.TransientModel):
    """A threshold that is tried."""

    _name = "pmm.tier.simulation.line"
    _description = "Simulated Threshold"

    simulation_id = fields.Many2one("pmm.tier.simulation", required=True, ondelete="cascade")
    requirement_id = fields.Many2one(
        "pmm.tier.requirement", required=True, readonly=True, ondelete="cascade"
    )
    program_tier_id = fields.Many2one(related="requirement_id.program_tier_id", string="Tier")
    currency_id = fields.Many2one("res.currency", compute="_compute_currency_id")
    unit = fields.Char(related="requirement_id.unit")
    old_threshold = fields.Float(
        string="At present", related="requirement_id.threshold", digits=(20, 4)
    )
    threshold = fields.Float(string="Tried", digits=(20, 4), required=True)

    @api.depends("requirement_id")
    def _compute_currency_id(self):
        for line in self:
            line.currency_id = line.requirement_id.currency_id

    def _threshold(self):
        """Return the tried threshold as Decimal, at the four digits that would be stored."""
        self.ensure_one()
        return Decimal(f"{self.threshold:.4f}")
