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
        help="The first day on which the tier may change by itself again.",
    )
    tier_lock_reason = fields.Char(string="Why locked", tracking=True)
    tier_valid_until = fields.Date(string="Reviewed on", compute="_compute_tier_valid_until")
    standing_ids = fields.One2many("pmm.tier.standing", "enrollment_id", string="Standings")
    check_ids = fields.One2many("pmm.tier.check", "enrollment_id", string="Confirmed by us")
    proposal_ids = fields.One2many("pmm.tier.proposal", "enrollment_id", string="Proposals")

    @api.depends("tier_ids.date_start", "tier_ids.date_stop", "tier_ids.valid_until")
    def _compute_tier_valid_until(self):
        for enrollment in self:
            enrollment.tier_valid_until = enrollment._tier_on_today().valid_until

    @api.constrains("tier_lock_until", "tier_lock_reason")
    def _check_tier_lock(self):
        for enrollment in self:
            if bool(enrollment.tier_lock_until) != bool(enrollment.tier_lock_reason):
                raise ValidationError(
                    self.env._(
                        "A tier is locked with a reason and an end: fill in both, or neither."
                    )
                )

    def _tier_on_today(self):
        """Return the tier row of the programme's present day, empty where there is none."""
        self.ensure_one()
        today = self.program_id._today() if self.program_id else False
        return self.tier_ids.filtered(lambda tier: today and tier._covers(today))[:1]

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
        moved = 0
        for program, members in self.grouped("program_id").items():
            if not program.tier_ids:
                continue
            today = program._today()
            # standings and moves are derived data and belong to the run, whoever started it
            running = members.sudo().filtered(lambda enrollment: enrollment._runs_today())
            for ids in split_every(BATCH, running.ids, list):
                batch = self.sudo().browse(ids)
                batch._store_standings(program.sudo(), today)
                if program.tier_mode != "manual":
                    moved += batch._move(program.sudo(), today)
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
        held = {each: each.tier_ids.sorted("date_start")[-1:] for each in self}
        earned_now = {
            each: tiers.earned(ladder, tiers.met_by(values[each.id], thresholds)) for each in self
        }
        under_review = self._values_under_review(program, held, earned_now, today)
        begins = program._tier_begins(today)
        moves = {}
        for enrollment in self:
            if enrollment.tier_lock_until and today < enrollment.tier_lock_until:
                continue
            row = held[enrollment]
            before = under_review.get(enrollment.id)
            moves[enrollment] = tiers.decide(
                enrollment._held(row, program, ladder, before, today),
                tiers.Earned(
                    earned_now[enrollment],
                    before and tiers.earned(ladder, tiers.met_by(before, thresholds)),
                ),
                program._tier_window(),
                program._tier_policy(),
                today,
                begins,
                enrollment.date_start,
            )
        return self._carry_out(program, moves, held, values, today)

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
                starts[enrollment], stops[enrollment] = program._tier_window_of(
                    last, enrollment.date_start
                )
            elif program.tier_recheck and row.terms and row.reached_on:
                starts[enrollment], _stop = program._tier_window_of(
                    row.reached_on, enrollment.date_start
                )
                stops[enrollment] = tomorrow
        return self._values_between(program, starts, stops)

    def _held(self, row, program, ladder, before, today):
        """Return the tier that is at stake as the engine takes it."""
        self.ensure_one()
        ranks = program._tier_ranks()
        rank = ranks.get(row.grade_id)
        still_met = True
        if before is not None and row.terms and today < row.valid_until and rank is not None:
            # by what was asked then: a threshold that is raised takes nobody's tier away
            asked = {int(key): Decimal(term["required"]) for key, term in row.terms.items()}
            met = tiers.met_by(before, asked)
            new = {key for group in ladder[rank].groups for key in group} - asked.keys()
            met |= dict.fromkeys(new, True)
            still_met = tiers.is_met(ladder[rank], met)
        earlier = self.tier_ids.filtered(
            lambda tier: tier != row and tier.valid_until and tier.valid_until > today
        )
        return tiers.Held(
            rank=rank,
            valid_until=row.valid_until or None,
            warned=bool(row.warned_on),
            still_met=still_met,
            floor=max((ranks[t.grade_id] for t in earlier if t.grade_id in ranks), default=None),
        )

    # === WHAT FOLLOWS === #

    @api.model
    def _carry_out(self, program, moves, held, values, today):
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
        for enrollment, move in kept.items():
            row = held[enrollment]
            row.write(
                {
                    "valid_until": program._tier_review(move),
                    "warned_on": False,
                    "reached_on": today,
                    "terms": program._tier_terms(move.rank, values[enrollment.id]) or row.terms,
                }
            )
        if warnings:
            rows = self.env["pmm.enrollment.tier"].union(*(held[each] for each in warnings))
            rows.write({"warned_on": today})
            self._warn_of_downgrade(warnings)
        Proposal = self.env["pmm.tier.proposal"]
        still = self.browse().union(*(each for each, move in moves.items() if each not in changes))
        Proposal._outdate(still)
        if program.tier_mode == "proposed":
            return Proposal._propose(program, changes, values, today)
        vals = [
            {
                "enrollment_id": enrollment.id,
                "grade_id": False if move.rank is None else grades[move.rank].id,
                "date_start": move.day,
                "valid_until": program._tier_review(move),
                "origin": "automatic",
                "move_kind": move.kind,
                "reached_on": today,
                "terms": program._tier_terms(move.rank, values[enrollment.id]),
            }
            for enrollment, move in changes.items()
        ]
        self.env["pmm.enrollment.tier"]._succeed(vals)
        return len(changes)

    def _warn_of_downgrade(self, warnings):
        """Tell partners that they are about to lose a tier.

        ``warnings`` is {enrolment: (day of the downgrade, the tier then, empty for none)}.
        """
