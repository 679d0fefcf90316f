"""The contract of credits and results, said once more: slowly, one record at a time.

Reads documents through the ORM, counts in Decimal, knows nothing of ``queries`` or ``engine``.
"""

from collections import defaultdict, namedtuple
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

Credit = namedtuple("Credit", "line partner role company date origin_date category amount quantity")


def exact(number, digits=2):
    """Return a float of the database as the decimal number that it stands for."""
    return Decimal(str(round(number, digits)))


class Oracle:
    """What credits and results have to be, as of each call; remembers frozen categories."""

    def __init__(self, env):
        self.env = env(su=True)
        self.categories = {}  # {(line, product, customer): category when it was first credited}

    # === CREDITS === #

    def credits(self):
        """Return all credits that stand now, and freeze the categories of the new ones."""
        found = []
        for move in self.env["account.move"].search([], order="id"):
            if move.state == "posted" and move.move_type in ("out_invoice", "out_refund"):
                found += self._credits_of(move)
        return found

    def _credits_of(self, move):
        origin = move
        if move.move_type == "out_refund" and move.reversed_entry_id.state == "posted":
            origin = move.reversed_entry_id
        roles = [("buyer", move.commercial_partner_id)]
        if move.pmm_referrer_id:
            roles.append(("referrer", move.pmm_referrer_id))
        lines = [line for line in move.line_ids if line.display_type == "product"]
        if move.currency_id == move.company_id.currency_id:
            # Odoo may put a cent of rounding on another line, the documents add up all the same
            sign = -1 if move.move_type == "out_refund" else 1
            booked = sum(exact(-line.balance) for line in lines)
            assert booked == sign * exact(move.amount_untaxed), "booked otherwise than invoiced"
        for role, partner in roles:
            if not self._is_enrolled(partner, move.company_id):
                continue
            for line in lines:
                yield self._credit(line, partner, role, move, origin)

    def _credit(self, line, partner, role, move, origin):
        sign = -1 if move.move_type == "out_refund" else 1
        amount = exact(-line.balance)
        quantity = line.quantity
        if line.product_id:
            unit = line.product_id.uom_id
            quantity = line.product_uom_id._compute_quantity(quantity, unit, round=False)
        if line.price_unit < 0:
            quantity = 0  # a deduction is no unit
        event = (line.id, line.product_id.id, move.commercial_partner_id.id)
        return Credit(
            line.id,
            partner.id,
            role,
            move.company_id.id,
            move.invoice_date,
            origin.invoice_date,
            self.categories.setdefault(event, line.product_id.categ_id.id),
            amount,
            sign * exact(quantity, 6),
        )

    def _is_enrolled(self, partner, company):
        for enrollment in self.env["pmm.enrollment"].search([]):
            if enrollment.partner_id == partner and enrollment.program_id.company_id == company:
                return True
        for group in self.env["pmm.partner.group"].search([("company_id", "=", company.id)]):
            if partner in group.member_ids.partner_id:
                return True
        return False

    # === RESULTS === #

    def measurements(self, credits, today):
        """Return {(kpi, enrolment, period name): (target, actual, attainment, state)}.

        Only of periods that are open and have begun.
        """
        found = {}
        self.counted = {}
        for enrollment in self.env["pmm.enrollment"].search([]):
            program = enrollment.program_id
            for period in program.period_ids:
                if period.state == "closed" or period.date_start > today:
                    continue
                if not self._meet(enrollment, period):
                    continue
                for kpi in program.kpi_ids:
                    key = (kpi.name, enrollment.id, period.name)
                    found[key] = self._result(kpi, enrollment, period, credits, today)
        return found

    @staticmethod
    def _meet(enrollment, period):
        starts_in_time = enrollment.date_start < period.date_stop
        return starts_in_time and (
            not enrollment.date_stop or enrollment.date_stop > period.date_start
        )

    def _result(self, kpi, enrollment, period, credits, today):
        program = enrollment.program_id
        actual = Decimal(0)
        for credit in credits:
            day = credit.origin_date if kpi.returns_in == "origin" else credit.date
            if (
                credit.partner in self._counted(kpi.scope, enrollment, day)
                and credit.company == program.company_id.id
                and credit.role == kpi.role
                and self._in_category(credit.category, kpi.category_ids)
                and period.date_start <= day < period.date_stop
                and program.date_start <= day
                and enrollment.date_start <= day
                and (not enrollment.date_stop or day < enrollment.date_stop)
                and not self._is_suspended(enrollment, day)
            ):
                actual += credit.amount * self._rate(program, day)
        quantum = Decimal(str(program.currency_id.rounding))
        actual = (actual / quantum).quantize(Decimal(1), ROUND_HALF_UP) * quantum
        target = None
        for candidate in enrollment.target_ids:
            if candidate.kpi_id == kpi and candidate.period_id == period:
                target = exact(candidate.value, 4)
        attainment = None
        if target:
            attainment = (actual / target).quantize(Decimal("0.0001"), ROUND_DOWN)
        return target, actual, attainment, self._state(target, actual, period, today)

    def _counted(self, scope, enrollment, day):
        """Return the ids of the partners whose sales of ``day`` count for ``enrollment``."""
        if (scope, enrollment, day) not in self.counted:
            self.counted[scope, enrollment, day] = self._partners(scope, enrollment, day)
        return self.counted[scope, enrollment, day]

    def _partners(self, scope, enrollment, day):
        partners = {enrollment.partner_id.id}
        if scope == "group":
            for group in self.env["pmm.partner.group"].search([]):
                if group.company_id == enrollment.program_id.company_id:
                    members = {m.partner_id.id for m in group.member_ids if _runs(m, day)}
                    if enrollment.partner_id.id in members:
                        partners |= members
        elif scope == "tree":
            for other in self.env["pmm.enrollment"].search([]):
                takes_part = _runs(other, day) and not self._is_suspended(other, day)
                if takes_part and self._stands_below(other, enrollment, day):
                    partners.add(other.partner_id.id)
        return partners

    def _stands_below(self, lower, upper, day):
        while lower:
            lower = next((row.parent_id for row in lower.upline_ids if _runs(row, day)), None)
            if lower == upper:
                return True
        return False

    @staticmethod
    def _is_suspended(enrollment, day):
        for suspension in enrollment.suspension_ids:
            if suspension.date_start <= day and not (
                suspension.date_stop and suspension.date_stop <= day
            ):
                return True
        return False

    @staticmethod
    def _state(target, actual, period, today):
        if target is None:
            return "none"
        if actual >= target:
            return "reached"
        return "missed" if today >= period.date_stop else "open"

    def _in_category(self, category_id, wanted):
        if not wanted:
            return True
        category = self.env["product.category"].browse(category_id)
        while category:
            if category in wanted:
                return True
            category = category.parent_id
        return False

    def _rate(self, program, day):
        """Return the rate of ``day``: that of the latest row on or before it."""
        company = program.company_id
        if program.currency_id == company.currency_id:
            return Decimal(1)
        latest = None
        for rate in program.currency_id.rate_ids:
            if rate.company_id == company and rate.name <= day:
                latest = rate if latest is None or rate.name > latest.name else latest
        return Decimal(str(latest.rate))


def _runs(row, day):
    return row.date_start <= day and (not row.date_stop or day < row.date_stop)


def stored_credits(env):
    """Return {(line, partner, role, date, origin date): (amount, quantity)} of what is invoiced."""
    sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
    for credit in env(su=True)["pmm.credit"].search([("stage", "=", "invoiced")]):
        key = (
            credit.line_id,
            credit.partner_id.id,
            credit.role,
            credit.company_id.id,
            credit.date,
            credit.origin_date,
            credit.categ_id.id,
        )
        sums[key][0] += exact(credit.amount)
        sums[key][1] += exact(credit.quantity, 6)
    return {key: tuple(sums_) for key, sums_ in sums.items() if any(sums_)}


def stored_measurements(env):
    """Return the results of the table in the form of :meth:`Oracle.measurements`."""
    found = {}
    for result in env(su=True)["pmm.kpi.measurement"].search([]):
        key = (result.kpi_id.name, result.enrollment_id.id, result.period_id.name)
        found[key] = (
            exact(result.target, 4) if result.has_target else None,
            exact(result.actual, 4) if result.has_actual else None,
            exact(result.attainment, 4) if result.has_attainment else None,
            result.state,
        )
    return found
