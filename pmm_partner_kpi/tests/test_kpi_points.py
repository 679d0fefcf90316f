from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiPoints(PmmCommon):
    """K20, K21: an activity score: points for other KPIs, negative ones, limits per period."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.trainings = cls._kpi(
            "Trainings", source="quantity", category_ids=[Command.set(cls.services.ids)]
        )
        cls.valves = cls._kpi(
            "Valves",
            source="quantity",
            credit_domain=repr([("product_id", "=", cls.valve.id)]),
        )
        # 10 points a training, at most 3 a month; every valve takes 5
        cls.activity = cls._points("Activity", (cls.trainings, 10, 3), (cls.valves, -5, 0))

    @classmethod
    def _points(cls, name, *lines):
        names = ("counted_kpi_id", "points", "max_units")
        return cls._kpi(
            name,
            source="points",
            points_line_ids=[
                Command.create(dict(zip(names, (line[0].id, *line[1:]), strict=True)))
                for line in lines
            ],
        )

    def _sell(self, day, trainings=0, valves=0, partner=None):
        lines = [(self.training, trainings, 1), (self.valve, valves, 1)]
        self._invoice(partner or self.acme, day, *(line for line in lines if line[1]))

    def _threshold(self, points):
        rung = self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": self.gold.id}
        )
        self.program.points_kpi_id = self.activity
        return self.env["pmm.tier.requirement"].create(
            {"program_tier_id": rung.id, "kind": "points", "threshold": points}
        )

    # === WHO SEES IT === #

    def test_what_counts_internal_kpis_is_internal(self):
        """DESIGN 6: points and formulas over a KPI that partners do not see are not seen either."""
        margin = self._kpi("Profit", source="margin")
        over = self._kpi("Share", source="formula", formula="profit * 2")
        points = self._points("Earned", (over, 1, 0))
        self.assertTrue(over.is_internal and points.is_internal)
        self.assertFalse(self.activity.is_internal)
        # later as well, whatever is between them
        self.activity.points_line_ids[0].counted_kpi_id = over
        self.assertTrue(self.activity.is_internal)
        for public in (over, points):
            with self.assertRefused("partners do not see"):
                public.is_internal = False
        with self.assertRefused("partners do not see"):
            self._kpi("Open", source="formula", formula="profit * 3", is_internal=False)
        above = self._points("Above", (self.valves, 1, 0))
        self.valves.is_internal = True
        self.assertTrue(above.is_internal)
        # what somebody keeps inside stays there, until it is opened by hand
        margin.is_internal = False
        self.assertTrue(over.is_internal)
        over.is_internal = False
        points.is_internal = False
        self.assertFalse(points.is_internal)

    # === PERIODS === #

    def test_worked_example(self):
        """K21: the example of the guide: on the limit, one below, one above; below zero."""
        for month, trainings, valves in (("01", 2, 0), ("02", 3, 1), ("03", 4, 2)):
            self._sell(f"2026-{month}-10", trainings, valves)
        self._sell("2026-04-10", valves=1)
        self._target(self.acme_in, "2026-02", 50, self.activity)
        self._threshold(80)
        self.program._run()
        self.assertEqual(self.acme_in.standing_ids.value, 60)
        self.assertResult(self.acme_in, "2026-01", 20, kpi=self.activity)
        self.assertResult(self.acme_in, "2026-02", 25, 0.5, "missed", self.activity)
        self.assertResult(self.acme_in, "2026-03", 20, kpi=self.activity)
        self.assertResult(self.acme_in, "2026-04", -5, kpi=self.activity)
        self.assertResult(self.bolt_in, "2026-04", 0, kpi=self.activity)
        result = self._measurement(self.acme_in, "2026-02", self.activity)
        self.assertEqual(result.unit, "points")
        found = self.env["pmm.kpi.measurement"].search(result.action_view_credits()["domain"])
        self.assertEqual(found.kpi_id, self.trainings | self.valves)

    def test_no_data_gives_no_points(self):
        """K21, DESIGN 3.7: the others count, and the score is 0 where there is nothing."""
        ratio = self._kpi("Ratio", source="formula", formula="trainings / valves")
        self._points_kpi = self._points("Mixed", (self.trainings, 1, 0), (ratio, 100, 1))
        self._sell("2026-02-10", trainings=2)
        self._sell("2026-03-10", trainings=2, valves=4)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 2, kpi=self._points_kpi)
        self.assertResult(self.acme_in, "2026-03", 52, kpi=self._points_kpi)
        self.assertResult(self.bolt_in, "2026-03", 0, kpi=self._points_kpi)

    def test_fractions(self):
        """K21: a point per 100 of revenue, rounded once to four digits."""
        kpi = self._points("Per 100", (self.kpi, 0.01, 50.5))
        self._invoice(self.acme, "2026-02-10", 33.33)
        self._invoice(self.acme, "2026-03-10", 50.51)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 0.3333, kpi=kpi)
        self.assertResult(self.acme_in, "2026-03", 0.505, kpi=kpi)

    # === TIERS === #

    def test_tiers_count_whole_periods(self):
        """K20, K21, T1: limits are those of a period; the sum is over periods of the window."""
        requirement = self._threshold(80)
        for month in ("01", "02", "03"):
            self._sell(f"2026-{month}-10", trainings=5)
        self.program._run()
        standing = self.acme_in.standing_ids
        self.assertEqual((standing.requirement_id, standing.value), (requirement, 90))
        self.assertTrue(standing.met)
        self.assertEqual(self.bolt_in.standing_ids.value, 0)

    def test_tiers_count_nothing_after_today(self):
        """T1: an invoice of tomorrow counts in the period, and not yet for the tier."""
        self._threshold(80)
        self._sell("2026-04-15", trainings=1)
        self._sell("2026-04-16", trainings=1)
        self.program._run()
        self.assertResult(self.acme_in, "2026-04", 20, kpi=self.activity)
        self.assertEqual(self.acme_in.standing_ids.value, 10)

    def test_periods_that_begin_before_the_window_do_not_count(self):
        """K21: a window that begins inside a month begins with the next one."""
        self._threshold(80)
        self.program.write({"tier_window": "fixed", "tier_window_month": 2, "tier_window_day": 2})
        for day in ("2026-01-31", "2026-02-10", "2026-03-01"):
            self._sell(day, trainings=1)
        self.program._run()
        self.assertEqual(self.acme_in.standing_ids.value, 10)
        self.program.tier_window_day = 1
        self.program._run()
        self.assertEqual(self.acme_in.standing_ids.value, 20)

    def test_points_brought_along_are_added(self):
        """K20, C10: opening points and those of the KPI."""
        self._threshold(80)
        self.env["pmm.opening.balance"].create(
            {"enrollment_id": self.bolt_in.id, "kind": "points", "date": "2026-01-05", "value": 7}
        )
        self._sell("2026-02-10", trainings=1)
        self.program._run()
        self.assertEqual(self.acme_in.standing_ids.value, 10)
        self.assertEqual(self.bolt_in.standing_ids.value, 7)

    def test_formulas_over_points_count_periods_too(self):
        """K21, K6: also where a tier asks for a formula that uses points."""
        double = self._kpi("Double", source="formula", formula="activity * 2")
        rung = self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": self.gold.id}
        )
        self.env["pmm.tier.requirement"].create(
            {"program_tier_id": rung.id, "kpi_id": double.id, "threshold": 1}
        )
        for month in ("01", "02"):
            self._sell(f"2026-{month}-10", trainings=5)
        self.program._run()
        self.assertEqual(self.acme_in.standing_ids.value, 120)

    def test_context_of_a_caller_changes_nothing(self):
        """K21: how windows are counted cannot be chosen from outside."""
        self._sell("2026-02-10", trainings=1)
        self.program.with_context(pmm_kpi_windows=True)._run()
        self.assertResult(self.acme_in, "2026-02", 10, kpi=self.activity)

    def test_rewarded_points_move_tiers_of_the_day(self):
        """K20, X13: a changed line or points KPI marks the tiers that hang on it."""
        self._threshold(80)
        self.program.kpi_ids -= self.activity
        Dirty = self.env["pmm.dirty"]
        Dirty._take("tier", Dirty._peek("tier"))
        self.activity.points_line_ids[0].points = 20
        self.assertEqual(set(Dirty._peek("tier")), {self.acme_in.id, self.bolt_in.id})

    # === DEFINITION === #

    def test_refused(self):
        """K21: no lines, a negative limit, no points for tiers, what is needed."""
        with self.assertRefused("Say what “Nothing” gives points for", ValidationError):
            self._points("Nothing")
        with self.assertRefused("Say what “Activity” gives points for", ValidationError):
            self.activity.points_line_ids = [Command.clear()]
        with self.assertRefused("does not give points", ValidationError):
            self.program.points_kpi_id = self.kpi
        self.program.points_kpi_id = self.activity
        with self.assertRefused("does not give points", ValidationError):
            self.activity.write({"source": "formula", "formula": "revenue"})
        with self.assertRefused("“Activity” is needed by “Resellers”", ValidationError):
            self.activity.active = False
        with self.assertRefused("“Trainings” is needed by “Activity”"):
            self.trainings.active = False

    def test_copy(self):
        """K21: a copy has lines of its own."""
        copy = self.activity.copy()
        self.assertEqual(copy.points_line_ids.mapped("points"), [10, -5])
        self.assertFalse(copy.points_line_ids & self.activity.points_line_ids)
