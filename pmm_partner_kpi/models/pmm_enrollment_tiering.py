from decimal import Decimal

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import split_every

from ..engine import tiers
from ..queries import tier_facts
from ..queries.tier_standing import standings_as_text, upsert_standings, values_as_text

# enrolments that are evaluated together: it bounds the memory of a run
BATCH = 1000


class PmmEnrollment(models.Model):
    """How an enrolment stands on the tier ladder of its programme, and its moves on it."""

    _inherit = "pmm.enrollment"

    tier_lock_until = fields.Date(
        string="Locked until",
        tracking=True,
        groups="base.group_user",
        help="The first day on which the tier may change by itself again.",
    )
    tier_lock_reason = fields.Char(string="Why locked", tracking=True, groups="base.group_user")
    tier_valid_until = fields.Date(string="Reviewed on", compute="_compute_tier_valid_until")
    standing_ids = fields.One2many("pmm.tier.standing", "enrollment_id", string="Standings")
    check_ids = fields.One2many("pmm.tier.check", "enrollment_id", string="Confirmed by us")
    proposal_ids = fields.One2many("pmm.tier.proposal", "enrollment_id", string="Proposals")

    @api.depends("date_stop", "tier_ids.date_start", "tier_ids.date_stop", "tier_ids.valid_until")
    def _compute_tier_valid_until(self):
        for enrollment in self:
            enrollment.tier_valid_until = enrollment._tier_today().valid_until

    @api.constrains("tier_lock_until", "tier_lock_reason")
    def _check_tier_lock(self):
        for enrollment in self:
            if bool(enrollment.tier_lock_until) != bool(enrollment.tier_lock_reason):
                raise ValidationError(
                    self.env._(
                        "A tier is locked with a reason and an end: fill in both, or neither."
                    )
                )

    # === FOR READERS === #

    def _ladder_rungs(self, standings):
        """Return the ladder as the partner climbs it, the highest tier first.

        ``standings`` are those that the reader may see. Each rung is a dict: tier, state (held,
        passed, ahead), is_next, percent of the way, and lines (standing, requirement) by group.
        """
        self.ensure_one()
        program = self.program_id
        rungs = program._tier_rungs()
        held = program._tier_ranks().get(self.grade_id, -1)
        own = {standing.requirement_id: standing for standing in standings}
        found = []
        for rank, rung in enumerate(rungs):
            lines = [
                {"requirement": requirement, "standing": own.get(requirement)}
                for requirement in rung.requirement_ids
            ]
            shares = [line["standing"].percent for line in lines if line["standing"]]
            found.append(
                {
                    "tier": rung,
                    "state": "held" if rank == held else "passed" if rank < held else "ahead",
                    "is_next": rank == held + 1,
                    "percent": sum(shares) // len(shares) if shares else 0,
                    "lines": lines,
                }
            )
        return found[::-1]

    # === EVALUATION === #

    @api.model
    def _mark_tiers(self, enrollment_ids):
        """Note that these enrolments may stand differently on their ladder."""
        self.env["pmm.dirty"]._mark("tier", enrollment_ids)

    def _evaluate_tiers(self):
        """Bring the standings of these enrolments up to date and move those who are to move.

        Return the number of changes of tier, made or proposed. Only enrolments that run today
        are looked at; a programme whose tiers change by hand gets standings only.
        """
        self.env.flush_all()
        # standings and moves are derived data and belong to the run, whoever started it
        enrollments = self.sudo()
        moved = 0
        for program, members in enrollments.grouped("program_id").items():
            if not program.tier_ids:
                continue
            today = program._today()
            running = members.filtered(lambda enrollment: enrollment._runs_today())
            for ids in split_every(BATCH, running.ids, list):
                batch = enrollments.browse(ids)
                batch._store_standings(program, today)
                if program.tier_mode != "manual":
                    moved += batch._move(program, today)
        return moved

    def _store_standings(self, program, today):
        """Store how each enrolment of this batch stands on each requirement today."""
        shown = [program._tier_window_of(today, each.date_start) for each in self]
        starts = [start for start, _stop in shown]
        tomorrow = fields.Date.add(today, days=1)
        counted = tier_facts.windows(self.ids, starts, [tomorrow] * len(self))
        readers = tier_facts.windows(self.ids, starts, [stop for _start, stop in shown])
        for requirements in program._requirements_by_fact():
            first = requirements[0]
            self.env.cr.execute(
                upsert_standings(
                    program,
                    requirements,
                    readers,
                    first._kind()._values(first, counted),
                    first._kind()._void_value(first),
                )
            )
        self.env["pmm.tier.standing"].invalidate_model()

    def _values_between(self, program, starts, stops):
        """Return {enrolment id: {requirement id: Decimal or None}} of ``[start, stop)``.

        ``starts`` and ``stops`` are {enrolment: day}. Nothing is stored.
        """
        found = {enrollment.id: {} for enrollment in starts}
        if not found:
            return found
        windows = tier_facts.windows(
            list(found), list(starts.values()), [stops[each] for each in starts]
        )
        for requirements in program._requirements_by_fact():
            first = requirements[0]
            rows = self.env.execute_query(
                values_as_text(
                    windows,
                    first._kind()._values(first, windows),
                    first._kind()._void_value(first),
                )
            )
            for enrollment_id, value in rows:
                found[enrollment_id] |= dict.fromkeys(
                    requirements.ids, None if value is None else Decimal(value)
                )
        return found

    def _move(self, program, today):
        """Move, keep, warn or propose, as the ladder says today; return the number of moves."""
        ladder = program._tier_ladder()
        thresholds = program._tier_thresholds()
        values = self._tier_values()
        held = {each: each._tier_at_stake(today) for each in self}
        earned_now = {
            each: tiers.earned(ladder, tiers.met_by(values[each.id], thresholds)) for each in self
        }
        under_review = self._values_under_review(program, held, earned_now, today)
        lost = self._returned_tiers(program, held, under_review, today)
        floors = self._floors(program, lost, today)
        begins = program._tier_begins(today)
        window, policy = program._tier_window(), program._tier_policy()
        moves = {}
        for enrollment in self:
            if enrollment.tier_lock_until and today < enrollment.tier_lock_until:
                continue
            row = held[enrollment]
            before = under_review.get(enrollment.id)
            moves[enrollment] = tiers.decide(
                program._tier_held(row, enrollment not in lost, floors.get(enrollment)),
                tiers.Earned(
                    earned_now[enrollment],
                    before and tiers.earned(ladder, tiers.met_by(before, thresholds)),
                ),
                window,
                policy,
                today,
                begins,
                enrollment.date_start,
            )
        reached = {
            enrollment: enrollment._reached(
                program,
                move,
                held[enrollment],
                floors.get(enrollment),
                under_review.get(enrollment.id) if move.by == "before" else values[enrollment.id],
                today,
            )
            for enrollment, move in moves.items()
            if move.kind not in ("none", "warn")
        }
        moved = self._carry_out(program, moves, held, reached, today)
        # what the time under review gave may have been returned since, or be due again
        done = ("keep",) if program.tier_mode == "proposed" else ("keep", "down")
        again = self.filtered(
            lambda each: each in reached and moves[each].by == "before" and moves[each].kind in done
        )
        return moved + again._move(program, today) if again else moved

    def _tier_at_stake(self, today):
        """Return the tier that this enrolment has, or is going to have; empty where it ended."""
        self.ensure_one()
        lasting = self.tier_ids.filtered(lambda tier: not tier.date_stop or today < tier.date_stop)
        return lasting.sorted("date_start")[-1:]

    def _tier_values(self):
        """Return {enrolment id: {requirement id: Decimal or None}} as of the last evaluation."""
        values = {enrollment.id: {} for enrollment in self}
        for enrollment_id, requirement_id, value in self.env.execute_query(
            standings_as_text(self.ids)
        ):
            values[enrollment_id][requirement_id] = None if value is None else Decimal(value)
        return values

    def _values_under_review(self, program, held, earned_now, today):
        """Return the values of the time that decides on keeping a tier, where one is at stake."""
        starts, stops = {}, {}
        ranks = program._tier_ranks()
        tomorrow = fields.Date.add(today, days=1)
        for enrollment, row in held.items():
            current = ranks.get(row.grade_id, -1)
            now = earned_now[enrollment]
            if not row or not row.valid_until or (now is not None and now >= current):
                continue
            if today >= row.valid_until:
                last = fields.Date.subtract(row.valid_until, days=1)
                starts[enrollment], stop = program._tier_window_of(last, enrollment.date_start)
                # a review by hand may come before that window has ended
                stops[enrollment] = min(stop, tomorrow)
            elif program.tier_recheck and row.terms and row.reached_on:
                starts[enrollment], _stop = program._tier_window_of(
                    row.reached_on, enrollment.date_start
                )
                stops[enrollment] = tomorrow
        return self._values_between(program, starts, stops)

    # === RETURNS === #

    def _returned_tiers(self, program, held, under_review, today):
        """Return {enrolment: tier} of what was reached by a sale that is there no more."""
        return {
            enrollment: row
            for enrollment, row in held.items()
            if enrollment.id in under_review
            and row.terms
            and today < row.valid_until
            and not program._tier_holds(row, under_review[enrollment.id])
        }

    def _floors(self, program, lost, today):
        """Return {enrolment: earlier tier} that those who lose a tier fall back on.

        The highest comes first; it counts where it would still be valid and nothing that it was
        reached by has been returned. As many rounds as one enrolment has such tiers.
        """
        ranks = program._tier_ranks()
        tomorrow = fields.Date.add(today, days=1)
        floors, waiting = {}, {}
        for enrollment, row in lost.items():
            lower = program._tier_grades()[: ranks[row.grade_id]]
            earlier = row._superseded().filtered(
                lambda tier, grades=lower: (
                    tier.grade_id in grades and (not tier.valid_until or today < tier.valid_until)
                )
            )
            waiting[enrollment] = earlier.sorted(
                lambda tier: (
                    ranks[tier.grade_id],
                    not tier.valid_until,
                    tier.valid_until or today,
                ),
                reverse=True,
            )
        while waiting := {each: tiers for each, tiers in waiting.items() if tiers}:
            starts = {
                each: program._tier_window_of(tiers[0].reached_on, each.date_start)[0]
                for each, tiers in waiting.items()
                if tiers[0].terms and tiers[0].reached_on
            }
            values = self._values_between(program, starts, dict.fromkeys(starts, tomorrow))
            for enrollment, earlier in waiting.items():
                if enrollment not in starts or program._tier_holds(
                    earlier[0], values[enrollment.id]
                ):
                    floors[enrollment] = earlier[0]
            waiting = {each: rows[1:] for each, rows in waiting.items() if each not in floors}
        return floors

    # === WHAT FOLLOWS === #

    def _reached(self, program, move, row, floor, values, today):
        """Return what the tier of ``move`` keeps of how and when it was met, and its review."""
        self.ensure_one()
        vals = {"valid_until": program._tier_review(move), "reached_on": today, "terms": False}
        if move.by == "floor" and floor:
            # as it was, so that it can be reviewed and taken back as before
            vals |= {"reached_on": floor.reached_on, "terms": floor.terms}
        elif move.by:
            vals["terms"] = program._tier_terms(move.rank, values or {})
        if move.by == "before":
            due = row.valid_until <= today
            vals["reached_on"] = (
                fields.Date.subtract(row.valid_until, days=1) if due else row.reached_on
            )
        return vals

    @api.model
    def _enter(self, program, enrollments, today):
        """Give those without a tier the one that is for everybody: nobody has to approve it."""
        lowest = program._tier_rungs()[:1]
        if not lowest or lowest.requirement_ids:
            return self.browse()
        vals = {
            "grade_id": lowest.grade_id.id,
            "date_start": today,
            "origin": "automatic",
            "move_kind": "up",
            "reached_on": today,
        }
        self.env["pmm.enrollment.tier"]._succeed(
            [vals | {"enrollment_id": enrollment.id} for enrollment in enrollments]
        )
        return self.browse().union(*enrollments)

    @api.model
    def _carry_out(self, program, moves, held, reached, today):
        """Do what ``moves`` {enrolment: Move} say, in few writes; return the number of moves."""
        warnings, changes, kept = {}, {}, {}
        grades = program._tier_grades()
        for enrollment, move in moves.items():
            if move.kind == "warn":
                lower = self.env["res.partner.grade"] if move.rank is None else grades[move.rank]
                warnings[enrollment] = (move.day, lower)
            elif move.kind == "keep":
                kept[enrollment] = move
            elif move.kind != "none":
                changes[enrollment] = move
        self.env["pmm.enrollment.tier"]._keep(
            {held[enrollment]: reached[enrollment] for enrollment in kept}
        )
        if warnings:
            rows = self.env["pmm.enrollment.tier"].union(*(held[each] for each in warnings))
            rows.write({"warned_on": today})
            self._warn_of_downgrade(warnings)
        Proposal = self.env["pmm.tier.proposal"]
        still = self.browse().union(*(each for each, move in moves.items() if each not in changes))
        Proposal._outdate(still)
        if program.tier_mode == "proposed":
            entered = self._enter(program, [each for each in changes if not held[each]], today)
            asked = {e: m for e, m in changes.items() if not (e in entered and m.rank == 0)}
            return len(entered) + Proposal._propose(program, asked, reached, today)
        vals = [
            {
                "enrollment_id": enrollment.id,
                "grade_id": False if move.rank is None else grades[move.rank].id,
                "date_start": move.day,
                "origin": "automatic",
                "move_kind": move.kind,
                **reached[enrollment],
            }
            for enrollment, move in changes.items()
        ]
        self.env["pmm.enrollment.tier"]._succeed(vals)
        return len(changes)
