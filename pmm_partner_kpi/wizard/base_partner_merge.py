from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep one membership per segment: the one who stays cannot be in it twice."""
        # whoever merges partners need not see segments
        Member = self.env["pmm.segment.member"].sudo()
        members = Member.search([("partner_id", "in", (dst_partner | src_partners).ids)])
        for rows in members.grouped("segment_id").values():
            kept = dst_partner if dst_partner in rows.partner_id else rows.partner_id[:1]
            rows.filtered(lambda row, partner=kept: row.partner_id != partner).unlink()
        return super()._update_foreign_keys(src_partners, dst_partner)
