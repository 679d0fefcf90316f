"""A second programme: resellers by month, below their territories, which are below continents."""

from .dataset_program import START, STOP
from .dataset_store import Store

NAME = "AdventureWorks Territories"
KPIS = {
    "revenue": {"source": "revenue"},
    "margin": {"source": "margin"},
    "assortment": {"source": "assortment", "distinct_by": "product"},
    "states": {"source": "coverage", "coverage_by": "state"},
    "countries": {"source": "coverage", "coverage_by": "country"},
}


def program(env, data, keys):
    """Return the programme; make what is missing of it.

    Every reseller that was invoiced is enrolled, below the company of its territory, and that
    below the company of its part of the world. Each KPI counts what a company and all below buy.
    """
    company = keys.company
    found = env["pmm.program"].search([("company_id", "=", company.id), ("name", "=", NAME)])
    found = found or _create(env, company)
    store = Store(env(context={**env.context, "tracking_disable": True}))
    buyers = {
        partner.id
        for [partner] in env["account.move"]._read_group(
            [("company_id", "=", company.id), ("move_type", "=", "out_invoice")],
            ["commercial_partner_id"],
        )
    }
    resellers = [
        reseller for reseller in data.resellers.values() if keys.partners[reseller.key] in buyers
    ]
    regions = {reseller.territory: data.territories[reseller.territory] for reseller in resellers}
    names = {f"head_{key}": region.region for key, region in sorted(regions.items())}
    groups = {
        region.group: f"group_{region.group.lower().replace(' ', '_')}"
        for region in regions.values()
    }
    names |= {name: group for group, name in sorted(groups.items())}
    partners = store.ensure(
        "res.partner",
        {
            name: {"name": text, "ref": text, "is_company": True, "company_id": company.id}
            for name, text in names.items()
        },
    )
    above = {f"head_{key}": groups[region.group] for key, region in regions.items()}
    for reseller in resellers:
        partners[f"reseller_{reseller.key}"] = keys.partners[reseller.key]
        above[f"reseller_{reseller.key}"] = f"head_{reseller.territory}"
    days = {"date_start": START, "date_stop": STOP}
    enrollments = store.ensure(
        "pmm.enrollment",
        {
            f"enrollment_{name}": {"program_id": found.id, "partner_id": partner, **days}
            for name, partner in partners.items()
        },
    )
    store.ensure(
        "pmm.enrollment.parent",
        {
            f"upline_{lower}": {
                "enrollment_id": enrollments[f"enrollment_{lower}"],
                "parent_id": enrollments[f"enrollment_{upper}"],
                **days,
            }
            for lower, upper in above.items()
        },
    )
    return found


def _create(env, company):
    kpis = env["pmm.kpi.definition"].create(
        [
            {"name": f"Monthly {name}", "company_id": company.id, "scope": "tree", **vals}
            for name, vals in KPIS.items()
        ]
    )
    return env["pmm.program"].create(
        {
            "name": NAME,
            "company_id": company.id,
            "date_start": START,
            "tz": "UTC",
            "kpi_ids": kpis.ids,
        }
    )
