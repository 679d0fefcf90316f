from odoo import api, fields, models


class PmmPilotWizard(models.TransientModel):
    """Ends a pilot: from which day, who of the pilot goes on, and who else begins."""

    _name = "pmm.pilot.wizard"
    _description = "Go Live"

    program_id = fields.Many2one(
        "pmm.program", string="Programme", required=True, readonly=True, ondelete="cascade"
    )
    date = fields.Date(
        string="Live from",
        required=True,
        compute="_compute_date",
        store=True,
        readonly=False,
        precompute=True,
        help="Until the day before, nothing is paid; from this day on, everything counts.",
    )
    pilot_ids = fields.Many2many("pmm.enrollment", compute="_compute_pilot_ids")
    enrollment_ids = fields.Many2many(
        "pmm.enrollment",
        string="Pilot partners who go on",
        compute="_compute_enrollment_ids",
        store=True,
        readonly=False,
        precompute=True,
        domain="[('id', 'in', pilot_ids)]",
    )
    partner_ids = fields.Many2many(
        "res.partner",
        string="Further partners",
        domain="[('parent_id', '=', False)]",
        help="Partner companies that begin on the same day.",
    )

    @api.depends("program_id")
    def _compute_date(self):
        for wizard in self:
            program = wizard.program_id
            today = program._today() if program else fields.Date.context_today(self)
            coming = program.period_ids.filtered(lambda p, day=today: p.date_start > day)
            wizard.date = min(coming.mapped("date_start"), default=today)

    @api.depends("program_id")
    def _compute_pilot_ids(self):
        for wizard in self:
            wizard.pilot_ids = wizard.program_id._running_pilot()

    @api.depends("program_id")
    def _compute_enrollment_ids(self):
        for wizard in self:
            wizard.enrollment_ids = wizard.program_id._running_pilot()

    def action_go_live(self):
        """End the pilot as chosen here; return the action that lists who is live now."""
        self.ensure_one()
        self.program_id.check_access("write")
        live = self.program_id._go_live(self.date, self.enrollment_ids, self.partner_ids)
        return self.program_id.action_view_enrollments() | {
            "domain": [("id", "in", live.ids)],
            "context": {},
            "target": "main",
        }
