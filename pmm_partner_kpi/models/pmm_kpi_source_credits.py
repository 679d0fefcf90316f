from odoo import api, models
from odoo.fields import Domain

from ..queries.credit_values import credit_values, is_sold, is_standing


class PmmKpiSourceCredits(models.AbstractModel):
    """What all sources over sales credits have in common: they are measured in one pass.

    Such a source says its aggregate only (``_aggregate``).
    """

    _name = "pmm.kpi.source.credits"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source over Sales Credits"

    @api.model
    def _aggregate(self, kpi, matching):
        """Return the SQL aggregate over ``pmm_credit`` and ``days`` of this source.

        ``matching`` is the condition of the credits that ``kpi`` counts, for its FILTER;
        ``days.factor`` turns an amount into programme currency.
        """
        raise NotImplementedError

    @api.model
    def _pass_key(self, kpi):
        return "credits", kpi.stage, kpi._credit_date_column(), kpi.scope

    @api.model
    def _values(self, kpis, windows):
        columns = []
        for kpi in kpis:
            matching = kpi._credit_condition(windows.program)
            aggregate = kpi._source()._aggregate(kpi, matching)
            columns.append((kpi._value_column(), aggregate, matching))
        first = kpis[0]
        day = first._credit_day(windows.program)
        return credit_values(windows, first.scope, day, columns, first.stage)

    @api.model
    def _is_standing(self):
        """Return the condition that a credit has not been withdrawn; sums need not ask."""
        return is_standing()

    @api.model
    def _is_sold(self):
        """Return the condition that a credit stands, is no return, and brings money."""
        return is_sold()

    @api.model
    def _has_scope(self, kpi):
        return True

    @api.model
    def _counts_credits(self, kpi):
        return True

    @api.model
    def _view_facts(self, measurement):
        kpi, program, period = measurement.kpi_id, measurement.program_id, measurement.period_id
        start, stop = kpi._window_of(period)
        counted = measurement.enrollment_id._counted_domain(
            kpi.scope, kpi._credit_date_column(), start, stop
        )
        action = self.env["ir.actions.act_window"]._for_xml_id("pmm_partner_kpi.pmm_credit_action")
        domain = counted & kpi._credit_domain(program) & self._facts_domain(measurement)
        return action | {
            "display_name": measurement.display_name,
            "context": {"group_by": self._facts_groups(kpi)},
            "domain": list(domain),
        }

    @api.model
    def _facts_domain(self, measurement):
        """Return which of the credits that the KPI counts the figure is made of."""
        return Domain.TRUE

    @api.model
    def _facts_groups(self, kpi):
        """Return by what the credits behind the figure are grouped: by what it counts."""
        return []
