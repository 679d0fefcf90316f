"""Seconds, queries per batch and peak memory of a piece of work in this process."""

from __future__ import annotations

import contextlib
import time
from itertools import pairwise
from pathlib import Path
from unittest import mock

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


class Meter:
    """What the blocks measured with :meth:`block` took; one object per step and side."""

    def __init__(self, env):
        self.env = env
        self.seconds = []
        self.queries = []  # of each batch, of the last block only
        self.peak_mb = 0.0

    @contextlib.contextmanager
    def block(self):
        """Measure one repeat."""
        reset_peak()
        with self._batches_counted():
            started = time.perf_counter()
            yield
            self.seconds.append(time.perf_counter() - started)
        self.peak_mb = max(self.peak_mb, memory_mb("VmHWM"))

    @contextlib.contextmanager
    def _batches_counted(self):
        """Note the queries between one commit of a schedule and the next."""
        cron = self.env.registry["ir.cron"]
        commit_progress = cron._commit_progress
        marks = [self.env.cr.sql_log_count]

        def counted(model, *args, **kwargs):
            marks.append(model.env.cr.sql_log_count)
            return commit_progress(model, *args, **kwargs)

        with mock.patch.object(cron, "_commit_progress", counted):
            yield
        # what is before the first commit is no batch
        self.queries = [stop - start for start, stop in pairwise(marks[1:])]


def memory_mb(what: str) -> float:
    """Return ``VmRSS`` (memory now) or ``VmHWM`` (the peak) of this process."""
    return memory_of(STATUS.read_text(), what)


def memory_of(status: str, what: str) -> float:
    """Return a figure of a ``/proc/…/status`` in MB.

    >>> memory_of("Name: x\\nVmHWM:\\t  2048 kB\\nVmRSS:\\t 1024 kB\\n", "VmHWM")
    2.0
    """
    line = next(line for line in status.splitlines() if line.startswith(f"{what}:"))
    return int(line.split()[1]) / 1024


def reset_peak() -> None:
    """Let the peak of this process begin with what it has now (Linux 4 and newer)."""
    CLEAR.write_text("5")
