"""What must the reward ledger say? Worked out from the documents, slowly and in plain sight.

One record at a time through the ORM, in Decimal, without SQL and without any function of the
addon: an error there cannot be repeated here.
"""

from decimal import ROUND_HALF_UP, Decimal


def earned(plan):
    """Return ``{(rule, enrolment, period, document or None): Decimal}``, zeros left out."""
    basis = {}  # {(rule, enrolment, period, document or None): Decimal}
    for rule in plan.rule_ids:
        for enrollment in plan.program_id.enrollment_ids:
            for credit in _credits(plan, rule, enrollment):
                key, amount = credit
                basis[key] = basis.get(key, Decimal(0)) + amount
    found = {}
    for key, amount in basis.items():
        rule = key[0]
        reward = amount * _exact(rule.rate)
        if rule.kind == "period_bands":
            reward = _over_bands(rule, amount)
        reward = _round(reward, plan.program_id.currency_id)
        if reward:
            found[key] = reward
    return found


def _credits(plan, rule, enrollment):
    """Yield (key, unrounded amount in programme currency) of each line that counts."""
    program = plan.program_id
    moves = plan.env["account.move"].search([("company_id", "=", program.company_id.id)])
    for move in moves:
        if move.state != "posted" or move.move_type not in ("out_invoice", "out_refund"):
            continue
        credited = move.pmm_referrer_id if rule.role == "referrer" else move.commercial_partner_id
        if credited != enrollment.partner_id:
            continue
        counted = move  # the document by whose date the line counts, and whose key it has
        original = move.reversed_entry_id
        # a draft or a cancelled invoice is not there to be reversed
        if plan.returns_in == "origin" and original and original.state == "posted":
            counted = original
        day = counted.invoice_date
        if not all(_within(day, terms) for terms in (plan, enrollment)):
            continue
        suspended = any(_within(day, suspension) for suspension in enrollment.suspension_ids)
        if suspended or day < program.date_start:
            continue
        period = next(p for p in program.period_ids if p.date_start <= day < p.date_stop)
        by_document = rule.kind == "document_rate"
        tier_day = (
            day
            if by_document
            else max(period.date_start, enrollment.date_start, program.date_start)
        )
        if not _is_for(rule, enrollment, tier_day):
            continue
        for line in move.invoice_line_ids:
            if line.display_type == "product" and _in_categories(line.product_id, rule):
                amount = -_exact(line.balance) * _rate(program, day)
                yield (rule, enrollment, period, counted if by_document else None), amount


def _within(day, record):
    return record.date_start <= day and (not record.date_stop or day < record.date_stop)


def _tier(enrollment, day):
    for tier in enrollment.tier_ids:
        if _within(day, tier):
            return tier.grade_id
    return enrollment.tier_ids.grade_id.browse()


def _is_for(rule, enrollment, day):
    if rule.grade_ids and not _tier(enrollment, day) & rule.grade_ids:
        return False
    return not rule.segment_ids or _in_segments(enrollment, rule, day)


def _in_segments(enrollment, rule, day):
    return any(
        member.partner_id == enrollment.partner_id and _within(day, member)
        for segment in rule.segment_ids
        for member in segment.member_ids
    )


def _in_categories(product, rule):
    category = product.categ_id
    while category:
        if not rule.category_ids or category in rule.category_ids:
            return True
        category = category.parent_id
    return not rule.category_ids


def _rate(program, day):
    """Return how much one unit of company currency is worth in the programme's on ``day``."""
    if program.currency_id == program.company_id.currency_id:
        return Decimal(1)
    known = [
        rate
        for rate in program.currency_id.rate_ids
        if rate.company_id == program.company_id and rate.name <= day
    ]
    return _exact(max(known, key=lambda rate: rate.name).rate)


def _over_bands(rule, amount):
    bands = sorted((_exact(band.floor), _exact(band.rate)) for band in rule.band_ids)
    total = Decimal(0)
    for number, (floor, rate) in enumerate(bands):
        top = amount
        if number + 1 < len(bands):
            top = min(amount, bands[number + 1][0])
        if top > floor:
            total += (top - floor) * rate
    return total


def _round(amount, currency):
    unit = _exact(currency.rounding)
    return (amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit


def _exact(number):
    return Decimal(str(number))
