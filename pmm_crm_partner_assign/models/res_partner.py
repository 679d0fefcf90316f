from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _compute_partner_weight(self):
        # read by whoever changes a level
        grants = self.env["pmm.benefit.grant"].sudo()
        domain = [
            ("partner_id", "in", self._origin.ids),
            ("kind", "=", "lead_weight"),
            ("ended_on", "=", False),
        ]
        granted = set(grants.search(domain).partner_id.ids)
        kept = self.filtered(lambda partner: partner._origin.id in granted)
        for partner in kept:
            # what a tier gives stays when the level, or the weight of a level, changes
            partner.partner_weight = partner.partner_weight
        return super(ResPartner, self - kept)._compute_partner_weight()
