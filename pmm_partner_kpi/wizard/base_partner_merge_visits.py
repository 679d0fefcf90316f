from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        # else Odoo deletes all visits of a person where one of them collides; whoever merges
        # contacts need not see visits
        self.env["pmm.portal.visit"].sudo()._merge_people(src_partners, dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)
