from odoo import api, models


class PmmProgramTier(models.Model):
    """What a rung gives to those who stand on it."""

    _inherit = "pmm.program.tier"

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers.program_id._tiers_changed()
        return tiers

    def write(self, vals):
        result = super().write(vals)
        if {"grade_id", "program_id"} & vals.keys():
            self.program_id._tiers_changed()
        return result

    def unlink(self):
        programs = self.program_id
        result = super().unlink()
        programs._tiers_changed()
        return result

    def _given_values(self):
        """Return [(kind, benefit, value)] of what Odoo applies to partners on this rung.

        The pricelist that Odoo itself knows for the level is given where the tier names none.
        """
        given = [
            (benefit.kind, benefit, value)
            for benefit in self.benefit_ids
            if (value := benefit._kind()._value(benefit)) is not None
        ]
        if pricelist := self._pricelist_of_grade():
            given.append(("pricelist", self.env["pmm.tier.benefit"], pricelist.id))
        return given

    def _given_titles(self, grants=None):
        """Return {what is given: its wording} as partners read it, in the order of the tier.

        With ``grants`` only what was really given, as another programme may keep its own.
        """
        given = None if grants is None else {(grant.kind, grant.benefit_id) for grant in grants}
        titles = {}
        for benefit in self.benefit_ids:
            kind = benefit._kind()
            if given is None or not kind._is_applied() or (benefit.kind, benefit) in given:
                titles[benefit.kind, kind._same(benefit)] = benefit._title()
        pricelist = self._pricelist_of_grade()
        if pricelist and (given is None or ("pricelist", self.env["pmm.tier.benefit"]) in given):
            titles["pricelist", pricelist.id] = self.env._("Pricelist: %s", pricelist.name)
        return titles

    def _pricelist_of_grade(self):
        """Return the active pricelist of the level itself, where no benefit names one."""
        if "pricelist" in self.benefit_ids.mapped("kind"):
            return self.env["product.pricelist"]
        return self.grade_id.default_pricelist_id.filtered("active")
