from odoo import fields, models


class PmmTierSimulationMove(models.TransientModel):
    """A partner who would earn another tier."""

    _name = "pmm.tier.simulation.move"
    _description = "Simulated Change of Tier"
    _order = "is_up desc, id"

    simulation_id = fields.Many2one("pmm.tier.simulation", required=True, ondelete="cascade")
    enrollment_id = fields.Many2one("pmm.enrollment", required=True, ondelete="cascade")
    partner_id = fields.Many2one(related="enrollment_id.partner_id")
    held_grade_id = fields.Many2one(
        "res.partner.grade", string="Tier now", ondelete="cascade", help="What the partner has."
    )
    old_grade_id = fields.Many2one(
        "res.partner.grade", string="Earns at present", ondelete="cascade"
    )
    new_grade_id = fields.Many2one("res.partner.grade", string="Would earn", ondelete="cascade")
    is_up = fields.Boolean()
