"""A partner programme over the loaded resellers: quarters, revenue by category, two rules."""

from datetime import date

from .dataset_store import MODULE

START, STOP = date(2017, 7, 1), date(2020, 7, 1)
NAME = "AdventureWorks Resellers"
CATEGORIES = ("Bikes", "Components", "Clothing", "Accessories")


def program(env, company):
    """Return the programme of ``company``; make it with KPIs, plan and enrolments if missing.

    Every company that was invoiced is enrolled for the years of the data set, with a tier by
    its business type; resellers that come with a later load are added.
    """
    found = env["pmm.program"].search([("company_id", "=", company.id), ("name", "=", NAME)])
    found = found or _create(env, company)
    buyers = env["account.move"]._read_group(
        [("company_id", "=", company.id), ("move_type", "=", "out_invoice")],
        ["commercial_partner_id"],
    )
    known = found.enrollment_ids.partner_id
    env["pmm.enrollment"].with_context(tracking_disable=True).create(
        [
            {
                "program_id": found.id,
                "partner_id": partner.id,
                "date_start": START,
                "date_stop": STOP,
            }
            for [partner] in buyers
            if partner not in known
        ]
    )
    return found


def _create(env, company):
    """Create the programme with its KPIs and an active plan."""
    kpis = env["pmm.kpi.definition"].create(
        [
            {"name": "Revenue", "company_id": company.id},
            *(
                {
                    "name": f"{name} Revenue",
                    "company_id": company.id,
                    "category_ids": _category(env, name).ids,
                }
                for name in CATEGORIES
            ),
        ]
    )
    created = env["pmm.program"].create(
        {
            "name": NAME,
            "company_id": company.id,
            "period_scheme": "quarter",
            "date_start": START,
            "tz": "UTC",
            "kpi_ids": kpis.ids,
        }
    )
    if "pmm.reward.plan" in env:
        _create_plan(env, created)
    return created


def _create_plan(env, program):
    """Give the programme a plan of one rule per document and one scale per quarter."""
    program._setup_accounting()
    plan = env["pmm.reward.plan"].create(
        {"name": "Reseller Rewards", "program_id": program.id, "date_start": START}
    )
    _accessories, volume = env["pmm.reward.rule"].create(
        [
            {
                "plan_id": plan.id,
                "name": "3 % on accessories and clothing",
                "kind": "document_rate",
                "rate": 0.03,
                "category_ids": (_category(env, "Accessories") | _category(env, "Clothing")).ids,
            },
            {"plan_id": plan.id, "name": "Quarterly volume bonus", "kind": "period_bands"},
        ]
    )
    env["pmm.reward.band"].create(
        [
            {"rule_id": volume.id, "floor": floor, "rate": rate}
            for floor, rate in ((0, 0.0), (20000, 0.01), (60000, 0.02), (120000, 0.03))
        ]
    )
    plan.action_activate()


def _category(env, name):
    """Return the category that the loader made for ``name``."""
    return env.ref(f"{MODULE}.category_{name.lower()}")
