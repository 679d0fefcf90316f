"""The steps that are measured inside ``odoo shell``: as the schedules do them, and as SQL does."""

from __future__ import annotations

import time
from statistics import median, median_low

from . import floors, invoices
from .meter import Meter, memory_mb
from .report import IDLE, line
from .steps import BATCH, NEW, Steps, say

POSTED = 20  # invoices of one repeat, with hooks and as many without


def measure(env, size: str, repeats: int) -> list[dict]:
    """Measure all steps but those of tiers; return a line for each."""
    return Measure(env, size, repeats).lines()


class Measure(Steps):
    """Credits, results and rewards, all at once, what changed, and the hooks."""

    def __init__(self, env, size, repeats):
        super().__init__(env, size, repeats)
        parameters = floors.parameters(env, self.program)
        self.credits, self.measurements, self.entries = self.floors = [
            floors.Floor(env, file, parameters, table)
            for table, file in (
                ("pmm_credit", "credits.sql"),
                ("pmm_kpi_measurement", "measurements.sql"),
                ("pmm_reward_entry", "entries.sql"),
            )
        ]

    def lines(self):
        """Return the lines of all steps; each leaves the tables as the next one needs them."""
        for floor in self.floors:
            floor.create()
        self.env.invalidate_all()
        found = [line(IDLE, self.size, peak=memory_mb("VmRSS"))]
        full = [
            self.beside("a. filling credits", self.credits, "credit_partner", self.fill_credits)
        ]
        season = self._season()
        full += [
            self.beside("b. measuring 10 KPIs", self.measurements, "measure", self._measure),
            self.beside("c. accruing 2 rules", self.entries, "accrue", self._accrue),
        ]
        seconds = sum(each["seconds"] for each in full)
        return [
            *found,
            *full,
            season,
            self._run_now(),
            self._new_day(),
            self._warnings(),
            self._changes(seconds),
            self._on_demand(seconds),
            self._hooks(),
        ]

    # === A, B, C: FROM NOTHING === #

    def _measure(self):
        process = self.env["pmm.kpi.measurement"]._measure
        self.env["pmm.program"]._cron_stage("measure", process, BATCH)

    def _season(self):
        """Measure the look at last year, which both sides take once a day."""
        ours, theirs = Meter(self.env), Meter(self.env)
        for _number in range(self.repeats):
            self.program.season_day = False
            self.env.cr.commit()
            with ours.block():
                self.program._refresh_season(self.program._today())
                self.env.cr.commit()
            with theirs.block():
                found = floors.shares(self.env, self.measurements.parameters)
        self.measurements.parameters |= found
        say(f"b1. last year: {ours.seconds[-1]:.1f} s, SQL {theirs.seconds[-1]:.1f} s")
        return line(
            "b1. season of last year",
            self.size,
            median(ours.seconds),
            median(theirs.seconds),
            peak=ours.peak_mb,
        )

    def _new_day(self):
        """Measure what the schedule does with the forecasts of everybody when a day begins."""
        self.program.write({"season_day": False, "track_day": False})
        floors.empty(self.env, "pmm_dirty")
        self.env.cr.commit()
        self.env.invalidate_all()
        meter = Meter(self.env)
        with meter.block():
            self.program._mark_what_the_day_changes()
            self.env["pmm.program"]._cron_stage(
                "track", self.env["pmm.kpi.measurement"]._track, BATCH
            )
        say(f"b2. forecasts of a new day: {meter.seconds[0]:.1f} s")
        return line("b2. forecasts of a new day", self.size, meter.seconds[0], peak=meter.peak_mb)

    def _warnings(self):
        """Measure telling account managers of everybody who is behind, which happens once."""
        meter = Meter(self.env)
        with meter.block():
            self.env["pmm.program"]._cron_warn(BATCH)
        say(f"b3. telling account managers: {meter.seconds[0]:.1f} s")
        return line("b3. telling account managers", self.size, meter.seconds[0], peak=meter.peak_mb)

    def _accrue(self):
        self.env["pmm.program"]._cron_accrue(batch=BATCH)

    # === ALL AT ONCE, AND WHAT CHANGED === #

    def _run_now(self):
        """Measure the button that does everything in one transaction, from nothing, once."""
        for floor in self.floors:
            for table in floor.tables:
                floors.empty(self.env, table)
        self.mark({"credit_partner": self.partner_ids})
        meter = Meter(self.env)
        with meter.block():
            self.program._run()
            self.env.cr.commit()
        for floor in self.floors:
            floor.check_same()
            floor.analyze()
        say(f"run now: {meter.seconds[0]:.1f} s")
        return line("a-c. Run now", self.size, meter.seconds[0], peak=meter.peak_mb)

    def _changes(self, full):
        """Measure what the schedules do after some new invoices, beside a full run."""
        meter = Meter(self.env)
        for number in range(self.repeats):
            moves = invoices.drafts(self.env, self.partner_ids, NEW, number)
            invoices.post(moves)
            self.env.invalidate_all()
            with meter.block():
                self.env["pmm.program"]._cron_run(batch=BATCH)
                self.env["pmm.program"]._cron_accrue(batch=BATCH)
            credited = self.env["pmm.credit"].search_count(
                [("document_model", "=", "account.move"), ("document_id", "in", moves.ids)]
            )
            if credited != NEW * invoices.LINES or self.env["pmm.dirty"].search_count([]):
                raise AssertionError(f"{credited} credits of {NEW} new invoices")
            say(f"d. {NEW} new invoices, {number + 1} of {self.repeats}: {meter.seconds[-1]:.2f} s")
        return line(
            f"d. after {NEW} new invoices",
            self.size,
            median(meter.seconds),
            full,
            max(meter.queries),
            meter.peak_mb,
        )

    def _on_demand(self, full):
        """Measure the button *Measure now* of the largest partners, each after a new invoice."""
        rows = self.env["pmm.credit"]._read_group(
            [("role", "=", "buyer")], ["partner_id"], order="__count desc", limit=self.repeats
        )
        meter, queries = Meter(self.env), []
        for number, [partner] in enumerate(rows):
            invoices.post(invoices.drafts(self.env, partner.ids, 1, number))
            enrollment = self.env["pmm.enrollment"].search(
                [("program_id", "=", self.program.id), ("partner_id", "=", partner.id)]
            )
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            with meter.block():
                enrollment.action_measure_now()
                self.env.cr.commit()
            queries.append(self.env.cr.sql_log_count - before)
            say(f"d1. one partner, {number + 1} of {self.repeats}: {meter.seconds[-1]:.2f} s")
        return line(
            "d1. one partner on demand",
            self.size,
            median(meter.seconds),
            full,
            max(queries),
            meter.peak_mb,
        )

    # === E: HOOKS === #

    def _hooks(self):
        """Measure posting one invoice after the other, every second one without our hooks."""
        seconds = {True: [], False: []}
        queries = {True: [], False: []}
        meter = Meter(self.env)
        with meter.block():
            for number in range(self.repeats):
                drafts = invoices.drafts(self.env, self.partner_ids, 2 * POSTED, number)
                taken = {True: [], False: []}
                for position, move in enumerate(drafts):
                    hooked = position % 2 == 0
                    before = self.env.cr.sql_log_count
                    taken[hooked].append(self._posting_time(move, hooked))
                    queries[hooked].append(self.env.cr.sql_log_count - before)
                for hooked, values in taken.items():
                    seconds[hooked].append(median(values))
        with_hooks, without = median(seconds[True]), median(seconds[False])
        say(
            f"e. posting an invoice: {with_hooks * 1000:.1f} ms, {without * 1000:.1f} without hooks"
        )
        return line(
            "e. posting an invoice",
            self.size,
            with_hooks,
            without,
            # now and then one asks for something that a cache no longer has
            median_low(queries[True]) - median_low(queries[False]),
            meter.peak_mb,
        )

    def _posting_time(self, move, hooked):
        self.env.invalidate_all()
        with invoices.hooks(hooked):
            started = time.perf_counter()
            move.action_post()
            self.env.cr.commit()
            return time.perf_counter() - started
