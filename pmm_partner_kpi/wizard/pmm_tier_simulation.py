from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command

from ..engine import tiers


class PmmTierSimulation(models.TransientModel):
    """Who would move if the tiers of a programme asked for more or less? Nothing is saved."""

    _name = "pmm.tier.simulation"
    _description = "Simulate Tier Thresholds"

    program_id = fields.Many2one("pmm.program", required=True, readonly=True, ondelete="cascade")
    line_ids = fields.One2many(
        "pmm.tier.simulation.line",
        "simulation_id",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )
    move_ids = fields.One2many("pmm.tier.simulation.move", "simulation_id", readonly=True)
    is_done = fields.Boolean(readonly=True)
    partner_count = fields.Integer(string="Partners looked at", readonly=True)
    up_count = fields.Integer(string="Up", readonly=True)
    down_count = fields.Integer(string="Down", readonly=True)
    summary = fields.Text(string="Partners per tier", readonly=True)
    warning = fields.Text(compute="_compute_warning")

    @api.depends("program_id")
    def _compute_line_ids(self):
        for simulation in self:
            simulation.line_ids = [Command.clear()] + [
                Command.create(
                    {"requirement_id": requirement.id, "threshold": requirement.threshold}
                )
                for requirement in simulation.program_id._tier_requirements()
                if not requirement._is_yes_no()
            ]

    @api.depends("line_ids.threshold")
    def _compute_warning(self):
        for simulation in self:
            simulation.warning = "\n".join(simulation._steps_down())

    def _steps_down(self):
        """Return a sentence for each fact of which a tier asks more than one above it."""
        sentences, asked = [], {}  # {fact: line of the next tier below}
        lines = self.line_ids.grouped("program_tier_id")
        for tier in self.program_id._tier_rungs():
            # of alternatives the easiest one
            own = lines.get(tier, self.line_ids.browse()).sorted("threshold", reverse=True)
            own = {line.requirement_id._kind()._fact_key(line.requirement_id): line for line in own}
            for fact, line in own.items():
                below = asked.get(fact)
                if below and line._threshold() < below._threshold():
                    sentences.append(
                        self.env._(
                            "%(lower)s asks for more than %(higher)s, which stands above it:"
                            " %(what)s.",
                            lower=below.program_tier_id.grade_id.name,
                            higher=tier.grade_id.name,
                            what=line.requirement_id._title(),
                        )
                    )
            asked |= own
        return sentences

    # === ACTIONS === #

    def action_simulate(self):
        """Compare what partners earn by the present and by the tried thresholds."""
        self.ensure_one()
        self._check_rights()
        now, then = self.program_id._tier_thresholds(), self._thresholds()
        enrollments = self.program_id.enrollment_ids.filtered(lambda each: each._runs_today())
        values = enrollments._tier_values()
        ladder, grades = self.program_id._tier_ladder(), self.program_id._tier_grades()
        counts, vals_list = {"now": Counter(), "then": Counter()}, []
        for enrollment in enrollments:
            before, after = (
                tiers.earned(ladder, tiers.met_by(values.get(enrollment.id, {}), thresholds))
                for thresholds in (now, then)
            )
            counts["now"][before] += 1
            counts["then"][after] += 1
            if before != after:
                vals_list.append(
                    {
                        "enrollment_id": enrollment.id,
                        "held_grade_id": enrollment.grade_id.id,
                        "old_grade_id": False if before is None else grades[before].id,
                        "new_grade_id": False if after is None else grades[after].id,
                        "is_up": before is None or (after is not None and after > before),
                    }
                )
        ups = sum(vals["is_up"] for vals in vals_list)
        self.write(
            {
                "is_done": True,
                "partner_count": len(enrollments),
                "up_count": ups,
                "down_count": len(vals_list) - ups,
                "summary": self._summary(grades, counts),
                "move_ids": [Command.clear(), *map(Command.create, vals_list)],
            }
        )
        return self._reopen()

    def action_apply(self):
        """Let the tiers ask for what was tried; the next run moves partners accordingly."""
        self.ensure_one()
        self._check_rights()
        for line in self.line_ids:
            if line.requirement_id.threshold != line.threshold:
                line.requirement_id.threshold = line.threshold
        return {"type": "ir.actions.act_window_close"}

    def _check_rights(self):
        self.program_id.check_access("write")
        if self.line_ids.requirement_id - self.program_id._tier_requirements():
            raise UserError(self.env._("The ladder has changed. Open the simulation again."))

    def _thresholds(self):
        """Return {requirement id: Decimal} as tried."""
        return self.program_id._tier_thresholds() | {
            line.requirement_id.id: line._threshold() for line in self.line_ids
        }

    def _summary(self, grades, counts):
        names = {None: self.env._("No tier")} | dict(enumerate(grades.mapped("name")))
        return "\n".join(
            self.env._(
                "%(tier)s: %(before)s → %(after)s",
                tier=names[rank],
                before=counts["now"][rank],
                after=counts["then"][rank],
            )
            for rank in reversed(names)
            if counts["now"][rank] or counts["then"][rank] or rank is not None
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Simulate tiers"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
