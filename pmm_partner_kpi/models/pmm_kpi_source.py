from odoo import api, models


class PmmKpiSource(models.AbstractModel):
    """Contract of a KPI source; one file ``pmm.kpi.source.<code>`` per source, in any addon.

    The file also adds its code to ``pmm.kpi.definition.source`` with ``ondelete``. A source is
    code with tests; what users choose are the definition's fields. It is either *measured*
    (``_values``) or *derived* from other KPIs (``_needs``, ``_expression``).
    """

    _name = "pmm.kpi.source"
    _description = "KPI Source"

    # === MEASURED === #

    @api.model
    def _pass_key(self, kpi):
        """Return what KPIs must have in common to be measured in one pass, anything hashable."""
        return "kpi", kpi.id

    @api.model
    def _values(self, kpis, windows):
        """Return a SELECT (enrollment_id, window_id, one ``value_<id>`` per KPI of ``kpis``).

        ``kpis`` share their ``_pass_key``. ``windows`` is a :class:`PeriodWindows` or
        :class:`OwnWindows`. Rows without facts may be left out, no pair comes twice, nothing of
        another company counts, and only days on which enrolment and programme run (with
        ``windows.stretch.years_back``: so many years later). Values are in programme currency, or
        in the KPI's unit; they need not be rounded.
        """
        raise NotImplementedError

    # === DERIVED === #

    @api.model
    def _needs(self, kpi):
        """Return the KPIs whose values ``_expression`` needs; empty where it is measured."""
        return kpi.browse()

    @api.model
    def _expression(self, kpi, columns):
        """Return the SQL value of ``kpi``; ``columns`` is {KPI: SQL of its rounded value}."""
        raise NotImplementedError

    @api.model
    def _is_derived(self, kpi):
        return False

    # === WHAT THE VALUE IS === #

    @api.model
    def _void_value(self, kpi):
        """Return what an enrolment without any fact has reached: 0, or None for "no data"."""
        return 0

    @api.model
    def _unit(self, kpi):
        """Return what the value is: one of the codes of ``pmm.kpi.definition.unit``.

        "money" is programme currency, "percent" counts 12.5 for 12.5 %.
        """
        return "count"

    @api.model
    def _is_limit(self, kpi):
        """Return whether less is better, which is proposed then."""
        return False

    @api.model
    def _is_internal(self, kpi):
        """Return whether partners had better not see it, which is proposed then."""
        return False

    @api.model
    def _is_additive(self, kpi):
        """Return whether the values of parts of a period add up to that of the period."""
        return False

    @api.model
    def _builds_up(self, kpi):
        """Return whether the value grows with the days of a period, so that a part tells of all."""
        return self._is_additive(kpi)

    @api.model
    def _season_days(self, kpis, windows):
        """Return a SELECT (period_id, day, ``value_<id>`` and ``documents_<id>`` per KPI), or None.

        What all enrolments of ``windows`` together had on each day a year earlier; ``day`` is
        that of this year. None where the source cannot tell a season; ``kpis`` share their pass.
        """

    @api.model
    def _takes_quotations(self, kpi):
        """Return whether an open quotation would add to the value if it were confirmed."""
        return False

    @api.model
    def _has_scope(self, kpi):
        """Return whether the KPI can count a group or a downline (``kpi.scope``) as well."""
        return False

    @api.model
    def _counts_credits(self, kpi):
        """Return whether it counts sales credits, so that their filters apply."""
        return False

    @api.model
    def _looks_at_all_before(self):
        """Return whether facts from before its window change the value as well."""
        return False

    @api.model
    def _counts_answers(self, kpi):
        """Return whether it averages answers of people, so that too few of them are no data."""
        return False

    @api.model
    def _is_marked(self, kpi):
        """Return whether whatever changes its facts marks the enrolments for the next run.

        Else all enrolments with such a KPI are measured once a day.
        """
        return True

    @api.model
    def _counts_returns(self, kpi):
        """Return whether credit notes change the value of a source over sales credits."""
        return True

    @api.model
    def _check(self, kpi):
        """Raise ValidationError with the remedy where ``kpi`` lacks what it needs."""

    @api.model
    def _view_facts(self, measurement):
        """Return the action that shows the reader what makes up ``measurement``."""
        raise NotImplementedError
