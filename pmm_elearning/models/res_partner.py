from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def unlink(self):
        # attempts of nobody count no longer
        companies = self._pmm_attempt_companies() - self
        result = super().unlink()
        self.env["pmm.enrollment"]._mark_companies_to_measure(companies)
        return result

    def _pmm_attempt_companies(self):
        """Return the partner companies for which these people have made an attempt."""
        # who edits contacts need not see their attempts
        attempts = self.env["survey.user_input"].sudo().search([("partner_id", "in", self.ids)])
        return attempts._pmm_companies()
