from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon

# what is shipped: periods, KPIs with targets, tiers with thresholds
SHIPPED = {
    "resellers": (
        "month",
        [("Invoiced revenue", 10000)],
        [("Bronze", 0), ("Silver", 60000), ("Gold", 150000)],
    ),
    "distributors": (
        "quarter",
        [("Invoiced revenue", 250000)],
        [("Silver", 0), ("Gold", 1000000)],
    ),
    "referral": (
        "quarter",
        [("Referred revenue", 15000)],
        [("Bronze", 0), ("Silver", 50000), ("Gold", 150000)],
    ),
    "service": (
        "quarter",
        [("Invoiced revenue", 30000), ("Referred revenue", 10000)],
        [("Bronze", 0), ("Silver", 80000), ("Gold", 200000)],
    ),
}


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmProgramTemplate(PmmCommon):
    """X15: a template is a record; what it proposes fills the dialog."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.user = cls._user("user", "pmm_partner_kpi.group_pmm_user")

    def test_shipped_templates_say_this(self):
        """X15: the four that are shipped, for all companies, with KPIs of all companies."""
        for name, (scheme, kpis, tiers) in SHIPPED.items():
            template = self.env.ref(f"pmm_partner_kpi.template_{name}")
            with self.subTest(name):
                self.assertFalse(template.company_id)
                self.assertFalse(template.kpi_line_ids.kpi_id.company_id)
                self.assertEqual(template.period_scheme, scheme)
                self.assertEqual(
                    [(line.kpi_id.name, line.target) for line in template.kpi_line_ids], kpis
                )
                self.assertEqual(
                    [(line.grade_id.name, line.threshold) for line in template.tier_line_ids],
                    tiers,
                )
                self.assertEqual(template._tier_kpi().name, kpis[0][0])

    def test_roles_of_the_shipped_kpis(self):
        """X15: referral partners are measured by what they refer."""
        for name, role in (("invoiced", "buyer"), ("referred", "referrer")):
            kpi = self.env.ref(f"pmm_partner_kpi.kpi_{name}_revenue")
            self.assertEqual((kpi.source, kpi.role), ("revenue", role))

    def test_manager_makes_one_and_uses_it(self):
        """X15: a fifth template takes a form, not a developer."""
        with Form(self.env["pmm.program.template"].with_user(self.manager)) as form:
            form.name = "Installers"
            form.period_scheme = "year"
            with form.kpi_line_ids.new() as line:
                line.kpi_id = self.kpi
                line.target = 500
            with form.tier_line_ids.new() as line:
                line.grade_id = self.gold
                line.threshold = 900
        template = form.record
        action = template.action_use()
        Wizard = self.env[action["res_model"]].with_user(self.manager)
        wizard = Form(Wizard.with_context(**action["context"]))
        self.assertEqual(wizard.template_id, template)
        self.assertEqual((wizard.name, wizard.period_scheme), ("Installers", "year"))
        wizard.partner_ids.add(self.acme)
        wizard.save().action_create_program()
        program = self.env["pmm.program"].search([("name", "=", "Installers")])
        self.assertEqual(program.tier_ids.requirement_ids.threshold, 900)
        self.assertEqual(program.enrollment_ids.target_ids.mapped("value"), [500])
        # nobody starts with a tier that asks for something
        self.assertFalse(program.enrollment_ids.tier_ids)

    def test_copy_has_its_lines_and_another_name(self):
        """X15: a template is the start of the next one."""
        original = self.env.ref("pmm_partner_kpi.template_service")
        copy = original.with_user(self.manager).copy()
        self.assertEqual(copy.name, "Service partners (copy)")
        self.assertEqual(original.copy({"name": "Next year"}).name, "Next year")
        for lines, value in (("kpi_line_ids", "target"), ("tier_line_ids", "threshold")):
            self.assertEqual(copy[lines].mapped(value), original[lines].mapped(value))

    def test_user_reads_only(self):
        """X15, DESIGN 6: templates and programmes are the manager's."""
        template = self.env.ref("pmm_partner_kpi.template_resellers").with_user(self.user)
        self.assertTrue(template.name)
        with self.assertRaises(AccessError):
            template.name = "Mine"
        with self.assertRaises(AccessError):
            self.env["pmm.program.wizard"].with_user(self.user).create({})

    def test_deleted_tier_leaves_the_template(self):
        """X15: a tier that nobody uses can be deleted, whatever templates propose."""
        template = self.env["pmm.program.template"].create(
            {
                "name": "Odd",
                "tier_line_ids": [
                    Command.create({"grade_id": grade.id}) for grade in self.gold | self.silver
                ],
            }
        )
        self.gold.unlink()
        self.assertEqual(template.tier_line_ids.grade_id, self.silver)

    def test_archived_kpi_and_tier_are_not_proposed(self):
        """X15: what is out of use does not come back by a template."""
        template = self.env.ref("pmm_partner_kpi.template_service")
        self.env.ref("pmm_partner_kpi.kpi_invoiced_revenue").active = False
        self.env.ref("partnership.res_partner_grade_data_silver").active = False
        wizard = self.env["pmm.program.wizard"].create({"template_id": template.id})
        self.assertEqual(wizard.kpi_line_ids.kpi_id.mapped("name"), ["Referred revenue"])
        self.assertEqual(wizard.tier_line_ids.grade_id.mapped("name"), ["Bronze", "Gold"])
        # the thresholds were those of the other KPI: ask, do not guess
        self.assertFalse(wizard.tier_kpi_id)
        with self.assertRefused("Choose under “Tiers ask for”"):
            wizard.action_create_program()
