from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.pmm_partner_kpi.tests.common import PmmCommon


@tagged("post_install", "-at_install")
class TestBrowser(PmmCommon, HttpCase):
    """K8, S14: the way through as a person clicks it, in headless Chromium.

    Days lie in the past of any run of the tests; the browser's own clock is not frozen.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program._setup_accounting()
        plan = cls.env["pmm.reward.plan"].create(
            {
                "name": "Rewards",
                "program_id": cls.program.id,
                "rule_ids": [Command.create({"name": "5 %", "rate": 0.05})],
            }
        )
        plan.action_activate()
        cls._invoice(cls.acme, "2026-01-15", 1000)
        february = cls._invoice(cls.acme, "2026-02-28", 4000)
        cls._invoice(cls.acme, "2026-03-01", 6000)
        cls._invoice(cls.acme, "2026-03-31", 5000)
        cls._refund(february, "2026-03-31", 1500)
        cls._target(cls.acme_in, "2026-03", 10000)

    def test_manager_sees_the_result_and_its_documents(self):
        """K8: run, progress of the worked example in the guide, drill-down to the documents."""
        self._user(
            "tour_manager", "pmm_partner_kpi.group_pmm_manager", "account.group_account_invoice"
        )
        self.start_tour(
            "/odoo/action-pmm_partner_kpi.pmm_program_action",
            "pmm_manager_tour",
            login="tour_manager",
        )
        self.assertResult(self.acme_in, "2026-03", 9500, 0.95, "missed")

    def test_approver_closes_and_states(self):
        """S14: close a month, make its statements, read why it is that much."""
        self._user("tour_approver", "pmm_rewards.group_pmm_approver")
        self.start_tour(
            "/odoo/action-pmm_partner_kpi.pmm_program_action",
            "pmm_approver_tour",
            login="tour_approver",
        )
        self.assertEqual(
            self.env["pmm.statement"].search([("partner_id", "=", self.acme.id)]).amount_total, 50
        )
