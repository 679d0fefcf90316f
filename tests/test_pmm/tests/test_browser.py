from odoo.fields import Command
from odoo.tests import HttpCase, tagged

from odoo.addons.pmm_partner_kpi.tests.common import PmmCommon
from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon


class BrowserCommon(PmmCommon, HttpCase):
    """A quarter of business and a reward of 5 %.

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


@tagged("post_install", "-at_install")
class TestBrowser(BrowserCommon):
    """K8, S14: the way through as a person clicks it, in headless Chromium."""

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


@tagged("post_install", "-at_install")
class TestPartnerBrowser(PortalCommon, BrowserCommon):
    """P1, P2, W1: what people of a partner company click on the portal."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        today = cls.program._today()
        cls.program._ensure_periods()
        current = cls.program.period_ids.filtered(lambda p: p.date_start <= today < p.date_stop)
        cls._target(cls.acme_in, current.name, 800)
        cls._invoice(cls.acme, str(today), 200)
        january = cls._period("2026-01")
        january.action_close()
        cls.env["pmm.statement"].sudo()._make(january)

    def test_owner_reads_results_rewards_and_statements(self):
        """P1, W1: from the tile on /my to a statement, with the reason of a reward."""
        self._person("tour_owner", self.acme, "owner")
        self.start_tour("/my", "pmm_partner_owner_tour", login="tour_owner")

    def test_salesperson_reads_results_only(self):
        """P2: a salesperson of the same company finds no way to the money."""
        self._person("tour_sales", self.acme, "sales")
        self.start_tour("/my", "pmm_partner_sales_tour", login="tour_sales")


@tagged("post_install", "-at_install")
class TestPartnerPhone(TestPartnerBrowser):
    """P1: the same on a phone, where each page fits into its width."""

    browser_size = "390x844"
    touch_enabled = True
