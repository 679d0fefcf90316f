from odoo import api, fields, models

from ..queries.measurement import upsert_measurements
from ..queries.restatements import (
    MEASURED,
    behind_late_documents,
    changed_values,
    is_measured,
    is_rate_written,
    store_and_restate,
    with_closed_pairs,
)
from ..queries.windows import PeriodWindows


class PmmKpiMeasurement(models.Model):
    """What a published result would be today, beside what was published."""

    _inherit = "pmm.kpi.measurement"

    restatement_ids = fields.One2many(
        "pmm.kpi.restatement", "measurement_id", string="Late changes"
    )
    is_restated = fields.Boolean(
        string="Changed since",
        compute="_compute_restated_actual",
        search="_search_is_restated",
        # it is part of a figure that the reader sees
        compute_sudo=True,
        help="Today the figure would be another one than was published.",
    )
    has_restated_actual = fields.Boolean(compute="_compute_restated_actual", compute_sudo=True)
    restated_actual = fields.Float(
        string="Now",
        digits=(20, 4),
        compute="_compute_restated_actual",
        compute_sudo=True,
        help="The figure with all that became known since the period was closed.",
    )

    @api.depends("actual", "has_actual", "period_id.state", "restatement_ids")
    def _compute_restated_actual(self):
        changes = self.env["pmm.kpi.restatement"]
        # pages of running periods need not look
        if closed := self.filtered(lambda result: result.period_id.state == "closed"):
            changes = changes.search_fetch(
                [("measurement_id", "in", closed.ids)],
                ["measurement_id", "has_now", "value_now"],
                order="measurement_id, revision",
            )
        latest = {change.measurement_id.id: change for change in changes}
        for result in self:
            change = latest.get(result.id)
            has, value = (
                (change.has_now, change.value_now) if change else (result.has_actual, result.actual)
            )
            result.has_restated_actual, result.restated_actual = has, value
            result.is_restated = (has, value) != (result.has_actual, result.actual)

    def _search_is_restated(self, operator, value):
        if operator != "in":
            return NotImplemented
        # the few that ever changed are looked at one by one
        changes = self.env["pmm.kpi.restatement"]._read_group([], ["measurement_id"])
        results = self.browse().union(*(result for [result] in changes))
        found = results.filtered("is_restated").ids
        return [("id", "in" if True in value else "not in", found)]

    def _format_published(self):
        """Return the published figure as the reader writes it."""
        return self._format_value(self.actual) if self.has_actual else self.env._("no data")

    def _format_restated(self):
        """Return what the figure would be today as the reader writes it."""
        if not self.has_restated_actual:
            return self.env._("no data")
        return self._format_value(self.restated_actual)

    # === ACTIONS === #

    def action_view_restatements(self):
        """Return the action that lists the late changes of this result."""
        self.check_access("read")
        return self._restatement_action([("measurement_id", "in", self.ids)])

    @api.model
    def _restatement_action(self, domain):
        """Return the action that lists late changes."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_kpi_restatement_action"
        )
        return action | {"domain": domain, "context": {}}

    # === MEASURING === #

    @api.model
    def _measure_and_restate(self, kpis, program, enrollment_ids, wanted, today, since):
        """Store the results of open periods, append what changed in closed ones; return counts."""
        values = kpis._value_select(
            PeriodWindows(program, enrollment_ids, is_measured(since)),
            with_closed_pairs(wanted, program, enrollment_ids, since),
        )
        [counts] = self.env.execute_query(
            store_and_restate(
                values,
                upsert_measurements(kpis, program, MEASURED, today),
                changed_values(kpis, program, enrollment_ids),
                behind_late_documents(kpis._looked_at()),
                is_rate_written(program),
            )
        )
        return counts
