from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from .common import PmmCommon
from .portal_common import PortalCommon

TIERS = "/my/programme/tiers"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalTiers(PortalCommon, PmmCommon, HttpCase):
    """T10, T11: the ladder in the portal, as people of the company see it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.sales = cls.people["sales"]
        cls.outsider = cls._person("outsider", cls.bolt, "owner")
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
                                Command.create({"kpi_id": cls.kpi.id, "threshold": 1000}),
                                Command.create({"kind": "check", "name": "Has a showroom"}),
                            ],
                            "benefit_ids": [
                                Command.create({"kind": "text", "name": "Marketing kit"})
                            ],
                        }
                    ),
                ],
            }
        )
        cls._invoice(cls.acme, "2026-02-10", 400.25)
        cls.program._run()
        cls.env.flush_all()

    def test_ladder(self):
        """T10: per requirement current, required, percent and what is missing; benefits."""
        text = self._text(self.sales, TIERS)
        for part in (
            "Your tier is Silver .",
            "Revenue $ 400.25 of $ 1,000.00",
            "40 %",
            "$ 599.75 to go, by December 31, 2026",
            "Has a showroom",
            "Marketing kit",
            "Open to every partner of the programme.",
            "Silver Open to every partner of the programme",
        ):
            with self.subTest(part):
                self.assertIn(part, text)
        self.assertNotIn("Bolt", text)

    def test_reached(self):
        """T10, T11: nothing is to go any more; the history tells why, the newest first."""
        self._invoice(self.acme, "2026-04-15", 599.75)
        self.env["pmm.tier.check"].create(
            {
                "enrollment_id": self.acme_in.id,
                "requirement_id": self.program.tier_ids[1].requirement_ids[1].id,
                "date_start": "2026-04-15",
            }
        )
        with freeze_time("2026-04-16"):
            self.program._run()
            self.env.flush_all()
            text = self._text(self.sales, TIERS)
        self.assertIn("Your tier is Gold , at least until December 31, 2027", text)
        self.assertNotIn("to go", text)
        self.assertIn("Gold Requirements met: Revenue $ 1,000.00 (required $ 1,000.00)", text)
        self.assertLess(text.rindex("Gold Requirements"), text.rindex("Silver Open to every"))

    def test_overview_names_the_next_tier(self):
        """P1, T10: what is missing for the next tier stands on the first page."""
        text = self._text(self.sales, "/my/programme")
        self.assertIn("Next tier: Gold", text)
        self.assertIn("$ 599.75 to go", text)

    def test_who_sees_it(self):
        """P2, DESIGN 3.5: owner, finance and sales; others are led to the overview."""
        for role, user in self.people.items():
            sees = role in ("owner", "finance", "sales")
            with self.subTest(role):
                self.assertEqual("Tiers" in self._tabs(user), sees)
                response = self._open(user, TIERS)
                self.assertEqual(response.url.endswith(TIERS), sees)
                self.assertEqual("400.25" in response.text, sees)
        self.assertNotIn("400.25", self._open(self.outsider, TIERS).text)
        # figures behind a tier, and our notes, are not read by RPC either
        tiers = self.acme_in.tier_ids.with_user(self.people["learner"])
        for name in ("terms", "cause", "cause_text"):
            with self.assertRaises(AccessError):
                tiers.read([name])
        own = self.acme_in.standing_ids
        self.assertReads(self.sales, "pmm.tier.standing", own.sorted(), "required")
        self.assertChangesNothing(self.sales, own[0], {"value": 5})

    def test_programme_without_ladder(self):
        """T1: no ladder, no tab."""
        self.program.write({"tier_mode": "manual"})
        self.env["pmm.enrollment.tier"].search([]).unlink()
        self.program.tier_ids.unlink()
        self.env.flush_all()
        self.assertNotIn("Tiers", self._tabs(self.sales))
        self.assertTrue(self._open(self.sales, TIERS).url.endswith("/my/programme"))
