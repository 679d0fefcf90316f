from datetime import date, timedelta

from odoo.tests import BaseCase, tagged

from ..engine import periods


def day(text):
    return date.fromisoformat(text)


@tagged("post_install", "-at_install")
class TestEnginePeriods(BaseCase):
    """DESIGN 3.8: calendar periods are half-open; each boundary from both of its sides."""

    def test_floor_is_the_first_day_of_the_period(self):
        """K1: first day, last day and the days around them, for each scheme."""
        cases = [
            ("month", "2026-01-01", "2026-01-01"),
            ("month", "2026-01-31", "2026-01-01"),
            ("month", "2026-02-01", "2026-02-01"),
            ("month", "2025-12-31", "2025-12-01"),
            ("month", "2028-02-29", "2028-02-01"),
            ("month", "2026-02-28", "2026-02-01"),
            ("quarter", "2026-01-01", "2026-01-01"),
            ("quarter", "2026-03-31", "2026-01-01"),
            ("quarter", "2026-04-01", "2026-04-01"),
            ("quarter", "2026-06-30", "2026-04-01"),
            ("quarter", "2026-07-01", "2026-07-01"),
            ("quarter", "2026-09-30", "2026-07-01"),
            ("quarter", "2026-10-01", "2026-10-01"),
            ("quarter", "2026-12-31", "2026-10-01"),
            ("year", "2026-01-01", "2026-01-01"),
            ("year", "2026-12-31", "2026-01-01"),
            ("year", "2028-02-29", "2028-01-01"),
            ("year", "2025-12-31", "2025-01-01"),
        ]
        for scheme, of, expected in cases:
            with self.subTest(f"{scheme} of {of}"):
                self.assertEqual(periods.floor(scheme, day(of)), day(expected))

    def test_following_is_the_first_day_after_the_period(self):
        """K1: also over the end of the year and the end of February."""
        cases = [
            ("month", "2026-01-01", "2026-02-01"),
            ("month", "2026-11-01", "2026-12-01"),
            ("month", "2026-12-01", "2027-01-01"),
            ("month", "2028-02-01", "2028-03-01"),
            ("quarter", "2026-01-01", "2026-04-01"),
            ("quarter", "2026-07-01", "2026-10-01"),
            ("quarter", "2026-10-01", "2027-01-01"),
            ("year", "2026-01-01", "2027-01-01"),
        ]
        for scheme, start, expected in cases:
            with self.subTest(f"{scheme} from {start}"):
                self.assertEqual(periods.following(scheme, day(start)), day(expected))

    def test_periods_cover_the_span(self):
        """K1: the periods that meet [start, until), whole ones; none for an empty span."""
        cases = [
            ("month", "2026-01-01", "2026-01-01", []),
            ("month", "2026-01-02", "2026-01-01", []),
            ("month", "2026-01-15", "2026-01-15", []),
            ("month", "2026-01-01", "2026-01-02", ["2026-01-01"]),
            ("month", "2026-01-31", "2026-02-01", ["2026-01-01"]),
            ("month", "2026-01-31", "2026-02-02", ["2026-01-01", "2026-02-01"]),
            ("month", "2028-02-29", "2028-03-01", ["2028-02-01"]),
            ("month", "2028-02-29", "2028-03-02", ["2028-02-01", "2028-03-01"]),
            ("month", "2025-12-31", "2026-01-02", ["2025-12-01", "2026-01-01"]),
            ("quarter", "2026-03-31", "2026-04-01", ["2026-01-01"]),
            ("quarter", "2026-03-31", "2026-04-02", ["2026-01-01", "2026-04-01"]),
            ("quarter", "2026-12-31", "2027-01-02", ["2026-10-01", "2027-01-01"]),
            ("year", "2026-12-31", "2027-01-01", ["2026-01-01"]),
            ("year", "2026-12-31", "2027-01-02", ["2026-01-01", "2027-01-01"]),
        ]
        for scheme, start, until, expected in cases:
            with self.subTest(f"{scheme} [{start}, {until})"):
                found = periods.periods(scheme, day(start), day(until))
                self.assertEqual([str(first) for first, _stop in found], expected)

    def test_periods_neither_overlap_nor_leave_a_gap(self):
        """DESIGN 3.8: each day of four years lies in exactly one period, the one of its floor."""
        first, until = day("2025-01-01"), day("2029-01-01")
        for scheme, count in (("month", 48), ("quarter", 16), ("year", 4)):
            found = periods.periods(scheme, first, until)
            self.assertEqual(len(found), count)
            current = first
            while current < until:
                holding = [start for start, stop in found if start <= current < stop]
                self.assertEqual(holding, [periods.floor(scheme, current)])
                current += timedelta(days=1)

    def test_last_day_is_the_one_before_the_stop(self):
        """DESIGN 3.8: what people read as the end of a half-open period."""
        self.assertEqual(periods.last_day(day("2028-03-01")), day("2028-02-29"))
        self.assertEqual(periods.last_day(day("2026-03-01")), day("2026-02-28"))
        self.assertEqual(periods.last_day(day("2026-01-01")), day("2025-12-31"))
