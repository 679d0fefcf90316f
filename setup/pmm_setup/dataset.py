"""Read and check the AdventureWorks reseller sales (csv files); no Odoo needed.

``read(directory)`` either returns a complete, consistent :class:`Dataset` or raises
:class:`DatasetError` with one sentence per fault, naming the file, the row (the header is
row 1, as a spreadsheet counts) and the column.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from .dataset_rows import CENT, MAX_ERRORS, DatasetError, Faults, read_rows

__all__ = ["MAX_ERRORS", "Dataset", "DatasetError", "describe", "read"]


NAMES = ("territories.csv", "products.csv", "resellers.csv", "sales_quotas.csv")


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
    """Everything in the folder; only ``orders`` (by date, then number) is cut by a limit."""

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


def _read_territories(directory, faults):
    found, seen = {}, {}
    columns = ("territory_key", "region", "country", "group")
    for row in read_rows(directory, "territories.csv", columns, faults):
        key = row.integer("territory_key")
        row.unique("territory_key", key, seen)
        found[key] = Territory(key, row.text("region"), row.text("country"), row.text("group"))
    return found


def _read_products(directory, faults):
    found, seen = {}, {}
    columns = ("product_key", "name", "unit_cost", "subcategory", "category")
    for row in read_rows(directory, "products.csv", columns, faults):
        key = row.integer("product_key")
        row.unique("product_key", key, seen)
        found[key] = Product(
            key,
            row.text("name"),
            row.number_of("unit_cost"),
            row.text("subcategory"),
            row.text("category"),
        )
    return found


def _read_resellers(directory, territories, faults):
    found, seen, codes = {}, {}, {}
    columns = (
        "reseller_key", "code", "phone", "business_type", "name", "street", "city",
        "state_code", "state", "country_code", "zip", "territory_key",
    )  # fmt: skip
    for row in read_rows(directory, "resellers.csv", columns, faults):
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
    columns = ("employee_key", "quarter_start", "quota")
    for row in read_rows(directory, "sales_quotas.csv", columns, faults):
        employee, start = row.integer("employee_key"), row.date("quarter_start")
        row.unique("quarter_start", (employee, start), seen)
        found.append(Quota(employee, start, row.number_of("quota")))
    return found


def _sales_name(directory):
    packed, plain = Path(directory, "sales.csv.gz"), Path(directory, "sales.csv")
    return plain.name if plain.is_file() and not packed.exists() else packed.name


def _read_orders(directory, territories, products, resellers, faults):
    name = _sales_name(directory)
    columns = (
        "order_number", "order_date", "reseller_key", "employee_key", "territory_key",
        "product_key", "quantity", "unit_price", "amount",
    )  # fmt: skip
    orders, seen = {}, {}
    for row in read_rows(directory, name, columns, faults):
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
                there = f"{expected} in row {order.row} of the order {number}"
                row.fault(column, f"{value} differs from {there}.")
        order.lines.append(line)
    return orders


def read(directory, limit=None) -> Dataset:
    """Read and check the folder; ``limit`` keeps the first so many orders by date."""
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise DatasetError(
            f"The limit must be a whole number of orders, at least 1, not {limit!r}."
        )
    directory = Path(directory)
    if not directory.is_dir():
        raise DatasetError(f"{directory}: there is no such folder.")
    faults = Faults()
    for name in (*NAMES, _sales_name(directory)):
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
    employees = {order.employee for order in orders.values()}
    ordered = sorted(orders.values(), key=lambda order: (order.date, order.number))
    list_prices, territory_lines = {}, {}
    for order in ordered:
        territory_lines.setdefault(order.employee, Counter())[order.territory] += len(order.lines)
        for line in order.lines:
            highest = list_prices.get(line.product, line.unit_price)
            list_prices[line.product] = max(highest, line.unit_price)
    for key, product in products.items():
        list_prices.setdefault(key, product.cost)
    return Dataset(
        territories=territories,
        products=products,
        resellers=resellers,
        quotas=sorted(quotas, key=lambda quota: (quota.employee, quota.quarter_start)),
        orders=ordered[:limit],
        list_prices=list_prices,
        employees=sorted(employees | {quota.employee for quota in quotas}),
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
