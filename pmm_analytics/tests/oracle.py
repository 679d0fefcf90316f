"""What must the facts say? Worked out record by record through the ORM, in Decimal, without SQL.

Revenue comes from the documents, rewards from the oracle of the ledger; nothing of the addon's
queries is used.
"""

from decimal import ROUND_HALF_UP, Decimal

from odoo.addons.pmm_rewards.tests import oracle as ledger


def facts(program, today):
    """Return ``{(enrolment, period): {column: value}}``, money in Decimal."""
    found = {}
    earned = {}  # {(enrolment, period): Decimal}
    for plan in program.env["pmm.reward.plan"].search([("program_id", "=", program.id)]):
        for (_rule, enrollment, period, _document), amount in ledger.earned(plan).items():
            earned[enrollment, period] = earned.get((enrollment, period), 0) + amount
    for enrollment in program.enrollment_ids.filtered(lambda e: not e.is_shadow):
        for period in program.period_ids:
            meets = period.date_start < (enrollment.date_stop or period.date_stop)
            if period.date_start > today or not meets or enrollment.date_start >= period.date_stop:
                continue
            key = enrollment, period
            revenue, documents = _revenue(enrollment, period)
            targets = [t for t in enrollment.target_ids if t.period_id == period]
            offers = program.env["pmm.offer"].search([("period_id", "=", period.id)])
            offers = [offer for offer in offers if offer.enrollment_id == enrollment]
            found[key] = {
                "grade": _tier(enrollment, period),
                "revenue": revenue,
                "documents": documents,
                "targets": len(targets),
                "targets_reached": sum(revenue >= exact(target.value) for target in targets),
                "reward": earned.get(key, Decimal(0)),
                "reward_paid": _paid(enrollment, period),
                "offers": len(offers),
                "offers_used": sum(offer.state == "used" for offer in offers),
            }
    return found


def _revenue(enrollment, period):
    """Return (amount in programme currency, number of invoices) of the enrolment's own days."""
    program = enrollment.program_id
    total, documents = Decimal(0), 0
    for move in program.env["account.move"].search([("state", "=", "posted")]):
        day = move.invoice_date
        if (
            move.move_type not in ("out_invoice", "out_refund")
            or move.company_id != program.company_id
            or move.commercial_partner_id != enrollment.partner_id
            or not period.date_start <= day < period.date_stop
            or not enrollment.date_start <= day
            or (enrollment.date_stop and day >= enrollment.date_stop)
            or day < program.date_start
        ):
            continue
        booked = sum(exact(-line.balance) for line in move.invoice_line_ids)
        total += booked * ledger._rate(program, day)
        # one over 0.00 in company currency brought no revenue
        documents += move.move_type == "out_invoice" and booked > 0
    unit = exact(program.currency_id.rounding)
    return (total / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit, documents


def _tier(enrollment, period):
    day = max(period.date_start, enrollment.date_start, enrollment.program_id.date_start)
    return ledger._tier(enrollment, day)


def _paid(enrollment, period):
    entries = enrollment.env["pmm.reward.entry"].search([("enrollment_id", "=", enrollment.id)])
    return sum(
        (
            exact(entry.amount)
            for entry in entries
            if entry.origin_period_id == period
            and entry.statement_line_ids.statement_id.state == "paid"
        ),
        Decimal(0),
    )


def exact(number):
    """Return a float of the database as the decimal number that it stands for."""
    return Decimal(str(round(number, 6)))
