"""``setup/bench``: measure the large steps on a synthetic database."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from pathlib import Path

from .. import addons, cache, paths, provision
from ..console import console
from ..odoo_cli import Odoo
from . import portal, report, shell, soak
from .data import Data
from .sizes import SIZES

DATABASE = "pmm_bench"
MEASURED = ("pmm_rewards",)
# for both sides alike; memory for sorting and hashing as a server of this size has it
SETTINGS = {"work_mem": "'64MB'", "maintenance_work_mem": "'256MB'", "random_page_cost": "1.1"}


def main(argv: list[str]) -> int:
    """Measure, print the table, and write one JSON object per line."""
    options = _options(argv)
    console.stream = sys.stderr
    if options.soak is not None:
        return soak.main(options.soak)
    with cache.lock(paths.work_dir() / "lock-bench", "the benchmark's database"):
        lines = _bench(options.size, options.repeats, options.only)
    text = report.json_lines(lines)
    _remember(options.size, lines, others_stay=bool(options.only))
    console.say(report.table(lines, _other_size(options.size)))
    if options.json:
        options.json.write_text(text, encoding="utf-8")
    else:
        print(text, end="", flush=True)
    return 0


def _record(size: str) -> Path:
    """Return the file with the last figures of a size: queries must be the same at the others."""
    return paths.work_dir() / f"bench-{size}.json"


def _remember(size: str, lines: list[dict], *, others_stay: bool) -> None:
    """Keep the figures for the other size, beside those of steps that were not measured."""
    file, kept = _record(size), []
    if others_stay and file.exists():
        measured = {each["name"] for each in lines}
        known = report.parse(file.read_text(encoding="utf-8"))
        kept = [each for each in known if each["name"] not in measured]
    file.write_text(report.json_lines(kept + lines), encoding="utf-8")


def _other_size(size: str) -> list[dict]:
    others = [_record(other) for other in SIZES if other != size and _record(other).exists()]
    return [each for file in others for each in report.parse(file.read_text(encoding="utf-8"))]


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="setup/bench", description=__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="S", help="default: S")
    parser.add_argument("--json", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--repeats", type=_repeats, default=5, metavar="N", help="default: 5")
    parser.add_argument("--only", choices=["tiers"], help="measure these steps, no others")
    parser.add_argument(
        "--soak",
        type=_minutes,
        nargs="?",
        const=10,
        metavar="MINUTES",
        help="measure nothing: random worlds against the slow oracles, for 10 minutes or so many",
    )
    return parser.parse_args(argv)


def _minutes(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is no number of minutes")
    return int(text)


def _repeats(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 100:
        raise argparse.ArgumentTypeError(f"{text} is no number of repeats (1 to 99)")
    return int(text)


def _bench(size: str, repeats: int, only: str | None) -> list[dict]:
    ours = addons.closure(MEASURED, addons.discover())
    today = datetime.now(timezone.utc).date()
    odoo = provision.odoo("bench")
    data = Data(odoo.tree, odoo.python, ours, size, today)
    if odoo.server.private:
        data.provide(odoo)
        data.fill(odoo.server, replace=True)
    odoo.write_config()
    with odoo.server.running():
        if not odoo.server.private:
            data.provide(odoo)
        _prepare(odoo, data, ours)
        lines = []
        if not only:
            lines += shell.run(odoo, DATABASE, "measure", size=size, repeats=repeats)
            lines += portal.measure(odoo, DATABASE, size, repeats)
        # last, because it gives the programme other tiers
        tiers = shell.run(odoo, DATABASE, "tiers", size=size, repeats=repeats)
        known = {each["name"] for each in lines}  # the idle worker
        lines += [each for each in tiers if each["name"] not in known]
        odoo.server.drop(DATABASE)
        return lines


def _prepare(odoo: Odoo, data: Data, ours: dict[str, addons.Addon]) -> None:
    """Have our addons and the programme on a copy of the documents."""
    with console.step("database with a programme over all partners"):
        odoo.duplicate(data.database, DATABASE, data.filestore)
        for name, value in SETTINGS.items():
            odoo.server.sql(f'ALTER DATABASE "{DATABASE}" SET {name} = {value}')
        odoo.install(DATABASE, init=ours)
        shell.run(odoo, DATABASE, "program", today=data.today.isoformat())
        odoo.server.sql("VACUUM ANALYZE", DATABASE)
