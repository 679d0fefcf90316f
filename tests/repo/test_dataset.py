"""The dataset reader: what a good folder gives, and what is said of a bad one."""

from __future__ import annotations

import datetime
import gzip
import io
import os
import subprocess
import sys
import tempfile
import unittest
from decimal import Decimal
from pathlib import Path

REPO = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPO / "setup"))

from pmm_setup import dataset  # noqa: E402
from pmm_setup.dataset_progress import Progress  # noqa: E402

REAL = Path(os.environ.get("PMM_DATASET") or REPO.parent / "shared" / "data" / "adventureworks")

FILES = {
    "territories.csv": [
        "territory_key,region,country,group",
        "1,Northwest,United States,North America",
        "7,France,France,Europe",
    ],
    "products.csv": [
        "product_key,name,unit_cost,color,subcategory,category",
        '210,"HL Road Frame, 58",868.63,Black,Road Frames,Components',
        "212,Helmet,12.03,Red,Helmets,Accessories",
        "213,Cap,5,,Caps,Clothing",
    ],
    "resellers.csv": [
        "reseller_key,code,phone,business_type,name,street,city,state_code,state,country_code,zip,territory_key",
        "1,AW1,245,Warehouse,A Bike Store,2251 Elliot Avenue,Seattle,WA,Washington,US,98104,1",
        "2,AW2,246,Specialty Bike Shop,Vélo Étoilé,1 rue Gay,Paris,75,Seine (Paris),FR,75001,7",
    ],
    "sales_quotas.csv": [
        "employee_key,quarter_start,quota",
        "272,2017-07-01,28000",
        "290,2017-07-01,1000.5",
    ],
    "sales.csv": [
        "order_number,order_date,reseller_key,employee_key,territory_key,product_key,quantity,unit_price,amount,unit_cost",
        "SO2,2017-08-01,2,281,7,212,3,10.00,29.99,1",
        "SO1,2017-07-01,1,272,1,210,2,100.5,201,1",
        "SO1,2017-07-01,1,272,1,212,1,12.00,12.00,1",
        "SO3,2017-08-01,1,281,1,212,1,11.00,11.00,1",
    ],
}


class DatasetCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in FILES:
            self.write(name)

    def write(self, name, change=None):
        """Write a file; ``change`` has other text for rows (1 = the header), None drops one."""
        rows = [(change or {}).get(number, row) for number, row in enumerate(FILES[name], 1)]
        rows += [row for number, row in (change or {}).items() if number > len(rows)]
        (self.folder / name).write_text(
            "\n".join(row for row in rows if row is not None) + "\n", encoding="utf-8"
        )

    def errors(self, name=None, change=None):
        if name:
            self.write(name, change)
        with self.assertRaises(dataset.DatasetError) as caught:
            dataset.read(self.folder)
        return caught.exception.errors

    def assert_refused(self, name, change, *sentences):
        self.assertEqual(self.errors(name, change), list(sentences))
        self.write(name)


class TestReader(DatasetCase):
    def test_good_folder(self):
        data = dataset.read(self.folder)
        self.assertEqual(data.totals, {"orders": 3, "lines": 4, "untaxed": Decimal("253.99")})
        self.assertEqual([order.number for order in data.orders], ["SO1", "SO2", "SO3"])
        order = data.orders[0]
        self.assertEqual(
            (order.date, order.reseller, order.employee, order.territory, order.amount),
            (datetime.date(2017, 7, 1), 1, 272, 1, Decimal("213.00")),
        )
        self.assertEqual([line.product for line in order.lines], [210, 212])
        self.assertEqual(data.products[210].name, "HL Road Frame, 58")
        self.assertEqual(data.resellers[2].name, "Vélo Étoilé")
        self.assertEqual(data.employees, [272, 281, 290])
        self.assertEqual(data.reseller_employee, {1: 281, 2: 281})
        self.assertEqual(data.employee_territory, {272: 1, 281: 1})
        self.assertEqual(data.quotas[1].amount, Decimal("1000.5"))

    def test_list_price_is_the_highest_sold_or_the_cost(self):
        prices = dataset.read(self.folder).list_prices
        self.assertEqual(prices, {210: Decimal("100.5"), 212: Decimal("12.00"), 213: Decimal("5")})

    def test_gzip_and_byte_order_mark(self):
        text = (self.folder / "sales.csv").read_bytes()
        (self.folder / "sales.csv.gz").write_bytes(gzip.compress(b"\xef\xbb\xbf" + text))
        (self.folder / "sales.csv").unlink()
        self.assertEqual(dataset.read(self.folder).totals["lines"], 4)

    def test_limit_takes_the_first_orders_by_date(self):
        data = dataset.read(self.folder, limit=2)
        self.assertEqual([order.number for order in data.orders], ["SO1", "SO2"])
        self.assertEqual(data.totals, {"orders": 2, "lines": 3, "untaxed": Decimal("242.99")})
        self.assertEqual(len(data.resellers), 2)
        self.assertEqual(data.list_prices[212], Decimal("12.00"))
        self.assertEqual(dataset.read(self.folder, limit=99).totals["orders"], 3)
        for limit in (0, -1, "2", True):
            with (
                self.subTest(limit),
                self.assertRaisesRegex(dataset.DatasetError, "whole number of orders"),
            ):
                dataset.read(self.folder, limit=limit)

    def test_price_reproduces_the_amount(self):
        for quantity, unit_price, amount in (
            (3, "10.00", "29.99"),
            (7, "1.005", "7.04"),
            (3, "0.335", "1.01"),
            (41, "1457.99", "53800.00"),
            (1, "5", "0"),
            (2, "100.5", "201"),
        ):
            line = dataset.Line(1, quantity, Decimal(unit_price), Decimal(amount))
            with self.subTest(amount=amount):
                self.assertAlmostEqual(line.price * quantity, float(amount), places=9)
        self.assertEqual(dataset.Line(1, 2, Decimal("100.5"), Decimal("201")).price, 100.5)


class TestRefused(DatasetCase):
    def test_absent(self):
        for folder in (self.folder / "absent", self.folder / "sales.csv"):
            with self.assertRaisesRegex(dataset.DatasetError, "there is no such folder"):
                dataset.read(folder)
        (self.folder / "products.csv").unlink()
        (self.folder / "sales.csv").unlink()
        self.assertEqual(
            self.errors(),
            [
                f"{self.folder / name}: the file does not exist."
                for name in ("products.csv", "sales.csv.gz")
            ],
        )

    def test_missing_column(self):
        header = FILES["products.csv"][0].replace("unit_cost", "cost")
        errors = self.errors("products.csv", {1: header})
        self.assertEqual(errors[0], "products.csv, row 1, column unit_cost: the column is missing.")

    def test_short_and_long_rows(self):
        self.assert_refused(
            "territories.csv",
            {4: "8,Germany", 5: "9,Australia,Australia,Pacific,1"},
            "territories.csv, row 4, column country: is missing (2 values under 4 headings).",
            "territories.csv, row 5, column 5: is one too many (5 values under 4 headings).",
        )

    def test_numbers(self):
        for value in ("x", "", "1_000", "NaN", "1e3", "²", "1,5"):
            row = f'213,Cap,"{value}",,Caps,Clothing'
            with self.subTest(value):
                self.assert_refused(
                    "products.csv",
                    {4: row},
                    f"products.csv, row 4, column unit_cost: {value!r} is not a number.",
                )
        self.assert_refused(
            "products.csv",
            {4: "213,Cap,-5,,Caps,Clothing"},
            "products.csv, row 4, column unit_cost: -5 is negative.",
        )

    def test_sales_cells(self):
        for column, cell, sentence in (
            (0, "", "order_number: is empty."),
            (1, "2017-02-30", "order_date: '2017-02-30' is not a date that exists."),
            (1, "30/06/2017", "order_date: '30/06/2017' is not a date (YYYY-MM-DD)."),
            (2, "99", "reseller_key: 99 is not in resellers.csv."),
            (3, "x", "employee_key: 'x' is not a whole number."),
            (4, "99", "territory_key: 99 is not in territories.csv."),
            (5, "99", "product_key: 99 is not in products.csv."),
            (6, "0", "quantity: 0 is less than 1."),
            (6, "1.5", "quantity: '1.5' is not a whole number."),
            (8, "11.005", "amount: 11.005 has parts of a cent."),
        ):
            cells = FILES["sales.csv"][4].split(",")
            cells[column] = cell
            with self.subTest(sentence):
                self.assert_refused(
                    "sales.csv", {5: ",".join(cells)}, f"sales.csv, row 5, column {sentence}"
                )

    def test_unknown_territory_of_a_reseller(self):
        row = FILES["resellers.csv"][1].replace(",98104,1", ",98104,6")
        self.assert_refused(
            "resellers.csv",
            {2: row},
            "resellers.csv, row 2, column territory_key: 6 is not in territories.csv.",
        )

    def test_country_and_state(self):
        row = FILES["resellers.csv"][1]
        self.assert_refused(
            "resellers.csv",
            {
                2: row.replace(",US,", ",usa,"),
                3: FILES["resellers.csv"][2].replace("Seine (Paris)", " "),
            },
            "resellers.csv, row 2, column country_code: "
            "'usa' is not a country code of two capital letters.",
            "resellers.csv, row 3, column state: is empty.",
        )

    def test_duplicate_keys(self):
        for name, number, column, shown, first in (
            ("territories.csv", 3, "territory_key", "7", 3),
            ("products.csv", 2, "product_key", "210", 2),
            ("sales_quotas.csv", 2, "quarter_start", "272 / 2017-07-01", 2),
            ("sales.csv", 3, "product_key", "SO1 / 210", 3),
        ):
            added = len(FILES[name]) + 1
            with self.subTest(name):
                self.assert_refused(
                    name,
                    {added: FILES[name][number - 1]},
                    f"{name}, row {added}, column {column}: {shown} is already in row {first}.",
                )
        self.assert_refused(
            "resellers.csv",
            {4: FILES["resellers.csv"][1]},
            "resellers.csv, row 4, column reseller_key: 1 is already in row 2.",
            "resellers.csv, row 4, column code: AW1 is already in row 2.",
        )

    def test_lines_of_one_order_that_disagree(self):
        row = "SO1,2017-07-02,1,272,7,213,1,5,5,1"
        self.assert_refused(
            "sales.csv",
            {6: row},
            "sales.csv, row 6, column order_date: "
            "2017-07-02 differs from 2017-07-01 in row 3 of the order SO1.",
            "sales.csv, row 6, column territory_key: 7 differs from 1 in row 3 of the order SO1.",
        )

    def test_every_error_is_listed_up_to_twenty(self):
        bad = {5 + number: f"SO9,x,1,272,1,{number},1,1,1,1" for number in range(1, 16)}
        errors = self.errors("sales.csv", bad)
        self.assertEqual(len(errors), dataset.MAX_ERRORS + 1)
        self.assertEqual(errors[-1], "… and 10 more.")

    def test_unreadable_files(self):
        (self.folder / "products.csv").write_bytes(b"product_key,name\n\xff\xfe")
        self.assertIn("products.csv: is not UTF-8 text (byte 17).", self.errors()[0])
        self.write("products.csv")
        packed = gzip.compress((self.folder / "sales.csv").read_bytes())
        for content, sentence in (
            (packed[:40], "not a complete gzip file"),
            (b"plain", "cannot be read"),
        ):
            (self.folder / "sales.csv.gz").write_bytes(content)
            with self.subTest(sentence):
                self.assertIn(sentence, self.errors()[0])
        (self.folder / "sales.csv.gz").unlink()
        self.assertIn(
            "territories.csv, row 2: is not valid csv",
            self.errors("territories.csv", {2: '1,"a"b,c,d'})[0],
        )

    def test_no_order(self):
        errors = self.errors("sales.csv", {2: None, 3: None, 4: None, 5: None})
        self.assertEqual(errors, [f"{self.folder}: the sales file holds no order."])


class TestCommand(DatasetCase):
    """The command refuses before it looks for an Odoo."""

    def run_command(self, *arguments, **environment):
        return subprocess.run(
            [sys.executable, REPO / "setup" / "load_dataset", *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, **environment},
        )

    def test_usage(self):
        self.assertEqual(self.run_command().returncode, 2)
        for limit in ("0", "x"):
            self.assertEqual(
                self.run_command(self.folder, "nowhere", "--limit", limit).returncode, 2
            )
            result = self.run_command(self.folder, "nowhere", PMM_DATASET_LIMIT=limit)
            self.assertEqual(result.returncode, 2)
            self.assertIn("PMM_DATASET_LIMIT", result.stderr)

    def test_sentences(self):
        result = self.run_command(self.folder / "absent", "nowhere")
        self.assertEqual(result.returncode, 1)
        self.assertIn("there is no such folder", result.stderr)
        self.write("sales.csv", {3: "SO1,2017-07-01,1,272,1,99,2,100.5,201,1"})
        result = self.run_command(self.folder, "nowhere")
        self.assertEqual(result.returncode, 1)
        self.assertIn(
            "sales.csv, row 3, column product_key: 99 is not in products.csv.", result.stderr
        )
        self.assertNotIn("Traceback", result.stderr)


class TestProgress(unittest.TestCase):
    def play(self, tty):
        stream = io.StringIO()
        stream.isatty = lambda: tty
        clock = iter((0, 3, 9, 11, 15, 30))
        progress = Progress(stream, now=lambda: next(clock))
        for done in (0, 10, 30, 50, 60, 100):
            progress(done, 100, "Invoices")
        return stream.getvalue()

    def test_a_line_every_ten_seconds(self):
        self.assertEqual(
            self.play(tty=False),
            "Invoices: 50 of 100 (50%), 4.5/s, 0:11 to go\nInvoices: 100 of 100 (100%) in 0:30\n",
        )

    def test_one_updating_line(self):
        shown = self.play(tty=True)
        self.assertEqual((shown.count("\r"), shown.count("\n"), shown[-1]), (6, 1, "\n"))


@unittest.skipUnless(
    REAL.is_dir(), f"the AdventureWorks folder is not at {REAL} (name it with PMM_DATASET)"
)
class TestReal(unittest.TestCase):
    def test_totals(self):
        data = dataset.read(REAL)
        self.assertEqual(
            data.totals, {"orders": 3616, "lines": 57851, "untaxed": Decimal("77548570.20")}
        )
        self.assertEqual(
            (len(data.resellers), len(data.products), len(data.territories)), (701, 397, 11)
        )
        self.assertEqual(len({order.territory for order in data.orders}), 10)
        self.assertEqual(len({(order.date.year, order.date.month) for order in data.orders}), 35)
        self.assertEqual((len(data.employees), len(data.quotas)), (17, 163))
        self.assertEqual(
            sum(
                line.price != float(line.unit_price)
                for order in data.orders
                for line in order.lines
            ),
            0,
        )


if __name__ == "__main__":
    unittest.main()
