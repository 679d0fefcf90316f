from odoo import api, fields, models

SOURCES = [
    ("leads_received", "Leads received"),
    ("leads_accepted", "Leads accepted"),
    ("leads_won", "Leads won"),
    ("leads_answered", "Leads answered, in %"),
    ("lead_response_time", "Hours until leads are answered"),
]


class PmmKpiDefinition(models.Model):
    _inherit = "pmm.kpi.definition"

    source = fields.Selection(
        selection_add=SOURCES,
        ondelete={
            code: lambda kpis, code=code: kpis._retire_source(code) for code, _name in SOURCES
        },
    )
    lead_origin = fields.Selection(
        [
            ("given", "Leads that were given to the partner"),
            ("own", "Deals that the partner registered itself"),
            ("all", "Both"),
        ],
        string="Which leads",
        required=True,
        default="given",
        tracking=True,
        help="Partners register deals of their own on their portal pages, under Opportunities.",
    )
    counts_leads = fields.Boolean(compute="_compute_counts_leads")

    @api.depends("source")
    def _compute_counts_leads(self):
        codes = {code for code, _name in SOURCES}
        for kpi in self:
            kpi.counts_leads = kpi.source in codes

    @api.model
    def _measured_by(self):
        return super()._measured_by() | {"lead_origin"}
