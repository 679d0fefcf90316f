from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Have results counted again: two people who passed the same are one now."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        companies = dst_partner._pmm_attempt_companies() | dst_partner.commercial_partner_id
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
        return result
