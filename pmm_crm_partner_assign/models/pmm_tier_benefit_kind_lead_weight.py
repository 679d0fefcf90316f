from odoo import api, models

# what comes back is the weight of the level that the partner then has, as Odoo sets it
BY_LEVEL = "level"


class PmmTierBenefitKindLeadWeight(models.AbstractModel):
    """How many leads a partner gets beside others, the same in all companies."""

    _name = "pmm.tier.benefit.kind.lead_weight"
    _inherit = ["pmm.tier.benefit.kind"]
    _description = "Kind of Tier Benefit: Lead Weight"

    @api.model
    def _title(self, benefit):
        return self.env._("Lead weight %s", benefit.lead_weight)

    @api.model
    def _value(self, benefit):
        return benefit.lead_weight

    @api.model
    def _read_values(self, company, partners):
        return {partner.id: partner.partner_weight for partner in partners}

    @api.model
    def _to_give_back(self, company, partners, values):
        return {
            p.id: BY_LEVEL if values[p.id] == p.grade_id.partner_weight else values[p.id]
            for p in partners
        }

    @api.model
    def _write_value(self, company, partners, value):
        partners = partners.with_context(tracking_disable=True)
        if value != BY_LEVEL:
            partners.partner_weight = value
            return
        for grade, members in partners.grouped("grade_id").items():
            members.partner_weight = grade.partner_weight

    @api.model
    def _format_value(self, value):
        return self.env._("by level") if value == BY_LEVEL else str(value or 0)
