from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..queries.credit_aggregates import both, is_among, percent_of_number


class PmmKpiSourceCoverage(models.AbstractModel):
    """Number of different countries or states that were sold to, by the delivery address.

    Sold is what the source "assortment" calls so: returns take nothing off. With a list of
    those wanted only they count, optionally in percent of them.
    """

    _name = "pmm.kpi.source.coverage"
    _inherit = ["pmm.kpi.source.assortment"]
    _description = "KPI Source: Geography Coverage"

    @api.model
    def _aggregate(self, kpi, matching):
        wanted = kpi._coverage_wanted()
        if wanted:
            matching = both(matching, is_among(self._counted_column(kpi), wanted.ids))
        count = super()._aggregate(kpi, matching)
        return percent_of_number(count, len(wanted)) if kpi.coverage_in_percent else count

    @api.model
    def _counted_column(self, kpi):
        return "state_id" if kpi.coverage_by == "state" else "country_id"

    @api.model
    def _unit(self, kpi):
        return "percent" if kpi.coverage_in_percent else "count"

    @api.model
    def _check(self, kpi):
        if kpi.coverage_in_percent and not kpi._coverage_wanted():
            raise ValidationError(
                self.env._(
                    "“%s”: choose the countries or states that are wanted, or count them instead"
                    " of asking for a percentage.",
                    kpi.name,
                )
            )

    @api.model
    def _facts_domain(self, measurement, start, stop):
        domain = super()._facts_domain(measurement, start, stop)
        kpi = measurement.kpi_id
        if wanted := kpi._coverage_wanted():
            domain &= Domain(self._counted_column(kpi), "in", wanted.ids)
        return domain
