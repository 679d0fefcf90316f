from odoo import fields, models
from odoo.fields import Domain


class ResPartner(models.Model):
    _inherit = "res.partner"

    pmm_segment_ids = fields.Many2many(
        "pmm.segment",
        string="Segments today",
        compute="_compute_pmm_segment_ids",
        groups="pmm_partner_kpi.group_pmm_user",
    )

    def _compute_pmm_segment_ids(self):
        found = self.commercial_partner_id._pmm_segments_today()
        for partner in self:
            partner.pmm_segment_ids = found.get(
                partner.commercial_partner_id._origin, self.env["pmm.segment"]
            )

    def _pmm_segments_today(self):
        """Return {partner: the segments that it is in today} of these partner companies."""
        Member, Segment = self.env["pmm.segment.member"], self.env["pmm.segment"]
        segments = Segment.search([("member_ids.partner_id", "in", self.ids)])
        # each company has its own today
        domain = Domain.OR(
            Domain("segment_id", "in", group.ids) & Member._on(group._today())
            for group in segments.grouped("company_id").values()
        )
        found = {}
        members = Member.search(domain & Domain("partner_id", "in", self.ids))
        for partner, rows in members.grouped("partner_id").items():
            found[partner] = rows.segment_id.sorted()
        return found
