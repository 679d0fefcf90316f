"""The tier ladder: everybody is placed on it, looked at again, and looked at after a sale."""

from __future__ import annotations

import json
from statistics import median
from unittest import mock

from odoo.fields import Command

from . import floors, invoices
from .meter import Meter, memory_mb
from .report import IDLE, line
from .steps import BATCH, NEW, Steps, say

TABLES = ("pmm_tier_standing", "pmm_enrollment_tier")
# what a rung asks for in the year: revenue, and revenue of one product category
LADDER = (
    ("Bench Entry", None, None),
    ("Bench Silver", 20000, None),
    ("Bench Gold", 40000, 12000),
    ("Bench Platinum", 60000, 20000),
)


def tiers(env, size: str, repeats: int) -> list[dict]:
    """Measure the steps of tiers; the programme's tiers are others afterwards."""
    return Tiers(env, size, repeats).lines()


class Tiers(Steps):
    """The evaluation of tiers, as the schedule does it."""

    def lines(self):
        """Return the lines of all steps."""
        self._fill_missing_credits()
        self._build_ladder()
        floor = floors.Floor(self.env, "tiers.sql", self._parameters(), *TABLES)
        floor.create()
        self.env.invalidate_all()
        idle = line(IDLE, self.size, peak=memory_mb("VmRSS"))
        # what is given to partners, and telling them, is no part of the floor
        with mock.patch.object(self.env.registry["pmm.enrollment"], "_tiers_changed"):
            placing = self.beside("g1. placing on 4 tiers", floor, "tier", self._evaluate)
            again = self.beside(
                "g2. tiers again, no change", floor, "tier", self._evaluate, from_nothing=False
            )
        changes = self._changes(floor, placing["seconds"])
        return [idle, placing, again, changes, self._with_all_that_follows(floor)]

    def _evaluate(self):
        self.env["pmm.program"]._cron_stage(
            "tier", lambda enrollments: enrollments._evaluate_tiers(), BATCH
        )

    def _changes(self, floor, full):
        """Measure the evaluation after some new invoices, beside one from nothing."""
        meter = Meter(self.env)
        name = f"g3. tiers after {NEW} invoices"
        for number in range(self.repeats):
            self.mark({})
            invoices.post(invoices.drafts(self.env, self.partner_ids, NEW, number))
            self.env["pmm.credit"]._fill_dirty()
            self.env.cr.commit()
            touched = self.env["pmm.dirty"]._peek("tier")
            if len(touched) != NEW:
                raise AssertionError(f"{len(touched)} enrolments to look at after {NEW} invoices")
            self.env.invalidate_all()
            with meter.block():
                self._evaluate()
            floor.fill([{"enrollments": touched}])
            floor.check_same()
            say(f"{name}, {number + 1} of {self.repeats}: {meter.seconds[-1]:.2f} s")
        return line(name, self.size, median(meter.seconds), full, max(meter.queries), meter.peak_mb)

    def _with_all_that_follows(self, floor):
        """Measure once what placing everybody costs with benefits, notes and mails."""
        floor.empty()
        self.mark({"tier": self.enrollment_ids})
        meter = Meter(self.env)
        with meter.block():
            self._evaluate()
        told = self.program.enrollment_ids.filtered("told_grade_id")
        if len(told) != len(self.enrollment_ids):
            raise AssertionError(f"{len(told)} of {len(self.enrollment_ids)} were told of a tier")
        name = "g4. placing, notes and mails"
        say(f"{name}: {meter.seconds[0]:.1f} s")
        return line(name, self.size, meter.seconds[0], peak=meter.peak_mb)

    # === PREPARATION === #

    def _fill_missing_credits(self):
        """Have the credits of all partners, and the day's own marks behind us."""
        known = self.env["pmm.credit"].search_count([], limit=1)
        self.mark({} if known else {"credit_partner": self.partner_ids})
        self.fill_credits()
        self.env.cr.execute("ANALYZE pmm_credit")
        self.env.cr.commit()

    def _build_ladder(self):
        """Replace the programme's tiers by a ladder that nobody stands on yet."""
        floors.empty(self.env, "pmm_enrollment_tier")
        self.env.invalidate_all()
        env = self.env(context={"tracking_disable": True})
        program = self.program.with_env(env)
        program.tier_ids.unlink()
        revenue, of_category = program.kpi_ids.sorted("id")[:2]
        rungs = []
        for number, (name, *thresholds) in enumerate(LADDER):
            grade = env["res.partner.grade"].search([("name", "=", name)], limit=1)
            grade = grade or grade.create({"name": name})
            asked = [
                Command.create({"kpi_id": kpi.id, "threshold": threshold})
                for kpi, threshold in zip((revenue, of_category), thresholds, strict=True)
                if threshold
            ]
            rungs.append(
                Command.create({"grade_id": grade.id, "sequence": number, "requirement_ids": asked})
            )
        program.write(
            {
                "tier_ids": rungs,
                "tier_mode": "automatic",
                "tier_window": "fixed",
                # a year that ends with the present month: as much counts whenever it is measured
                "tier_window_month": program.date_start.month,
                "tier_window_day": 1,
                "tier_keep": "next",
            }
        )
        env.cr.commit()

    def _parameters(self):
        """Return what the statements need to know of the ladder."""
        program = self.program
        today = program._today()
        start, stop = program._tier_window_of(today, program.date_start)
        rungs = program._tier_rungs()
        revenue = program.kpi_ids.sorted("id")[0]
        return floors.parameters(self.env, program) | {
            "window_start": start,
            "window_stop": stop,
            "grades": rungs.grade_id.ids,
            "requirements": json.dumps(
                [
                    {
                        "id": each.id,
                        "rank": rank,
                        "of_all": each.kpi_id == revenue,
                        "threshold": f"{each.threshold:.4f}",
                        "title": each.kpi_id.name,
                    }
                    for rank, rung in enumerate(rungs)
                    for each in rung.requirement_ids
                ]
            ),
        }
