from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import tiers


class PmmTierProposal(models.Model):
    """A change of tier that waits for a decision."""

    _name = "pmm.tier.proposal"
    _inherit = ["mail.thread"]
    _description = "Proposed Tier Change"
    _order = "date_effective desc, id desc"

    _one_pending = models.UniqueIndex(
        "(enrollment_id) WHERE state = 'pending'",
        "A change of this partner's tier already waits for a decision.",
    )

    enrollment_id = fields.Many2one(
        "pmm.enrollment", string="Enrolment", required=True, index=True, ondelete="cascade"
    )
    partner_id = fields.Many2one(related="enrollment_id.partner_id", store=True, index=True)
    program_id = fields.Many2one(related="enrollment_id.program_id", store=True, index=True)
    company_id = fields.Many2one(related="enrollment_id.company_id", store=True, index=True)
    user_id = fields.Many2one(related="enrollment_id.user_id", string="Account manager")
    old_grade_id = fields.Many2one(
        "res.partner.grade", string="Tier now", readonly=True, ondelete="restrict"
    )
    new_grade_id = fields.Many2one(
        "res.partner.grade",
        string="Proposed tier",
        readonly=True,
        ondelete="restrict",
        help="Empty: no tier any more.",
    )
    date_effective = fields.Date(string="From", required=True, readonly=True)
    valid_until = fields.Date(string="Reviewed on", readonly=True)
    reached_on = fields.Date(readonly=True, help="The day on which its requirements were met.")
    ask_again_on = fields.Date(
        readonly=True, help="A rejected change is not proposed again before this day."
    )
    move_kind = fields.Selection(
        [
            ("up", "Reached"),
            ("down", "Not requalified"),
            ("return", "Taken back"),
            ("foreign", "Asked for"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    cause = fields.Char(string="Details", readonly=True)
    terms = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("pending", "Waiting"),
            ("approved", "Approved"),
            ("rejected", "Rejected"),
            ("outdated", "Outdated"),
        ],
        string="Status",
        required=True,
        default="pending",
        readonly=True,
        tracking=True,
    )
    decided_by_id = fields.Many2one(
        "res.users", string="Decided by", readonly=True, ondelete="restrict"
    )
    decided_at = fields.Datetime(string="Decided on", readonly=True)

    @api.depends("enrollment_id.display_name", "new_grade_id.name")
    def _compute_display_name(self):
        for proposal in self:
            grade = proposal.new_grade_id.name or self.env._("No tier")
            proposal.display_name = f"{proposal.enrollment_id.display_name}: {grade}"

    # === DECIDING === #

    def action_approve(self):
        """Give these partners the proposed tiers, not before today; managers only."""
        self._check_pending()
        self._check_running()
        vals_list = []
        for proposal in self:
            today = proposal.program_id._today()
            vals_list.append(
                {
                    "enrollment_id": proposal.enrollment_id.id,
                    "grade_id": proposal.new_grade_id.id,
                    "date_start": max(proposal.date_effective, today),
                    "valid_until": proposal.valid_until,
                    "origin": "approved",
                    "move_kind": False if proposal.move_kind == "foreign" else proposal.move_kind,
                    "cause": proposal.cause,
                    "reached_on": proposal.reached_on or today,
                    "terms": proposal.terms,
                }
            )
        self.env["pmm.enrollment.tier"]._succeed(vals_list)
        self._decide("approved")
        return True

    def action_reject(self):
        """Leave these partners the tier that they have; managers only."""
        self._check_pending()
        self._decide("rejected")
        return True

    def _check_pending(self):
        self.check_access("write")
        if decided := self.filtered(lambda proposal: proposal.state != "pending"):
            raise UserError(self.env._("%s has been decided already.", decided[0].display_name))

    def _check_running(self):
        ended = self.enrollment_id.filtered(
            lambda each: each.date_stop and each.date_stop <= each.program_id._today()
        )
        if ended:
            raise UserError(
                self.env._(
                    "%s has ended, so its tier stays. Reject the change.", ended[0].display_name
                )
            )

    def _decide(self, state):
        # write() lets nobody set the state by hand
        self.sudo().write(
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su and any(vals.get("state", "pending") != "pending" for vals in vals_list):
            raise UserError(self._by_button_sentence())
        return super().create(vals_list)

    def write(self, vals):
        if "state" in vals and not self.env.su:
            self.check_access("write")
            raise UserError(self._by_button_sentence())
        return super().write(vals)

    def _by_button_sentence(self):
        return self.env._("A proposal is decided with its buttons.")

    # === PROPOSING === #

    @api.model
    def _propose(self, program, changes, reached, today):
        """Propose ``changes`` {enrolment: Move}; return how many are new.

        ``reached`` is {enrolment: values of how and when it was met}.
        What waits and no longer follows from the figures becomes outdated; what has been
        rejected is proposed again with the next window only.
        """
        enrollments = self.env["pmm.enrollment"].union(*changes)
        grades = program._tier_grades()
        known = self.search(
            [
                ("enrollment_id", "in", enrollments.ids),
                "|",
                ("state", "=", "pending"),
                "&",
                ("state", "=", "rejected"),
                ("ask_again_on", ">", today),
            ]
        )
        settled = {(each.enrollment_id, each.new_grade_id) for each in known}
        vals_list = []
        for enrollment, move in changes.items():
            grade = grades[:0] if move.rank is None else grades[move.rank]
            if (enrollment, grade) in settled:
                continue
            _start, stop = program._tier_window_of(today, enrollment.date_start)
            rolling = program.tier_window == "rolling"
            vals_list.append(
                {
                    "enrollment_id": enrollment.id,
                    "old_grade_id": enrollment.grade_id.id,
                    "new_grade_id": grade.id,
                    "date_effective": move.day,
                    "ask_again_on": (
                        tiers.add_months(today, program.tier_window_months) if rolling else stop
                    ),
                    "move_kind": move.kind,
                    **reached[enrollment],
                }
            )
        replaced = {vals["enrollment_id"] for vals in vals_list}
        outdated = known.filtered(
            lambda each: each.state == "pending" and each.enrollment_id.id in replaced
        )
        outdated.write({"state": "outdated"})
        self.flush_model(["state"])
        return len(self.create(vals_list))

    @api.model
    def _outdate(self, enrollments, *, foreign=False):
        """Take back what was proposed by figures that no longer say so, or also by people."""
        kinds = [] if foreign else [("move_kind", "!=", "foreign")]
        pending = self.search(
            [("enrollment_id", "in", enrollments.ids), ("state", "=", "pending"), *kinds]
        )
        # whoever ends an enrolment need not see proposals
        pending.sudo().write({"state": "outdated"})
