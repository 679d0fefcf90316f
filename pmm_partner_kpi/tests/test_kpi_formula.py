from psycopg2.errors import UniqueViolation

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiFormula(PmmCommon):
    """K6: KPIs that are calculated from others by a formula."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.services_kpi = cls._kpi("Services", category_ids=[Command.set(cls.services.ids)])
        cls.units = cls._kpi("Units", source="quantity")
        cls.share = cls._formula("Share", "services / revenue * 100", formula_unit="percent")

    @classmethod
    def _formula(cls, name, text, **vals):
        return cls._kpi(name, source="formula", formula=text, **vals)

    # === VALUES === #

    def test_worked_example(self):
        """K6: the example of the guide, with its two kinds of no data."""
        self._invoice(self.acme, "2026-02-10", 900, (self.training, 2, 150))
        self._invoice(self.acme, "2026-02-20", 800, (self.training, 1, 100))
        self._target(self.acme_in, "2026-02", 20, self.share)
        per_unit = self._formula("Per unit", "revenue / units", formula_unit="money")
        self.program._run()
        # 400 of 2,100 are 19.0476… %, of which 20 % were asked: 95.238 %
        self.assertResult(self.acme_in, "2026-02", 19.0476, 0.9523, "missed", self.share)
        self.assertResult(self.acme_in, "2026-02", 420, kpi=per_unit)
        for kpi in (self.share, per_unit):
            result = self._measurement(self.acme_in, "2026-03", kpi)
            self.assertFalse(result.has_actual, "a division by zero is no data")
            self.assertEqual(result.state, "none")
        self.assertEqual(self._measurement(self.acme_in, "2026-02", self.share).unit, "percent")

    def test_rounded_once(self):
        """K6: money to the currency, else to four digits; half away from zero."""
        cases = [
            ("revenue / 8", "money", 0.13, -0.13),
            ("revenue / 8", "count", 0.125, -0.125),
            ("revenue / 30000", "count", 0, 0),
            ("revenue / 20000", "count", 0.0001, -0.0001),
        ]
        kpis = [self._formula(f"F{n}", c[0], formula_unit=c[1]) for n, c in enumerate(cases)]
        self._invoice(self.acme, "2026-02-10", 1)
        self._invoice(self.bolt, "2026-02-10", 1, move_type="out_refund")
        self.program._run()
        for kpi, (_text, _unit, plus, minus) in zip(kpis, cases, strict=True):
            self.assertResult(self.acme_in, "2026-02", plus, kpi=kpi)
            self.assertResult(self.bolt_in, "2026-02", minus, kpi=kpi)

    def test_needed_kpis_need_not_be_measured(self):
        """K6: what a formula needs is calculated for it, in the programme or not."""
        self.program.kpi_ids -= self.services_kpi
        self._invoice(self.acme, "2026-02-10", 75, (self.training, 1, 25))
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 25, kpi=self.share)
        self.assertFalse(self._measurement(self.acme_in, "2026-02", self.services_kpi))
        result = self._measurement(self.acme_in, "2026-02", self.share)
        action = result.action_view_credits()
        found = self.env["pmm.kpi.measurement"].search(action["domain"])
        self.assertEqual(found, self._measurement(self.acme_in, "2026-02"))
        self.assertIn("Services", action["help"])

    def test_formulas_over_formulas(self):
        """K6: layer by layer; twenty that name the one below twice take no time."""
        below = self._formula("Layer", "revenue + 0")
        for _layer in range(20):
            below = self._formula("Layer", f"({below.code} + {below.code}) / 2")
        self._invoice(self.acme, "2026-02-10", 100)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 100, kpi=below)

    def test_too_large_is_no_data(self):
        """K6: 10^16, either sign; and formulas over it do not stop the run."""
        at = "revenue * 10000000000 * 10000"
        cases = {at: False, f"{at} - 1": True, f"-{at}": False, f"1 - {at}": True}
        kpis = {self._formula("Large", text): has for text, has in cases.items()}
        below = self._formula("Layer", "revenue * 100000000000")
        for _layer in range(15):
            below = self._formula("Layer", f"{below.code} * {below.code}")
        self._invoice(self.acme, "2026-02-10", 100)
        self.program._run()
        for kpi, has in (kpis | {below: False}).items():
            result = self._measurement(self.acme_in, "2026-02", kpi)
            self.assertEqual(result.has_actual, has, kpi.formula)
        self.assertResult(self.acme_in, "2026-02", 100)

    def test_totals_are_those_of_the_window(self):
        """K6, T1: a tier asks for the ratio of the year, not for a sum of ratios."""
        self._invoice(self.acme, "2026-01-10", 100)
        self._invoice(self.acme, "2026-02-10", 200, (self.training, 1, 100))
        rung = self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": self.gold.id}
        )
        requirement = self.env["pmm.tier.requirement"].create(
            {"program_tier_id": rung.id, "kpi_id": self.share.id, "threshold": 25}
        )
        self.program._run()
        standing = self.acme_in.standing_ids
        self.assertEqual((standing.requirement_id, standing.value), (requirement, 25))
        self.assertTrue(standing.met)
        self.assertFalse(self.bolt_in.standing_ids.has_value)

    # === REFUSED WHEN SAVED === #

    def test_what_is_no_formula_is_refused(self):
        """K6: with a sentence that names the place."""
        for text, sentence in (
            ("", "at character 1: write a formula"),
            ("services / ", "at character 11: it cannot be read"),
            ("services ** 2", "at character 1: only + - * /"),
            ("servics / revenue", "at character 1: no KPI in use has the code “servics”"),
            ("revenue + servics", "at character 11: no KPI"),
            ("__import__('os')", "at character 12: “'” cannot be used"),
            ("revenue.write(1)", "there is no function"),
            ("env", "no KPI in use has the code “env”"),
            ("0,5 * revenue", "write decimal numbers with a point"),
            ("9999999999999 * revenue", "too many digits"),
            ("min(revenue)", "too few or too many parts"),
            ("-" * 60 + "revenue", "nested too deeply"),
        ):
            with self.subTest(text), self.assertRefused(sentence, ValidationError):
                self.share.formula = text

    def test_loops_are_refused(self):
        """K6: with the way round, also through points."""
        with self.assertRefused("from itself: Share → Share", ValidationError):
            self.share.formula = "share + 1"
        half = self._formula("Half", "share / 2")
        quarter = self._formula("Quarter", "half / 2")
        with self.assertRefused("from itself: Share → Quarter → Half → Share", ValidationError):
            self.share.formula = "quarter"
        activity = self._kpi(
            "Activity",
            source="points",
            points_line_ids=[Command.create({"counted_kpi_id": quarter.id})],
        )
        with self.assertRefused("Share → Activity → Quarter → Half → Share", ValidationError):
            self.share.formula = "revenue + activity"
        with self.assertRefused("Activity → Activity", ValidationError):
            activity.points_line_ids.counted_kpi_id = activity
        self._formula("Diamond", "half + quarter + share")
        self.assertFalse(half._way_round())

    def test_other_companies(self):
        """K6, DESIGN 3.5: a shared formula uses shared KPIs, one of a company also its own."""
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["pmm.kpi.definition"].sudo()
        foreign = foreign.create({"name": "Foreign", "company_id": other.id})
        with self.assertRefused("“Foreign” is a KPI of Other only", ValidationError):
            self.share.formula = "foreign"
        with self.assertRefused("“Revenue” is a KPI of", ValidationError):
            self._kpi("Shared", source="formula", formula="revenue", company_id=False)
        shared = self.env["pmm.kpi.definition"].create({"name": "Base", "company_id": False})
        self.share.formula = "base"
        with self.assertRefused("“Base” is a KPI of Other only", ValidationError):
            shared.sudo().company_id = other

    def test_what_is_needed_stays(self):
        """K6: a KPI that a formula names is neither deleted nor archived."""
        for change in (
            self.services_kpi.unlink,
            lambda: self.services_kpi.write({"active": False}),
        ):
            with self.assertRefused("“Services” is needed by “Share”"):
                change()
        self.share.active = False
        self.services_kpi.active = False
        with self.assertRefused("no KPI in use has the code “services”"):
            self.share.active = True
        self.services_kpi.active = True
        self.share.active = True
        with self.assertRefused("“Services” is needed by", UserError):
            self.services_kpi.unlink()
        (self.share | self.services_kpi).unlink()

    # === CODES === #

    def test_codes_change_in_the_formulas(self):
        """K6: a new code is written into the formulas that used the old one; values stay."""
        self._invoice(self.acme, "2026-02-10", 75, (self.training, 1, 25))
        self.program._run()
        self.services_kpi.code = "svc"
        self.assertEqual(self.share.formula, "svc / revenue * 100")
        self.assertEqual(self.share.formula_kpi_ids, self.services_kpi | self.kpi)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 25, kpi=self.share)
        with self.assertRefused("Another KPI has the code"):
            self.services_kpi.code = "revenue"

    def test_codes_of_published_formulas_change(self):
        """K6, K11: a new code is no other calculation; writing another formula is."""
        self._close("2026-01")
        self.services_kpi.code = "svc"
        self.assertEqual(self.share.formula, "svc / revenue * 100")
        with self.assertRefused("Duplicate “Share”"):
            self.share.with_context(pmm_kpi_formula=True).formula = "svc / revenue"

    def test_codes_that_are_proposed(self):
        """K6: each its own, also among KPIs that are made together."""
        Definition = self.env["pmm.kpi.definition"]
        kpis = Definition.create([{"name": name} for name in ("Same", "Same", "Same", "If", "If")])
        self.assertEqual(kpis.mapped("code"), ["same", "same_2", "same_3", "if_kpi", "if_kpi_2"])
        with self.assertRefused("Another KPI has the code"):
            Definition.create({"name": "Other", "code": "same_2"})
        with mute_logger("odoo.sql_db"), self.assertRaises(UniqueViolation):
            # as a transaction beside this one would
            self.env.cr.execute("UPDATE pmm_kpi_definition SET code = 'same' WHERE code = 'same_2'")

    def test_code_follows_the_name_in_the_form(self):
        """K6: nothing is proposed before there is a name, and what was typed stays."""
        with Form(self.env["pmm.kpi.definition"]) as form:
            self.assertFalse(form.code)
            form.name = "Big orders"
            self.assertEqual(form.code, "big_orders")
        with Form(self.env["pmm.kpi.definition"]) as form:
            form.code = "mine"
            form.name = "Small orders"
            self.assertEqual(form.code, "mine")

    def test_codes_that_mean_something_else(self):
        """K6: words of the formula are no codes; a name of that kind gets another one."""
        for word in ("min", "round", "if", "lambda"):
            with self.subTest(word), self.assertRefused("means something else in formulas"):
                self.kpi.code = word
        self.assertEqual(self._kpi("Min").code, "min_kpi")

    # === FORM AND MARKS === #

    def test_form_lists_the_codes(self):
        """K6: those that would lead round in a circle are not among them."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        half = self._formula("Half", "share / 2")
        with Form(self.env["pmm.kpi.definition"].with_user(manager)) as form:
            form.name = "New"
            form.source = "formula"
            listed = form.formula_code_ids.ids
            self.assertIn(self.share.id, listed)
            form.formula = "half * 2"
            form.formula_unit = "percent"
        self.assertEqual(form.record.unit, "percent")
        self.assertEqual(form.record.formula_kpi_ids, half)
        codes = self.share.formula_code_ids
        self.assertIn(self.kpi, codes)
        self.assertFalse(codes & (self.share | half | form.record))

    def test_changes_reach_what_follows(self):
        """K6, X13: a changed definition is measured again wherever something follows from it."""
        other = self.env["pmm.program"].create(
            {"name": "Others", "date_start": "2026-01-01", "tz": "UTC"}
        )
        twice = self.env["pmm.kpi.definition"].create(
            {"name": "Twice", "source": "formula", "formula": "share * 2"}
        )
        other.kpi_ids = twice
        enrollment = self._enroll(self.stranger, program=other)
        self.env["pmm.dirty"]._take("measure", self.env["pmm.dirty"]._peek("measure"))
        self.services_kpi.role = "referrer"
        marked = self.env["pmm.dirty"]._peek("measure")
        self.assertEqual(set(marked), {self.acme_in.id, self.bolt_in.id, enrollment.id})
        self.env["pmm.dirty"]._take("measure", marked)
        self.share.formula = "revenue / 2"
        self.assertIn(enrollment.id, self.env["pmm.dirty"]._peek("measure"))
