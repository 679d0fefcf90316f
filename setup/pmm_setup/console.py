"""Progress lines, the one kind of error a user sees, and the frame around every command."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import subprocess
import sys
import time


class SetupError(Exception):
    """Something that a user can mend; the message is one sentence that says how."""

    exit_code = 2


class Failure(SetupError):
    """Our own code failed (an addon does not install): no fault of the machine, exit code 1."""

    exit_code = 1


class Console:
    """Writes ``[ 12.3s] what … ok (note)`` lines, one per step, to one stream."""

    def __init__(self):
        self.stream = sys.stdout
        self.phases: list[tuple[str, float]] = []

    def say(self, text: str) -> None:
        print(text, file=self.stream, flush=True)

    @contextlib.contextmanager
    def step(self, what: str):
        """Time the block; what it appends to the list it is given stands in brackets."""
        notes: list[str] = []
        started = time.monotonic()
        live = self.stream.isatty()
        if live:
            print(f"[     …] {what}", end="\r", file=self.stream, flush=True)
        try:
            yield notes
        except BaseException:
            self._close(what, started, "FAILED", notes)
            raise
        self._close(what, started, "ok", notes)

    def _close(self, what: str, started: float, verdict: str, notes: list[str]) -> None:
        seconds = time.monotonic() - started
        self.phases.append((what, seconds))
        note = f" ({', '.join(notes)})" if notes else ""
        self.say(f"[{seconds:6.1f}s] {what} … {verdict}{note}")


console = Console()


def main(command) -> None:
    """Run ``command(argv)`` and leave the process with its exit code, without a traceback."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = command(sys.argv[1:])
    except SetupError as error:
        code = _complain(str(error), error.exit_code)
    except KeyboardInterrupt:
        code = _complain("interrupted; start it again, it goes on from what is finished.", 130)
    except OSError as error:
        code = _complain(explain_os_error(error))
    except subprocess.CalledProcessError as error:  # a programme failed that nobody expected to
        code = _complain(f"`{_words(error.cmd)}` failed with exit code {error.returncode}.")
    sys.exit(code)


def explain_os_error(error: OSError) -> str:
    """Return a sentence with a remedy for what the operating system refused.

    >>> explain_os_error(OSError(errno.ENOSPC, "No space left on device", "/var/x"))
    'the disk is full (/var/x): make room and start again.'
    """
    where = f" ({error.filename})" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"the disk is full{where}: make room and start again."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"no right to write{where}: use a checkout of your own, "
            "or name another cache folder in XDG_CACHE_HOME."
        )
    return f"{error.strerror or error}{where}."


def _words(command) -> str:
    return command if isinstance(command, str) else " ".join(map(str, command))


def _complain(sentence: str, code: int = 2) -> int:
    print(f"setup: {sentence}", file=sys.stderr, flush=True)
    return code


def _terminated(_signal, _frame):
    raise KeyboardInterrupt


def tail(text: str, lines: int = 15) -> str:
    """Return the last lines of a programme's output, for an error message."""
    return "\n".join(text.strip().splitlines()[-lines:])


def env_flag(name: str) -> bool:
    """Return whether the environment variable is set to something other than 0 or nothing."""
    return os.environ.get(name, "") not in ("", "0")
