"""(f): pages of the portal on a running Odoo, over one connection that is kept open."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path
from statistics import median

from ..console import Failure, console
from ..odoo_cli import Odoo
from .meter import memory_of
from .report import line

LOGIN = "bench.portal"
FLOOR = "/my/invoices"
PAGES = ("/my/programme", "/my/programme/results", "/my/programme/rewards")
PROOFS = {FLOOR: b"INV/"}  # what stands on a page that is no empty one
PROOF = b"Benchmark"
REQUESTS = 20  # of each page in a repeat
WARM_UP = 5


def measure(odoo: Odoo, database: str, size: str, repeats: int) -> list[dict]:
    """Return a line for each of our pages beside Odoo's list of invoices."""
    log = odoo.folder / "bench-portal.log"
    log.unlink(missing_ok=True)
    with console.step("portal pages") as notes, _server(odoo, database, log) as (port, process):
        visitor = Visitor(port)
        visitor.log_in()
        seconds = {page: [] for page in (FLOOR, *PAGES)}
        for number in range(WARM_UP + REQUESTS * repeats):
            for page, found in seconds.items():
                taken = visitor.time(page)
                if number >= WARM_UP:
                    found.append(taken)
        status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
        notes.append(f"{FLOOR} {median(seconds[FLOOR]) * 1000:.0f} ms")
    queries = _queries(log.read_text(encoding="utf-8", errors="replace"))
    return [
        line(
            f"f. {page}",
            size,
            median(seconds[page]),
            median(seconds[FLOOR]),
            queries.get(page),
            memory_of(status, "VmHWM"),
        )
        for page in PAGES
    ]


class Visitor:
    """A partner's browser that asks for pages and nothing else."""

    def __init__(self, port: int):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookie = ""

    def log_in(self) -> None:
        """Log in as the partner of the benchmark."""
        page = self._request("GET", "/web/login")
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page)[1].decode()
        form = {"csrf_token": token, "login": LOGIN, "password": LOGIN}
        self._request("POST", "/web/login", urllib.parse.urlencode(form), expected=303)

    def time(self, page: str) -> float:
        """Return the seconds until the page is there as a whole."""
        started = time.perf_counter()
        content = self._request("GET", page)
        taken = time.perf_counter() - started
        if PROOFS.get(page, PROOF) not in content:
            raise Failure(f"{page} shows nothing.")
        return taken

    def _request(self, method, path, body=None, expected=200):
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status != expected:
            raise Failure(f"{path} was answered with {answer.status} instead of {expected}.")
        for value in answer.headers.get_all("Set-Cookie") or []:
            if value.startswith("session_id="):
                self.cookie = value.split(";")[0]
        return content


@contextlib.contextmanager
def _server(odoo: Odoo, database: str, log: Path):
    """Have one Odoo process serve the database; give its port and process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    words = ["-c", odoo.config, "-d", database, f"--db-filter=^{database}$",
             f"--http-port={port}", "--workers=0", "--max-cron-threads=0",
             f"--logfile={log}"]  # fmt: skip
    with subprocess.Popen(
        odoo.command(*words), env=odoo.env, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            _wait(port, process)
            yield port, process
        finally:
            process.terminate()


def _wait(port: int, process) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.2)
    raise Failure("Odoo did not begin to serve the portal.")


def _queries(log: str) -> dict[str, int]:
    """Return the queries of the last request of each page, as Odoo's log has them.

    >>> _queries('… "GET /my/x HTTP/1.1" 200 - 25 0.010 0.050\\n'
    ...          '… "GET /my/x HTTP/1.1" 200 - 12 0.010 0.050\\n')
    {'/my/x': 12}
    """
    return {page: int(count) for page, count in re.findall(r'"GET (\S+) \S+" 200 - (\d+) ', log)}
