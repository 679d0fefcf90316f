from odoo import api, models
from odoo.exceptions import UserError

from ..queries.fact_values import fact_records, fact_values


class PmmKpiSourceFacts(models.AbstractModel):
    """What all sources over facts that are no sales credits have in common.

    Such a source says its facts (``_facts``), what to make of them (``_aggregate``), and which
    records they are (``_facts_model``). Nobody marks what changes, so it is measured daily.
    """

    _name = "pmm.kpi.source.facts"
    _inherit = ["pmm.kpi.source"]
    _description = "KPI Source over Other Facts"

    @api.model
    def _facts(self, kpi, program):
        """Return a SELECT (partner_id, day, record_id, and what the aggregate needs).

        ``partner_id`` is a commercial partner, ``day`` a date in the programme's time zone; facts
        of other companies are left out.
        """
        raise NotImplementedError

    @api.model
    def _aggregate(self, kpi):
        """Return the SQL aggregate over the aliases ``fact`` and ``days`` (its ``factor``)."""
        raise NotImplementedError

    @api.model
    def _facts_model(self, kpi):
        """Return the name of the model whose records ``record_id`` names."""
        raise NotImplementedError

    @api.model
    def _pass_key(self, kpi):
        return self._name, kpi.scope

    @api.model
    def _values(self, kpis, windows):
        columns = {kpi._value_column(): kpi._source()._aggregate(kpi) for kpi in kpis}
        return fact_values(windows, kpis[0].scope, self._facts(kpis[0], windows.program), columns)

    @api.model
    def _has_scope(self, kpi):
        return True

    @api.model
    def _is_marked(self, kpi):
        return False

    @api.model
    def _view_facts(self, measurement):
        kpi = measurement.kpi_id
        Model = self.env[self._facts_model(kpi)]
        # names of models are no secret
        name = self.env["ir.model"].sudo()._get(Model._name).name
        if not Model.has_access("read"):
            raise UserError(
                self.env._(
                    "“%(result)s” is made up of records of “%(model)s”, which you may not read."
                    " Ask somebody with rights there to look at them.",
                    result=measurement.display_name,
                    model=name,
                )
            )
        return {
            "type": "ir.actions.act_window",
            "name": measurement.display_name,
            "res_model": Model._name,
            "view_mode": "list,form",
            "domain": [("id", "in", self._fact_ids(measurement))],
            # what is archived may count as well
            "context": {"active_test": False, "create": False},
        }

    @api.model
    def _fact_ids(self, measurement):
        """Return the ids of the records that ``measurement`` counts, whoever looks at it."""
        self.env.flush_all()
        # which records count does not depend on who looks; opening them does
        result = measurement.sudo()
        kpi = result.kpi_id
        facts = kpi._source()._facts(kpi, result.program_id)
        # growth is made of this year's and of last year's
        return sorted(
            {
                id_
                for stretch in kpi._stretches()
                for [id_] in self.env.execute_query(fact_records(result, kpi.scope, facts, stretch))
            }
        )
