from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from .common import PmmCommon
from .portal_common import PortalCommon

RESULTS, TIERS = "/my/programme/results", "/my/programme/tiers"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalKpi(PortalCommon, PmmCommon, HttpCase):
    """K8: how figures of KPIs look in the portal, and which stay inside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._person("owner", cls.acme, "owner")
        cls.pump.standard_price = 60
        cls.margin = cls._kpi("Secret margin", source="margin")
        cls.rate = cls._kpi("Returns rate", source="returns_rate", direction="lower")
        cls._target(cls.acme_in, "2026-04", 5, cls.rate)
        cls._target(cls.acme_in, "2026-04", 1000, cls.margin)
        cls.program.write(
            {
                "tier_mode": "automatic",
                "tier_ids": [
                    Command.create({"grade_id": cls.silver.id, "sequence": 1}),
                    Command.create(
                        {
                            "grade_id": cls.gold.id,
                            "sequence": 2,
                            "requirement_ids": [
                                Command.create({"kpi_id": cls.margin.id, "threshold": 777}),
                                Command.create({"kind": "check", "name": "Has a showroom"}),
                            ],
                        }
                    ),
                ],
            }
        )
        cls._invoice(cls.acme, "2026-04-10", 200)
        cls._invoice(cls.acme, "2026-04-11", (cls.valve, 1, 7), move_type="out_refund")
        cls.program._run()
        cls.env.flush_all()

    def test_internal_kpis_stay_inside(self):
        """DESIGN 6: no page and no call tells a partner what we earn; other KPIs are there."""
        for url in ("/my/programme", RESULTS, TIERS):
            text = self._text(self.owner, url)
            for secret in ("140.00", "1,000.00"):
                self.assertNotIn(secret, text, url)
        # what a tier asks for is told, not what there is of it
        self.assertIn("Secret margin $ 777.00", self._text(self.owner, TIERS))
        self.assertNotIn("Secret margin", self._text(self.owner, RESULTS))
        self.assertIn("Returns rate", self._text(self.owner, RESULTS))
        self.assertIn("Has a showroom", self._text(self.owner, TIERS))
        for model in ("pmm.kpi.measurement", "pmm.kpi.target"):
            found = self.env[model].with_user(self.owner).search([])
            self.assertTrue(found, model)
            self.assertNotIn(self.margin, found.sudo().kpi_id)
        standings = self.env["pmm.tier.standing"].with_user(self.owner).search([])
        self.assertEqual(standings.sudo().requirement_id.mapped("kind"), ["check"])
        self.margin.is_internal = False
        self.env.flush_all()
        self.assertIn("Secret margin", self._text(self.owner, RESULTS))

    def test_limit(self):
        """K8: a limit says how much of it is left, and by how much it is passed; in percent."""
        text = self._text(self.owner, "/my/programme")
        self.assertIn("3.50 % of at most 5 %", text)
        self.assertIn("1.50 % below the limit", text)
        self._invoice(self.acme, "2026-04-12", 5, move_type="out_refund")
        self.program._run()
        self.env.flush_all()
        self.assertIn("1 % above the limit", self._text(self.owner, "/my/programme"))
