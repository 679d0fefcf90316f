from dateutil.relativedelta import relativedelta

from odoo import api, models
from odoo.fields import Domain

from ..queries.credit_aggregates import both
from ..queries.credit_values import first_days_for, first_sales


class PmmKpiSourceNewCustomers(models.AbstractModel):
    """Number of customers whose first sale ever, for that partner, lies in the window.

    First of the sales that the KPI counts: of its role, stage, categories and conditions, also
    before the enrolment and the programme. A sale stands and has an amount above 0; returns
    take nothing off. For a group, or everybody below, the new customers of each partner are
    added up: one who is new to two of them counts twice, so that the figures below make up the
    one above. Of two partners that were merged each keeps its own first sales.
    """

    _name = "pmm.kpi.source.new_customers"
    _inherit = ["pmm.kpi.source.credits"]
    _description = "KPI Source: New Customers"

    @api.model
    def _pass_key(self, kpi):
        # it looks at all sales, not only at those of the window
        return "kpi", kpi.id

    @api.model
    def _looks_at_all_before(self):
        return True

    @api.model
    def _values(self, kpis, windows):
        [kpi] = kpis
        return first_sales(
            windows, kpi.scope, *self._first(kpi, windows.program), kpi._value_column(), kpi.stage
        )

    @api.model
    def _first(self, kpi, program):
        """Return which day of a sale decides, by which column, and which sales count."""
        return (
            kpi._credit_day(program),
            kpi._credit_date_column(),
            both(kpi._credit_condition(program), self._is_sold()),
        )

    @api.model
    def _check(self, kpi):
        kpi._check_other_customers()

    @api.model
    def _is_additive(self, kpi):
        return True

    @api.model
    def _season_days(self, kpis, windows):
        # whether a customer is new depends on all that came before, not on the days of a period
        return None

    @api.model
    def _counts_returns(self, kpi):
        return False

    @api.model
    def _facts_domain(self, measurement, start, stop):
        """Return the sales to new customers on the day on which they were new."""
        kpi, program = measurement.kpi_id, measurement.program_id
        self.env.flush_all()
        rows = self.env.execute_query(
            first_days_for(
                program,
                kpi.scope,
                measurement.enrollment_id.id,
                *self._first(kpi, program),
                kpi.stage,
            )
        )
        column = kpi._credit_date_column()
        days = {}
        for partner, _former, customer, day in rows:
            if start <= day < stop:
                days.setdefault((partner, day), []).append(customer)
        return Domain.OR(
            Domain("partner_id", "=", partner)
            & Domain("customer_id", "in", customers)
            & Domain("is_return", "=", False)
            & self._on(program, column, day)
            for (partner, day), customers in days.items()
        )

    @api.model
    def _on(self, program, column, day):
        """Return the domain of the credits whose ``column`` lies on ``day``."""
        if column != "booked_at":
            return Domain(column, "=", day)
        following = day + relativedelta(days=1)
        return Domain(column, ">=", program._midnight(day)) & Domain(
            column, "<", program._midnight(following)
        )

    @api.model
    def _facts_groups(self, kpi):
        return ["customer_id"]
