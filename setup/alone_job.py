"""Work for whatever of our addons is installed, so that uninstalling has something to leave behind.

Executed by ``setup/test`` (pmm_setup/alone.py) inside ``odoo shell``, in databases with and without
our addons: core documents first, then a programme and all that comes of it.
"""

from datetime import timedelta

from odoo import fields


def core_documents(env):
    """Have a chart of accounts; make a partner with a person, an order and two posted invoices."""
    company = env.company
    if not company.chart_template:
        company.country_id = env.ref("base.us")
        env["account.chart.template"].try_loading("generic_coa", company)
    number = env["res.partner"].search_count([("name", "like", "Alone Trading")])
    partner = env["res.partner"].create({"name": f"Alone Trading {number}", "is_company": True})
    env["res.partner"].create({"name": "Ada Alone", "parent_id": partner.id})
    product = env["product.product"].create({"name": "Terminal", "list_price": 700.0})
    line = {"product_id": product.id, "tax_ids": [(5,)]}
    env["sale.order"].create(
        {"partner_id": partner.id, "order_line": [(0, 0, {"product_id": product.id})]}
    )
    today = fields.Date.context_today(partner)
    for day in (today.replace(day=1) - timedelta(days=1), today):
        env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": day,
                "invoice_line_ids": [(0, 0, line | {"quantity": 2})],
            }
        ).action_post()
    return partner


def program_of(env, partner):
    """Make a programme that starts last month, with the partner in it and its owner."""
    kpi = env["pmm.kpi.definition"].create({"name": "Revenue"})
    start = (fields.Date.context_today(partner).replace(day=1) - timedelta(days=1)).replace(day=1)
    program = env["pmm.program"].create(
        {"name": partner.name, "date_start": start, "kpi_ids": [(6, 0, kpi.ids)]}
    )
    env["pmm.enrollment"].create(
        {"program_id": program.id, "partner_id": partner.id, "date_start": start}
    )
    env["pmm.partner.role"].create({"contact_id": partner.child_ids[:1].id, "role": "owner"})
    return program


def rewards(env, program):
    """Grant, post, state and bill what last month earned."""
    program._setup_accounting()
    bands = [(0, 0, {"floor": floor, "rate": rate}) for floor, rate in ((0, 0.02), (1500, 0.05))]
    rule = {"name": "Bands", "kind": "period_bands", "band_ids": bands}
    plan = env["pmm.reward.plan"].create(
        {"name": "Alone", "program_id": program.id, "rule_ids": [(0, 0, rule)]}
    )
    plan.action_activate()
    program._run()
    last = program.period_ids.sorted("date_start")[0]
    last.action_close()
    statements = env["pmm.statement"]._make(last)
    env["pmm.reward.posting"]._post(program)
    assert statements._create_bills(), "nothing was billed"


def offers(env, program):
    """Make an offer and use it on an order."""
    campaign = env["pmm.offer.campaign"].create(
        {"name": "Alone", "program_id": program.id, "rule_id": program.plan_ids.rule_ids.id}
    )
    campaign.action_activate()
    program._run()
    assert campaign.offer_ids, "no offer was made"


def courses(env, program):
    """Have a course with a certification that a person has passed."""
    survey = env["survey.survey"].create(
        {
            "title": "Alone",
            "certification": True,
            "scoring_type": "scoring_with_answers",
            "scoring_success_min": 50.0,
        }
    )
    person = program.enrollment_ids.partner_id.child_ids[:1]
    channel = env["slide.channel"].create({"name": "Alone", "enroll": "invite"})
    program.channel_ids = channel
    kpi = env["pmm.kpi.definition"].create(
        {
            "name": "Certified",
            "source": "certifications_passed",
            "certification_ids": [(6, 0, survey.ids)],
        }
    )
    program.kpi_ids |= kpi
    program._run()
    assert person in channel.channel_partner_ids.partner_id, "nobody was enrolled in the course"


def work(env):
    """Do what the installed addons allow."""
    partner = core_documents(env)
    if "pmm.program" in env:
        program = program_of(env, partner)
        program._run()
        assert program.enrollment_ids.measurement_ids, "nothing was measured"
        if "pmm.reward.plan" in env:
            rewards(env, program)
        if "pmm.offer.campaign" in env:
            offers(env, program)
        if "channel_ids" in program:
            courses(env, program)
        if "pmm.partner.facts" in env:
            assert env["pmm.partner.facts"].search_count([]), "there are no facts"
    env.cr.commit()


if "env" in globals():
    work(env)  # noqa: F821
