from odoo import api, fields, models


class PmmKpiDefinition(models.Model):
    """Whose facts a KPI counts: the partner's own, its group's, or those of all below it."""

    _inherit = "pmm.kpi.definition"

    scope = fields.Selection(
        [
            ("own", "The partner's own"),
            ("group", "All companies of its group"),
            ("tree", "Its own and those of everybody below"),
        ],
        string="Whose",
        required=True,
        default="own",
        tracking=True,
        help="A group counts on the days on which the partner and the other company are in it;"
        " everybody below, on the days on which the upline lasts and their enrolment runs.",
    )
    has_scope = fields.Boolean(compute="_compute_has_scope")

    @api.depends("source")
    def _compute_has_scope(self):
        for kpi in self:
            kpi.has_scope = bool(kpi.source) and kpi._source()._has_scope(kpi)
