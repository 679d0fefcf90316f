from odoo import api, models
from odoo.exceptions import ValidationError

from ..queries.partner_values import set_pricelist

FIELD = "specific_property_product_pricelist"


class PmmTierBenefitKindPricelist(models.AbstractModel):
    """The pricelist of the partner, in each company that may use it."""

    _name = "pmm.tier.benefit.kind.pricelist"
    _inherit = ["pmm.tier.benefit.kind"]
    _description = "Kind of Tier Benefit: Pricelist"

    @api.model
    def _title(self, benefit):
        # portal users may not read pricelists, but they may know what their own is called
        return self.env._("Pricelist: %s", benefit.sudo().pricelist_id.name or "")

    @api.model
    def _check(self, benefit):
        pricelist = benefit.pricelist_id
        if not pricelist:
            raise ValidationError(
                self.env._(
                    "Choose the pricelist that “%s” gives.", benefit.program_tier_id.display_name
                )
            )
        if not pricelist.currency_id.active:
            raise ValidationError(
                self.env._(
                    "“%(pricelist)s” is in %(currency)s, which is archived. Activate the currency,"
                    " or choose another pricelist.",
                    pricelist=pricelist.name,
                    currency=pricelist.currency_id.name,
                )
            )

    @api.model
    def _prepare(self):
        """Switch pricelists on, as Odoo does for a second currency: they have no effect else."""
        if not self.env["res.groups"]._is_feature_enabled("product.group_product_pricelist"):
            # who builds a ladder need not administer Odoo
            employees = self.env.ref("base.group_user").sudo()
            employees._apply_group(self.env.ref("product.group_product_pricelist"))
            # each company needs its own fallback, whoever builds the ladder
            self.env["res.company"].sudo()._activate_or_create_pricelists()

    @api.model
    def _value(self, benefit):
        # Odoo passes over an archived pricelist, so it is not given either
        return benefit.pricelist_id.id if benefit.pricelist_id.active else None

    @api.model
    def _companies(self, value):
        pricelist = self.env["product.pricelist"].browse(value)
        return pricelist.company_id or self.env["res.company"].search([("active", "=", True)])

    @api.model
    def _read_values(self, company, partners):
        return {p.id: p[FIELD].id for p in partners.with_company(company)}

    @api.model
    def _write_value(self, company, partners, value):
        pricelist = self.env["product.pricelist"].browse(value or ()).exists()
        partners.flush_model([FIELD, "commercial_partner_id"])
        self.env.cr.execute(
            set_pricelist(partners.ids, company.id, pricelist.id, self.env.uid),
        )
        partners.invalidate_model([FIELD, "property_product_pricelist", "write_date", "write_uid"])

    @api.model
    def _format_value(self, value):
        if not value:
            return ""
        return self.env["product.pricelist"].browse(value).exists().name or self.env._("deleted")
