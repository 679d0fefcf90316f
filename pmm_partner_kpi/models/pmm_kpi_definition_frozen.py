from odoo import api, fields, models
from odoo.exceptions import UserError

from ..queries.restatements import LookedAt

# Value of the context key "pmm_kpi_formula": a formula gets the new code of a KPI, and its values
# stay. It is an object, which nobody can send by RPC.
RENAMED = object()


class PmmKpiDefinition(models.Model):
    """What has been published stays: how a KPI is measured is fixed by its first closed period."""

    _inherit = "pmm.kpi.definition"

    is_published = fields.Boolean(
        compute="_compute_is_published",
        # results of other companies and partners fix a KPI as well
        compute_sudo=True,
        help="It has results in a closed period, or one that follows from it has.",
    )

    def _compute_is_published(self):
        for kpi in self:
            kpi.is_published = bool(kpi._published_with())

    def _published_with(self):
        """Return the KPIs with results in closed periods that these decide on."""
        # results of other companies and partners fix a KPI as well
        results = self.env["pmm.kpi.measurement"].sudo()
        published = results._read_group(
            [("kpi_id", "in", self._and_derived().ids), ("period_id.state", "=", "closed")],
            ["kpi_id"],
        )
        return self.browse().union(*(kpi for [kpi] in published))

    @api.model
    def _fixed_fields(self):
        """Return the fields that are fixed once a KPI has been published."""
        # in which programmes it is measured from now on may change
        return self._measured_by() - {"program_ids"}

    def write(self, vals):
        fixed = self._fixed_fields()
        if self.env.context.get("pmm_kpi_formula") is RENAMED:
            fixed -= {"formula"}
        names = [name for name in fixed if name in vals]
        before = {kpi: [kpi[name] for name in names] for kpi in self} if names else {}
        result = super().write(vals)
        for kpi, values in before.items():
            if values != [kpi[name] for name in names]:
                kpi._check_not_published()
        return result

    def _check_not_published(self):
        """Raise UserError where what is measured would change under figures that stay."""
        if published := self._published_with():
            raise UserError(
                self.env._(
                    "“%(kpi)s” has results in closed periods, which stay as they were published,"
                    " so how it is measured stays as well. Duplicate “%(changed)s”, change the"
                    " copy, and put the copy into the programme in its place.",
                    kpi=published[0].name,
                    changed=self.name,
                )
            )

    def _check_none_published(self):
        """Raise UserError for the first of these KPIs that is fixed."""
        for kpi in self:
            kpi._check_not_published()

    def _looked_at(self):
        """Return {LookedAt: ids of those of these KPIs whose values follow from such credits}."""
        found = {}
        for kpi in self:
            for measured in kpi._with_depends().filtered("counts_credits"):
                looked = LookedAt(
                    measured.scope,
                    measured._credit_stage(),
                    measured.role,
                    measured.window_months if measured.window == "rolling" else 0,
                    int(measured.compare != "none"),
                    measured._source()._looks_at_all_before(),
                )
                found.setdefault(looked, set()).add(kpi.id)
        return {looked: sorted(ids) for looked, ids in found.items()}
