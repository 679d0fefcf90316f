"""Progress of a long load: one updating line on a terminal, otherwise a line now and then."""

from __future__ import annotations

import sys
import time

LINE_EVERY = 10.0
REDRAW_EVERY = 0.2
WIDTH = 30


def _clock(seconds):
    minutes, seconds = divmod(int(seconds + 0.5), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


class Progress:
    """Call it with (done, total, what); ``say`` writes a line of its own."""

    def __init__(self, stream=None, now=time.monotonic):
        self.stream = stream or sys.stderr
        self.tty = self.stream.isatty()
        self.now = now
        self.started = None
        self.shown = 0.0
        self.open_line = False

    def __call__(self, done, total, what):
        now = self.now()
        if self.started is None or self.started[0] != what:
            self.started = (what, now, done)
            self.shown = now if not self.tty else now - REDRAW_EVERY
        finished = done >= total
        if not finished and now - self.shown < (REDRAW_EVERY if self.tty else LINE_EVERY):
            return
        self.shown = now
        _what, since, first = self.started
        spent = now - since
        rate = (done - first) / spent if spent > 0 else 0
        share = done / total if total else 1
        text = f"{what}: {done:,} of {total:,} ({share:.0%})"
        if finished:
            text += f" in {_clock(spent)}"
        elif rate:
            text += f", {rate:.1f}/s, {_clock((total - done) / rate)} to go"
        if not self.tty:
            print(text, file=self.stream, flush=True)
            return
        filled = int(share * WIDTH)
        bar = "#" * filled + "." * (WIDTH - filled)
        print(f"\r\x1b[K[{bar}] {text}", end="", file=self.stream, flush=True)
        self.open_line = True
        if finished:
            self.close()

    def say(self, text):
        self.close()
        print(text, file=self.stream, flush=True)

    def close(self):
        """End the updating line, if one is open."""
        if self.open_line:
            print(file=self.stream, flush=True)
            self.open_line = False
