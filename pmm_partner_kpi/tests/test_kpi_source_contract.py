import importlib
import importlib.util
from contextlib import closing

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..queries.windows import PeriodWindows
from .common import PmmCommon
from .facts_common import FactsCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiSourceContract(FactsCommon, PmmCommon):
    """K3–K6: what every source of every installed addon has to keep."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.factories = {}
        for module in sorted(cls.registry._init_modules):
            name = f"odoo.addons.{module}.tests.kpi_source_factories"
            if module.startswith("pmm_") and importlib.util.find_spec(name):
                cls.factories |= importlib.import_module(name).FACTORIES
        cls.other_program = cls._program_of_other_company()
        cls.program._ensure_periods()
        cls.other_program._ensure_periods()
        cls.abroad = cls._enroll(cls.acme, program=cls.other_program)

    @classmethod
    def _program_of_other_company(cls):
        other = cls.env["res.company"].create({"name": "Other Company"})
        cls.env.user.company_ids |= other
        vals = {"name": "Abroad", "company_id": other.id, "date_start": "2026-01-01", "tz": "UTC"}
        return cls.env["pmm.program"].create(vals | {"kpi_ids": [Command.clear()]})

    def _each(self, check):
        """Call ``check(factory, kpi)`` for all sources that are measured, each from scratch."""
        Kpi = self.env["pmm.kpi.definition"]
        for code, _label in Kpi._fields["source"]._description_selection(self.env):
            if self.env[f"pmm.kpi.source.{code}"]._is_derived(Kpi):
                continue
            with self.subTest(code), closing(self.env.cr.savepoint()):
                self.assertIn(code, self.factories, "a source needs a factory in its addon's tests")
                factory = self.factories[code](self)
                check(factory, self._kpi(code, source=code, **factory.vals()))

    def _rows(self, kpi, enrollments):
        """Return [(enrolment id, period name)] that the source itself gives."""
        self.env["pmm.credit"]._fill_dirty()
        self.env.flush_all()
        windows = PeriodWindows(enrollments.program_id[:1] or self.program, enrollments.ids)
        rows = self.env.execute_query(kpi._source()._values(kpi, windows))
        names = {period.id: period.name for period in self.env["pmm.period"].search([])}
        return sorted((enrollment, names[window]) for enrollment, window, _value in rows)

    def test_unit_and_void(self):
        """K5, DESIGN 3.7: a unit that screens know; 0 or "no data" where there is no fact."""
        units = dict(self.env["pmm.kpi.definition"]._fields["unit"].selection)

        def check(_factory, kpi):
            self.assertIn(kpi.unit, units)
            void = kpi._source()._void_value(kpi)
            self.assertIn(void, (0, None))
            self.program._run()
            result = self._measurement(self.bolt_in, "2026-02", kpi)
            self.assertEqual((result.has_actual, result.actual), (void is not None, 0))
            self.assertEqual(bool(result.currency_id), kpi.unit == "money")

        self._each(check)

    def test_pairs(self):
        """K5: no pair twice, only enrolments that were asked for, only open periods."""
        acme, bolt = self.acme_in.id, self.bolt_in.id

        def check(factory, kpi):
            for partner in (self.acme, self.bolt):
                for day in ("2026-01-10", "2026-02-10", "2026-02-11"):
                    factory.fact(partner, day)
            expected = sorted((id_, m) for id_ in (acme, bolt) for m in ("2026-01", "2026-02"))
            self.assertEqual(self._rows(kpi, self.acme_in | self.bolt_in), expected)
            self.assertEqual(self._rows(kpi, self.bolt_in), [(bolt, "2026-01"), (bolt, "2026-02")])
            self.assertEqual(self._rows(kpi, self.acme_in.browse()), [])
            self._close("2026-01")
            self.assertEqual(self._rows(kpi, self.bolt_in), [(bolt, "2026-02")])

        self._each(check)

    def test_days_that_do_not_count(self):
        """DESIGN 3.8: before and after the enrolment, suspended, and before the programme."""
        self.acme_in.write({"date_start": "2026-02-10", "date_stop": "2026-03-20"})
        self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": self.acme_in.id,
                "date_start": "2026-02-20",
                "date_stop": "2026-03-01",
                "reason": "Review",
            }
        )

        def check(factory, kpi):
            for day in ("2026-02-09", "2026-02-20", "2026-02-28", "2026-03-20", "2025-12-31"):
                factory.fact(self.acme, day)
            self.assertEqual(self._rows(kpi, self.acme_in), [])
            factory.fact(self.acme, "2026-02-19")
            factory.fact(self.acme, "2026-03-19")
            acme = self.acme_in.id
            self.assertEqual(self._rows(kpi, self.acme_in), [(acme, "2026-02"), (acme, "2026-03")])

        self._each(check)

    def test_other_company(self):
        """DESIGN 3.5: the programme of another company counts none of ours."""

        def check(factory, kpi):
            if factory.has_company:
                kpi.company_id = False
                factory.fact(self.acme, "2026-02-10")
                self.assertEqual(self._rows(kpi, self.abroad), [])
                self.assertTrue(self._rows(kpi, self.acme_in))

        self._each(check)

    def test_facts_open(self):
        """K11: a figure opens what it is made of."""

        def check(factory, kpi):
            factory.fact(self.acme, "2026-02-10")
            self.program._run()
            for enrollment, expected in ((self.acme_in, True), (self.bolt_in, False)):
                action = self._measurement(enrollment, "2026-02", kpi).action_view_credits()
                self.assertEqual(action["type"], "ir.actions.act_window")
                Model = self.env[action["res_model"]].with_context(active_test=False)
                self.assertEqual(bool(Model.search(action["domain"])), expected)

        self._each(check)
