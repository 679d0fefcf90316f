from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestQueryCount(RewardCommon):
    """X13, DESIGN 5: one partner or two hundred, accruing asks the database as often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.partners = cls.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        cls.members = cls.env["pmm.enrollment"].create(
            [
                {
                    "program_id": cls.program.id,
                    "partner_id": partner.id,
                    "date_start": "2026-01-01",
                    "tier_ids": [
                        Command.create({"grade_id": cls.gold.id, "date_start": "2026-01-01"})
                    ],
                }
                for partner in cls.partners
            ]
        )
        cls.plan = cls._plan(
            cls._rate(0.05, grade_ids=[Command.set(cls.gold.ids)]),
            cls._bands((0, 0.01), (100, 0.02), category_ids=[Command.set(cls.hardware.ids)]),
        )
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": "2026-02-03",
                    "date": "2026-02-03",
                    "invoice_line_ids": [
                        Command.create(
                            {"product_id": cls.pump.id, "price_unit": 500, "tax_ids": False}
                        )
                    ],
                }
                for partner in cls.partners
            ]
        )
        moves.action_post()
        # credits and periods are there, no reward is yet
        cls.program._ensure_periods()
        cls.env["pmm.credit"]._fill_dirty()

    def test_accruing_asks_as_often_for_many(self):
        """X13: granting rewards to 1 and to 198 partners, and finding nothing new for either."""
        Entry = self.env["pmm.reward.entry"]
        self.env.invalidate_all()
        Entry._accrue(self.members[:1])  # from cold records, so it warms the caches of rules, too
        counts, again = [], []
        for members in (self.members[1:2], self.members[2:]):
            with self._counted(counts):
                Entry._accrue(members)
            with self._counted(again):
                Entry._accrue(members)
        self.assertEqual(len(Entry.search([("plan_id", "=", self.plan.id)])), 2 * MANY)
        self.assertEqual(counts[0], counts[1])
        self.assertEqual(again[0], again[1])
        self.assertLess(counts[1], 40)

    def test_stating_asks_as_often_for_many(self):
        """X13: the statements of a period; the ORM writes them in batches."""
        self._close("2026-01", "2026-02")
        found = []
        with self._counted(found):
            statements = self._make("2026-02")
        self.assertEqual(len(statements), MANY)
        self.assertLess(found[0], 40)
