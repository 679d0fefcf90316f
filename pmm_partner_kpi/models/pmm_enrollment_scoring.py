from odoo import fields, models


class PmmEnrollment(models.Model):
    """What an enrolment scores on the scorecards of its programme."""

    _inherit = "pmm.enrollment"

    score_ids = fields.One2many("pmm.score", "enrollment_id", string="Scores", readonly=True)
