import random
from decimal import Decimal

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..engine.bands import Band, check, marginal, next_band, rounded, slices

CENT = Decimal("0.01")


def scale(*bands):
    return [Band(Decimal(floor), Decimal(rate)) for floor, rate in bands]


THREE = scale(("0", "0.10"), ("100", "0.20"), ("300", "0.30"))
UNITS = scale(("0", "0"), ("500", "2"), ("1000", "3"))
LATE = scale(("0", "0"), ("5000", "0.02"), ("27000", "0.04"))


@tagged("post_install", "-at_install")
class TestEngineBands(BaseCase):
    """R3, R45: each slice of an amount earns its own band's rate; rounded once."""

    def assertEarns(self, bands, cases, quantum=CENT):
        for amount, expected in cases:
            with self.subTest(amount=amount):
                found = marginal(Decimal(amount), bands, quantum)
                self.assertEqual(found, Decimal(expected))

    def test_worked_cases_of_the_specification(self):
        """R3: 3 800 earns 1 100.00 and not the 1 120 of others; 1 000 earns 260."""
        self.assertEarns(THREE, [("3800", "1100.00"), ("1000", "260.00")])

    def test_worked_case_of_marginal_units(self):
        """R3: 1 200 pieces at 0, 2 and 3 per unit are 0 + 1 000 + 600."""
        self.assertEarns(UNITS, [("1200", "1600"), ("500", "0"), ("501", "2"), ("1000", "1000")])
        self.assertEarns(UNITS, [("1001", "1003")])

    def test_no_gap_between_bands_pays_nothing(self):
        """R4: an amount between two bands' whole units is paid too."""
        self.assertEarns(THREE, [("100.005", "10.00"), ("100.05", "10.01"), ("300.01", "50.00")])

    def test_boundaries_at_below_and_above_each_floor(self):
        """DESIGN 3.8: at each floor, one cent below and one cent above it."""
        self.assertEarns(
            scale(("0", "0.10"), ("100", "0.50"), ("300", "1")),
            [
                ("0", "0"),
                ("0.01", "0.00"),
                ("0.04", "0.00"),
                ("0.05", "0.01"),
                ("99.99", "10.00"),
                ("100", "10.00"),
                ("100.01", "10.01"),
                ("299.99", "110.00"),
                ("300", "110.00"),
                ("300.01", "110.01"),
            ],
        )

    def test_a_band_of_rate_0_earns_nothing_up_to_the_next_floor(self):
        """R3: 2 % from 5 000 and 4 % from 27 000, each on its own slice."""
        self.assertEarns(
            LATE,
            [
                ("4999.99", "0"),
                ("5000", "0"),
                ("5000.50", "0.01"),
                ("27000", "440.00"),
                ("27001", "440.04"),
            ],
        )

    def test_a_later_band_may_earn_less(self):
        """R3: a falling scale slows down and never takes back."""
        self.assertEarns(
            scale(("0", "0.10"), ("100", "0.05"), ("200", "0")),
            [("100", "10"), ("200", "15"), ("1000000", "15")],
        )

    def test_zero_and_negative_amounts_earn_0(self):
        """R32: more returned than bought earns nothing, never less than nothing."""
        for bands in (THREE, UNITS, LATE):
            self.assertEarns(bands, [("0", "0"), ("-0.01", "0"), ("-3800", "0")])
            self.assertEqual(slices(Decimal(-5), bands), [])
            self.assertEqual(slices(Decimal(0), bands), [])

    def test_order_of_the_bands_does_not_matter(self):
        self.assertEarns(THREE[::-1], [("3800", "1100.00")])

    def test_halves_are_rounded_away_from_zero(self):
        """R45: half a unit is rounded up, whatever the digit before it."""
        for amount, quantum, expected in [
            ("0.005", "0.01", "0.01"),
            ("0.015", "0.01", "0.02"),
            ("0.0249999", "0.01", "0.02"),
            ("2.675", "0.01", "2.68"),
            ("-0.005", "0.01", "-0.01"),
            ("-2.675", "0.01", "-2.68"),
            ("0.5", "1", "1"),
            ("1.5", "1", "2"),
            ("2.5", "1", "3"),
            ("-2.5", "1", "-3"),
            ("2.4999", "1", "2"),
            ("0.025", "0.05", "0.05"),
            ("0.02499", "0.05", "0"),
            ("0.074", "0.05", "0.05"),
            ("0.075", "0.05", "0.10"),
            ("-0.075", "0.05", "-0.10"),
            ("0.0005", "0.001", "0.001"),
            ("12345678901234.565", "0.01", "12345678901234.57"),
        ]:
            with self.subTest(amount=amount, quantum=quantum):
                found = rounded(Decimal(amount), Decimal(quantum))
                self.assertEqual(found, Decimal(expected))

    def test_the_sum_is_rounded_once_and_not_each_slice(self):
        """R45: three slices of 0.4 cents make one cent."""
        bands = scale(("0", "0.004"), ("1", "0.0041"), ("2", "0.0042"))
        self.assertEarns(bands, [("3", "0.01"), ("1", "0.00")])
        self.assertEqual(
            next(piece.reward for piece in slices(Decimal(3), bands)), Decimal("0.004")
        )

    def test_other_quanta(self):
        """S12: currencies that are rounded to 0.05 or to whole units."""
        flat = scale(("0", "0.05"))
        self.assertEarns(flat, [("100.70", "5.05"), ("100.40", "5.00")], Decimal("0.05"))
        self.assertEarns(flat, [("100.50", "5.05"), ("100.4999", "5.00")], Decimal("0.05"))
        self.assertEarns(flat, [("9", "0"), ("10", "1"), ("3800", "190")], Decimal(1))
        self.assertEarns(THREE, [("3801", "1100"), ("3802", "1101")], Decimal(1))

    def test_slices_tell_where_the_reward_comes_from(self):
        """R42: floor, rate, part and reward of each slice; nothing for bands not reached."""
        found = [tuple(map(str, piece)) for piece in slices(Decimal("350"), THREE)]
        self.assertEqual(
            found,
            [
                ("0", "0.10", "100", "10.00"),
                ("100", "0.20", "200", "40.00"),
                ("300", "0.30", "50", "15.00"),
            ],
        )
        self.assertEqual(len(slices(Decimal(100), THREE)), 1)
        self.assertEqual(len(slices(Decimal("100.01"), THREE)), 2)

    def test_check_names_what_makes_a_scale_incomplete(self):
        """DESIGN 3.9: no bands, no band from 0, two bands from one floor."""
        self.assertEqual(check([]), "empty")
        self.assertEqual(check(scale(("1", "0"))), "floor")
        self.assertEqual(check(scale(("0.01", "0"), ("5", "1"))), "floor")
        self.assertEqual(check(scale(("-5", "1"), ("0", "2"))), "floor")
        self.assertEqual(check(scale(("0", "1"), ("0", "2"))), "twice")
        self.assertEqual(check(scale(("0", "1"), ("7", "1"), ("7.00", "2"))), "twice")
        self.assertIsNone(check(THREE))
        self.assertIsNone(check(THREE[::-1]))
        self.assertIsNone(check(scale(("0", "0"))))

    def test_next_band_on_below_and_above_each_floor(self):
        """O2, DESIGN 3.8: a band has a floor only: who stands on it is in it."""
        for bands, cases in (
            (
                THREE,
                (
                    ("-0.01", "0"),  # below the first floor, nothing is earned yet
                    ("0", "100"),
                    ("99.99", "100"),
                    ("100", "300"),
                    ("100.01", "300"),
                    ("299.99", "300"),
                    ("300", None),
                    ("300.01", None),
                    ("1000000", None),
                ),
            ),
            (LATE, (("-5", None), ("0", "5000"), ("4999.99", "5000"), ("5000", "27000"))),
            (scale(("0", "0.05")), (("-1", "0"), ("0", None), ("7", None))),
            ([], (("0", None), ("5", None))),
            # a scale that is not complete: from 50 on only
            (scale(("50", "0.1")), (("0", "50"), ("49.99", "50"), ("50", None))),
        ):
            for amount, floor in cases:
                with self.subTest(bands=bands, amount=amount):
                    found = next_band(Decimal(amount), bands)
                    self.assertEqual(found and found.floor, floor and Decimal(floor))

    def test_next_band_must_grant_more(self):
        """O2: nobody is drawn into a band of the same or a lower rate, nor past it."""
        for rates, expected in (
            (("0.05", "0.05"), None),
            (("0.05", "0.04"), None),
            (("0.05", "0.050001"), "100"),
            (("0", "0"), None),
            (("0", "0.000001"), "100"),
            (("0.05", "0.04", "0.20"), None),  # the one above counts, not the best one
            (("0.05", "0.06", "0.20"), "100"),
        ):
            bands = scale(*zip(("0", "100", "200"), rates, strict=False))
            with self.subTest(rates=rates):
                found = next_band(Decimal("99.99"), bands)
                self.assertEqual(found and found.floor, expected and Decimal(expected))

    def test_next_band_has_rate_and_floor_in_any_order(self):
        """O2: the band itself is returned, whatever the order of the scale."""
        for bands in (THREE, THREE[::-1]):
            self.assertEqual(next_band(Decimal(150), bands), Band(Decimal("300"), Decimal("0.30")))

    # === PROPERTIES === #

    def test_next_band_is_the_first_amount_that_earns_more_per_unit(self):
        """O2: found again by what single cents earn."""
        source = random.Random(11)  # fixed: the test must repeat itself
        for _ in range(300):
            bands = self._random_scale(source)
            amount = Decimal(source.randrange(110_000)) * CENT
            present = slices(amount + CENT, bands)[-1].rate
            above = sorted(band for band in bands if band.floor > amount)
            expected = above[0] if above and above[0].rate > present else None
            self.assertEqual(next_band(amount, bands), expected, f"{bands} at {amount}")

    def _random_scale(self, source):
        floors = {Decimal(0)} | {
            Decimal(source.randrange(1, 100_000)) * CENT for _ in range(source.randrange(5))
        }
        rates = [Decimal(source.randrange(1_000_001)) / 1_000_000 for _ in floors]
        bands = [Band(*pair) for pair in zip(floors, rates, strict=True)]
        source.shuffle(bands)
        return bands

    def test_more_revenue_never_earns_less_and_never_jumps(self):
        """R3: monotone, and one cent more earns at most one quantum more (rates up to 100 %)."""
        source = random.Random(19)  # fixed: the test must repeat itself
        for _ in range(200):
            bands = self._random_scale(source)
            floors = [band.floor for band in bands]
            points = [Decimal(source.randrange(120_000)) * CENT for _ in range(10)]
            for point in points + floors:
                below, above = marginal(point, bands), marginal(point + CENT, bands)
                self.assertLessEqual(below, above, f"{bands} at {point}")
                self.assertLessEqual(above - below, CENT, f"{bands} at {point}")

    def test_equals_the_sum_over_the_cents(self):
        """R3: each cent earns the rate of the band in which it lies."""
        source = random.Random(7)  # fixed: the test must repeat itself
        for _ in range(40):
            bands = [
                Band(band.floor.quantize(Decimal(1)), band.rate / 10)
                for band in self._random_scale(source)
            ]
            if check(bands):
                continue
            amount = source.randrange(1, 1_500)
            expected = Decimal(0)
            for unit in range(amount):  # the unit that reaches from ``unit`` to ``unit + 1``
                reached = [band for band in bands if band.floor <= unit]
                expected += max(reached, key=lambda band: band.floor).rate
            self.assertEqual(
                marginal(Decimal(amount), bands), rounded(expected, CENT), f"{bands} at {amount}"
            )

    def test_parts_add_up_to_the_amount_and_rewards_to_the_total(self):
        """R45: no part of the amount is lost or counted twice."""
        source = random.Random(3)  # fixed: the test must repeat itself
        for _ in range(300):
            bands = self._random_scale(source)
            amount = Decimal(source.randrange(150_000)) * CENT
            pieces = slices(amount, bands)
            self.assertEqual(sum((piece.part for piece in pieces), Decimal(0)), amount)
            total = sum((piece.reward for piece in pieces), Decimal(0))
            self.assertEqual(marginal(amount, bands), rounded(total, CENT))
            self.assertTrue(all(piece.part > 0 for piece in pieces))

    def test_results_are_multiples_of_the_quantum(self):
        """R45: no fractions of the smallest coin."""
        source = random.Random(5)  # fixed: the test must repeat itself
        for quantum in map(Decimal, ("0.01", "0.05", "1", "0.001")):
            for _ in range(50):
                amount = Decimal(source.randrange(1_000_000)) / 1000
                found = marginal(amount, self._random_scale(source), quantum)
                self.assertEqual(found % quantum, 0)
