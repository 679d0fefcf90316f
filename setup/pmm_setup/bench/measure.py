"""The steps that are measured inside ``odoo shell``: as the schedules do them, and as SQL does."""

from __future__ import annotations

import sys
import time
from functools import partial
from itertools import islice
from statistics import median
from unittest import mock

from . import floors, invoices
from .meter import Meter, memory_mb
from .report import line

BATCH = 500  # partners, enrolments: what the schedules take at a time
NEW = 100  # invoices between two runs
POSTED = 20  # invoices of one repeat, with hooks and as many without


def measure(env, size: str, repeats: int) -> list[dict]:
    """Measure all steps; return a line for each."""
    return Measure(env, size, repeats).lines()


class Measure:
    """One benchmark on one database."""

    def __init__(self, env, size, repeats):
        self.env, self.size, self.repeats = env, size, repeats
        self.program = env["pmm.program"].search([("name", "=", "Benchmark")])
        self.enrollment_ids = self.program.enrollment_ids.sorted("id").ids
        self.partner_ids = self.program.enrollment_ids.sorted("id").partner_id.ids
        parameters = floors.parameters(env, self.program)
        self.credits, self.measurements, self.entries = self.floors = [
            floors.Floor(env, table, f"{file}.sql", parameters)
            for table, file in (
                ("pmm_credit", "credits"),
                ("pmm_kpi_measurement", "measurements"),
                ("pmm_reward_entry", "entries"),
            )
        ]

    def lines(self):
        """Return the lines of all steps; each leaves the tables as the next one needs them."""
        for floor in self.floors:
            floor.create()
        self.env.invalidate_all()
        found = [line("idle worker", self.size, peak=memory_mb("VmRSS"))]
        full = [
            self._beside("a. filling credits", self.credits, "credit_partner", self._fill),
            self._beside("b. measuring 4 KPIs", self.measurements, "measure", self._measure),
            self._beside("c. accruing 2 rules", self.entries, "accrue", self._accrue),
        ]
        seconds = sum(each["seconds"] for each in full)
        return [*found, *full, self._run_now(), self._changes(seconds), self._hooks()]

    # === A, B, C: FROM NOTHING === #

    def _fill(self):
        # the same schedule goes on to measure; that is a step of its own here
        with mock.patch.object(self.env.registry["pmm.program"], "_cron_stage"):
            self.env["pmm.program"]._cron_run(batch=BATCH)

    def _measure(self):
        process = self.env["pmm.kpi.measurement"]._measure
        self.env["pmm.program"]._cron_stage("measure", process, BATCH)

    def _accrue(self):
        self.env["pmm.program"]._cron_accrue(batch=BATCH)

    def _beside(self, name, floor, queue, work):
        """Measure ``work`` on the marks of ``queue``, in turn with the floor."""
        ours, theirs = Meter(self.env), Meter(self.env)
        by_partner = queue == "credit_partner"
        ids = self.partner_ids if by_partner else self.enrollment_ids
        key = "partners" if by_partner else "enrollments"
        batches = [{key: batch} for batch in _batches(ids)]
        for number in range(self.repeats):
            floor.empty()
            self._mark({queue: ids})
            sides = [(ours, work), (theirs, partial(floor.fill, batches))]
            # who comes first finds less in the caches
            for meter, fill in sides if number % 2 else reversed(sides):
                with meter.block():
                    fill()
            _say(f"{name}, {number + 1} of {self.repeats}: {ours.seconds[-1]:.1f} s,"
                 f" SQL {theirs.seconds[-1]:.1f} s")  # fmt: skip
        _say(f"{name}: {floor.check_same():,} rows, the same on both sides")
        self._analyze(floor.table)
        return line(
            name,
            self.size,
            median(ours.seconds),
            median(theirs.seconds),
            max(ours.queries),
            ours.peak_mb,
        )

    # === ALL AT ONCE, AND WHAT CHANGED === #

    def _run_now(self):
        """Measure the button that does everything in one transaction, from nothing, once."""
        for floor in self.floors:
            floors.empty(self.env, floor.table)
        self._mark({"credit_partner": self.partner_ids})
        meter = Meter(self.env)
        with meter.block():
            self.program._run()
            self.env.cr.commit()
        for floor in self.floors:
            floor.check_same()
            self._analyze(floor.table)
        _say(f"run now: {meter.seconds[0]:.1f} s")
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
            credited = self.env["pmm.credit"].search_count([("document_id", "in", moves.ids)])
            if credited != NEW * invoices.LINES or self.env["pmm.dirty"].search_count([]):
                raise AssertionError(f"{credited} credits of {NEW} new invoices")
            _say(
                f"d. {NEW} new invoices, {number + 1} of {self.repeats}: {meter.seconds[-1]:.2f} s"
            )
        return line(
            f"d. after {NEW} new invoices",
            self.size,
            median(meter.seconds),
            full,
            max(meter.queries),
            meter.peak_mb,
        )

    # === E: HOOKS === #

    def _hooks(self):
        """Measure posting one invoice after the other, every second one without our hooks."""
        seconds = {True: [], False: []}
        queries = {True: 0, False: 0}
        meter = Meter(self.env)
        with meter.block():
            for number in range(self.repeats):
                drafts = invoices.drafts(self.env, self.partner_ids, 2 * POSTED, number)
                taken = {True: [], False: []}
                for position, move in enumerate(drafts):
                    hooked = position % 2 == 0
                    before = self.env.cr.sql_log_count
                    taken[hooked].append(self._posting_time(move, hooked))
                    queries[hooked] = self.env.cr.sql_log_count - before
                for hooked, values in taken.items():
                    seconds[hooked].append(median(values))
        with_hooks, without = median(seconds[True]), median(seconds[False])
        _say(
            f"e. posting an invoice: {with_hooks * 1000:.1f} ms, {without * 1000:.1f} without hooks"
        )
        return line(
            "e. posting an invoice",
            self.size,
            with_hooks,
            without,
            queries[True] - queries[False],
            meter.peak_mb,
        )

    def _posting_time(self, move, hooked):
        self.env.invalidate_all()
        with invoices.hooks(hooked):
            started = time.perf_counter()
            move.action_post()
            self.env.cr.commit()
            return time.perf_counter() - started

    # === HELPERS === #

    def _mark(self, marks):
        """Leave these marks and no others, as enrolling does."""
        floors.empty(self.env, "pmm_dirty")
        for queue, ids in marks.items():
            self.env["pmm.dirty"]._mark(queue, ids)
        self.env.cr.commit()
        self.env.invalidate_all()

    def _analyze(self, table):
        """Give the planner what autovacuum would have given it by now."""
        self.env.cr.execute(floors.analyze(table))
        self.env.cr.commit()


def _batches(ids):
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _say(text):
    print(f"         {text}", file=sys.stderr, flush=True)
