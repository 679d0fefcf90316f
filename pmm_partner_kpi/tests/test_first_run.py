from odoo import fields
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


@tagged("post_install", "-at_install")
class TestFirstRun(AccountTestInvoicingCommon, HttpCase):
    """X15: from a database with partners and invoices, and nothing else, to the first result.

    The tour counts clicks and filled fields, and fails above 25. Days lie in the month of the
    run of the test; the browser's own clock is not frozen.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.company_data["company"]
        cls.acme, cls.bolt = cls.env["res.partner"].create(
            [
                {"name": "Acme Trading", "is_company": True},
                {"name": "Bolt Supplies", "is_company": True},
            ]
        )
        today = fields.Date.today()
        for partner, amount in ((cls.acme, 1500), (cls.acme, 500), (cls.bolt, 300)):
            cls.init_invoice(
                "out_invoice", partner=partner, invoice_date=today, amounts=[amount], post=True
            )
        cls.manager = new_test_user(
            cls.env,
            "first_manager",
            groups="pmm_partner_kpi.group_pmm_manager",
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="UTC",
        )

    def test_manager_measures_the_first_partner_in_few_clicks(self):
        """X15: an ordinary manager, the empty state, the dialog, the result."""
        programs = self.env["pmm.program"].with_user(self.manager)
        self.assertFalse(programs.with_context(active_test=False).search([]))
        self.start_tour("/odoo", "pmm_first_run_tour", login="first_manager")
        program = programs.search([])
        self.assertEqual(program.name, "Resellers")
        self.assertEqual(program.enrollment_ids.partner_id, self.acme | self.bolt)
        self.assertEqual(program.tier_ids.requirement_ids.mapped("threshold"), [40000, 150000])
        self.assertEqual(set(program.enrollment_ids.target_ids.mapped("value")), {8000})
        reached = program.enrollment_ids.measurement_ids.filtered("actual")
        self.assertEqual(
            {result.partner_id: result.actual for result in reached},
            {self.acme: 2000, self.bolt: 300},
        )
