"""The synthetic data, made inside ``odoo shell``: master data by the ORM, the rest by SQL."""

from __future__ import annotations

import math
from datetime import date, timedelta
from pathlib import Path

from .sizes import LINES, MONTHS, SIZES

HERE = Path(__file__).resolve().parent
FOREIGN = "EUR"
PRODUCTS = 200
SALESPEOPLE = 5
COUNTRIES = ("US", "GB", "DE", "FR", "CH", "AT", "NL")
QUIET = {"tracking_disable": True, "no_reset_password": True, "mail_create_nolog": True}


def first_day(today: date) -> date:
    """Return the first day of the 24 months that end with today's.

    >>> first_day(date(2026, 11, 23)), first_day(date(2026, 12, 1))
    (datetime.date(2024, 12, 1), datetime.date(2025, 1, 1))
    """
    month = today.year * 12 + today.month - MONTHS
    return date(month // 12, month % 12 + 1, 1)


def documents(env, size: str, today: str) -> None:
    """Make partners and their documents in a database that has the standard addons only."""
    env = env(context=QUIET)
    today = date.fromisoformat(today)
    start = first_day(today)
    _master_data(env, start)
    volume = SIZES[size]
    company = env.company
    journal = env["account.journal"].search([("type", "=", "sale")], limit=1)
    accounts = env["account.account"]
    salespeople = env["res.users"].search([("login", "like", "bench.sales%")]).ids
    countries = env["res.country"].search([("code", "in", COUNTRIES)]).ids
    _run(
        env,
        "documents.sql",
        partners=volume.partners,
        documents=volume.documents,
        lines=LINES,
        products=PRODUCTS,
        first_day=start,
        today=today,
        days=(today - start).days + 1,
        first_partner=_next_id(env, "res_partner"),
        first_move=_next_id(env, "account_move"),
        first_line=_next_id(env, "account_move_line"),
        company=company.id,
        currency=company.currency_id.id,
        foreign=env.ref(f"base.{FOREIGN}").id,
        journal=journal.id,
        income=journal.default_account_id.id,
        receivable=accounts.search([("account_type", "=", "asset_receivable")], limit=1).id,
        team=env["crm.team"].search([], limit=1).id,
        salespeople=salespeople,
        salesperson_count=len(salespeople),
        countries=countries,
        country_count=len(countries),
    )
    env.cr.commit()


def program(env, today: str) -> None:
    """Have a programme over all partners, in the foreign currency, with nothing calculated."""
    env = env(context=QUIET)
    start = first_day(date.fromisoformat(today))
    kpis = env["pmm.kpi.definition"].create(
        [
            {"name": "Revenue"},
            {"name": "Pumps Revenue", "category_ids": _category(env, "Pumps").ids},
            {"name": "Revenue of the Month", "returns_in": "origin"},
            {"name": "Referred Revenue", "role": "referrer"},
            {"name": "Units", "source": "quantity"},
            {"name": "Margin", "source": "margin"},
            {"name": "Orders", "source": "orders"},
            {"name": "Average Order", "source": "average_order"},
            {"name": "Assortment", "source": "assortment"},
            {"name": "Returns", "source": "returns_rate", "direction": "lower"},
        ]
    )
    grades = env["res.partner.grade"].create([{"name": "Bench Silver"}, {"name": "Bench Gold"}])
    programme = env["pmm.program"].create(
        {
            "name": "Benchmark",
            "currency_id": env.ref(f"base.{FOREIGN}").id,
            "period_scheme": "month",
            "date_start": start,
            "tz": "UTC",
            "kpi_ids": kpis.ids,
            "grade_ids": grades.ids,
        }
    )
    programme._ensure_periods()
    programme._setup_accounting()
    plan = env["pmm.reward.plan"].create({"name": "Benchmark", "program_id": programme.id})
    _rate, bands = env["pmm.reward.rule"].create(
        [
            {"plan_id": plan.id, "name": "2 % of each document", "rate": 0.02},
            {"plan_id": plan.id, "name": "Volume of the month", "kind": "period_bands"},
        ]
    )
    env["pmm.reward.band"].create(
        [
            {"rule_id": bands.id, "floor": floor, "rate": rate}
            for floor, rate in ((0, 0.0), (1000, 0.01), (4000, 0.02), (10000, 0.03))
        ]
    )
    plan.action_activate()
    partners = env["res.partner"].search([("ref", "=like", "BENCH%")], order="id")
    first_move = env["account.move"].search([("name", "=like", "INV/%")], order="id", limit=1)
    _run(
        env,
        "program.sql",
        program=programme.id,
        company=programme.company_id.id,
        start=start,
        later=start + timedelta(days=200),
        half=start + timedelta(days=365),
        silver=grades[0].id,
        gold=grades[1].id,
        partners=len(partners),
        first_partner=partners[0].id,
        first_move=first_move.id,
    )
    _portal_user(env, programme)
    env.cr.commit()


def _master_data(env, start):
    """Create the second currency with its rates, salespeople and products."""
    currency = env.ref(f"base.{FOREIGN}")
    currency.active = True
    currency.rate_ids.unlink()
    env["res.currency.rate"].create(
        [
            {
                "currency_id": currency.id,
                "name": month,
                "rate": round(0.9 + 0.05 * math.sin(number), 4),
            }
            for number, month in enumerate(_months(start))
        ]
    )
    env["res.users"].create(
        [
            {"name": f"Salesperson {number}", "login": f"bench.sales{number}"}
            for number in range(SALESPEOPLE)
        ]
    )
    categories = env["product.category"]
    for parent in ("Pumps", "Valves", "Service"):
        top = categories.create({"name": parent})
        categories |= categories.create(
            [{"name": f"{parent} {number}", "parent_id": top.id} for number in range(3)]
        )
    env["product.product"].create(
        [
            {
                "name": f"Product {number}",
                "default_code": f"BENCH{number:03}",
                "categ_id": categories[number % len(categories)].id,
                "list_price": 20 + number * 1.37,
                "taxes_id": False,
            }
            for number in range(PRODUCTS)
        ]
    )
    env.flush_all()


def _months(start):
    return [
        date(start.year + (start.month - 1 + number) // 12, (start.month - 1 + number) % 12 + 1, 1)
        for number in range(MONTHS)
    ]


def _category(env, name):
    return env["product.category"].search([("name", "=", name)], limit=1)


def _portal_user(env, programme):
    """Give the partner with the most ordinary number of documents a log-in to the portal."""
    counts = env["account.move"]._read_group(
        [("move_type", "in", ("out_invoice", "out_refund"))],
        ["commercial_partner_id"],
        ["__count"],
    )
    usual = sum(count for _partner, count in counts) / len(counts)
    partner = min(counts, key=lambda pair: (abs(pair[1] - usual), pair[0].id))[0]
    person = partner.child_ids[:1]
    env["res.users"].create(
        {
            "name": person.name,
            "login": "bench.portal",
            "password": "bench.portal",
            "partner_id": person.id,
            "group_ids": [(6, 0, [env.ref("base.group_portal").id])],
        }
    )
    env["pmm.partner.role"].create({"contact_id": person.id, "role": "owner"})
    return programme


def _next_id(env, table):
    from odoo.tools import SQL

    query = SQL("SELECT COALESCE(MAX(id), 0) + 1000 FROM %s", SQL.identifier(table))
    return env.execute_query(query)[0][0]


def _run(env, file, **parameters):
    """Execute a file of SQL."""
    env.flush_all()
    env.cr.execute((HERE / file).read_text(encoding="utf-8"), parameters)
    env.invalidate_all()
