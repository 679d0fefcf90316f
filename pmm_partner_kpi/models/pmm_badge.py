from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..queries.badges import grant_for_contests, grant_for_periods, grant_for_tiers, present_runs

# what a badge is for: it stays once somebody has it
TERMS = {
    "program_id",
    "kind",
    "kpi_id",
    "times",
    "grade_id",
    "best_places",
    "repeat",
}


class PmmBadge(models.Model):
    """A distinction that the system grants to partners, and nobody else."""

    _name = "pmm.badge"
    _description = "Badge"
    _inherit = ["mail.thread"]
    _order = "program_id, sequence, name, id"

    _times_sensible = models.Constraint(
        "CHECK(times BETWEEN 1 AND 120)", "A badge is for 1 to 120 periods in a row."
    )
    _best_places_sensible = models.Constraint(
        "CHECK(best_places BETWEEN 1 AND 3)", "A badge is for the first 1 to 3 places."
    )

    name = fields.Char(required=True, translate=True, tracking=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(
        default=True,
        tracking=True,
        help="An archived badge is granted no more; who has it keeps it.",
    )
    image = fields.Image(max_width=256, max_height=256)
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
    kind = fields.Selection(
        [
            ("target", "Reaching the target of a KPI"),
            ("contest", "Winning a contest"),
            ("tier", "Reaching a tier for the first time"),
        ],
        string="Granted for",
        required=True,
        default="target",
        tracking=True,
    )
    kpi_id = fields.Many2one(
        "pmm.kpi.definition", string="KPI", index=True, ondelete="restrict", tracking=True
    )
    times = fields.Integer(
        string="Periods in a row",
        required=True,
        default=1,
        tracking=True,
        help="Closed periods one after the other in which the target was reached.",
    )
    grade_id = fields.Many2one(
        "res.partner.grade",
        string="Tier",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
    )
    best_places = fields.Integer(
        string="Best places", required=True, default=1, tracking=True, help="1: the winner only."
    )
    repeat = fields.Selection(
        [("once", "Once"), ("each", "Each time")],
        string="How often",
        required=True,
        default="once",
        tracking=True,
    )
    grant_ids = fields.One2many("pmm.badge.grant", "badge_id", string="Granted to")
    grant_count = fields.Integer(string="Granted", compute="_compute_grant_count")

    def _compute_grant_count(self):
        counts = dict(
            self.env["pmm.badge.grant"]._read_group(
                [("badge_id", "in", self.ids)], ["badge_id"], ["__count"]
            )
        )
        for badge in self:
            badge.grant_count = counts.get(badge, 0)

    @api.constrains("program_id", "kind", "kpi_id", "grade_id")
    def _check_complete(self):
        for badge in self:
            names = {"badge": badge.name, "program": badge.program_id.name}
            if badge.kind == "target" and badge.kpi_id not in badge.program_id.kpi_ids:
                raise ValidationError(
                    self.env._("“%(badge)s”: choose a KPI that “%(program)s” measures.", **names)
                )
            if badge.kind == "target" and badge.kpi_id.is_internal:
                raise ValidationError(
                    self.env._(
                        "“%(badge)s” is for a KPI that partners are not to see. Choose another.",
                        **names,
                    )
                )
            if badge.kind == "tier" and badge.grade_id not in badge.program_id.tier_ids.grade_id:
                raise ValidationError(
                    self.env._("“%(badge)s”: choose a tier of “%(program)s”.", **names)
                )

    def write(self, vals):
        if TERMS & vals.keys() and (granted := self._granted()):
            raise UserError(
                self.env._(
                    "“%s” has been granted: what it is for stays. Archive it and make a new one.",
                    granted[0].name,
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_granted(self):
        if granted := self._granted():
            raise UserError(
                self.env._("“%s” has been granted and stays; archive it.", granted[0].name)
            )

    def _granted(self):
        """Return those of these badges that somebody has."""
        # other managers' partners count as well
        grants = self.env["pmm.badge.grant"].sudo()
        found = grants._read_group([("badge_id", "in", self.ids)], ["badge_id"])
        return self.browse(badge.id for [badge] in found)

    def action_view_grants(self):
        """Return the action that lists who has these badges."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_badge_grant_action"
        )
        return action | {"domain": [("badge_id", "in", self.ids)], "context": {}}

    # === GRANTING === #

    @api.model
    def _grant(self, statement):
        """Run a statement of ``queries/badges.py``; return how many were granted."""
        self.env.flush_all()
        granted = self.env.execute_query(statement)
        self.env["pmm.badge.grant"].invalidate_model()
        self.invalidate_model(["grant_ids", "grant_count"])
        return len(granted)

    @api.model
    def _grant_for_periods(self, periods):
        """Grant what these periods, which have just been closed, have earned."""
        for program, members in periods.grouped("program_id").items():
            self._grant(grant_for_periods(members.ids, program._today()))

    @api.model
    def _grant_for_contests(self, contests):
        """Grant what the final results of these contests have earned."""
        for program, members in contests.grouped("program_id").items():
            self._grant(grant_for_contests(members.ids, program._today()))

    @api.model
    def _grant_for_tiers(self, programs):
        """Grant what the tiers that these programmes' partners have reached have earned."""
        for program in programs:
            self._grant(grant_for_tiers(program.id, program._today()))

    @api.model
    def _cron_grant_for_tiers(self):
        """Grant badges for tiers, once an hour: they begin with the day of the programme."""
        self._grant_for_tiers(self.search([("kind", "=", "tier")]).program_id)

    # === FOR PARTNERS === #

    def _of_partner(self, enrollments):
        """Return what the partners of ``enrollments`` see of these badges, one dict each.

        The caller has chosen what they may see; all is read with more rights.
        """
        grants = self.env["pmm.badge.grant"].search(
            [("badge_id", "in", self.ids), ("enrollment_id", "in", enrollments.ids)]
        )
        self.env.flush_all()
        rows = self.env.execute_query(present_runs(enrollments.ids)) if self else []
        lengths = {(kpi, enrollment): length for kpi, enrollment, length in rows}
        shown = []
        for badge in self:
            for enrollment in enrollments.filtered(
                lambda each, badge=badge: each.program_id == badge.program_id
            ):
                own = grants.filtered(
                    lambda grant, key=(badge, enrollment): (
                        (grant.badge_id, grant.enrollment_id) == key
                    )
                )
                if not badge.active and not own:
                    continue
                length = lengths.get((badge.kpi_id.id, enrollment.id), 0)
                is_over = badge.repeat == "once" and own
                shown.append(
                    {
                        "badge": badge,
                        "grants": own,
                        "goal": badge._goal_sentence(),
                        "done": length % badge.times,
                        "with_progress": badge.active
                        and badge.kind == "target"
                        and badge.times > 1
                        and not is_over,
                    }
                )
        return sorted(shown, key=lambda each: not each["grants"])

    def _goal_sentence(self):
        """Return what the badge is for, as partners read it."""
        self.ensure_one()
        if self.kind == "contest":
            if self.best_places == 1:
                return self.env._("For winning a contest")
            return self.env._("For the first %s places of a contest", self.best_places)
        if self.kind == "tier":
            return self.env._("For reaching the tier %s", self.grade_id.name)
        if self.times == 1:
            return self.env._("For reaching the target of %s", self.kpi_id.name)
        return self.env._(
            "For reaching the target of %(kpi)s in %(times)s periods in a row",
            kpi=self.kpi_id.name,
            times=self.times,
        )
