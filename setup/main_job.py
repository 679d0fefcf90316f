"""The main job over every programme: credits, results, rewards, statements, bills, offers, courses.

Executed by ``setup/run`` inside ``odoo shell`` (so ``env`` is there), as the administrator. Writes
a JSON object to the file that ``PMM_REPORT`` names: the rows of the table and the log-ins. A second
run adds nothing: each step does only what is missing.
"""

import json
import os
from datetime import timedelta

# partners get their bill so long after the end of the period
BILLED_AFTER = timedelta(days=4)


def run(env):
    """Do the main job for all programmes; return the rows of the table."""
    programs = env["pmm.program"].sudo().search([("enrollment_ids", "!=", False)])
    rows = []
    for program in programs:
        label = f"{program.name}: " if len(programs) > 1 else ""
        rows += [row | {"what": label + row["what"]} for row in _run_program(program)]
    return rows


def _run_program(program):
    """Bring one programme up to date, close what has ended, and settle it."""
    env = program.env
    program = program.with_company(program.company_id)
    before = _counts(program)
    program._run()
    env.cr.commit()
    ended = program.period_ids.filtered(
        lambda period: period.state == "open" and period.date_stop <= program._today()
    ).sorted("date_start")
    if ended:
        ended.action_close()
    for period in ended:
        env["pmm.statement"]._make(period)
    if program.accrued_account_id:
        env["pmm.reward.posting"]._post(program)
    env.cr.commit()
    for period in ended:
        statements = env["pmm.statement"].search([("period_id", "=", period.id)])
        statements._create_bills(min(period.date_stop + BILLED_AFTER, program._today()))
        env.cr.commit()
    _return_late(program)
    _use_offer(program)
    after = _counts(program)
    return [_row(program, name, before, after) for name in after]


def _return_late(program):
    """Post the demo's late credit note: it takes back what was paid, in the open period."""
    note = program.env.ref("pmm_partner_kpi.credit_note_late", raise_if_not_found=False)
    partners = program.enrollment_ids.partner_id
    if note and note.state == "draft" and note.commercial_partner_id in partners:
        note.action_post()
        program._run()
        program.env["pmm.reward.posting"]._post(program)
        program.env.cr.commit()


def _use_offer(program):
    """Confirm the demo's quotation with the code of that partner's offer, where it has one."""
    env = program.env
    quotation = env.ref("pmm_offers.quotation_meridian", raise_if_not_found=False)
    if not quotation or quotation.state != "draft":
        return
    offer = program.campaign_ids.offer_ids.filtered(
        lambda offer: offer.partner_id == quotation.partner_id and offer.state == "open"
    )[:1]
    claimable = quotation._try_apply_code(offer.code) if offer else {"error": "no offer"}
    if "error" not in claimable:
        for card, reward in claimable.items():
            quotation._apply_program_reward(reward, card)
        quotation.action_confirm()
        env.cr.commit()


def _counts(program):
    """Return {what: (count, amount or None)} of what stands in the database now."""
    env = program.env
    own = [("program_id", "=", program.id)]
    entries = env["pmm.reward.entry"]._read_group(own, [], ["__count", "amount:sum"])[0]
    statements = env["pmm.statement"]._read_group(own, [], ["__count", "amount_total:sum"])[0]
    accruals = env["pmm.reward.posting"].search([("entry_id.program_id", "=", program.id)]).move_id
    bills = env["pmm.statement"].search(own).move_id
    credits = env["pmm.credit"]._read_group(
        [
            ("company_id", "=", program.company_id.id),
            ("partner_id", "in", program.enrollment_ids.partner_id.ids),
            ("stage", "=", "invoiced"),
        ],
        [],
        ["__count"],
    )[0]
    found = {
        "Partners enrolled": (len(program.enrollment_ids.partner_id), None),
        "Sales credits": (credits[0], None),
        "KPI results measured": (env["pmm.kpi.measurement"].search_count(own), None),
        "Reward entries": (entries[0], entries[1] or 0.0),
        "Statements": (statements[0], statements[1] or 0.0),
        "Accrual entries posted": (len(accruals), sum(accruals.mapped("amount_total"))),
        "Vendor bills created": (len(bills), sum(bills.mapped("amount_total"))),
        "GL proof, sum of differences": (
            env["pmm.gl.proof"].search_count([("difference", "!=", 0)]),
            sum(abs(row.difference) for row in env["pmm.gl.proof"].search([])),
        ),
    }
    return found | _counts_beside(env, own)


def _counts_beside(env, own):
    """Return the same for offers, courses and analysis, where their addons are installed."""
    found = {}
    if "pmm.offer" in env:
        offers = env["pmm.offer"].search(own)
        used = offers.filtered(lambda offer: offer.state == "used")
        found["Offers made"] = (len(offers), None)
        found["Offers used on an order"] = (len(used), sum(used.order_id.mapped("amount_untaxed")))
    if "pmm.course.progress" in env:
        progress = env["pmm.course.progress"].search(own)
        found["People in a course"] = (len(progress), None)
        found["Certifications passed"] = (len(progress.filtered("certified_on")), None)
    if "pmm.partner.facts" in env:
        facts = env["pmm.partner.facts"]._read_group(own, [], ["__count", "revenue:sum"])[0]
        found["Dashboard: partners × periods, revenue"] = (facts[0], facts[1] or 0.0)
    return found


def _row(program, name, before, after):
    count, amount = after[name]
    return {
        "what": name,
        "programme": program.name,
        "count": count,
        "new": count - before[name][0],
        "amount": None if amount is None else f"{amount:,.2f}",
        "currency": program.currency_id.name,
    }


def logins(env):
    """Return the log-ins of the demo people that exist in this database."""
    people = [
        ("manager", "pmm_manager"),
        ("accountant", "pmm_accountant"),
        ("portal partner", "pmm_partner"),
    ]
    known = set(env["res.users"].search([("login", "in", [p[1] for p in people])]).mapped("login"))
    return [
        {"role": role, "login": login, "password": login}
        for role, login in people
        if login in known
    ]


if "env" in globals():
    with open(os.environ["PMM_REPORT"], "w", encoding="utf-8") as file:
        json.dump({"rows": run(env), "logins": logins(env)}, file, ensure_ascii=False)  # noqa: F821
