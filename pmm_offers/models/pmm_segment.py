from odoo import api, models
from odoo.exceptions import UserError


class PmmSegment(models.Model):
    _inherit = "pmm.segment"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_offered(self):
        # whoever keeps segments need not see campaigns of all companies
        campaigns = self.env["pmm.offer.campaign"].sudo().with_context(active_test=False)
        if offered := self & campaigns.search([("segment_ids", "in", self.ids)]).segment_ids:
            raise UserError(
                self.env._(
                    "Offer campaigns are for “%s”, so it stays; archive it instead.",
                    offered[0].name,
                )
            )
