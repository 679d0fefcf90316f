from odoo.fields import Command
from odoo.tests import tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .test_browser import BrowserCommon


@tagged("post_install", "-at_install")
class TestBrowserOffers(PortalCommon, BrowserCommon):
    """O1, L1, P1: an offer and a course, from the manager's screen to the partner's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        bands = [
            Command.create({"floor": 0, "rate": 0}),
            Command.create({"floor": 250, "rate": 0.1}),
        ]
        plan = cls.env["pmm.reward.plan"].create(
            {
                "name": "Volume",
                "program_id": cls.program.id,
                "rule_ids": [
                    Command.create({"name": "Bands", "kind": "period_bands", "band_ids": bands})
                ],
            }
        )
        plan.action_activate()
        cls.campaign = cls.env["pmm.offer.campaign"].create(
            {
                "name": "Step up",
                "program_id": cls.program.id,
                "rule_id": plan.rule_ids.id,
                "date_start": "2026-01-01",
            }
        )
        cls.env.user.group_ids |= cls.env.ref("website_slides.group_website_slides_manager")
        cls.program.channel_ids = cls.env["slide.channel"].create(
            {"name": "Selling pumps", "enroll": "invite", "is_published": True}
        )
        cls._person("tour_owner", cls.acme, "owner")
        cls._invoice(cls.acme, str(cls.program._today()), 200)
        cls.program._run()

    def test_manager_makes_the_offer(self):
        """O1, A7: campaign, its offer, and the way to the analysis."""
        self._user("tour_manager", "pmm_partner_kpi.group_pmm_manager")
        self.start_tour(
            "/odoo/action-pmm_offers.pmm_offer_campaign_action",
            "pmm_manager_offer_tour",
            login="tour_manager",
        )
        self.assertEqual(self.campaign.offer_ids.partner_id, self.acme)

    def test_partner_finds_offer_and_course(self):
        """P1, O1, L1: the overview, the offer with its code, the course."""
        self.campaign.action_activate()
        self.program._run()
        self.start_tour("/my/programme", "pmm_partner_offer_tour", login="tour_owner")
