from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# what was promised: it stays once the contest has been started
TERMS = {
    "program_id",
    "kpi_id",
    "second_kpi_id",
    "tie_rule",
    "date_start",
    "date_stop",
    "grace_days",
    "scope",
    "grade_ids",
    "segment_ids",
    "country_ids",
    "minimum",
    "with_names",
    "prize_1",
    "prize_2",
    "prize_3",
    "prize_amount_1",
    "prize_amount_2",
    "prize_amount_3",
}
# an object of our own: a context that comes by RPC cannot hold it
MOVES = object()


class PmmContest(models.Model):
    """Partners compete in one KPI between two days, for up to three prizes."""

    _name = "pmm.contest"
    _description = "Contest"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "date_start desc, name, id"

    _start_before_stop = models.Constraint(
        "CHECK(date_start < date_stop)", "A contest must end after it starts."
    )
    _grace_days_positive = models.Constraint(
        "CHECK(grace_days >= 0)", "Grace days cannot be negative. Enter 0 for none."
    )

    name = fields.Char(required=True, translate=True, tracking=True)
    description = fields.Text(translate=True, help="Partners read it in the portal.")
    program_id = fields.Many2one(
        "pmm.program",
        string="Programme",
        required=True,
        index=True,
        ondelete="restrict",
        default=lambda self: self.env["pmm.program"]._only_one(),
        tracking=True,
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True, index=True)
    currency_id = fields.Many2one(related="program_id.currency_id")
    kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="KPI",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    date_start = fields.Date(string="From", required=True, tracking=True)
    date_stop = fields.Date(
        string="Ends before",
        required=True,
        tracking=True,
        help="The first day that is not part of it.",
    )
    grace_days = fields.Integer(
        default=7,
        tracking=True,
        help="So many days after its last one the contest still takes documents that come late;"
        " then its result is final.",
    )
    scope = fields.Selection(
        [
            ("all", "All partners of the programme"),
            ("tier", "Partners of some tiers"),
            ("segment", "Partners of some segments"),
            ("country", "Partners of some countries"),
        ],
        string="Open to",
        required=True,
        default="all",
        tracking=True,
        help="Tier and segment on the first day of the contest, or on the day on which a partner"
        " joined later.",
    )
    grade_ids = fields.Many2many("res.partner.grade", string="Tiers")
    segment_ids = fields.Many2many("pmm.segment", string="Segments")
    country_ids = fields.Many2many("res.country", string="Countries")
    minimum = fields.Float(
        string="Needed to win",
        digits=(20, 4),
        tracking=True,
        help="Without it nobody has a place: at least this much, or at most this much where lower"
        " is better. 0: more than nothing.",
    )
    tie_rule = fields.Selection(
        [("share", "Share the place"), ("second", "A second KPI decides")],
        string="Equal values",
        required=True,
        default="share",
        tracking=True,
        help="Those who share a place all get its prize, and the next place is left out.",
    )
    second_kpi_id = fields.Many2one(
        "pmm.kpi.definition",
        string="Second KPI",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    with_names = fields.Boolean(
        string="Names in the portal",
        tracking=True,
        help="All who take part see names and figures of the prize winners and of those on their"
        " way. Else partners see their own place and figure only.",
    )
    prize_1 = fields.Char(string="First prize", translate=True, tracking=True)
    prize_2 = fields.Char(string="Second prize", translate=True, tracking=True)
    prize_3 = fields.Char(string="Third prize", translate=True, tracking=True)
    prize_amount_1 = fields.Monetary(string="Worth (first)")
    prize_amount_2 = fields.Monetary(string="Worth (second)")
    prize_amount_3 = fields.Monetary(string="Worth (third)")
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("running", "Started"),
            ("ended", "Result final"),
            ("cancelled", "Cancelled"),
        ],
        string="Status",
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        tracking=True,
    )
    standing_day = fields.Date(
        string="Standing of", readonly=True, copy=False, help="In the programme's time zone."
    )
    frozen_at = fields.Datetime(string="Final since", readonly=True, copy=False)
    result_ids = fields.One2many("pmm.contest.result", "contest_id", string="Results")

    # === CHECKS === #

    @api.constrains(*sorted(TERMS - {"date_stop", "grace_days", "minimum", "with_names"}))
    def _check_terms(self):
        for contest in self:
            if sentence := contest._wrong_terms():
                raise ValidationError(sentence)

    def _wrong_terms(self):
        """Return a sentence on what is wrong with the terms, or nothing."""
        self.ensure_one()
        names = {"contest": self.name, "program": self.program_id.name}
        second = self.second_kpi_id if self.tie_rule == "second" else self.kpi_id
        if (self.kpi_id | second) - self.program_id.kpi_ids or not second:
            return self.env._("“%(contest)s”: choose KPIs that “%(program)s” measures.", **names)
        if self.kpi_id == self.second_kpi_id and self.tie_rule == "second":
            return self.env._("“%(contest)s”: the second KPI must be another one.", **names)
        if any((self.kpi_id | second).mapped("is_internal")):
            return self.env._(
                "“%(contest)s” measures what partners are not to see in the portal. Choose another"
                " KPI.",
                **names,
            )
        chosen = {"tier": "grade_ids", "segment": "segment_ids", "country": "country_ids"}
        if self.scope != "all" and not self[chosen[self.scope]]:
            return self.env._("“%(contest)s”: choose to whom it is open.", **names)
        if self.scope == "segment" and self.segment_ids.company_id != self.company_id:
            return self.env._("“%(contest)s”: choose segments of its company.", **names)
        if self.date_start < self.program_id.date_start:
            return self.env._(
                "“%(contest)s” begins before “%(program)s” counts. Choose a later day.", **names
            )
        if not self.prize_1 or (self.prize_3 and not self.prize_2):
            return self.env._("“%(contest)s”: enter the prizes from the first one on.", **names)
        return None

    @api.model_create_multi
    def create(self, vals_list):
        contests = super().create(vals_list)
        if any(contest.state != "draft" for contest in contests):
            raise UserError(self._by_button_sentence())
        return contests

    def write(self, vals):
        if self.env.context.get("pmm_contest") is not MOVES:
            if {"state", "frozen_at", "standing_day", "result_ids"} & vals.keys():
                raise UserError(self._by_button_sentence())
            started = self.filtered(lambda contest: contest.state != "draft")
            if started and TERMS & vals.keys():
                raise UserError(
                    self.env._(
                        "“%s” has been started: its terms stay as they were promised. Cancel it"
                        " and make a new one.",
                        started[0].name,
                    )
                )
        return super().write(vals)

    def _move(self, vals):
        # only here, and by nobody from outside
        return self.with_context(pmm_contest=MOVES).write(vals)

    def _by_button_sentence(self):
        return self.env._("A contest is started and cancelled with its buttons.")

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if started := self.filtered(lambda contest: contest.state != "draft"):
            raise UserError(
                self.env._("“%s” has been started and stays. You may cancel it.", started[0].name)
            )

    # === ACTIONS === #

    def action_start(self):
        """Announce these contests: partners see them, and their terms stay from now on."""
        self.check_access("write")
        for contest in self:
            if contest.state != "draft":
                raise UserError(self.env._("“%s” has been started already.", contest.name))
            if contest.program_id._today() >= contest.date_stop:
                raise UserError(
                    self.env._("“%s” is over already. Choose later days.", contest.name)
                )
            contest._check_terms()
        self._move({"state": "running"})
        for contest in self:
            contest.program_id._ensure_periods(until=contest.date_stop)
        self._refresh()
        return True

    def action_cancel(self):
        """Call these contests off; nobody wins."""
        self.check_access("write")
        if wrong := self.filtered(lambda contest: contest.state != "running"):
            raise UserError(
                self.env._("“%s” cannot be cancelled: it is not running.", wrong[0].name)
            )
        # results are the run's; the contest is the manager's
        self.sudo().result_ids.unlink()
        self._move({"state": "cancelled"})
        return True

    def action_refresh(self):
        """Bring the standing up to date now; where the grace days are over, it becomes final."""
        self.check_access("write")
        self.env["pmm.enrollment"].check_access("write")
        for program in self.program_id:
            program._run()
        return True

    def action_view_results(self):
        """Return the action that lists who stands where."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_contest_result_action"
        )
        return action | {
            "display_name": self.name if len(self) == 1 else action["name"],
            "domain": [("contest_id", "in", self.ids)],
            "context": {},
        }
