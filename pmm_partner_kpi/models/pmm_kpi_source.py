from odoo import api, models


class PmmKpiSource(models.AbstractModel):
    """Contract of a KPI source; one file ``pmm.kpi.source.<code>`` per source, in any addon.

    The file also adds its code to ``pmm.kpi.definition.source`` with ``ondelete``. A source is
    code with tests; what users choose are the definition's fields.
    """

    _name = "pmm.kpi.source"
    _description = "KPI Source"

    @api.model
    def _actuals(self, kpi, program, enrollment_ids):
        """Return a SELECT (enrollment_id, period_id, actual) for the open periods.

        It may leave out enrolments and periods without facts, never contains a pair twice,
        counts only days on which the enrolment and the programme run, and never a row of
        another company. ``actual`` is in programme currency, or in the KPI's unit.
        """
        raise NotImplementedError

    @api.model
    def _totals(self, kpi, program, windows):
        """Return a SELECT (enrollment_id, value) over each enrolment's own stretch of time.

        ``windows`` is a SELECT (enrollment_id, date_start, date_stop), half-open, one row per
        enrolment of ``program``. Else as ``_actuals``, closed periods included.
        """
        raise NotImplementedError

    @api.model
    def _void_actual(self, kpi):
        """Return what an enrolment without any fact has reached: 0, or None for "no data"."""
        raise NotImplementedError

    @api.model
    def _view_facts(self, measurement):
        """Return the action that shows the reader what makes up ``measurement``."""
        raise NotImplementedError

    @api.model
    def _has_scope(self, kpi):
        """Return whether the KPI can count a group or a downline (``kpi.scope``) as well."""
        return False

    @api.model
    def _unit(self, kpi):
        """Return what ``actual`` is: "money" (programme currency) or "count" (a number)."""
        return "money"
