import os
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("PMM_DATASET") or ROOT.parent / "shared" / "data" / "adventureworks")
ORDERS = 40


@tagged("post_install", "-at_install")
class TestDataset(TransactionCase):
    """The way through over a slice of AdventureWorks equals figures from the csv files alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not FOLDER.is_dir():
            cls.skipTest(cls, f"the data set is not here ({FOLDER.name}); PMM_DATASET names it")
        sys.path.insert(0, str(ROOT / "setup"))
        cls.addClassCleanup(sys.path.remove, str(ROOT / "setup"))
        from pmm_setup import dataset, dataset_odoo, dataset_program

        data = dataset.read(FOLDER, ORDERS)
        cls.orders = data.orders
        cls.codes = {key: reseller.code for key, reseller in data.resellers.items()}
        totals = dataset_odoo.load(cls.env, FOLDER, limit=ORDERS, commit=False)
        cls.company = cls.env["res.company"].browse(totals["company"])
        cls.program = cls.env["pmm.program"].search(
            [("company_id", "=", cls.company.id), ("name", "=", dataset_program.NAME)]
        )

    def test_results_rewards_and_ledger_equal_the_csv(self):
        """K4, R3, S21, W7: revenue, volume bonus, statements and GL proof of the slice."""
        program = self.program
        program._run()
        expected = defaultdict(Decimal)  # {(reseller's code, first day of the quarter): untaxed}
        for order in self.orders:
            quarter = order.date.replace(month=(order.date.month - 1) // 3 * 3 + 1, day=1)
            expected[self.codes[order.reseller], quarter] += sum(
                line.amount for line in order.lines
            )
        revenue = program.kpi_ids.filtered(lambda kpi: kpi.name == "Revenue")
        measured = self.env["pmm.kpi.measurement"].search(
            [("kpi_id", "=", revenue.id), ("actual", "!=", 0)]
        )
        found = {
            (row.partner_id.ref, row.date_start): Decimal(f"{row.actual:.2f}") for row in measured
        }
        self.assertEqual(found, dict(expected))
        self.assertGreater(len(found), 20)

        volume = self.env["pmm.reward.entry"].search(
            [("program_id", "=", program.id), ("rule_id.kind", "=", "period_bands")]
        )
        self.assertEqual(
            sum(Decimal(f"{entry.amount:.2f}") for entry in volume),
            sum(self._bonus(amount) for amount in expected.values()),
        )
        self.assertFalse(sum(program._run().values()), "a second run adds nothing")

        first = program.period_ids.sorted("date_start")[0]
        first.action_close()
        statements = self.env["pmm.statement"]._make(first)
        self.env["pmm.reward.posting"]._post(program)
        statements._create_bills(first.date_stop)
        proof = self.env["pmm.gl.proof"].search([("company_id", "=", self.company.id)])
        self.assertTrue(proof)
        self.assertFalse(proof.filtered("difference"))
        self.assertFalse(proof.filtered("not_posted"))

    @staticmethod
    def _bonus(amount):
        """Return the volume bonus, written out: 0, 1, 2, 3 % of the slices."""
        earned = Decimal(0)
        for floor, ceiling, rate in (
            (20000, 60000, "0.01"),
            (60000, 120000, "0.02"),
            (120000, None, "0.03"),
        ):
            top = amount if ceiling is None else min(amount, Decimal(ceiling))
            earned += max(top - floor, Decimal(0)) * Decimal(rate)
        return earned.quantize(Decimal("0.01"), ROUND_HALF_UP)
