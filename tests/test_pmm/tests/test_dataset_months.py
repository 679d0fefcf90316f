import csv
import gzip
import os
import shutil
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

from odoo.tests import TransactionCase, tagged

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(os.environ.get("PMM_DATASET") or ROOT.parent / "shared" / "data" / "adventureworks")
# every how manieth reseller is compared; 1: all of them, which takes long
EVERY = int(os.environ.get("PMM_DATASET_EVERY") or 40)


@tagged("post_install", "-at_install")
class TestDatasetMonths(TransactionCase):
    """Months, resellers and territories of AdventureWorks equal figures from the csv alone."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not FOLDER.is_dir():
            cls.skipTest(cls, f"the data set is not here ({FOLDER.name}); PMM_DATASET names it")
        for folder in ("setup", "tests"):
            sys.path.insert(0, str(ROOT / folder))
            cls.addClassCleanup(sys.path.remove, str(ROOT / folder))
        from dataset_figures import figures

        from pmm_setup import dataset_months, dataset_odoo

        slice_ = cls._slice()
        cls.figures = figures(slice_)
        totals = dataset_odoo.load(cls.env, slice_, commit=False)
        cls.program = cls.env["pmm.program"].search(
            [("company_id", "=", totals["company"]), ("name", "=", dataset_months.NAME)]
        )

    @classmethod
    def _slice(cls):
        """Return a folder with the sales of some resellers, over all years."""
        folder = Path(tempfile.mkdtemp())
        cls.addClassCleanup(shutil.rmtree, folder)
        for path in FOLDER.glob("*.csv"):
            shutil.copy(path, folder)
        with gzip.open(FOLDER / "sales.csv.gz", "rt", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            sales = [row for row in reader if int(row["reseller_key"]) % EVERY == 0]
        with (folder / "sales.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, reader.fieldnames)
            writer.writeheader()
            writer.writerows(sales)
        return folder

    def test_every_month_of_every_reseller_and_territory(self):
        """K4, K23: revenue, margin, assortment, states and countries, to the cent."""
        self.program._run()
        nothing = dict.fromkeys(("revenue", "assortment", "states", "countries"), Decimal(0))
        wrong, seen = [], set()
        for row in self.env["pmm.kpi.measurement"].search([("program_id", "=", self.program.id)]):
            key = (row.partner_id.ref, f"{row.date_start:%Y-%m}")
            name = row.kpi_id.name.removeprefix("Monthly ")
            found = Decimal(f"{row.actual:.4f}") if row.has_actual else None
            expected = self.figures.get(key, nothing).get(name)
            if found != expected:
                wrong.append((*key, name, f"expected {expected}, found {found}"))
            seen.add(key)
        self.assertFalse(wrong[:20], f"{len(wrong)} figures differ")
        self.assertLessEqual(self.figures.keys(), seen, "months that were not measured")
        self.assertGreater(len(self.figures), 100)
        self.assertFalse(any(self.program._run().values()), "a second run adds nothing")
