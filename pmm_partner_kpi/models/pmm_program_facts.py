from odoo import fields, models
from odoo.exceptions import UserError

from ..queries.fact_values import fact_day_without_rate


class PmmProgram(models.Model):
    """Programmes with KPIs whose facts leave no marks when they change: measured once a day."""

    _inherit = "pmm.program"

    facts_day = fields.Date(
        readonly=True, copy=False, help="Day on which all partners were last marked."
    )

    def _mark_what_the_day_changes(self):
        result = super()._mark_what_the_day_changes()
        for program in self:
            today = program._today()
            # whoever starts the run need not see all KPIs
            if program.facts_day == today or program.sudo().kpi_ids._are_marked():
                continue
            # the schedule keeps the day, nobody edits it; no tracking
            program.sudo().with_context(tracking_disable=True).facts_day = today
            program.enrollment_ids._mark_to_measure()
        return result

    def _check_currency_rates(self):
        result = super()._check_currency_rates()
        for program in self.filtered(lambda p: p.currency_id != p.company_id.currency_id):
            # whoever starts the run need not see all KPIs
            for kpi in program.sudo().kpi_ids._with_depends():
                if kpi._custom_is_money():
                    program._check_rates_of_facts(kpi)
        return result

    def _check_rates_of_facts(self, kpi):
        """Refuse where an amount that ``kpi`` counts has no exchange rate on its day."""
        facts = kpi._source()._facts(kpi, self)
        rows = self.env.execute_query(fact_day_without_rate(self, facts, kpi._stretches()))
        if rows:
            raise UserError(
                self.env._(
                    "“%(kpi)s”: there is no exchange rate from %(company_currency)s to"
                    " %(currency)s on or before %(day)s in %(company)s. Add it under Accounting ▸"
                    " Configuration ▸ Currencies, then run again.",
                    kpi=kpi.name,
                    company_currency=self.company_id.currency_id.name,
                    currency=self.currency_id.name,
                    day=rows[0][0],
                    company=self.company_id.name,
                )
            )
