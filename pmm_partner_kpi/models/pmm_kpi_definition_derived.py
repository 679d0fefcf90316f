import keyword

from odoo import api, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from ..engine.formula import FUNCTIONS

# what a formula reads as something else than the code of a KPI
RESERVED = {*keyword.kwlist, *FUNCTIONS}


class PmmKpiDefinition(models.Model):
    """What holds for KPIs that are derived from others, and for those that others need."""

    _inherit = "pmm.kpi.definition"

    def _code_stem(self):
        stem = super()._code_stem()
        return f"{stem}_kpi" if stem in RESERVED else stem

    @api.constrains("code")
    def _check_code_not_reserved(self):
        for kpi in self:
            if kpi.code in RESERVED:
                raise ValidationError(
                    self.env._(
                        "“%(code)s” means something else in formulas. Choose another code for"
                        " “%(kpi)s”.",
                        code=kpi.code,
                        kpi=kpi.name,
                    )
                )

    # === WHAT A DERIVED KPI NEEDS === #

    def _check_needs(self):
        """Raise ValidationError where this KPI needs itself, or one that it may not use."""
        self.ensure_one()
        for needed in self._source()._needs(self):
            company = needed.company_id
            if company and company != self.company_id:
                raise ValidationError(
                    self.env._(
                        "“%(needed)s” is a KPI of %(company)s only, and “%(kpi)s” is not. Leave the"
                        " company of “%(needed)s” empty, or set that of “%(kpi)s”.",
                        needed=needed.name,
                        company=company.name,
                        kpi=self.name,
                    )
                )
        if way := self._way_round():
            raise ValidationError(
                self.env._(
                    "“%(kpi)s” would be calculated from itself: %(way)s. Take one of them out.",
                    kpi=self.name,
                    way=" → ".join(each.name for each in way),
                )
            )

    def _way_round(self):
        """Return the KPIs on a way from this one back to itself, or none."""
        self.ensure_one()
        before, seen, waiting = {}, self.browse(), [self]
        while waiting:
            kpi = waiting.pop()
            for needed in kpi._source()._needs(kpi):
                if needed == self:
                    way = [kpi]
                    while way[-1] != self:
                        way.append(before[way[-1]])
                    return [*way[::-1], self]
                if needed not in seen:
                    seen |= needed
                    before[needed] = kpi
                    waiting.append(needed)
        return []

    # === WHO SEES IT === #

    @api.depends("formula_kpi_ids.is_internal", "points_line_ids.counted_kpi_id.is_internal")
    def _compute_is_internal(self):
        derived = self.filtered(lambda kpi: kpi.source and kpi._is_derived())
        result = super(PmmKpiDefinition, self - derived)._compute_is_internal()
        for kpi in derived:
            # what was kept inside by hand stays there
            kpi.is_internal = kpi.is_internal or bool(kpi._needed_internal())
        return result

    def _needed_internal(self):
        """Return the KPIs that this one is derived from at once and that partners do not see."""
        needed = self._source()._needs(self.with_context(active_test=False))
        return needed.filtered("is_internal")

    @api.constrains("is_internal", "formula", "points_line_ids")
    def _check_internal(self):
        """Raise ValidationError where partners could read of an internal KPI by a derived one."""
        # a shared formula may use what only others see
        for kpi in self.sudo().filtered(lambda kpi: not kpi.is_internal):
            if internal := kpi._needed_internal():
                raise ValidationError(
                    self.env._(
                        "“%(kpi)s” is calculated from “%(needed)s”, which partners do not see."
                        " Keep it out of the portal as well.",
                        kpi=kpi.name,
                        needed=internal[0].name,
                    )
                )

    # === WHO NEEDS A KPI === #

    @api.constrains("source", "formula_unit", "company_id")
    def _check_gives_points(self):
        # programmes of other companies may use a shared KPI
        programs = self.sudo().env["pmm.program"]
        programs.search([("points_kpi_id", "in", self.ids)])._check_points_kpi()

    def _derived_domain(self):
        """Return the domain of the KPIs that are calculated from these at once."""
        return Domain("formula_kpi_ids", "in", self.ids) | Domain(
            "points_line_ids.counted_kpi_id", "in", self.ids
        )

    def _and_derived(self):
        found = super()._and_derived()
        # whoever changes a KPI changes what follows from it, also in other companies
        every = self.sudo().with_context(active_test=False)
        new = found
        while new:
            new = self.browse(every.search(new._derived_domain()).ids) - found
            found |= new
        return found

    def _mark_measured(self, programs=None):
        result = super()._mark_measured(programs)
        # whoever defines KPIs may not edit enrolments, and these are only marks; what tiers ask for
        # need not be measured in the periods of the programme
        affected = self._and_derived().sudo()
        counting = affected.env["pmm.program"].search([("points_kpi_id", "in", affected.ids)])
        asked = affected.env["pmm.tier.requirement"].search([("kpi_id", "in", affected.ids)])
        (counting | asked.program_id)._mark_tiers()
        return result

    @api.constrains("company_id")
    def _check_derived_company(self):
        # a formula of another company is in the way as well
        every = self.sudo().with_context(active_test=False)
        for derived in every.search(self._derived_domain()):
            derived._check_needs()

    @api.constrains("active", "program_ids")
    def _check_still_needed(self):
        """Raise ValidationError where a KPI is archived, or leaves a programme, that needs it."""
        # whatever the company of those who need it
        sudo = self.sudo()
        for kpi in sudo.filtered(lambda kpi: not kpi.active):
            if users := sudo.search(kpi._derived_domain()):
                raise ValidationError(kpi._needed_sentence(users))
            program = sudo.env["pmm.program"].search([("points_kpi_id", "=", kpi.id)], limit=1)
            if program:
                raise ValidationError(kpi._needed_sentence(program))
        lines = sudo.env["pmm.scorecard.line"].search([("kpi_id", "in", self.ids)])
        lines.scorecard_id._check_kpis_of_program()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_needed(self):
        # as above, and archived ones can come back
        sudo = self.sudo().with_context(active_test=False)
        for kpi in sudo:
            users = sudo.search(kpi._derived_domain() & Domain("id", "not in", self.ids))
            cards = sudo.env["pmm.scorecard.line"].search([("kpi_id", "=", kpi.id)]).scorecard_id
            programs = sudo.env["pmm.program"].search([("points_kpi_id", "=", kpi.id)])
            if found := users or cards or programs:
                raise UserError(kpi._needed_sentence(found))

    def _needed_sentence(self, users):
        return self.env._(
            "“%(kpi)s” is needed by “%(users)s”. Change what needs it first.",
            kpi=self.name,
            users="”, “".join(users.mapped("name")),
        )
