"""All stages and roles of sales credits, said once more: slowly, one record at a time.

Goes on where ``oracle.py`` ends. Knows the guide (readme/USAGE.md), nothing of ``queries``.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from .oracle import Oracle, _runs, exact

ZERO = Decimal(0)


def rounded(number, digits=2):
    """Return the number rounded half away from zero."""
    return number.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@dataclass(frozen=True)
class Fact:
    """A part of a document line that counts for a partner in a role, at a stage, on a day."""

    stage: str
    role: str
    partner: int
    company: int
    document: tuple
    line: int
    is_return: bool
    day: object  # of a booked order: when, in UTC
    origin: object
    customer: int
    product: int
    category: int
    country: str
    state: str
    user: int
    amount: Decimal
    quantity: Decimal
    cost: Decimal | None  # None: not known

    def part(self, share, total=1):
        """Return (amount, quantity, cost) of this share of it, each rounded by itself."""
        if not total:  # nothing is due: settled as it is
            share = total = Decimal(1)
        return (
            rounded(self.amount * share / total),
            rounded(self.quantity * share / total, 6),
            None if self.cost is None else rounded(self.cost * share / total),
        )


class FactOracle(Oracle):
    """What sales credits have to be; remembers what documents took over at their event."""

    def __init__(self, env):
        super().__init__(env)
        self.costs, self.places, self.frozen = {}, {}, {}
        self.corrected = set()  # documents whose territory a manager has set
        self.typed = set()  # lines of credit notes that are no copies

    # === EVENTS === #

    def remember(self):
        """Note costs and territories of what is confirmed or posted, before they change."""
        for document in [*self._orders_that_count(), *self._moves_that_count()]:
            self._territory(document)
            for line in self._lines_of(document):
                self._unit_cost(line, document)

    def posted_again(self, documents):
        """Note that their territory is looked up again, where nobody has corrected it."""
        for document in documents:
            if self._key(document) not in self.corrected:
                self.places.pop(self._key(document), None)

    def confirmed_again(self, order):
        """Note that a cost is asked for again where none was known; all else stays."""
        self.posted_again(order)
        lines = set(order.order_line.ids)
        self.costs = {
            key: cost
            for key, cost in self.costs.items()
            if cost is not None or key[0] != "sale.order.line" or key[1] not in lines
        }

    def correct(self, document, partner, share):
        """Note that a manager has said in whose territory it is."""
        self.remember()
        place = (partner, exact(share)) if partner else None
        if self.places[self._key(document)] != place:
            self.places[self._key(document)] = place
            self.corrected.add(self._key(document))

    @staticmethod
    def _key(record):
        return record._name, record.id

    def _orders_that_count(self):
        return self.env["sale.order"].search([("state", "=", "sale")], order="id")

    def _moves_that_count(self):
        wanted = [("state", "=", "posted"), ("move_type", "in", ("out_invoice", "out_refund"))]
        return self.env["account.move"].search(wanted, order="id")

    @staticmethod
    def _lines_of(document):
        """Return the lines that are sales."""
        if document._name == "sale.order":
            lines = document.order_line
            return lines.filtered(lambda line: not line.display_type and not line.is_downpayment)
        return document.line_ids.filtered(lambda line: line.display_type == "product")

    # === WHO IS CREDITED === #

    def _credited(self, document):
        """Return [(role, partner, share of 1)] of those who take part in the company."""
        found = [("buyer", document.partner_id.commercial_partner_id, Decimal(1))]
        if document.pmm_referrer_id:
            found.append(("referrer", document.pmm_referrer_id, Decimal(1)))
        found += [
            ("split", row.partner_id, exact(row.share) / 100) for row in document.pmm_split_ids
        ]
        territory = self._territory(document)
        if territory:
            found.append(("territory", territory[0], territory[1] / 100))
        company = document.company_id
        return [row for row in found if self._is_enrolled(row[1], company)]

    def _territory(self, document):
        """Return (partner, share) of the territory of a document as it was looked up."""
        key = self._key(document)
        if key not in self.places:
            self.places[key] = self._look_up(document)
        return self.places[key]

    def _look_up(self, document):
        """Return what holds now: that of its order, of the invoice it reverses, of its address."""
        if document._name == "sale.order":  # when it is confirmed, which is today
            return self._territory_of(document, date(2026, 4, 15))
        if document.reversed_entry_id:
            return self._territory(document.reversed_entry_id)
        orders = document.invoice_line_ids.sale_line_ids.order_id
        if orders:
            return self._territory(orders[0])
        return self._territory_of(document, document.invoice_date)

    def _territory_of(self, document, day):
        address, best = document.partner_shipping_id, None
        for territory in self.env["pmm.territory"].search([]):
            if territory.company_id != document.company_id or not _runs(territory, day):
                continue
            if territory.country_ids and address.country_id not in territory.country_ids:
                continue
            if territory.state_ids and address.state_id not in territory.state_ids:
                continue
            codes = [code.strip() for code in (territory.zip_prefixes or "").split(",")]
            if codes != [""] and not any((address.zip or "").startswith(c) for c in codes):
                continue
            kind = 3 if codes != [""] else 2 if territory.state_ids else 1
            kind = kind if territory.country_ids else 0
            order = (-kind, territory.sequence, territory.name, territory.id)
            if best is None or order < best[0]:
                best = (order, territory)
        return best and (best[1].partner_id, exact(best[1].share))

    # === FACTS === #

    def facts(self):
        """Return all that counts now, at every stage."""
        self.remember()
        found = []
        for order in self._orders_that_count():
            found += self._of_lines(self._booked(order), self._credited(order))
        for move in self._moves_that_count():
            invoiced = self._of_lines(self._invoiced(move), self._credited(move))
            found += invoiced + self._collected(move, invoiced)
        return [self._as_it_was(fact) for fact in found]

    def _as_it_was(self, fact):
        """Return the fact with the dimensions that it had at its event."""
        day = fact.day if fact.stage == "collected" else None
        event = fact.stage, fact.line, fact.product, fact.customer, day
        now = {name: getattr(fact, name) for name in ("category", "country", "state")}
        return replace(fact, **self.frozen.setdefault(event, now))

    def _of_lines(self, lines, credited):
        """Return the facts of the lines for each of those who are credited."""
        found = []
        for role, partner, share in credited:
            for line in lines:
                fact = replace(line, role=role, partner=partner.id)
                amount, quantity, cost = line.part(share)
                if amount or quantity:
                    found.append(replace(fact, amount=amount, quantity=quantity, cost=cost))
        return found

    def _line(self, stage, line, document, quantity, **vals):
        unit, uom = line.product_id.uom_id, line.product_uom_id
        if line.product_id:
            quantity = uom._compute_quantity(quantity, unit, round=False)
        quantity = ZERO if self._is_no_unit(line) else exact(quantity, 6)
        price = self._unit_cost(line, document)
        address = document.partner_shipping_id
        if not address.country_id:
            address = document.partner_id
        user = document.user_id if document._name == "sale.order" else document.invoice_user_id
        sign = -1 if line._name == "account.move.line" and document.move_type == "out_refund" else 1
        return Fact(
            stage=stage,
            role="",
            partner=0,
            company=document.company_id.id,
            document=(document._name, document.id),
            line=line.id,
            customer=document.partner_id.commercial_partner_id.id,
            product=line.product_id.id,
            category=line.product_id.categ_id.id,
            country=address.country_id.code,
            state=address.state_id.name,
            user=user.id,
            quantity=sign * quantity,
            cost=None if price is None else sign * quantity * price,
            **vals,
        )

    @staticmethod
    def _is_no_unit(line):
        """Return whether the line is an amount: what is taken off, or paid down."""
        sold = line if line._name == "sale.order.line" else line.sale_line_ids
        return line.price_unit < 0 or any(sold.mapped("is_downpayment"))

    def _unit_cost(self, line, document):
        """Return the cost of a unit as it was when the line was first seen; None: not known."""
        if line.price_unit < 0:
            return ZERO
        if self._is_no_unit(line) or not line.product_id:
            return None
        key = (*self._key(line), line.product_id)
        if key not in self.costs:
            self.costs[key] = self._cost_of_the_event(line, document)
        return self.costs[key]

    def _cost_of_the_event(self, line, document):
        if line._name == "account.move.line" and self._comes_back(line, document):
            sold = document.reversed_entry_id.invoice_line_ids
            place = document.invoice_line_ids.ids.index(line.id)
            sold = sold.filtered(lambda other: other.product_id == line.product_id)
            copied = document.reversed_entry_id.invoice_line_ids[place : place + 1] & sold
            if copied and line.id not in self.typed:
                return self._unit_cost(copied, copied.move_id)
            if not sold:
                sold = line.sale_line_ids.invoice_lines.filtered(
                    lambda other: (
                        other.move_id.move_type == "out_invoice"
                        and other.parent_state == "posted"
                        and other.quantity > 0
                    )
                )
            if sold:
                return self._average_cost(sold)
        product = line.product_id.with_company(document.company_id)
        return Decimal(str(product.standard_price)) or None

    def _comes_back(self, line, document):
        if document.move_type == "out_refund":
            return bool(document.reversed_entry_id) or line.quantity > 0
        return line.quantity < 0

    def _average_cost(self, lines):
        # a deduction costs nothing, which says nothing about the product
        lines = lines.filtered(lambda line: line.price_unit >= 0)
        known = [(line.quantity, self._unit_cost(line, line.move_id)) for line in lines]
        known = [(exact(number, 6), cost) for number, cost in known if cost is not None]
        units = sum(number for number, _cost in known)
        return sum(number * cost for number, cost in known) / units if units else None

    @staticmethod
    def _is_return(line, move):
        """Return whether the line takes something back, or is of a sale below its down payment."""
        if move.move_type != "out_refund" or move.reversed_entry_id:
            return move.move_type == "out_refund"
        sells = any(
            other.quantity < 0 and other.price_unit >= 0 and not other.is_downpayment
            for other in move.invoice_line_ids
            if other.display_type == "product"
        )
        return not (sells and (line.is_downpayment or line.quantity < 0))

    def _booked(self, order):
        rate = Decimal(str(order.currency_rate))
        return [
            self._line(
                "booked",
                line,
                order,
                line.product_uom_qty,
                is_return=False,
                day=order.date_order,
                origin=order.date_order,
                amount=rounded(exact(line.price_subtotal) / rate),
            )
            for line in self._lines_of(order)
        ]

    def _invoiced(self, move):
        origin = move
        if move.move_type == "out_refund" and move.reversed_entry_id.state == "posted":
            origin = move.reversed_entry_id
        return [
            self._line(
                "invoiced",
                line,
                move,
                line.quantity,
                is_return=self._is_return(line, move),
                day=move.invoice_date,
                origin=origin.invoice_date,
                amount=exact(-line.balance),
            )
            for line in self._lines_of(move)
        ]

    def _collected(self, move, invoiced):
        """Return what has come in of the invoiced facts, by day: nothing is lost in rounding."""
        paid, total = self._paid(move), exact(move.amount_total)
        found = []
        for fact in invoiced:
            so_far, before = ZERO, (ZERO, ZERO, fact.cost and ZERO)
            for day in sorted(paid):
                so_far += paid[day]
                now = fact.part(so_far, total)
                parts = [a if a is None else a - b for a, b in zip(now, before, strict=True)]
                before = now
                if parts[0] or parts[1]:
                    amount, quantity, cost = parts
                    part = replace(fact, amount=amount, quantity=quantity, cost=cost)
                    origin = self._paid_until(move, day)
                    found.append(replace(part, stage="collected", day=day, origin=origin))
        return found

    def _paid_until(self, move, day):
        """Return the last day on which the invoice of a credit note was paid, else the day."""
        invoice = move.reversed_entry_id
        if move.move_type != "out_refund" or invoice.state != "posted":
            return day
        return max((paid for paid in self._paid(invoice) if paid <= day), default=day)

    def _paid(self, move):
        """Return {day: what has come in of the total of a document}; of nothing it is all."""
        paid = defaultdict(Decimal)
        if not move.amount_total:
            return {move.invoice_date: Decimal(1)}
        due = move.line_ids.filtered(lambda x: x.account_id.account_type == "asset_receivable")
        for line in due:
            for partial in line.matched_credit_ids:
                other = partial.credit_move_id
                paid[other.date] += exact(partial.debit_amount_currency) * self._money(other)
            for partial in line.matched_debit_ids:
                other = partial.debit_move_id
                paid[other.date] += exact(partial.credit_amount_currency) * self._money(other)
        return {day: amount for day, amount in paid.items() if amount}

    @staticmethod
    def _money(line):
        """Return which part of the line of an entry is money: no write-off, no credit note."""
        entry = line.move_id
        if entry.statement_line_id:
            return Decimal(1)
        payment = entry.origin_payment_id
        if not payment:
            return ZERO
        liquidity, counterpart, _write_off = payment._seek_for_lines()
        money = abs(sum(exact(row.amount_currency) for row in liquidity))
        return money / abs(sum(exact(row.amount_currency) for row in counterpart))


def stored_facts(env):
    """Return {key of a sales credit: (amount, quantity, cost)} of what stands in the table."""
    sums = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for credit in env(su=True)["pmm.credit"].search([]):
        day = credit.booked_at if credit.stage == "booked" else credit.date
        key = (credit.stage, credit.role, credit.partner_id.id, credit.company_id.id)
        key += (credit.line_id, day, credit.is_return, credit.has_cost, credit.categ_id.id)
        key += (credit.country_id.code, credit.state_id.name, credit.user_id.id)
        key += (None if credit.stage == "booked" else credit.origin_date,)
        sums[key][0] += exact(credit.amount)
        sums[key][1] += exact(credit.quantity, 6)
        sums[key][2] += exact(credit.cost)
    return {key: tuple(values) for key, values in sums.items() if any(values)}


def expected_facts(facts):
    """Return the facts of the oracle in the form of :func:`stored_facts`."""
    found = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for fact in facts:
        key = (fact.stage, fact.role, fact.partner, fact.company)
        key += (fact.line, fact.day, fact.is_return, fact.cost is not None, fact.category)
        key += (fact.country, fact.state, fact.user)
        key += (None if fact.stage == "booked" else fact.origin,)
        found[key][0] += fact.amount
        found[key][1] += fact.quantity
        found[key][2] += fact.cost or ZERO
    return {key: tuple(values) for key, values in found.items()}
