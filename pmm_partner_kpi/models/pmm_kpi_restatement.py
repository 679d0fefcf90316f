from odoo import api, fields, models
from odoo.fields import Domain


class PmmKpiRestatement(models.Model):
    """What a published result would be today, and by how much that differs from what was known.

    A closed period keeps the figure that was published. Each time a run finds another one, the
    difference is appended here; a figure that comes back to the published one appends the way
    back.
    """

    _name = "pmm.kpi.restatement"
    _inherit = ["pmm.append.only"]
    _description = "Late Change of a Result"
    _order = "recorded_at desc, id desc"

    _one_revision = models.UniqueIndex(
        "(measurement_id, revision)",
        "This late change has just been recorded by another run.",
    )
    _enrollment_idx = models.Index("(enrollment_id, date_start)")  # the run, a partner's own list
    _program_idx = models.Index("(program_id, period_id)")  # counters of programmes and periods

    measurement_id = fields.Many2one(
        "pmm.kpi.measurement", string="Result", required=True, readonly=True, ondelete="restrict"
    )
    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, readonly=True, ondelete="restrict"
    )
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", required=True, readonly=True, ondelete="restrict"
    )
    period_id = fields.Many2one("pmm.period", required=True, readonly=True, ondelete="restrict")
    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="restrict"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="restrict"
    )
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="restrict"
    )
    currency_id = fields.Many2one("res.currency", readonly=True, ondelete="restrict")
    # readers of results need not see how KPIs are defined
    unit = fields.Selection(related="kpi_id.unit", related_sudo=True)
    date_start = fields.Date(string="Period start", required=True, readonly=True)
    revision = fields.Integer(required=True, readonly=True, aggregator=None)
    # the figure of a closed period never changes, so it need not be kept twice
    has_published = fields.Boolean(related="measurement_id.has_actual")
    published = fields.Float(string="Published", related="measurement_id.actual", aggregator=None)
    has_before = fields.Boolean(readonly=True)
    value_before = fields.Float(
        string="Before", digits=(20, 4), readonly=True, aggregator=None, help="As known until then."
    )
    has_now = fields.Boolean(readonly=True)
    value_now = fields.Float(string="Now", digits=(20, 4), readonly=True, aggregator=None)
    difference = fields.Float(digits=(20, 4), readonly=True)
    cause = fields.Selection(
        [
            ("document", "Late document"),
            ("rate", "Exchange rate"),
            ("other", "Other data"),
        ],
        required=True,
        readonly=True,
        help="Late document: what sales credits were added, or taken back, after the period was"
        " closed. Exchange rate: one of an earlier day was entered or corrected. Other data:"
        " anything else that the KPI counts.",
    )
    credit_from = fields.Integer(
        string="After sales credit",
        required=True,
        readonly=True,
        aggregator=None,
        help="The last sales credit that the figure before knew.",
    )
    credit_until = fields.Integer(
        string="Up to sales credit",
        required=True,
        readonly=True,
        aggregator=None,
        help="The last sales credit that the figure now knows.",
    )
    recorded_at = fields.Datetime(string="Found on", required=True, readonly=True)

    @api.depends("partner_id.name", "kpi_id.name", "period_id.name")
    def _compute_display_name(self):
        for change in self:
            # whoever sees the change may read how its KPI and period are called
            named = change.sudo()
            change.display_name = (
                f"{named.partner_id.name} · {named.kpi_id.name} · {named.period_id.name}"
            )

    def action_view_credits(self):
        """Return the action that shows what is behind this change: the credits of that time."""
        self.ensure_one()
        self.check_access("read")
        action = self.measurement_id.action_view_credits()
        if action.get("res_model") != "pmm.credit":
            return action
        added = Domain("id", ">", self.credit_from) & Domain("id", "<=", self.credit_until)
        return action | {
            "name": self.env._("Credits behind this change"),
            "domain": list(Domain(action["domain"]) & added),
        }
