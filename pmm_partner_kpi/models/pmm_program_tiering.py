from odoo import api, fields, models
from odoo.fields import Command


class PmmProgram(models.Model):
    """The tier ladder of a programme and how partners move on it."""

    _inherit = "pmm.program"

    tier_ids = fields.One2many("pmm.program.tier", "program_id", string="Tier ladder", copy=True)
    grade_ids = fields.Many2many(
        "res.partner.grade",
        string="Tiers",
        compute="_compute_grade_ids",
        inverse="_inverse_grade_ids",
        help="The tiers that enrolments of this programme may have, the lowest first.",
    )
    tier_mode = fields.Selection(
        [
            ("manual", "By hand"),
            ("proposed", "Proposed for approval"),
            ("automatic", "Automatic"),
        ],
        string="Tiers change",
        required=True,
        default="manual",
        tracking=True,
        help="By hand: standings are shown, nobody is moved. Proposed: a manager approves each"
        " change. Automatic: the run moves partners.",
    )
    tier_from = fields.Selection(
        [("now", "On the day it is reached"), ("period", "With the next period")],
        string="A new tier begins",
        required=True,
        default="now",
        tracking=True,
    )
    tier_window = fields.Selection(
        [
            ("fixed", "Year from a fixed date"),
            ("anniversary", "Year from the partner's anniversary"),
            ("rolling", "Last months, rolling"),
        ],
        string="Counted over",
        required=True,
        default="fixed",
        tracking=True,
    )
    tier_window_months = fields.Integer(string="Months", default=12, tracking=True)
    tier_window_month = fields.Integer(string="Month", default=1, tracking=True)
    tier_window_day = fields.Integer(string="Day", default=1, tracking=True)
    tier_keep = fields.Selection(
        [("window", "To the end of that year"), ("next", "To the end of the next year")],
        string="A tier is kept",
        required=True,
        default="next",
        tracking=True,
        help="Rolling months: the tier is kept for as many months as are counted.",
    )
    tier_downgrade = fields.Selection(
        [
            ("never", "Never"),
            ("step", "One step down"),
            ("earned", "To what is earned"),
        ],
        string="Not requalified",
        required=True,
        default="earned",
        tracking=True,
    )
    tier_grace_days = fields.Integer(string="Grace days", default=30, tracking=True)
    tier_warn_days = fields.Integer(string="Warn before (days)", default=30, tracking=True)
    tier_recheck = fields.Boolean(
        string="Returns re-check",
        default=True,
        tracking=True,
        help="A tier that was reached by a sale which is returned is taken back.",
    )

    @api.depends("tier_ids.grade_id", "tier_ids.sequence")
    def _compute_grade_ids(self):
        for program in self:
            program.grade_ids = program.tier_ids.sorted("sequence").grade_id

    def _inverse_grade_ids(self):
        for program in self:
            gone = program.tier_ids.filtered(lambda t, p=program: t.grade_id not in p.grade_ids)
            new = program.grade_ids - program.tier_ids.grade_id
            last = max(program.tier_ids.mapped("sequence"), default=0)
            program.tier_ids = [Command.delete(tier.id) for tier in gone] + [
                Command.create({"grade_id": grade.id, "sequence": last + 10 * number})
                for number, grade in enumerate(new, 1)
            ]
