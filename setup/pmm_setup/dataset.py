"""Read and check the AdventureWorks reseller sales (csv files); no Odoo needed.

``read(directory)`` either returns a complete, consistent :class:`Dataset` or raises
:class:`DatasetError` with one sentence per fault, naming the file, the row (the header is
row 1, as a spreadsheet counts) and the column.
"""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

CENT = Decimal("0.01")
MAX_ERRORS = 20

_INTEGER = re.compile(r"[0-9]{1,9}\Z")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,10})?\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_COUNTRY = re.compile(r"[A-Z]{2}\Z")


class DatasetError(Exception):
    """The dataset cannot be loaded; ``errors`` holds a sentence for each reason."""

    def __init__(self, errors):
        self.errors = [errors] if isinstance(errors, str) else list(errors)
        super().__init__("\n".join(self.errors))


@dataclass(frozen=True, slots=True)
class Territory:
    key: int
    region: str
    country: str
    group: str


@dataclass(frozen=True, slots=True)
class Product:
    key: int
    name: str
    cost: Decimal
    subcategory: str
    category: str


@dataclass(frozen=True, slots=True)
class Reseller:
    key: int
    code: str
    name: str
    business_type: str
    phone: str
    street: str
    city: str
    zip: str
    state_code: str
    state: str
    country_code: str
    territory: int
    row: int


@dataclass(frozen=True, slots=True)
class Quota:
    employee: int
    quarter_start: datetime.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Line:
    product: int
    quantity: int
    unit_price: Decimal
    amount: Decimal

    @property
    def price(self) -> float:
        """The unit price whose product with the quantity is ``amount`` (a discount included)."""
        if self.unit_price * self.quantity == self.amount:
            return float(self.unit_price)
        return float(self.amount / self.quantity)


@dataclass(frozen=True, slots=True)
class Order:
    number: str
    date: datetime.date
    reseller: int
    employee: int
    territory: int
    row: int
    lines: list[Line] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@dataclass(slots=True)
class Dataset:
    """Everything in the folder; ``orders`` (by date, then number) is the only part cut by a limit."""

    territories: dict[int, Territory]
    products: dict[int, Product]
    resellers: dict[int, Reseller]
    quotas: list[Quota]
    orders: list[Order]
    list_prices: dict[int, Decimal]
    employees: list[int]
    reseller_employee: dict[int, int]
    """Salesperson of the last order of each reseller that ever ordered."""
    employee_territory: dict[int, int]
    """Territory in which each salesperson sold the most lines."""

    @property
    def totals(self) -> dict:
        return {
            "orders": len(self.orders),
            "lines": sum(len(order.lines) for order in self.orders),
            "untaxed": sum((order.amount for order in self.orders), Decimal("0.00")).quantize(CENT),
        }


class _Faults:
    """Collects sentences; the first MAX_ERRORS are kept, the others counted."""

    def __init__(self):
        self.sentences = []
        self.count = 0

    def add(self, sentence):
        self.count += 1
        if len(self.sentences) < MAX_ERRORS:
            self.sentences.append(sentence)

    def raise_if_any(self):
        if not self.count:
            return
        more = self.count - len(self.sentences)
        raise DatasetError(self.sentences + ([f"… and {more} more of the kind."] if more else []))


class _Row:
    """One csv row; the typed getters report what is wrong with a cell and return None."""

    __slots__ = ("cells", "faults", "file", "number")

    def __init__(self, file, number, cells, faults):
        self.file, self.number, self.cells, self.faults = file, number, cells, faults

    def fault(self, column, text):
        self.faults.add(f"{self.file}, row {self.number}, column {column}: {text}")

    def text(self, column, required=True):
        value = self.cells[column].strip()
        if not value and required:
            self.fault(column, "is empty.")
            return None
        return value

    def _matching(self, column, pattern, what):
        value = self.cells[column].strip()
        if not pattern.match(value):
            self.fault(column, f"{value!r} is not {what}.")
            return None
        return value

    def integer(self, column, minimum=1):
        value = self._matching(column, _INTEGER, "a whole number")
        if value is None:
            return None
        if int(value) < minimum:
            self.fault(column, f"{value} is less than {minimum}.")
            return None
        return int(value)

    def number_of(self, column, cents=False):
        value = self._matching(column, _NUMBER, "a number")
        if value is None:
            return None
        number = Decimal(value)
        if number < 0:
            self.fault(column, f"{value} is negative.")
            return None
        if cents and number != number.quantize(CENT):
            self.fault(column, f"{value} has parts of a cent.")
            return None
        return number

    def date(self, column):
        value = self._matching(column, _DATE, "a date (YYYY-MM-DD)")
        if value is None:
            return None
        try:
            return datetime.date.fromisoformat(value)
        except ValueError:
            self.fault(column, f"{value!r} is not a date that exists.")
            return None

    def country(self, column):
        return self._matching(column, _COUNTRY, "a country code of two capital letters")

    def reference(self, column, known, file):
        value = self.integer(column)
        if value is None:
            return None
        if value not in known:
            self.fault(column, f"{value} is not in {file}.")
            return None
        return value

    def unique(self, column, value, seen):
        """Note the value; a second row with it is a fault."""
        if value is None or (isinstance(value, tuple) and None in value):
            return
        first = seen.setdefault(value, self.number)
        if first != self.number:
            shown = " / ".join(map(str, value)) if isinstance(value, tuple) else value
            self.fault(column, f"{shown} is already in row {first}.")


def _rows(directory, name, columns, faults):
    path = Path(directory, name)
    try:
        content = path.read_bytes()
        if name.endswith(".gz"):
            content = gzip.decompress(content)
        text = content.decode("utf-8-sig")
    except OSError as error:
        faults.add(f"{path}: cannot be read ({error}).")
        return
    except (EOFError, zlib.error):
        faults.add(f"{path}: is not a complete gzip file.")
        return
    except UnicodeDecodeError as error:
        faults.add(f"{path}: is not UTF-8 text (byte {error.start}).")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    number = 0
    try:
        header = [column.strip() for column in next(reader, [])]
        number = 1
        missing = [column for column in columns if column not in header]
        for column in missing:
            faults.add(f"{name}, row 1, column {column}: the column is missing.")
        if missing:
            return
        for number, cells in enumerate(reader, 2):
            if not cells:
                continue
            if len(cells) != len(header):
                column = header[len(cells)] if len(cells) < len(header) else f"{len(header) + 1}"
                what = "is missing" if len(cells) < len(header) else "is one too many"
                faults.add(
                    f"{name}, row {number}, column {column}: {what}"
                    f" ({len(cells)} values under {len(header)} headings)."
                )
                continue
            yield _Row(name, number, dict(zip(header, cells, strict=True)), faults)
    except csv.Error as error:
        faults.add(f"{name}, row {number + 1}: is not valid csv ({error}).")


def _read_territories(directory, faults):
    found, seen = {}, {}
    for row in _rows(directory, "territories.csv", ("territory_key", "region", "country", "group"), faults):
        key = row.integer("territory_key")
        row.unique("territory_key", key, seen)
        found[key] = Territory(key, row.text("region"), row.text("country"), row.text("group"))
    return found


def _read_products(directory, faults):
    found, seen = {}, {}
    columns = ("product_key", "name", "unit_cost", "subcategory", "category")
    for row in _rows(directory, "products.csv", columns, faults):
        key = row.integer("product_key")
        row.unique("product_key", key, seen)
        found[key] = Product(
            key, row.text("name"), row.number_of("unit_cost"), row.text("subcategory"), row.text("category")
        )
    return found


def _read_resellers(directory, territories, faults):
    found, seen, codes = {}, {}, {}
    columns = (
        "reseller_key", "code", "phone", "business_type", "name", "street", "city",
        "state_code", "state", "country_code", "zip", "territory_key",
    )  # fmt: skip
    for row in _rows(directory, "resellers.csv", columns, faults):
        key, code = row.integer("reseller_key"), row.text("code")
        row.unique("reseller_key", key, seen)
        row.unique("code", code, codes)
        state_code = row.text("state_code", required=False)
        found[key] = Reseller(
            key=key,
            code=code,
            name=row.text("name"),
            business_type=row.text("business_type"),
            phone=row.text("phone", required=False),
            street=row.text("street", required=False),
            city=row.text("city", required=False),
            zip=row.text("zip", required=False),
            state_code=state_code,
            state=row.text("state", required=bool(state_code)),
            country_code=row.country("country_code"),
            territory=row.reference("territory_key", territories, "territories.csv"),
            row=row.number,
        )
    return found


def _read_quotas(directory, faults):
    found, seen = [], {}
    for row in _rows(directory, "sales_quotas.csv", ("employee_key", "quarter_start", "quota"), faults):
        quota = Quota(row.integer("employee_key"), row.date("quarter_start"), row.number_of("quota"))
        row.unique("quarter_start", (quota.employee, quota.quarter_start), seen)
        found.append(quota)
    return found


def _sales_name(directory):
    plain = Path(directory, "sales.csv")
    return "sales.csv" if plain.is_file() and not Path(directory, "sales.csv.gz").exists() else "sales.csv.gz"


def _read_orders(directory, territories, products, resellers, faults):
    name = _sales_name(directory)
    columns = (
        "order_number", "order_date", "reseller_key", "employee_key", "territory_key",
        "product_key", "quantity", "unit_price", "amount",
    )  # fmt: skip
    orders, seen = {}, {}
    for row in _rows(directory, name, columns, faults):
        number = row.text("order_number")
        head = {
            "order_date": row.date("order_date"),
            "reseller_key": row.reference("reseller_key", resellers, "resellers.csv"),
            "employee_key": row.integer("employee_key"),
            "territory_key": row.reference("territory_key", territories, "territories.csv"),
        }
        line = Line(
            row.reference("product_key", products, "products.csv"),
            row.integer("quantity"),
            row.number_of("unit_price"),
            row.number_of("amount", cents=True),
        )
        row.unique("product_key", (number, line.product), seen)
        order = orders.get(number)
        if order is None:
            orders[number] = order = Order(number, *head.values(), row=row.number)
        first = (order.date, order.reseller, order.employee, order.territory)
        for (column, value), expected in zip(head.items(), first, strict=True):
            if value != expected and value is not None and expected is not None:
                row.fault(column, f"{value} differs from {expected} in row {order.row} of the order {number}.")
        order.lines.append(line)
    return orders


def read(directory, limit=None) -> Dataset:
    """Read and check the folder; ``limit`` keeps the first so many orders by date."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise DatasetError(f"The limit must be a whole number of orders, at least 1, not {limit!r}.")
    directory = Path(directory)
    if not directory.is_dir():
        raise DatasetError(f"{directory}: there is no such folder; name the folder that holds the dataset.")
    faults = _Faults()
    for name in ("territories.csv", "products.csv", "resellers.csv", "sales_quotas.csv", _sales_name(directory)):
        if not (directory / name).is_file():
            faults.add(f"{directory / name}: the file does not exist.")
    faults.raise_if_any()
    territories = _read_territories(directory, faults)
    products = _read_products(directory, faults)
    resellers = _read_resellers(directory, territories, faults)
    quotas = _read_quotas(directory, faults)
    orders = _read_orders(directory, territories, products, resellers, faults)
    if not orders and not faults.count:
        faults.add(f"{directory}: the sales file holds no order.")
    faults.raise_if_any()
    return _assemble(territories, products, resellers, quotas, orders, limit)


def _assemble(territories, products, resellers, quotas, orders, limit):
    ordered = sorted(orders.values(), key=lambda order: (order.date, order.number))
    list_prices, territory_lines = {}, {}
    for order in ordered:
        territory_lines.setdefault(order.employee, Counter())[order.territory] += len(order.lines)
        for line in order.lines:
            list_prices[line.product] = max(list_prices.get(line.product, line.unit_price), line.unit_price)
    for key, product in products.items():
        list_prices.setdefault(key, product.cost)
    return Dataset(
        territories=territories,
        products=products,
        resellers=resellers,
        quotas=sorted(quotas, key=lambda quota: (quota.employee, quota.quarter_start)),
        orders=ordered[:limit],
        list_prices=list_prices,
        employees=sorted({order.employee for order in ordered} | {quota.employee for quota in quotas}),
        reseller_employee={order.reseller: order.employee for order in ordered},
        employee_territory={
            # the smaller key on a tie, so that every load gives the same answer
            employee: min(lines, key=lambda key: (-lines[key], key))
            for employee, lines in sorted(territory_lines.items())
        },
    )


def describe(totals: dict) -> str:
    """Return the totals in words."""
    return "{orders:,} orders, {lines:,} lines, {untaxed:,.2f} USD untaxed".format(**totals)
