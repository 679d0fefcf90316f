from odoo import api, models
from odoo.exceptions import UserError


class PmmSegment(models.Model):
    _inherit = "pmm.segment"

    def _rewarded(self):
        """Return those of these segments that reward rules are for."""
        # whoever keeps segments need not see plans of all companies
        rules = self.env["pmm.reward.rule"].sudo().with_context(active_test=False)
        return self & rules.search([("segment_ids", "in", self.ids)]).segment_ids

    def _mark_members(self, partners):
        if partners and self._rewarded():
            # only marks: who enters or leaves may be a partner of another account manager
            enrollments = self.env["pmm.enrollment"].sudo()
            enrollments.search(
                [
                    ("partner_id", "in", partners.ids),
                    ("company_id", "in", self.company_id.ids),
                ]
            )._mark_to_accrue()
        return super()._mark_members(partners)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_rewarded(self):
        if rewarded := self._rewarded():
            raise UserError(
                self.env._(
                    "Reward rules are for “%s”, so it stays; archive it instead.", rewarded[0].name
                )
            )
