from odoo import api, fields, models


class PmmLeadAssignment(models.Model):
    """A lead at a partner, from when it was assigned until it went elsewhere.

    Odoo knows where a lead is now; this knows where it was, and when the partner answered.
    Written by what happens to the lead, by nobody else.
    """

    _name = "pmm.lead.assignment"
    _description = "Lead at a Partner"
    _order = "id desc"
    _log_access = False

    _one_at_a_time = models.UniqueIndex(
        "(lead_id) WHERE left_at IS NULL", "A lead is at one partner at a time."
    )

    lead_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="lead_id.company_id", store=True, index="btree_not_null")
    is_own = fields.Boolean(
        string="Registered by the partner",
        readonly=True,
        help="The partner entered the opportunity itself, on its portal pages.",
    )
    assigned_at = fields.Datetime(string="Assigned", readonly=True)
    assigned_on = fields.Date(
        string="Day entered by hand",
        readonly=True,
        help="Instead of the moment of the assignment, which is not known then.",
    )
    answered_at = fields.Datetime(
        string="Answered",
        readonly=True,
        help="First reaction of the partner's people: accepted, declined, wrote, or worked on it.",
    )
    accepted_at = fields.Datetime(string="Accepted", readonly=True)
    declined_at = fields.Datetime(string="Declined", readonly=True)
    left_at = fields.Datetime(
        string="Left", readonly=True, help="Since then the lead is with somebody else."
    )
    hours = fields.Float(string="Hours to answer", compute="_compute_hours")
    # readers of results need not see leads themselves
    won_status = fields.Selection(related="lead_id.won_status", related_sudo=True)
    won_at = fields.Datetime(related="lead_id.pmm_won_at", related_sudo=True)

    @api.depends("assigned_at", "assigned_on", "answered_at")
    def _compute_hours(self):
        for row in self:
            known = row.assigned_at and row.answered_at and not row.assigned_on
            row.hours = known and (row.answered_at - row.assigned_at).total_seconds() / 3600

    @api.depends("lead_id.name", "partner_id.name")
    def _compute_display_name(self):
        for row in self:
            row.display_name = f"{row.lead_id.name} · {row.partner_id.name}"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._mark_measured()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self._mark_measured()
        return result

    def _mark_measured(self):
        self.env["pmm.enrollment"]._mark_companies_to_measure(self.partner_id)

    def _answer(self, *columns):
        """Note that the partner's people have reacted now, also in these ``columns``."""
        now = fields.Datetime.now()
        for row in self:
            if vals := {name: now for name in ("answered_at", *columns) if not row[name]}:
                row.write(vals)
