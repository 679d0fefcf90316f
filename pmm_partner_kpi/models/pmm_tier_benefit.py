from odoo import api, fields, models


class PmmTierBenefit(models.Model):
    """What a tier gives; how it is applied in Odoo is its kind's matter."""

    _name = "pmm.tier.benefit"
    _description = "Tier Benefit"
    _order = "program_tier_id, sequence, id"
    _check_company_auto = True

    _one_of_a_kind = models.UniqueIndex(
        "(program_tier_id, kind) WHERE kind != 'text'",
        "A tier gives one benefit of this kind. Change the one that is there.",
    )

    program_tier_id = fields.Many2one(
        "pmm.program.tier", string="Tier", required=True, index=True, ondelete="cascade"
    )
    program_id = fields.Many2one(related="program_tier_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="program_tier_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [("pricelist", "Pricelist"), ("text", "Promised, not applied by Odoo")],
        required=True,
        default="pricelist",
    )
    pricelist_id = fields.Many2one(
        "product.pricelist", index="btree_not_null", ondelete="restrict", check_company=True
    )
    name = fields.Char(
        string="Wording",
        translate=True,
        help="As partners read it; empty: made from what is given.",
    )

    @api.depends("kind", "name", "pricelist_id.name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for benefit in self:
            benefit.display_name = benefit._title()

    def _kind(self):
        """Return the strategy that says how this benefit is applied."""
        self.ensure_one()
        return self.env[f"pmm.tier.benefit.kind.{self.kind}"]

    def _title(self):
        """Return what is given as partners read it."""
        self.ensure_one()
        return self.name or self._kind()._title(self)

    @api.constrains("kind", "name", "pricelist_id", "program_tier_id")
    def _check_kind(self):
        for benefit in self:
            benefit._kind()._check(benefit)

    @api.model_create_multi
    def create(self, vals_list):
        benefits = super().create(vals_list)
        benefits._prepare_kinds()
        benefits.program_id._tiers_changed()
        return benefits

    def write(self, vals):
        programs = self.program_id
        result = super().write(vals)
        if vals.keys() - {"name", "sequence"}:
            self._prepare_kinds()
            (programs | self.program_id)._tiers_changed()
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs._tiers_changed()
        return result

    def _prepare_kinds(self):
        for benefits in self.grouped("kind").values():
            benefits[0]._kind()._prepare()
