from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import FactsCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestQueryCount(FactsCommon):
    """A18, DESIGN 5: one partner or two hundred, a pivot asks the database as often."""

    def test_a_pivot_asks_as_often_for_many(self):
        """A18: all measures by partner and month, for 1 and for 200 partners."""
        few = self._program("Few")
        many = self._program("Many")
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        vals_list = [
            {
                "program_id": program.id,
                "partner_id": partner.id,
                "date_start": "2026-01-01",
                "tier_ids": [
                    Command.create({"grade_id": self.gold.id, "date_start": "2026-01-01"})
                ],
            }
            for program, members in ((few, partners[:1]), (many, partners))
            for partner in members
        ]
        self.env["pmm.enrollment"].create(vals_list)
        for partner in partners[:3]:
            self._invoice(partner, "2026-02-03", 500)
        (few | many)._run()
        Facts = self.env["pmm.partner.facts"]
        measures = [
            *("revenue:sum", "documents:sum", "targets:sum", "targets_reached:sum"),
            *("attainment:avg", "reward:sum", "reward_paid:sum", "reward_share:avg"),
            *("offers:sum", "offers_used:sum", "offer_share:avg"),
        ]
        counts, groups = [], []
        Facts._read_group([], [], measures)  # warms the caches
        for program in (few, many):
            with self._counted(counts):
                groups.append(
                    Facts._read_group(
                        [("program_id", "=", program.id)],
                        ["partner_id", "date_start:month"],
                        measures,
                    )
                )
        self.assertEqual([len(rows) for rows in groups], [4, 4 * MANY])
        self.assertEqual(counts[0], counts[1])
        self.assertLess(counts[1], 10)
