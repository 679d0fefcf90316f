from odoo import fields, models


class PmmEnrollmentTier(models.Model):
    """Tiers that were brought along with an import of opening balances."""

    _inherit = "pmm.enrollment.tier"

    opening_batch_id = fields.Many2one(
        "pmm.opening.batch",
        string="Import",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
    )
