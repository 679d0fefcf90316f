"""What else happens by chance: down payments, corrections, master data that come later."""

from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Command


class EventsByChance:
    """Mixin for a test with ``random``, ``moves``, ``orders`` and the ``oracle``.

    Before master data change, the oracle notes what they were for the documents that stand.
    """

    def _run_all(self):
        for program in self.programs:
            program._run()

    def _someone(self):
        return self.random.choice(self.salespeople)

    # === ORDERS === #

    def _pay_down_some(self, number):
        """Invoice a part of orders in advance; for some of them that is more than is left."""
        fresh = self.orders.filtered(lambda o: not o.invoice_ids and o.amount_total > 0)
        for order in self._pick(fresh, number, state="sale"):
            wizard = self.env["sale.advance.payment.inv"].create(
                {
                    "advance_payment_method": "percentage",
                    "amount": self.random.choice([10, 33.33, 50, 100]),
                    "sale_order_ids": [Command.set(order.ids)],
                }
            )
            self._post_on(wizard._create_invoices(order), self._day())
            line = order.order_line[0]
            if self.random.random() < 0.3 and line.product_uom_qty > 1:
                line.product_uom_qty = 1

    def _credit_from_orders(self, number):
        """Make credit notes of what is ordered no more: Odoo links no invoice."""
        for order in self._pick(self.orders, number, state="sale", invoice_status="invoiced"):
            line = order.order_line[0]
            if line.qty_invoiced > 0 and line.price_unit > 0:
                line.product_uom_qty = self.random.choice([0, line.product_uom_qty / 2])
                with suppress(UserError):
                    self._post_on(order._create_invoices(final=True), self._day())

    def _cancel_and_confirm(self, number, run_between):
        """Cancel orders that were not invoiced and confirm them again."""
        chosen = self._pick(self.orders.filtered(lambda o: not o.invoice_ids), number, state="sale")
        for order in chosen:
            order._action_cancel()
        if run_between:
            self._run_all()
        for order in chosen:
            order.action_draft()
            order.action_confirm()
            order.date_order = self._moment()
            self.oracle.confirmed_again(order)

    # === INVOICES === #

    def _retype_credit_notes(self, number):
        """Make credit notes in which the first line is typed in again."""
        for move in self._pick(self.moves, number, state="posted", move_type="out_invoice"):
            line = move.invoice_line_ids[0]
            if not line.product_id or line.quantity <= 0 or line.price_unit <= 0:
                continue
            refund = move._reverse_moves()
            refund.invoice_line_ids.unlink()
            refund.invoice_line_ids = [
                Command.create(
                    {
                        "product_id": line.product_id.id,
                        "quantity": self.random.choice([line.quantity, 1]),
                        "price_unit": line.price_unit,
                        "tax_ids": [Command.clear()],
                    }
                )
            ]
            self.oracle.typed.update(refund.invoice_line_ids.ids)
            self._post_on(refund, max(self._day(), move.invoice_date))

    # === WHO IS CREDITED === #

    def _correct_some(self, number):
        """Change who is credited with what stands; what is refused is left out."""
        standing = [*self._pick(self.moves, number, state="posted")]
        standing += self._pick(self.orders, number, state="sale")
        for document in standing:
            buyer = document.partner_id.commercial_partner_id
            others = [partner for partner in self.companies if partner != buyer]
            one, two, three = self.random.sample(others, 3)
            fate = self.random.choice(["shares", "shares", "referrer", "territory", "nobody"])
            if fate == "shares":
                numbers = self.random.choice([(50, 50), (12.5,), (70, 30), (100,)])
                self._try(
                    self._correct, document, {"shares": [*zip((one, two), numbers, strict=False)]}
                )
            elif fate == "referrer":
                self._try(self._correct, document, {"referrer_id": three.id})
            elif fate == "territory":
                share = self.random.choice([100, 33.33, 5])
                self._try(self._correct, document, {}, (one, share))
            else:
                self._try(self._correct, document, {"shares": [], "referrer_id": False}, ())

    def _correct(self, document, vals, territory=None):
        if territory is not None:
            partner, share = territory or (self.env["res.partner"], 100)
            vals |= {"territory_partner_id": partner.id, "territory_share": share}
        self.oracle.remember()
        self._change_credits(document, **vals)
        if territory is not None:
            self.oracle.correct(document, partner, share)

    # === MASTER DATA === #

    def _move_territories(self):
        """Give areas to others, in other shares, from other days on: for later documents."""
        self.oracle.remember()
        for territory in self.env["pmm.territory"].search([], order="id"):
            fate = self.random.choice(["keep", "partner", "share", "end"])
            if fate == "partner":
                territory.partner_id = self.random.choice(self.companies)
            elif fate == "share":
                territory.share = self.random.choice([100, 25, 0.5])
            elif fate == "end":
                territory.date_stop = "2026-02-28"

    def _complete_master_data(self):
        """Say what nobody had said when it was sold; move and hand over customers."""
        self.oracle.remember()
        places = list(self.areas.values())
        self.dora.country_id = self.areas["germany"]
        self.dora.state_id = self.env.ref("base.state_de_by")
        self.carol.write({"country_id": self.areas["germany"].id, "zip": "80331"})
        self.loose.categ_id = self.pumps
        self.training.categ_id = self.hardware
        for partner in self.companies:
            partner.user_id = self._someone()
        return places

    def _change_costs(self):
        """Change costs: of what had one, of what had none; to none."""
        self.oracle.remember()
        for company in self.company | self.other:
            self.pump.with_company(company).standard_price = 71.3
            self.valve.with_company(company).standard_price = 7.77
            self.gift.with_company(company).standard_price = 0

    def _change_salespeople(self, number):
        """Hand documents over that stand: all else about them stays as it was."""
        for move in self._pick(self.moves, number, state="posted"):
            move.invoice_user_id = self._someone()
