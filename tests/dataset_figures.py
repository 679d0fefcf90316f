#!/usr/bin/env python3
"""What every reseller and territory of the AdventureWorks files sold by month.

Needs the files and Python, neither Odoo nor the loader: what the addons measure of the loaded
files is compared with it. ``tests/dataset_figures.py FOLDER`` prints all figures as csv.
"""

import csv
import gzip
import io
import sys
from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

CENT = Decimal("0.01")
NAMES = ("revenue", "margin", "assortment", "states", "countries")


def rows(folder, name):
    """Return the rows of a csv file, packed or not."""
    path = Path(folder, name)
    packed = path.with_name(f"{name}.gz")
    content = gzip.decompress(packed.read_bytes()) if packed.exists() else path.read_bytes()
    return list(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))


def figures(folder):
    """Return {(who, "2017-07"): {name: figure}}; who is a reseller's code, a region, or a group.

    A reseller buys in its own state and country; those above count what all resellers below buy.
    """
    resellers = {row["reseller_key"]: row for row in rows(folder, "resellers.csv")}
    regions = {
        row["territory_key"]: (row["region"], row["group"])
        for row in rows(folder, "territories.csv")
    }
    costs = {row["product_key"]: row["unit_cost"] for row in rows(folder, "products.csv")}
    found = defaultdict(lambda: [Decimal(0), Decimal(0), set(), set(), set()])
    for row in rows(folder, "sales.csv"):
        reseller = resellers[row["reseller_key"]]
        state = (reseller["country_code"], reseller["state_code"])
        amount = Decimal(row["amount"])
        cost = Decimal(row["quantity"]) * Decimal(costs[row["product_key"]])
        for who in (reseller["code"], *regions[reseller["territory_key"]]):
            sums = found[who, row["order_date"][:7]]
            sums[0] += amount
            sums[1] += amount - cost.quantize(CENT, ROUND_HALF_UP)
            sums[2].add(row["product_key"])
            sums[3].add(state)
            sums[4].add(reseller["country_code"])
    return {
        key: dict(zip(NAMES, [*sums[:2], *(Decimal(len(each)) for each in sums[2:])], strict=True))
        for key, sums in found.items()
    }


def main(folder):
    """Print the figures, by who and month."""
    writer = csv.writer(sys.stdout)
    writer.writerow(["who", "month", *NAMES])
    for (who, month), values in sorted(figures(folder).items()):
        writer.writerow([who, month, *values.values()])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} FOLDER")
    main(sys.argv[1])
