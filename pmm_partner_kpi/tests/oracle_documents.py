"""Orders, invoices, credit notes and payments by chance."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from odoo.fields import Command

from .oracle_world import BOUNDARIES

TODAY = date(2026, 4, 15)
ZONES = ["Europe/Berlin", "America/New_York", "Pacific/Auckland", "UTC"]


class DocumentsByChance:
    """Mixin for a test with ``random``, ``moves``, ``orders``: makes documents and changes them."""

    # === DOCUMENTS === #

    def _day(self):
        day = self.random.choice(BOUNDARIES)
        if self.random.random() > 0.4:
            day = date(2025, 12, 1) + timedelta(days=self.random.randrange(135))
        return day.replace(year=day.year - 1) if self.random.random() < 0.2 else day

    def _moment(self):
        """Return a moment in UTC, often about midnight at the border of a period somewhere."""
        zone = ZoneInfo(self.random.choice(ZONES))
        midnight = datetime.combine(self._day(), time(), zone)
        moment = midnight + timedelta(
            seconds=self.random.choice([-60, -1, 0, 1, 60, 40000]),
        )
        return moment.astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def _line(self):
        quantity = self.random.choice([1, 1, 2, 3, 0.5, 7])
        price = self.random.choice([0.01, 9.99, 33.33, 100, 1234.56]) + self._cents()
        return self.random.choice(self.products), quantity, round(price, 2)

    def _cents(self):
        return self.random.randrange(500) / 100

    def _lines(self):
        lines = [self._line() for _ in range(self.random.choice([1, 1, 2, 3]))]
        if self.random.random() < 0.15:
            lines.append(self._taken_off(*lines[0]))
        return lines

    def _taken_off(self, _product, quantity, price):
        """Return a discount that is typed in: all that the first line costs, or some of it."""
        part = self.random.choice([0.1, 0.5, 1]) if quantity == 1 else 0.3
        product = self.random.choice([self.training, self.pump])
        return product, self.random.choice([1, 1, 0.5]), -round(price * quantity * part, 2)

    def _partnership(self, buyer):
        """Return who takes part besides the buyer, by chance."""
        vals, others = {}, [p for p in self.companies if p != buyer.commercial_partner_id]
        if self.random.random() < 0.4:
            vals["pmm_referrer_id"] = self.random.choice(others).id
        if self.random.random() < 0.4:
            shares = self.random.choice([(60, 40), (50, 25), (33.33,), (100,), (0.01, 99.99)])
            vals["pmm_split_ids"] = [
                Command.create({"partner_id": partner.id, "share": share})
                for partner, share in zip(self.random.sample(others, 2), shares, strict=False)
            ]
        return vals

    def _direct_invoice(self):
        buyer = self.random.choice(self.buyers)
        vals, fate = self._partnership(buyer), self.random.random()
        if fate < 0.12:
            vals["company_id"] = self.other.id
            vals["journal_id"] = self.other_data["default_journal_sale"].id
        elif fate < 0.3:
            vals["currency_id"] = self.euro.id
        elif fate < 0.5:
            vals["invoice_payment_term_id"] = self.halves.id
        vals["move_type"] = self.random.choice(["out_invoice"] * 8 + ["out_refund"])
        post = self.random.random() > 0.08
        self.moves |= self._invoice(buyer, self._day(), *self._lines(), post=post, **vals)

    def _new_order(self):
        buyer = self.random.choice(self.buyers)
        vals, fate = self._partnership(buyer), self.random.random()
        if fate < 0.1:
            vals["company_id"] = self.other.id
        elif fate < 0.3:
            vals["pricelist_id"] = self.in_euro.id
        confirm = self.random.random() > 0.1
        self.orders |= self._sale(buyer, self._moment(), *self._lines(), confirm=confirm, **vals)

    def _pick(self, records, number, **where):
        fitting = records.filtered(lambda r: all(r[name] == v for name, v in where.items()))
        return fitting.browse(self.random.sample(fitting.ids, min(number, len(fitting))))

    def _change_orders(self, number):
        for order in self._pick(self.orders, number, state="sale"):
            fate = self.random.choice(["price", "quantity", "moment", "cancel", "line", "user"])
            line = order.order_line[0]
            if fate == "cancel" and not order.invoice_ids:
                order._action_cancel()
            elif fate == "moment":
                order.date_order = self._moment()
            elif fate == "user":
                order.user_id = self._someone()
            elif fate == "quantity" and not order.invoice_ids:
                line.product_uom_qty += 1.5
            elif fate == "price" and not order.invoice_ids:
                line.price_unit += 7.77
            elif fate == "line":
                order.order_line = [
                    Command.create(
                        {
                            "product_id": self.training.id,
                            "product_uom_qty": 1,
                            "price_unit": 3.33,
                            "tax_ids": [Command.clear()],
                        }
                    )
                ]

    def _invoice_orders(self, number):
        for order in self._pick(self.orders, number, state="sale", invoice_status="to invoice"):
            if order.amount_total > 0:
                move = order._create_invoices(final=self.random.random() < 0.8)
                self._post_on(move, self._day())

    def _post_on(self, move, day):
        """Post a document on a day; what Odoo would not post goes."""
        if move.amount_total < 0:
            move.unlink()
            return
        move.write({"invoice_date": day, "date": day})
        move.action_post()
        self.moves |= move

    def _refund_some(self, number):
        for move in self._pick(self.moves, number, state="posted", move_type="out_invoice"):
            day = min(move.invoice_date + timedelta(self.random.choice([0, 1, 30, 60])), TODAY)
            amount = self.random.choice([None, None, 0.01, 12.34])
            refund = self._refund(move, str(day), amount)
            self.moves |= refund
            if self.random.random() < 0.5:
                self._match(move, refund)

    def _reset_some(self, number, run_between=False):
        chosen = self._pick(self.moves, number, state="posted")
        chosen = chosen.filtered(lambda m: not (m.reversed_entry_id or m.reversal_move_ids))
        for move in chosen:
            move.button_draft()
        if run_between:
            self._run_all()
        for move in chosen:
            fates = [None, None, "date", "user"]
            if not move.line_ids.sale_line_ids:
                fates += ["cancel", "price", "lines", "product", "quantity"]
            fate = self.random.choice(fates)
            if fate == "cancel":
                move.button_cancel()
            elif fate or self.random.random() < 0.5:  # the others stay drafts
                self._change_draft(move, fate)
                if move.amount_total >= 0:
                    move.action_post()
                    self.oracle.posted_again(move)

    def _change_draft(self, move, fate):
        line = move.invoice_line_ids[:1]
        if fate == "price":
            line.price_unit += 1.11
        elif fate == "quantity":
            line.quantity += 2
        elif fate == "product":
            line.write(
                {"product_id": self.gift.id, "price_unit": line.price_unit, "tax_ids": False}
            )
        elif fate == "lines" and len(move.invoice_line_ids) > 1:
            move.invoice_line_ids[-1].unlink()
        elif fate == "user":
            move.invoice_user_id = self._someone()
        elif fate == "date":
            day = self._day()
            move.name = False if day.year != move.invoice_date.year else move.name
            move.write({"invoice_date": day, "date": day})

    # === MONEY === #

    def _due(self, move):
        return move.line_ids.filtered(
            lambda line: line.account_id.account_type == "asset_receivable" and not line.reconciled
        )

    def _match(self, *moves):
        lines = self.env["account.move.line"].union(*map(self._due, moves))
        lines = lines.filtered("amount_residual_currency")
        if len(lines.move_id) > 1:
            lines.reconcile()

    def _pay_some(self, number):
        open_ones = self.moves.filtered(
            lambda m: m.state == "posted" and m.payment_state in ("not_paid", "partial")
        ).filtered("amount_residual")
        for move in self._pick(open_ones, number):
            wait = timedelta(self.random.choice([-40, -1, 0, 1, 31, 59]))
            day = min(move.invoice_date + wait, TODAY)
            self._pay_in_some_way(move.with_company(move.company_id), day)

    def _pay_in_some_way(self, move, day):
        fate = self.random.choice(["full", "part", "part", "write-off", "other", "statement"])
        rest = move.amount_residual
        part = round(rest * self.random.choice([0.3333, 0.5, 0.9]), 2)
        if fate == "statement" and (move.company_id, move.currency_id) == (
            self.company,
            self.currency,
        ):
            self._pay_by_statement(move, day, self.random.choice([rest, part or rest]))
        elif fate == "part" and part:
            self._pay_by(move, day, amount=part)
        elif fate == "write-off" and part and move.company_id == self.company:
            self._pay_by(
                move,
                day,
                amount=part,
                payment_difference_handling="reconcile",
                writeoff_account_id=self.company_data["default_account_expense"].id,
            )
        elif fate == "other" and move.company_id == self.company:
            other = self.currency if move.currency_id == self.euro else self.euro
            self._pay_by(move, day, currency_id=other.id)
        else:
            self._pay_by(move, day)

    def _pay_by(self, move, day, amount=None, **vals):
        """Pay all dates that are due, or ``amount`` of them."""
        wizard = (
            self.env["account.payment.register"]
            .with_company(move.company_id)
            .with_context(active_model="account.move", active_ids=move.ids)
            .create({"payment_date": day, "installments_mode": "full"} | vals)
        )
        if amount:
            wizard.amount = amount
        self.payments |= wizard._create_payments()

    def _pay_by_statement(self, move, day, amount):
        amount = amount if move.move_type == "out_invoice" else -amount
        line = self.env["account.bank.statement.line"].create(
            {
                "journal_id": self.company_data["default_journal_bank"].id,
                "date": day,
                "payment_ref": "Transfer",
                "partner_id": move.commercial_partner_id.id,
                "amount": amount,
            }
        )
        _liquidity, suspense, _other = line._seek_for_lines()
        account = self._due(move).account_id[:1]
        line.move_id.with_context(
            skip_readonly_check=True, skip_account_move_synchronization=True
        ).write({"line_ids": [Command.update(suspense.id, {"account_id": account.id})]})
        self._match(move, line.move_id)

    def _unreconcile_some(self, number):
        paid = self.moves.filtered(lambda m: m.state == "posted" and m._get_reconciled_amls())
        for move in self._pick(paid, number):
            move.line_ids.remove_move_reconcile()
            if self.random.random() < 0.5:
                self._pay_in_some_way(move.with_company(move.company_id), min(self._day(), TODAY))

    def _targets(self):
        """Set targets for a few KPIs of each enrolment and period."""
        self.programs._ensure_periods()
        values = [0, 0.01, 1, 3, 50, 99.99, 333.33, 5000]
        self.env["pmm.kpi.target"].create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "period_id": period.id,
                    "kpi_id": kpi.id,
                    "value": self.random.choice(values),
                }
                for enrollment in self.programs.enrollment_ids
                for period in enrollment.program_id.period_ids.sorted("date_start")
                for kpi in self._pick(enrollment.program_id.kpi_ids, 12)
            ]
        )
