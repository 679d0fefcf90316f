from odoo import api, fields, models


class PmmKpiDefinition(models.Model):
    """KPIs over facts that are no sales credits: payments, meetings, activities, portal visits."""

    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=[
            ("paid_on_time", "Paid on time"),
            ("days_late", "Days late"),
            ("meetings", "Meetings held"),
            ("activities", "Activities done"),
            ("portal_activity", "Portal activity"),
        ],
        ondelete=dict.fromkeys(
            ("paid_on_time", "days_late", "meetings", "activities", "portal_activity"),
            "set default",
        ),
    )
    portal_count = fields.Selection(
        [
            ("days", "Days, for each person"),
            ("people", "People, each once"),
        ],
        string="Visits count as",
        required=True,
        default="days",
        tracking=True,
        help="Two people who both came on two days: 4 days, or 2 people.",
    )

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"portal_count"}

    def _are_marked(self):
        """Return whether changes of all that these KPIs count leave marks."""
        return all(
            kpi._is_derived() or kpi._source()._is_marked(kpi) for kpi in self._with_depends()
        )
