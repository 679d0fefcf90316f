"""Who must get which offer? Worked out from the documents, slowly and in plain sight.

One record at a time through the ORM, in Decimal, without SQL and without any function of the
addon: an error there cannot be repeated here.
"""

from decimal import ROUND_UP, Decimal
from itertools import pairwise

from odoo.addons.pmm_rewards.tests.oracle import (
    _exact,
    _in_categories,
    _rate,
    _tier,
    _within,
)


def offers(campaign, today):
    """Return ``{enrolment: (missing, floor, rate, ends before)}`` of what is due ``today``."""
    program, plan = campaign.program_id, campaign.rule_id.plan_id
    found = {}
    if campaign.state != "active" or plan.state != "active":
        return found
    if not _within(today, campaign) or not (not plan.date_stop or today < plan.date_stop):
        return found
    period = next(p for p in program.period_ids if p.date_start <= today < p.date_stop)
    for enrollment in program.enrollment_ids:
        if not _within(today, enrollment):
            continue
        basis = counts(campaign.rule_id, enrollment, period)
        bands = sorted(
            (_exact(band.floor), _exact(band.rate)) for band in campaign.rule_id.band_ids
        )
        for (low, present), (floor, rate) in pairwise(bands):
            missing = floor - basis
            close = missing <= _exact(campaign.near) * floor
            if low <= basis < floor and rate > present and close:
                ends = [period.date_stop, enrollment.date_stop, plan.date_stop]
                unit = _exact(program.currency_id.rounding)
                steps = (missing / unit).quantize(Decimal(1), ROUND_UP)
                found[enrollment] = (steps * unit, floor, rate, min(filter(None, ends)))
    return found


def counts(rule, enrollment, period):
    """Return what counts for ``rule`` in ``period``, unrounded, in programme currency."""
    plan, program = rule.plan_id, rule.plan_id.program_id
    start = max(period.date_start, enrollment.date_start, program.date_start)
    if rule.grade_ids and not _tier(enrollment, start) & rule.grade_ids:
        return Decimal(0)
    total = Decimal(0)
    credited = "pmm_referrer_id" if rule.role == "referrer" else "commercial_partner_id"
    for move in plan.env["account.move"].search([(credited, "=", enrollment.partner_id.id)]):
        if move.state != "posted" or move.move_type not in ("out_invoice", "out_refund"):
            continue
        day, original = move.invoice_date, move.reversed_entry_id
        # a draft or a cancelled invoice is not there to be reversed
        if plan.returns_in == "origin" and original and original.state == "posted":
            day = original.invoice_date
        if not all(_within(day, terms) for terms in (plan, enrollment, period)):
            continue
        if day < program.date_start:
            continue
        for line in move.invoice_line_ids:
            if line.display_type != "product" or line.sale_line_ids.reward_id:
                continue
            if _in_categories(line.product_id, rule):
                total += -_exact(line.balance) * _rate(program, day)
    return total
