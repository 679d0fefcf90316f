"""What the invoices refer to: company, states, resellers, products, salespersons, teams."""

from __future__ import annotations

import re
from dataclasses import dataclass

from .dataset_rows import DatasetError, Faults
from .dataset_store import MODULE, Store

COMPANY_NAME = "AdventureWorks"
LOGIN = "aw-salesperson-{}"


@dataclass(frozen=True)
class Keys:
    """Odoo's ids by the dataset's keys."""

    company: object
    partners: dict[int, int]
    products: dict[int, int]
    users: dict[int, int]
    teams: dict[int, int]


def load(env, data, company=None) -> Keys:
    """Have everything in place; ``env`` is a superuser's."""
    countries = _countries(env, data)  # a fault of the data is found before anything is written
    company = _company(Store(env), company)
    env = env(context={**env.context, "allowed_company_ids": company.ids})
    company, store = company.with_env(env), Store(env)
    _chart(env, company)
    users = _users(store, data, company)
    teams = _teams(store, data, company, users)
    return Keys(
        company=company,
        users=users,
        teams=teams,
        partners=_partners(store, data, company, countries, users),
        products=_products(store, data, company),
    )


def _slug(*parts) -> str:
    return re.sub(r"[^a-z0-9]+", "_", "_".join(map(str, parts)).lower()).strip("_")


def _countries(env, data) -> dict[str, int]:
    codes = {reseller.country_code for reseller in data.resellers.values()}
    found = {
        country.code: country.id
        for country in env["res.country"].search([("code", "in", sorted(codes))])
    }
    faults = Faults()
    for reseller in data.resellers.values():
        if reseller.country_code not in found:
            faults.add(
                f"resellers.csv, row {reseller.row}, column country_code: "
                f"Odoo knows no country {reseller.country_code}."
            )
    faults.raise_if_any()
    return found


def _company(store, company):
    """Return the given company, else the one loaded before, else a new one."""
    env = store.env
    loaded = env["res.company"].browse(store.ids("res.company").get("company", []))
    if loaded and company and loaded != company:
        raise DatasetError(
            f"The dataset is in the company {loaded.name} of this database already: "
            f"it cannot be loaded into {company.name} as well."
        )
    company = loaded or company
    if not company:
        company = env["res.company"].search([("name", "=", COMPANY_NAME)], limit=1)
    if not company:
        dollar = env.ref("base.USD")
        dollar.active = True
        country = env.ref("base.us").id
        # The context keeps Odoo from installing the modules of that country, which would commit.
        companies = env["res.company"].with_context(chart_template_load=True)
        values = {"name": COMPANY_NAME, "currency_id": dollar.id, "country_id": country}
        company = companies.create(values).with_env(env)
    if not loaded:
        store.register({"company": company})
    admin = env.ref("base.user_admin", raise_if_not_found=False)
    if admin and company not in admin.company_ids:
        admin.write({"company_ids": [(4, company.id)]})
    return company


def _chart(env, company):
    """Load the generic chart of accounts where there is none."""
    if not company.chart_template:
        env["account.chart.template"].try_loading("generic_coa", company=company)
    if not company.chart_template:
        raise DatasetError(f"The company {company.name} got no chart of accounts from Odoo.")
    dollar = env.ref("base.USD")
    if not dollar.active:
        dollar.active = True


def _users(store, data, company) -> dict[int, int]:
    group = store.env.ref("sales_team.group_sale_salesman").id
    values = {
        f"user_{key}": {
            "name": f"AW salesperson {key}",
            "login": LOGIN.format(key),
            "email": f"{LOGIN.format(key)}@adventureworks.example",
            "company_id": company.id,
            "company_ids": [(6, 0, company.ids)],
            "group_ids": [(4, group)],
        }
        for key in data.employees
    }
    quiet = Store(store.env(context={**store.env.context, "no_reset_password": True}))
    return _by_key(quiet.ensure("res.users", values))


def _teams(store, data, company, users) -> dict[int, int]:
    """Return the teams: a territory each, with the salespersons who sold the most there."""
    used = {reseller.territory for reseller in data.resellers.values()}
    used.update(data.employee_territory.values())
    used.update(order.territory for order in data.orders)
    members = {}
    for employee, territory in data.employee_territory.items():
        members.setdefault(territory, []).append(users[employee])
    values = {
        f"team_{key}": {
            "name": data.territories[key].region,
            "company_id": company.id,
            "member_ids": [(6, 0, members.get(key, []))],
        }
        for key in sorted(used)
    }
    return _by_key(store.ensure("crm.team", values))


def _partners(store, data, company, countries, users) -> dict[int, int]:
    kinds = sorted({reseller.business_type for reseller in data.resellers.values()})
    tags = store.ensure(
        "res.partner.category", {_slug("tag", kind): {"name": kind} for kind in kinds}
    )
    states = _states(store, data, countries)
    values = {}
    for reseller in data.resellers.values():
        employee = data.reseller_employee.get(reseller.key)
        values[f"reseller_{reseller.key}"] = {
            "name": reseller.name,
            "is_company": True,
            "ref": reseller.code,
            "phone": reseller.phone,
            "street": reseller.street,
            "city": reseller.city,
            "zip": reseller.zip,
            "state_id": states.get((reseller.country_code, reseller.state_code)),
            "country_id": countries[reseller.country_code],
            "category_id": [(6, 0, [tags[_slug("tag", reseller.business_type)]])],
            "company_id": company.id,
            "user_id": users.get(employee),
        }
    return _by_key(store.ensure("res.partner", values))


def _states(store, data, countries) -> dict[tuple[str, str], int]:
    """Return the states by country and code; those that Odoo does not know are created."""
    wanted = {
        (reseller.country_code, reseller.state_code): reseller.state
        for reseller in data.resellers.values()
        if reseller.state_code
    }
    known = store.env["res.country.state"].search_fetch(
        [("country_id", "in", list(countries.values()))], ["code", "country_id"]
    )
    found = {(state.country_id.code, state.code): state.id for state in known}
    missing = {pair: name for pair, name in wanted.items() if pair not in found}
    created = store.ensure(
        "res.country.state",
        {
            _slug("state", country, code): {
                "name": name,
                "code": code,
                "country_id": countries[country],
            }
            for (country, code), name in missing.items()
        },
    )
    found.update(zip(missing, created.values(), strict=True))
    return found


def _products(store, data, company) -> dict[int, int]:
    products = data.products.values()
    mains = store.ensure(
        "product.category",
        {_slug("category", item.category): {"name": item.category} for item in products},
    )
    categories = store.ensure(
        "product.category",
        {
            _slug("category", item.category, item.subcategory): {
                "name": item.subcategory,
                "parent_id": mains[_slug("category", item.category)],
            }
            for item in products
        },
    )
    values = {
        f"product_{item.key}": {
            "name": item.name,
            "default_code": f"AW-{item.key}",
            "type": "consu",
            "categ_id": categories[_slug("category", item.category, item.subcategory)],
            "standard_price": float(item.cost),
            "list_price": float(data.list_prices[item.key]),
            "taxes_id": [(5,)],
            "supplier_taxes_id": [(5,)],
            "company_id": company.id,
        }
        for item in products
    }
    return _by_key(store.ensure("product.product", values))


def _by_key(ids: dict[str, int]) -> dict[int, int]:
    return {int(name.rpartition("_")[2]): number for name, number in ids.items()}


def company_of(env):
    """Return the company that holds the dataset, or an empty recordset."""
    return env.ref(f"{MODULE}.company", raise_if_not_found=False) or env["res.company"]
