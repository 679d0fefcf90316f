from itertools import product
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import tagged

from .tier_common import TierCommon

# of the two groups A (first, second) and B (third, fourth): is the rung met?
MATCHES = {
    # (inside a group, between groups): condition
    ("all", "any"): lambda a, b, c, d: (a and b) or (c and d),
    ("all", "all"): lambda a, b, c, d: a and b and c and d,
    ("any", "any"): lambda a, b, c, d: a or b or c or d,
    ("any", "all"): lambda a, b, c, d: (a or b) and (c or d),
}


@tagged("post_install", "-at_install")
class TestTierGroups(TierCommon):
    """T2: requirements of all kinds in groups, with ALL and ANY inside and between."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.services_kpi = cls._kpi(
            "Services", program=cls.climbers, category_ids=[Command.set(cls.services.ids)]
        )

    def _confirm(self, enrollment, requirement, start="2024-01-01", stop=False):
        return self.env["pmm.tier.check"].create(
            {
                "enrollment_id": enrollment.id,
                "requirement_id": requirement.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    def test_all_and_any(self):
        """T2: every combination of four requirements of three kinds, in each of the four ways."""
        asked = [
            self._ask(100, "A"),
            self._ask(1, "A", kind="check", name="Has a showroom"),
            self._ask(
                1, "B", kind="partner", name="On time", partner_domain="[('ref', '=', 'ok')]"
            ),
            self._ask(50, "B", kpi_id=self.services_kpi.id, kind="kpi"),
        ]
        rung = self._rung(self.climbers, 1, self.silver, asked)
        _revenue, showroom, _on_time, _services = rung.requirement_ids
        joined = {}
        for has in product((False, True), repeat=4):
            enrollment = self._join()
            lines = []
            if has[3]:
                lines.append((self.training, 1, 50))
            if has[0]:
                lines.append((self.pump, 1, 100 - 50 * has[3]))
            if lines:
                self._invoice(enrollment.partner_id, "2024-03-01", *lines)
            if has[1]:
                self._confirm(enrollment, showroom)
            enrollment.partner_id.ref = "ok" if has[2] else "late"
            joined[enrollment] = has
        for (inside, between), holds in MATCHES.items():
            with self._case(inside, between):
                rung.write({"group_match": inside, "tier_match": between})
                self._runs("2024-03-01")
                for enrollment, has in joined.items():
                    met = tuple(enrollment.standing_ids.sorted("requirement_id").mapped("met"))
                    self.assertEqual(met, has)
                    tier = enrollment.tier_ids.grade_id
                    self.assertEqual(bool(tier), bool(holds(*has)), has)

    def test_five_groups(self):
        """T2: all of five groups, with one unmet in each place; and any of them."""
        asked = [self._ask(1, group, kind="check", name=f"Check {group}") for group in "ABCDE"]
        rung = self._rung(self.climbers, 1, self.silver, asked, tier_match="all")
        joined = {}
        for missing in [*range(5), None]:
            enrollment = self._join()
            for number, requirement in enumerate(rung.requirement_ids):
                if number != missing:
                    self._confirm(enrollment, requirement)
            joined[enrollment] = missing
        for between in "all", "any":
            with self._case(between):
                rung.tier_match = between
                self._runs("2024-03-01")
                for enrollment, missing in joined.items():
                    held = between == "any" or missing is None
                    self.assertEqual(bool(enrollment.tier_ids), held, missing)

    def test_no_data_inside_groups(self):
        """T2, DESIGN 3.7: a group of ANY is met without it, a group of ALL is not."""
        self._rung(
            self.climbers,
            1,
            self.silver,
            [self._ask(100), self._ask(0, kind="kpi", kpi_id=self.services_kpi.id)],
        )
        rung, services = self.climbers.tier_ids, self.services_kpi
        source = self.registry["pmm.kpi.source.revenue"]

        def void(_self, kpi):
            return None if kpi == services else 0

        for inside, amount, held in (
            ("all", 100, False),
            ("any", 99.99, False),
            ("any", 100, True),
        ):
            with self._case(inside, amount), patch.object(source, "_void_value", void):
                rung.group_match = inside
                enrollment = self._join()
                self._buys(enrollment, "2024-03-01", amount)
                self._runs("2024-03-01")
                self.assertEqual(bool(enrollment.tier_ids), held)

    def test_days_of_a_confirmation(self):
        """T2: valid on its first day, not the day before, not on the day it ends before."""
        rung = self._rung(
            self.climbers, 1, self.silver, [self._ask(1, kind="check", name="Has a showroom")]
        )
        for start, stop, held in (
            ("2024-06-14", False, True),
            ("2024-06-15", False, True),
            ("2024-06-16", False, False),
            ("2024-01-01", "2024-06-14", False),
            ("2024-01-01", "2024-06-15", False),
            ("2024-01-01", "2024-06-16", True),
        ):
            with self._case(start, stop):
                enrollment, other = self._join(), self._join()
                self._confirm(enrollment, rung.requirement_ids, start, stop)
                self._runs("2024-06-15")
                self.assertEqual(bool(enrollment.tier_ids), held)
                self.assertStanding(enrollment, int(held), held)
                self.assertFalse(other.tier_ids)

    def test_two_confirmations_are_one(self):
        """T2: two confirmations of one day are 1, not 2."""
        rung = self._rung(
            self.climbers, 1, self.silver, [self._ask(2, kind="check", name="Has a showroom")]
        )
        enrollment = self._join()
        self._confirm(enrollment, rung.requirement_ids, "2024-01-01", "2024-07-01")
        self._confirm(enrollment, rung.requirement_ids, "2024-06-01")
        self._runs("2024-06-15")
        self.assertStanding(enrollment, 1, False)

    def test_confirmation_of_another_requirement(self):
        """T2: a confirmation counts for its requirement alone."""
        asked = [self._ask(1, kind="check", name=name) for name in ("Showroom", "Workshop")]
        rung = self._rung(self.climbers, 1, self.silver, asked)
        enrollment = self._join()
        self._confirm(enrollment, rung.requirement_ids[0])
        self._runs("2024-06-15")
        self.assertEqual(
            enrollment.standing_ids.sorted("requirement_id").mapped("met"), [True, False]
        )
        self.assertFalse(enrollment.tier_ids)
        self._confirm(enrollment, rung.requirement_ids[1])
        self._runs("2024-06-15")
        self.assertTier(enrollment, self.silver)

    def test_partner_data(self):
        """T2: the condition holds for the partner company, as it is on the day of the run."""
        germany = self.env.ref("base.de")
        asked = self._ask(
            1,
            kind="partner",
            name="Is in Germany",
            partner_domain="[('country_id.code', '=', 'DE')]",
        )
        self._rung(self.climbers, 1, self.silver, [asked])
        here, there = self._join(), self._join()
        here.partner_id.country_id = germany
        there.partner_id.country_id = self.env.ref("base.fr")
        self._runs("2024-06-15")
        self.assertTier(here, self.silver)
        self.assertStanding(there, 0, False)
        self.assertTier(there, None)
        there.partner_id.country_id = germany
        self._runs("2024-06-16")
        self.assertTier(there, self.silver)

    def test_conditions_of_two_requirements_do_not_mix(self):
        """T2: two partner conditions and two KPIs on one ladder keep their own values."""
        code = "[('ref', '=', '%s')]"
        self._rung(
            self.climbers,
            1,
            self.silver,
            [
                self._ask(1, kind="partner", name="x", partner_domain=code % "x"),
                self._ask(100),
            ],
        )
        self._rung(
            self.climbers,
            2,
            self.gold,
            [
                self._ask(1, kind="partner", name="y", partner_domain=code % "y"),
                self._ask(100, kind="kpi", kpi_id=self.services_kpi.id),
            ],
        )
        cases = [
            # reference, product, tier
            ("x", self.pump, self.silver),
            ("x", self.training, self.silver),
            ("y", self.pump, None),
            ("y", self.training, self.gold),
        ]
        joined = []
        for ref, item, grade in cases:
            enrollment = self._join()
            enrollment.partner_id.ref = ref
            self._invoice(enrollment.partner_id, "2024-03-01", (item, 1, 100))
            joined.append((enrollment, grade))
        self._runs("2024-03-01")
        for case, (enrollment, grade) in zip(cases, joined, strict=True):
            with self.subTest(case):
                self.assertTier(enrollment, grade)

    def test_same_figure_twice_with_two_thresholds(self):
        """T2: rungs and groups that ask for one KPI compare each with its own threshold."""
        self._rung(
            self.climbers, 1, self.silver, [self._ask(100), self._ask(1000, "B")], tier_match="all"
        )
        self._rung(self.climbers, 2, self.gold, [self._ask(500), self._ask(5000, "B")])
        for amount, grade in ((499.99, None), (500, self.gold), (1000, self.gold)):
            with self._case(amount):
                enrollment = self._join()
                self._buys(enrollment, "2024-03-01", amount)
                self._runs("2024-03-01")
                self.assertTier(enrollment, grade)

    def test_only_what_was_met_is_told(self):
        """T11: the cause names what was met in groups that were met; so do portal and chatter."""
        rung = self._rung(
            self.climbers,
            1,
            self.silver,
            [
                self._ask(100),
                self._ask(1, kind="check", name="Has a showroom"),
                self._ask(1, "B", kind="check", name="Has a workshop"),
                self._ask(10, "B", kind="points"),
            ],
        )
        both = "Requirements met: Revenue $ 100.00 (required $ 100.00), Has a showroom"
        for inside, between, confirmed, expected in (
            ("all", "any", [1, 2], both),
            ("any", "any", [], "Requirements met: Revenue $ 100.00 (required $ 100.00)"),
            ("any", "all", [1, 2], f"{both}, Has a workshop"),
            ("all", "all", [1, 2], f"{both}, Has a workshop, Points 0 (required 0)"),
        ):
            with self._case(inside, between):
                rung.write({"group_match": inside, "tier_match": between})
                enrollment = self._join()
                for number in confirmed:
                    self._confirm(enrollment, rung.requirement_ids[number])
                if inside == between == "all":
                    rung.requirement_ids[3].threshold = 0
                self._buys(enrollment, "2024-03-01", 100)
                self._runs("2024-03-01")
                tier = enrollment.tier_ids
                said = tier._partner_text()
                self.assertEqual(said.replace("\N{NO-BREAK SPACE}", " "), expected)
                self.assertEqual(tier.cause_text, said)
                # what was true on that day stays, whatever the ladder asks for afterwards
                rung.requirement_ids[0].group = "B"
                self.assertEqual(tier._partner_text(), said)

    def test_partner_data_needs_a_condition(self):
        """T2: without a condition everybody would meet it; the refusal says what to do."""
        for condition in (False, "", "[]", "[(1, '=', 1)]"):
            with self.subTest(condition), self.assertRefused("Choose which partners meet “In EU”"):
                asked = self._ask(1, kind="partner", name="In EU", partner_domain=condition)
                self._rung(self.climbers, 1, self.silver, [asked])

    def test_lost_confirmation_is_reviewed(self):
        """T5: a confirmation that ends costs the tier at its review, not before."""
        rung = self._rung(
            self.climbers, 1, self.silver, [self._ask(1, kind="check", name="Has a showroom")]
        )
        self.climbers.write({"tier_recheck": False})
        for stop, held in (("2025-12-31", False), ("2026-01-02", True)):
            with self._case(stop):
                enrollment = self._join()
                self._confirm(enrollment, rung.requirement_ids, "2024-01-01", stop)
                self._runs("2024-06-15", "2025-12-31")
                self.assertTier(enrollment, self.silver)
                self._runs("2026-01-01")
                self.assertTier(enrollment, self.silver if held else None)
