from odoo import models


class ProductPricelist(models.Model):
    _inherit = "product.pricelist"

    def write(self, vals):
        result = super().write(vals)
        if {"active", "company_id"} & vals.keys():
            # whoever may archive a pricelist need not know the programmes that give it
            benefits = self.env["pmm.tier.benefit"].sudo()
            programs = benefits.search([("pricelist_id", "in", self.ids)]).program_id
            # a level that names the pricelist gives it as well
            tiers = self.env["pmm.program.tier"].sudo()
            programs |= tiers.search([("grade_id.default_pricelist_id", "in", self.ids)]).program_id
            programs._tiers_changed()
        return result
