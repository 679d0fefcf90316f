from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command

from ..engine import periods, tiers


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
    proposal_count = fields.Integer(compute="_compute_proposal_count")
    tiers_day = fields.Date(readonly=True, copy=False)
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

    def _compute_proposal_count(self):
        counts = dict(
            self.env["pmm.tier.proposal"]._read_group(
                [("program_id", "in", self.ids), ("state", "=", "pending")],
                ["program_id"],
                ["__count"],
            )
        )
        for program in self:
            program.proposal_count = counts.get(program, 0)

    def _inverse_grade_ids(self):
        for program in self:
            gone = program.tier_ids.filtered(lambda t, p=program: t.grade_id not in p.grade_ids)
            new = program.grade_ids - program.tier_ids.grade_id
            last = max(program.tier_ids.mapped("sequence"), default=0)
            program.tier_ids = [Command.delete(tier.id) for tier in gone] + [
                Command.create({"grade_id": grade.id, "sequence": last + 10 * number})
                # Odoo lists its best tier first, a ladder its lowest
                for number, grade in enumerate(reversed(new), 1)
            ]

    @api.constrains(
        "tier_window",
        "tier_window_months",
        "tier_window_month",
        "tier_window_day",
        "tier_grace_days",
        "tier_warn_days",
    )
    def _check_tier_window(self):
        for program in self:
            if program.tier_window == "rolling" and not 1 <= program.tier_window_months <= 60:
                raise ValidationError(
                    self.env._("Tiers count over 1 to 60 months; “%s” does not.", program.name)
                )
            longest = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}.get(program.tier_window_month, 31)
            if not (
                1 <= program.tier_window_month <= 12 and 1 <= program.tier_window_day <= longest
            ):
                raise ValidationError(
                    self.env._(
                        "The tier year of “%s” must start on a day that exists, e.g. day 1 of"
                        " month 7.",
                        program.name,
                    )
                )
            if program.tier_grace_days < 0 or program.tier_warn_days < 0:
                raise ValidationError(
                    self.env._("Grace days and days of warning cannot be negative.")
                )

    @api.constrains("tier_mode", "tier_ids")
    def _check_tier_ladder(self):
        """Keep a run from giving everybody a tier that asks for nothing."""
        for program in self.filtered(lambda program: program.tier_mode != "manual"):
            free = program.tier_ids.sorted("sequence")[1:].filtered(
                lambda tier: not tier.requirement_ids
            )
            if free:
                raise ValidationError(
                    self.env._(
                        "“%(tier)s” asks for nothing, so everybody would get it. Give it a"
                        " requirement, or let tiers change by hand.",
                        tier=free[0].grade_id.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if any(name.startswith("tier_") for name in vals):
            self._mark_tiers()
        return result

    def _mark_tiers_of_the_day(self):
        """Mark all enrolments once a day: windows move, reviews fall due."""
        for program in self.filtered("tier_ids"):
            today = program._today()
            if program.tiers_day != today:
                # the schedule keeps the day, nobody edits it; no tracking, no marks
                program.sudo().tiers_day = today
                program._mark_tiers()

    def _mark_tiers(self):
        """Note that all enrolments of these programmes may stand differently."""
        # whoever may edit the ladder may not see every enrolment: these are only marks
        self.env["pmm.enrollment"]._mark_tiers(self.sudo().enrollment_ids.ids)

    # === ACTIONS === #

    def action_view_standings(self):
        """Return the action that shows what partners have of the requirements."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_tier_standing_action"
        )
        return action | {"domain": [("program_id", "in", self.ids)]}

    def action_view_proposals(self):
        """Return the action that lists the changes of tier that wait for a decision."""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_partner_kpi.pmm_tier_proposal_action"
        )
        return action | {"domain": [("program_id", "in", self.ids)]}

    def action_simulate_tiers(self):
        """Return the dialog that tells who would move if thresholds were others."""
        self.ensure_one()
        self.check_access("write")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulate tiers"),
            "res_model": "pmm.tier.simulation",
            "view_mode": "form",
            "target": "new",
            "context": {"default_program_id": self.id},
        }

    # === FOR THE ENGINE === #

    def _tier_window(self):
        """Return how this programme counts for tiers."""
        self.ensure_one()
        return tiers.Window(
            self.tier_window,
            self.tier_window_months,
            self.tier_window_month,
            self.tier_window_day,
        )

    def _tier_window_of(self, day, joined):
        """Return the half-open time that counts on ``day`` for who joined on ``joined``."""
        return tiers.window_of(self._tier_window(), day, joined)

    def _tier_policy(self):
        """Return what follows from not requalifying."""
        self.ensure_one()
        return tiers.Policy(
            self.tier_downgrade,
            self.tier_grace_days,
            self.tier_warn_days,
            self.tier_keep,
            self.tier_recheck,
        )

    def _tier_rungs(self):
        """Return the tiers of the ladder, the lowest first."""
        self.ensure_one()
        return self.tier_ids.sorted(lambda tier: (tier.sequence, tier.id))

    def _tier_grades(self):
        """Return the grade of each rank, the lowest first."""
        return self._tier_rungs().grade_id

    def _tier_ranks(self):
        """Return {grade: rank}."""
        return {grade: rank for rank, grade in enumerate(self._tier_grades())}

    def _tier_ladder(self):
        """Return the ladder as the engine takes it."""
        return [tier._rung() for tier in self._tier_rungs()]

    def _tier_requirements(self):
        """Return all requirements of the ladder."""
        return self._tier_rungs().requirement_ids

    def _tier_thresholds(self):
        """Return {requirement id: Decimal}."""
        return {each.id: each._threshold() for each in self._tier_requirements()}

    def _requirements_by_fact(self):
        """Return the requirements in groups that compare the same value."""
        return self._tier_requirements().grouped(lambda r: r._kind()._fact_key(r)).values()

    def _tier_begins(self, today):
        """Return the day on which a tier that is reached today begins."""
        self.ensure_one()
        if self.tier_from == "now":
            return today
        scheme = self.period_scheme
        return periods.following(scheme, periods.floor(scheme, today))

    def _tier_review(self, move):
        """Return the day of the next review after ``move``; a tier for all has none."""
        rungs = self._tier_rungs()
        if move.rank is None or not rungs[move.rank].requirement_ids:
            return False
        return move.valid_until

    def _tier_terms(self, rank, values):
        """Return what the tier of ``rank`` asked for and what there was, to be frozen.

        ``counts`` says which of it the tier was reached by: groups may be others one day.
        """
        if rank is None:
            return False
        rung = self._tier_rungs()[rank]
        counting = tiers.met_in(rung._rung(), tiers.met_by(values, self._tier_thresholds()))
        return {
            str(requirement.id): {
                "title": requirement._title(),
                "required": str(requirement._threshold()),
                "value": None if (value := values.get(requirement.id)) is None else str(value),
                "counts": requirement.id in counting,
            }
            for requirement in rung.requirement_ids
        }

    def _tier_holds(self, row, values):
        """Return whether ``values`` meet what the tier ``row`` asked for when it was reached."""
        rank = self._tier_ranks().get(row.grade_id)
        if rank is None:
            return True
        # by what was asked then: a threshold that is raised takes nobody's tier away
        asked = {int(key): Decimal(term["required"]) for key, term in row.terms.items()}
        rung = self._tier_rungs()[rank]._rung()
        new = {key for group in rung.groups for key in group} - asked.keys()
        return tiers.is_met(rung, tiers.met_by(values, asked) | dict.fromkeys(new, True))

    def _tier_held(self, row, still_met, floor):
        """Return the tier that is at stake as the engine takes it; ``floor``: one of earlier."""
        ranks = self._tier_ranks()
        return tiers.Held(
            rank=ranks.get(row.grade_id),
            valid_until=row.valid_until or None,
            warned=bool(row.warned_on),
            still_met=still_met,
            floor=ranks[floor.grade_id] if floor else None,
            floor_until=(floor.valid_until or None) if floor else None,
        )
