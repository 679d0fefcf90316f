from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmProgramWizard(PmmCommon):
    """X15: from a template to the first results, by a manager's own rights."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.clerk = cls._user("clerk", "base.group_user")
        cls.bronze = cls.env.ref("partnership.res_partner_grade_data_bronze")
        cls.program.name = "Something else"

    def _wizard(self, template="resellers", partners=None, **vals):
        """Return the dialog as the manager has filled it in."""
        partners = self.acme | self.bolt if partners is None else partners
        return (
            self.env["pmm.program.wizard"]
            .with_user(self.manager)
            .create(
                {
                    "template_id": self.env.ref(f"pmm_partner_kpi.template_{template}").id,
                    "partner_ids": [Command.set(partners.ids)],
                    **vals,
                }
            )
        )

    def _make(self, *args, **vals):
        """Return the programme that the dialog makes, and where its button leads."""
        wizard = self._wizard(*args, **vals)
        action = wizard.action_create_program()
        domain = [("name", "=", wizard.name), ("company_id", "=", wizard.company_id.id)]
        return self.env["pmm.program"].search(domain), action["params"]

    # === WHAT IS MADE === #

    def test_every_shipped_template_makes_a_programme_that_runs(self):
        """X15: ladder, KPIs, enrolments, entry tier, targets and results, exactly."""
        self._invoice(self.acme, "2026-04-01", 700, pmm_referrer_id=self.bolt.id)
        for name in ("resellers", "distributors", "referral", "service"):
            template = self.env.ref(f"pmm_partner_kpi.template_{name}")
            with self.subTest(name):
                program, params = self._make(name)
                self.assertEqual(program.name, template.name)
                self.assertEqual(program.period_scheme, template.period_scheme)
                self.assertEqual(program.tier_mode, "proposed")
                self.assertEqual(program.tier_window, template.tier_window)
                self.assertEqual(program.date_start, fields.Date.to_date("2026-01-01"))
                self.assertEqual(program.kpi_ids, template.kpi_line_ids.kpi_id)
                entry, *higher = program.tier_ids
                self.assertEqual(
                    [tier.grade_id for tier in program.tier_ids],
                    [line.grade_id for line in template.tier_line_ids],
                )
                self.assertFalse(entry.requirement_ids)
                for tier, line in zip(higher, template.tier_line_ids[1:], strict=True):
                    requirement = tier.requirement_ids
                    self.assertEqual((requirement.kind, requirement.group), ("kpi", "A"))
                    self.assertEqual(requirement.kpi_id, program.kpi_ids[0])
                    self.assertEqual(requirement.threshold, line.threshold)
                self.assertEqual(
                    program.tier_ids.benefit_ids.mapped("name"),
                    template.tier_line_ids.mapped("benefit"),
                )
                acme, bolt = program.enrollment_ids
                for enrollment in acme | bolt:
                    self.assertEqual(enrollment.date_start, program.date_start)
                    self.assertEqual(enrollment.tier_ids.grade_id, entry.grade_id)
                    self.assertEqual(enrollment.tier_ids.date_start, program.date_start)
                    self.assertEqual(enrollment.tier_ids.cause, "Programme start")
                    self.assertEqual(enrollment.tier_ids.origin, "manual")
                # from April on
                per_year = {"month": 9, "quarter": 3}[program.period_scheme]
                self.assertEqual(len(acme.target_ids), per_year * len(template.kpi_line_ids))
                for line in template.kpi_line_ids:
                    targets = acme.target_ids.filtered(lambda t, kpi=line.kpi_id: t.kpi_id == kpi)
                    self.assertEqual(set(targets.mapped("value")), {line.target})
                    buys = line.kpi_id.role == "buyer"
                    period = "2026-04" if program.period_scheme == "month" else "2026-Q2"
                    share = int(700 / line.target * 10000) / 10000
                    self.assertResult(
                        acme, period, *((700, share) if buys else (0, 0)), kpi=line.kpi_id
                    )
                    self.assertResult(
                        bolt, period, *((0, 0) if buys else (700, share)), kpi=line.kpi_id
                    )
                self.assertEqual(params["next"]["res_model"], "pmm.kpi.measurement")
                self.assertEqual(params["next"]["domain"], [("program_id", "in", program.ids)])
                self.assertIn("Enrolled partners: 2", params["message"])

    def test_changed_figures_are_taken(self):
        """X15: thresholds and targets as edited, in the order of the thresholds."""
        wizard = self._wizard()
        silver, gold = wizard.tier_line_ids[1:]
        silver.threshold, gold.threshold = 200.25, 100.5
        wizard.kpi_line_ids.target = 33.33
        wizard.write({"name": "Own", "date_start": "2026-02-10", "user_id": self.manager.id})
        wizard.action_create_program()
        program = self.env["pmm.program"].search([("name", "=", "Own")])
        self.assertEqual(program.tier_ids.grade_id, self.bronze | gold.grade_id | silver.grade_id)
        self.assertEqual(program.tier_ids.requirement_ids.mapped("threshold"), [100.5, 200.25])
        acme = program.enrollment_ids[0]
        # April to December: what is over has no target
        self.assertEqual(len(acme.target_ids), 9)
        self.assertEqual(acme.target_ids.mapped("value"), [33.33] * 9)
        self.assertEqual(acme.date_start, fields.Date.to_date("2026-02-10"))
        self.assertEqual(acme.user_id, self.manager)

    def test_salesperson_of_the_partner_stays_its_account_manager(self):
        """X15: the account manager of the dialog is for those who have none."""
        self.acme.user_id = self.clerk
        program, _params = self._make(user_id=self.manager.id)
        self.assertEqual(
            [enrollment.user_id for enrollment in program.enrollment_ids],
            [self.clerk, self.manager],
        )

    def test_targets_are_those_of_the_present_year(self):
        """X15: a programme that counts from last year asks for nothing back then."""
        program, _params = self._make(date_start="2025-11-01")
        years = {p.date_start.year for p in program.enrollment_ids.target_ids.period_id}
        self.assertEqual(years, {2026})
        self.assertIn("2025-11", program.period_ids.mapped("name"))

    def test_target_of_nothing_is_no_target(self):
        """DESIGN 3.7: 0 in the dialog leaves the attainment void."""
        wizard = self._wizard()
        wizard.kpi_line_ids.target = 0
        wizard.action_create_program()
        program = self.env["pmm.program"].search([("name", "=", "Resellers")])
        self.assertFalse(program.enrollment_ids.target_ids)
        self.assertResult(
            program.enrollment_ids[0], "2026-04", 0, None, "none", kpi=program.kpi_ids
        )

    def test_without_partners_it_leads_to_the_programme(self):
        """X15: the partners can come later; the message says how."""
        program, params = self._make(partners=self.env["res.partner"])
        self.assertEqual(
            (params["next"]["res_model"], params["next"]["res_id"]), ("pmm.program", program.id)
        )
        self.assertIn("enrol the partners", params["message"])
        self.assertTrue(program.period_ids)

    def test_without_tiers(self):
        """X15: a programme needs no ladder."""
        template = self.env["pmm.program.template"].create(
            {"name": "Flat", "kpi_line_ids": [Command.create({"kpi_id": self.kpi.id, "target": 1})]}
        )
        program, _params = self._make(template_id=template.id)
        self.assertFalse(program.tier_ids)
        self.assertFalse(program.enrollment_ids.tier_ids)
        self.assertEqual(len(program.enrollment_ids.measurement_ids), 8)

    def test_form_fills_itself_by_the_template(self):
        """X15: choosing another template changes all that it proposes."""
        with Form(self.env["pmm.program.wizard"].with_user(self.manager)) as form:
            self.assertEqual((form.name, form.period_scheme), ("Resellers", "month"))
            self.assertEqual(len(form.tier_line_ids), 3)
            form.template_id = self.env.ref("pmm_partner_kpi.template_distributors")
            self.assertEqual((form.name, form.period_scheme), ("Distributors", "quarter"))
            self.assertEqual(len(form.tier_line_ids), 2)
            with form.kpi_line_ids.edit(0) as line:
                self.assertEqual((line.target, line.target_year), (250000, 1000000))
                line.target = 1000
                self.assertEqual(line.target_year, 4000)
        self.assertEqual(form.record.kpi_line_ids.target, 1000)

    # === SECOND ONES, CURRENCIES, COMPANIES === #

    def test_second_programme_of_a_template_has_another_name(self):
        """X15: a free name is proposed; a partner may be in both."""
        first, _params = self._make()
        second, _params = self._make()
        self.assertEqual((first.name, second.name), ("Resellers", "Resellers 2"))
        self.assertEqual(second.enrollment_ids.partner_id, first.enrollment_ids.partner_id)
        self.assertNotIn(first, second)

    def test_taken_name_is_refused(self):
        """DESIGN 3.9: also where the programme that has it is archived."""
        self.program.active = False
        with self.assertRefused("already has a programme “Something else”"):
            self._make(name="Something else")

    def test_other_currency_needs_a_rate(self):
        """DESIGN 3.9: without a rate nothing at all is written."""
        money = self._foreign_currency("CAD", ("2026-01-01", 2))
        self._invoice(self.acme, "2026-04-01", 700)
        program, _params = self._make(currency_id=money.id)
        self.assertEqual(program.currency_id, money)
        self.assertResult(
            program.enrollment_ids[0], "2026-04", 1400, 0.14, "open", kpi=program.kpi_ids
        )
        money.rate_ids.unlink()
        with self.assertRefused("There is no exchange rate"), self.env.cr.savepoint():
            self._make(name="Not made", currency_id=money.id)
        self.assertFalse(self.env["pmm.program"].search([("name", "=", "Not made")]))

    def test_tiers_of_another_company_serve(self):
        """X15: Odoo gives its shipped tiers to the first company; every company may use them."""
        self.bronze.company_id = self.env["res.company"].create({"name": "Other"})
        program, _params = self._make()
        self.assertEqual(program.enrollment_ids.grade_id, self.bronze)

    # === BAD INPUT === #

    def test_contacts_are_refused(self):
        """DESIGN 3.9: the company is enrolled, and nothing is left of the programme."""
        anna = self.env["res.partner"].create({"name": "Anna", "parent_id": self.acme.id})
        with self.assertRefused("Anna is a contact of Acme"), self.env.cr.savepoint():
            self._make(partners=anna)
        self.assertFalse(self.env["pmm.program"].search([("name", "=", "Resellers")]))

    def test_bad_figures_are_refused(self):
        """DESIGN 3.9: each with a sentence that says what to do."""
        lines = self._wizard()
        kpi, (bronze, silver, gold) = lines.kpi_line_ids, lines.tier_line_ids
        other = self.env["pmm.program.wizard.kpi"]
        for change, sentence in (
            (lambda: kpi.write({"target": -0.01}), "is negative. Enter 0"),
            (kpi.unlink, "Choose at least one KPI"),
            (
                lambda: other.create({"wizard_id": lines.id, "kpi_id": kpi.kpi_id.id}),
                "stands twice among the KPIs",
            ),
            (lambda: kpi.write({"kpi_id": self.kpi.id}), "Choose under “Tiers ask for”"),
            (lambda: bronze.write({"threshold": -1}), "Enter 0 for the tier"),
            (lambda: gold.write({"threshold": 60000}), "“Silver” and “Gold” ask for the same"),
            (lambda: silver.write({"threshold": 0}), "ask for the same"),
            (lambda: gold.write({"grade_id": silver.grade_id.id}), "A tier stands twice"),
        ):
            with self.subTest(sentence), self.assertRefused(sentence), self.env.cr.savepoint():
                change()
                lines.action_create_program()
            self.env.invalidate_all()
        # one unit above the tier below is enough
        gold.threshold = 60000.01
        lines.action_create_program()

    def test_user_and_outsider_cannot(self):
        """DESIGN 3.6: the dialog is the manager's, by RPC too."""
        wizard = self._wizard()
        for user in (
            self._user("user", "pmm_partner_kpi.group_pmm_user"),
            self._user("portal", "base.group_portal"),
            self.clerk,
        ):
            with self.subTest(user.login), self.assertRaises(AccessError):
                wizard.with_user(user).action_create_program()
        self.assertFalse(self.env["pmm.program"].search([("name", "=", "Resellers")]))

    # === SIZE === #

    def test_as_many_queries_for_many_partners(self):
        """X13: one partner or two hundred, the dialog asks the database as often."""
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        self._make(name="Warm", partners=partners)
        counts = []
        for number in (1, MANY):
            wizard = self._wizard(name=f"Size {number}", partners=partners[:number])
            with self._counted(counts):
                wizard.action_create_program()
        # Odoo inserts 100 rows at a time, and there are 9 targets for each partner
        self.assertLess(counts[1] - counts[0], 50, counts)
