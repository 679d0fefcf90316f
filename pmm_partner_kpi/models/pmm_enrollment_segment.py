from odoo import fields, models


class PmmEnrollment(models.Model):
    """The segments that the partner of an enrolment is in."""

    _inherit = "pmm.enrollment"

    segment_ids = fields.Many2many(
        "pmm.segment", string="Segments today", compute="_compute_segment_ids"
    )

    def _compute_segment_ids(self):
        found = self.partner_id._pmm_segments_today()
        for enrollment in self:
            company = enrollment.company_id
            enrollment.segment_ids = found.get(
                enrollment.partner_id._origin, self.env["pmm.segment"]
            ).filtered(lambda segment, company=company: segment.company_id == company)
