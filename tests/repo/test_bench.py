"""What setup/bench prints and accepts, without Odoo and without a database."""

import contextlib
import doctest
import importlib
import io
import json
import subprocess
import sys
import tempfile
import unittest
from datetime import date
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "setup"))

from pmm_setup import console, paths  # noqa: E402
from pmm_setup.bench import command, generate, portal, report, sizes  # noqa: E402

KEYS = ["name", "size", "seconds", "floor_seconds", "ratio", "queries", "peak_rss_mb"]
LINES = [
    report.line("idle worker", "S", peak=150.0),
    report.line("a. filling credits", "S", 3.0, 2.5, 9, 151.0),
    report.line("a-c. Run now", "S", 9.0, peak=200.0),
    report.line("d. after 100 new invoices", "S", 0.4, 15.0, 22, 160.0),
]


class TestDoctests(unittest.TestCase):
    def test_examples_of_the_benchmark_hold(self):
        for name in ("generate", "meter", "portal", "report"):
            with self.subTest(name):
                result = doctest.testmod(importlib.import_module(f"pmm_setup.bench.{name}"))
                self.assertGreater(result.attempted, 0)
                self.assertEqual(result.failed, 0)


class TestCommand(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.said = io.StringIO()
        for target, name, value in (
            (paths, "WORK", self.folder),
            (console.console, "stream", self.said),
            (sys, "stderr", self.said),
        ):
            patch = mock.patch.object(target, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def run_with(self, *arguments, lines=LINES):
        """Return what the command prints when the measuring itself gives ``lines``."""
        printed = io.StringIO()
        with (
            mock.patch.object(command, "_bench", return_value=lines) as self.bench,
            contextlib.redirect_stdout(printed),
        ):
            self.assertEqual(command.main(list(arguments)), 0)
        return printed.getvalue()

    def test_small_is_the_default_and_five_repeats(self):
        self.run_with()
        self.bench.assert_called_once_with("S", 5, None)

    def test_the_size_is_one_of_two(self):
        self.run_with("--size", "L", "--repeats", "2")
        self.bench.assert_called_once_with("L", 2, None)
        for wrong in (["--size", "M"], ["--repeats", "0"], ["--repeats", "x"], ["--only", "a"]):
            with self.subTest(wrong), self.assertRaises(SystemExit) as refused:
                self.run_with(*wrong)
            self.assertEqual(refused.exception.code, 2)

    def test_one_object_per_line_with_the_same_keys(self):
        objects = [json.loads(each) for each in self.run_with().splitlines()]
        self.assertEqual(objects, LINES)
        for each in objects:
            self.assertEqual(list(each), KEYS)

    def test_a_file_gets_the_objects_instead(self):
        file = self.folder / "figures.json"
        self.assertEqual(self.run_with("--json", str(file)), "")
        self.assertEqual(report.parse(file.read_text()), LINES)

    def test_people_read_a_table_beside_it(self):
        self.run_with()
        self.assertIn("a. filling credits", self.said.getvalue())

    def test_queries_are_compared_with_the_other_size(self):
        self.run_with("--size", "L", lines=[{**each, "size": "L"} for each in LINES])
        self.assertNotIn("MISSED", self.said.getvalue())
        self.run_with(lines=[*LINES[:-1], {**LINES[-1], "queries": 23}])
        self.assertIn("MISSED: queries", self.said.getvalue())

    def test_tiers_alone_leave_the_other_figures(self):
        self.run_with()
        tiers = [report.line("g1. placing on 4 tiers", "S", 2.0, 1.0, 40, 150.0)]
        printed = self.run_with("--only", "tiers", lines=tiers)
        self.bench.assert_called_once_with("S", 5, "tiers")
        self.assertEqual(report.parse(printed), tiers)
        # queries of all steps can still be compared with those of the other size
        kept = (self.folder / "bench-S.json").read_text(encoding="utf-8")
        self.assertEqual(report.parse(kept), LINES + tiers)

    def test_help_needs_no_odoo(self):
        done = subprocess.run(
            [sys.executable, ROOT / "setup" / "bench", "--help"],
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("--size", done.stdout)


class TestVerdicts(unittest.TestCase):
    def test_goals(self):
        cases = (
            ("a. x", 1.5, 1.0, []),
            ("a. x", 1.51, 1.0, ["ratio"]),
            ("c. x", 2.0, 1.0, []),
            ("d. x", 3.0, 100.0, []),
            ("d. x", 3.1, 100.0, ["ratio"]),
            ("d. x", 1.0, 2.0, []),
            ("e. x", 1.05, 1.0, []),
            ("e. x", 1.051, 1.0, ["ratio"]),
            ("f. x", 1.21, 1.0, ["ratio"]),
            ("g1. x", 2.0, 1.0, []),
            ("g1. x", 2.01, 1.0, ["ratio"]),
            ("g2. x", 1.5, 1.0, []),
            ("g2. x", 1.51, 1.0, ["ratio"]),
            ("g3. x", 3.1, 100.0, ["ratio"]),
            ("g3. x", 1.0, 2.0, []),
        )
        for name, seconds, floor, expected in cases:
            with self.subTest(name=name, seconds=seconds):
                found = report.missed(report.line(name, "L", seconds, floor, 1, 100), 100)
                self.assertEqual(found, expected)

    def test_memory_counts_above_an_idle_worker(self):
        for peak, expected in ((400.0, []), (400.1, ["memory"])):
            self.assertEqual(report.missed(report.line("x", "L", 1.0, peak=peak), 100.0), expected)


class TestParts(unittest.TestCase):
    def test_the_sizes_are_those_of_the_issue(self):
        self.assertEqual(sizes.SIZES["S"], (1_000, 50_000))
        self.assertEqual(sizes.SIZES["L"], (10_000, 350_000))
        self.assertEqual(sizes.LINES * sizes.SIZES["L"].documents, 1_050_000)

    def test_there_are_24_months_up_to_the_present_one(self):
        for today in (date(2026, 1, 31), date(2026, 11, 23), date(2026, 12, 1), date(2028, 2, 29)):
            start = generate.first_day(today)
            months = (today.year - start.year) * 12 + today.month - start.month + 1
            self.assertEqual((start.day, months), (1, sizes.MONTHS))

    def test_our_pages_are_measured_beside_odoo_s(self):
        self.assertEqual(portal.FLOOR, "/my/invoices")
        self.assertIn("/my/programme", portal.PAGES)


if __name__ == "__main__":
    unittest.main()
