"""What all steps have in common: a programme, marks to work off, ours and the floor in turn."""

from __future__ import annotations

import sys
from functools import partial
from itertools import islice
from statistics import median
from unittest import mock

from . import floors
from .meter import Meter
from .report import line

BATCH = 500  # partners, enrolments: what the schedules take at a time
NEW = 100  # invoices between two runs


class Steps:
    """Steps on the programme of one benchmark."""

    def __init__(self, env, size, repeats):
        self.env, self.size, self.repeats = env, size, repeats
        self.program = env["pmm.program"].search([("name", "=", "Benchmark")])
        enrollments = self.program.enrollment_ids.sorted("id")
        self.enrollment_ids = enrollments.ids
        self.partner_ids = enrollments.partner_id.ids

    def beside(self, name, floor, queue, work, *, from_nothing=True):
        """Measure ``work`` on the marks of ``queue``, in turn with the floor."""
        ours, theirs = Meter(self.env), Meter(self.env)
        by_partner = queue == "credit_partner"
        ids = self.partner_ids if by_partner else self.enrollment_ids
        key = "partners" if by_partner else "enrollments"
        filling = [{key: batch} for batch in batches(ids)]
        # what a process reads once belongs to no batch, least of all where there is one repeat
        self.mark({queue: ids[:1]})
        work()
        for number in range(self.repeats):
            if from_nothing:
                floor.empty()
            self.mark({queue: ids})
            sides = [(ours, work), (theirs, partial(floor.fill, filling))]
            # who comes first finds less in the caches
            for meter, fill in sides if number % 2 else reversed(sides):
                with meter.block():
                    fill()
            say(f"{name}, {number + 1} of {self.repeats}: {ours.seconds[-1]:.1f} s,"
                f" SQL {theirs.seconds[-1]:.1f} s")  # fmt: skip
        say(f"{name}: {floor.check_same():,} rows, the same on both sides")
        floor.analyze()
        return line(
            name,
            self.size,
            median(ours.seconds),
            median(theirs.seconds),
            max(ours.queries),
            ours.peak_mb,
        )

    def fill_credits(self):
        """Fill the credits of what is marked, as the schedule does."""
        # the same schedule goes on with results and tiers; those are steps of their own
        with mock.patch.object(self.env.registry["pmm.program"], "_cron_stage"):
            self.env["pmm.program"]._cron_run(batch=BATCH)

    def mark(self, marks):
        """Leave these marks and no others, as enrolling does."""
        floors.empty(self.env, "pmm_dirty")
        for queue, ids in marks.items():
            self.env["pmm.dirty"]._mark(queue, ids)
        self.env.cr.commit()
        self.env.invalidate_all()


def batches(ids):
    """Yield the ids as the schedules take them."""
    rest = iter(ids)
    while batch := list(islice(rest, BATCH)):
        yield batch


def say(text):
    """Tell people how far it is."""
    print(f"         {text}", file=sys.stderr, flush=True)
