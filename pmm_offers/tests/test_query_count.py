from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import OfferCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestQueryCount(OfferCommon):
    """X13, DESIGN 5: one partner or two hundred, making offers asks the database as often."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        cls.env["pmm.enrollment"].create(
            [
                {"program_id": cls.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        moves = cls.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": "2026-04-10",
                    "date": "2026-04-10",
                    "invoice_line_ids": [
                        Command.create(
                            # the last one is nearer than all others
                            {
                                "product_id": cls.pump.id,
                                "price_unit": 999 if partner == partners[-1] else 900,
                                "tax_ids": False,
                            }
                        )
                    ],
                }
                for partner in partners
            ]
        )
        moves.action_post()
        # credits and periods are there, no offer is yet
        cls.program._ensure_periods()
        cls.env["pmm.credit"]._fill_dirty()

    def test_making_offers_asks_as_often_for_many(self):
        """X13: 1 offer, 200 offers, and none because all have theirs."""
        # with the context of tests, and with that of a real run
        for model in (self.env["pmm.offer"], self.env(context={})["pmm.offer"]):
            warm, one, many = (
                self._campaign(name=name, near=near).with_env(model.env)
                for name, near in (("Warm", 0.01), ("One", 0.01), ("Many", 0.2))
            )
            counts = []
            for campaign, number in ((warm, 1), (one, 1), (many, MANY), (many, 0)):
                with self._counted(counts):
                    offers = model._generate(campaign)
                self.assertEqual(len(offers), number)
            with self.subTest(context=model.env.context):
                # the ORM inserts a hundred coupons, and a hundred offers, at a time
                self.assertEqual(counts[1] + 2, counts[2], "queries for 1 and for 200 partners")
                self.assertLess(counts[2], 40)
                self.assertLess(counts[3], counts[2])

    def test_reading_offers_asks_as_often_for_many(self):
        """X13: the list with status, sentence and order."""
        campaign = self._campaign(near=0.2)
        offers = self.env["pmm.offer"]._generate(campaign)
        self.assertEqual(len(offers), MANY)
        counts = []
        for some in (offers[:1], offers[:1], offers):
            with self._counted(counts):
                some.read(["state", "sentence", "order_id", "date_last", "code"])
        self.assertEqual(counts[1], counts[2])
        with self._counted(counts):
            self.assertEqual(len(offers.search([("state", "=", "open")])), MANY)
        self.assertLess(counts[3], 10)
