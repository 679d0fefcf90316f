from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditUnits(PmmCommon):
    """K4: discounts and down payments are money, no units; what a final invoice takes back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.standard_price = 60

    # === BUILDERS AND QUESTIONS === #

    def _down_payment(self, order, day, percentage):
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": percentage,
            }
        )
        return self._posted(wizard._create_invoices(order), day)

    def _final(self, order, day):
        return self._posted(order._create_invoices(final=True), day)

    def _posted(self, move, day):
        move.invoice_date = day
        move.action_post()
        return move

    def _delivered(self, quantity, ordered=10):
        """Return an order of pumps of which so many are delivered, with a 50 % down payment."""
        self.pump.invoice_policy = "delivery"
        order = self._sale(self.acme, "2026-02-01 12:00:00", (self.pump, ordered, 100))
        self._pay(self._down_payment(order, "2026-02-03", 50), "2026-02-04")
        order.order_line[0].qty_delivered = quantity
        return order

    def _sums(self, stage, **where):
        """Return (quantity, amount, cost) of what stands at a stage."""
        self.program._run()
        credits = self._stage(stage, **where)
        return tuple(round(sum(credits.mapped(name)), 6) for name in ("quantity", "amount", "cost"))

    def assertActual(self, kpi, expected, period="2026-03"):
        """Assert the result of Acme in a period; None is no data."""
        self.program._run()
        result = self._measurement(self.acme_in, period, kpi)
        self.assertEqual(result.has_actual, expected is not None, kpi.name)
        if expected is not None:
            self.assertEqual(result.actual, expected, kpi.name)

    # === UNITS === #

    def test_prices_at_and_around_zero(self):
        """K4: (price, units): free is a unit, a cent off is none; returned is less than none."""
        cases = [((1, 0.01), 1), ((1, 0), 1), ((1, -0.01), 0), ((-2, 0.01), -2), ((-2, -0.01), 0)]
        for (quantity, price), expected in cases:
            partner = self.env["res.partner"].create({"name": "P", "is_company": True})
            self._enroll(partner)
            lines = (self.valve, 1, 1000), (self.pump, quantity, price)
            self._sale(partner, "2026-02-03", *lines)
            self._invoice(partner, "2026-02-03", *lines)
            self.program._run()
            with self.subTest(quantity=quantity, price=price):
                for stage in ("booked", "invoiced"):
                    credits = self._stage(stage, partner, product_id=self.pump.id)
                    self.assertEqual(sum(credits.mapped("quantity")), expected)

    def test_a_discount_that_is_withdrawn(self):
        """K4: a credit without units stands as long as its amount does."""
        orders = self._kpi("Orders", source="orders", credit_domain="[('product_id', '=', False)]")
        invoice = self._invoice(self.acme, "2026-03-03", (self.pump, 10, 100))
        invoice.button_draft()
        no_product = self.env["product.product"]
        for price, expected in ((-100, 1), (-50, 1), (0, 1)):
            invoice.invoice_line_ids = [
                *(Command.delete(line.id) for line in invoice.invoice_line_ids[1:]),
                Command.create(
                    {
                        "product_id": no_product.id,
                        "name": "Off",
                        "quantity": 1,
                        "price_unit": price,
                        "tax_ids": [Command.clear()],
                    }
                ),
            ]
            invoice.action_post()
            self.assertActual(orders, expected)
            invoice.button_draft()
            self.assertActual(orders, 0)
        self.assertNothingToMend()

    # === PAID IN ADVANCE === #

    def test_paid_in_advance(self):
        """K4: (down payment, money in March): with 100 % the pumps are collected as with 99 %."""
        for percentage, rest in ((99, 10), (100, 0)):
            partner = self.env["res.partner"].create({"name": "P", "is_company": True})
            enrolled = self._enroll(partner)
            order = self._sale(partner, "2026-02-01 12:00:00", (self.pump, 10, 100))
            self._pay(self._down_payment(order, "2026-02-03", percentage), "2026-02-04")
            final = self._final(order, "2026-03-03")
            self.assertEqual(final.amount_total, rest)
            if rest:
                self._pay(final, "2026-03-03")
            self.program._run()
            with self.subTest(percentage):
                found = [
                    (str(c.date), c.product_id.name, c.quantity, c.amount, c.cost)
                    for c in self._stage("collected", partner)
                ]
                self.assertEqual(
                    found,
                    [
                        ("2026-02-04", False, 0, 1000 - rest, 0),
                        ("2026-03-03", "Pump", 10, 1000, 600),
                        ("2026-03-03", False, 0, rest - 1000, 0),
                    ],
                )
                for source, domain, expected in (
                    ("revenue", [("product_id", "=", self.pump.id)], 1000),
                    ("quantity", [], 10),
                    ("margin", [("product_id", "=", self.pump.id)], 400),
                ):
                    kpi = self._kpi(
                        f"{source} {percentage}",
                        source=source,
                        stage="collected",
                        credit_domain=repr(domain),
                    )
                    self.program._run()
                    self.assertEqual(self._measurement(enrolled, "2026-03", kpi).actual, expected)
        self.assertNothingToMend()

    def test_posting_alone_collects_a_document_of_nothing(self):
        """K4, DESIGN 1: nobody pays it; it is withdrawn with the document, and comes back."""
        order = self._sale(self.acme, "2026-02-01 12:00:00", (self.pump, 10, 100))
        self._pay(self._down_payment(order, "2026-02-03", 100), "2026-02-04")
        self.program._run()
        final = self._final(order, "2026-03-03")
        self.assertEqual(self._sums("collected"), (10, 1000, 600))
        final.button_draft()
        self.assertEqual(self._sums("collected"), (0, 1000, 0))
        final.action_post()
        self.assertEqual(self._sums("collected"), (10, 1000, 600))
        final.button_draft()
        final.button_cancel()
        self.assertEqual(self._sums("collected"), (0, 1000, 0))
        self.assertNothingToMend()

    def test_nothing_in_another_currency(self):
        """K4: at the rates of the documents, to the cent; nothing is nothing in any currency."""
        euro = self._foreign_currency("EUR", ("2026-01-01", 0.5), ("2026-03-01", 0.8))
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        order = self._sale(
            self.acme, "2026-02-01 12:00:00", (self.pump, 10, 100), pricelist_id=pricelist.id
        )
        self.assertEqual(order.currency_id, euro)
        self._pay(self._down_payment(order, "2026-02-03", 100), "2026-02-04", currency_id=euro.id)
        final = self._final(order, "2026-03-03")
        self.assertEqual((final.currency_id, final.amount_total), (euro, 0))
        invoiced = self._sums("invoiced", date="2026-03-03")
        self.assertEqual(invoiced, (10, 0, 600))
        self.assertEqual(self._sums("collected", date="2026-03-03"), invoiced)
        self.assertEqual(
            sorted(self._stage("collected", date="2026-03-03").mapped("amount")), [-1250, 1250]
        )
        self.assertNothingToMend()

    def test_nothing_is_credited_back(self):
        """K12: the credit note of a document of nothing is settled too, and goes with it."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 2, 50), (self.valve, 1, -100))
        self._refund(invoice, "2026-03-03")
        self.program._run()
        found = [
            (str(c.date), str(c.origin_date), c.product_id.name, c.amount, c.is_return)
            for c in self._stage("collected")
        ]
        self.assertEqual(
            sorted(found),
            [
                ("2026-02-03", "2026-02-03", "Pump", 100, False),
                ("2026-02-03", "2026-02-03", "Valve", -100, False),
                ("2026-03-03", "2026-02-03", "Pump", -100, True),
                ("2026-03-03", "2026-02-03", "Valve", 100, True),
            ],
        )
        self.assertNothingToMend()

    def test_money_back_of_a_document_of_nothing(self):
        """K12: what is paid back of it goes with the day on which it was settled."""
        order = self._sale(self.acme, "2026-02-01 12:00:00", (self.pump, 10, 100))
        self._pay(self._down_payment(order, "2026-02-03", 100), "2026-02-04")
        final = self._final(order, "2026-03-03")
        refund = self._refund(final, "2026-04-01", 300)
        self._pay(refund, "2026-04-02")
        self.program._run()
        [credit] = self._stage("collected", is_return=True)
        self.assertEqual((str(credit.date), str(credit.origin_date)), ("2026-04-02", "2026-03-03"))
        self.assertEqual((credit.quantity, credit.amount), (-1, -300))
        self.assertNothingToMend()

    def test_documents_of_nothing_count_as_others(self):
        """K4: an invoice over 0 is one, and is paid when it is posted."""
        sources = ("orders", "average_order", "smallest_order", "largest_order")
        kpis = {
            (stage, source): self._kpi(f"{source} {stage}", source=source, stage=stage)
            for stage in ("invoiced", "collected")
            for source in sources
        }
        self._invoice(self.acme, "2026-03-02", (self.pump, 1, 0))
        self._invoice(self.acme, "2026-03-03", (self.pump, 1, 100), (self.valve, 1, -100))
        for (_stage, source), kpi in kpis.items():
            self.assertActual(kpi, 2 if source == "orders" else 0)

    # === FINAL INVOICES BELOW THE DOWN PAYMENT === #

    def test_delivered_around_the_down_payment(self):
        """K12: (delivered, kind of the final document): one less, as much, and one more."""
        cases = [(4, "out_refund"), (5, "out_invoice"), (6, "out_invoice")]
        for quantity, kind in cases:
            order = self._delivered(quantity)
            final = self._final(order, "2026-03-03")
            with self.subTest(quantity):
                self.assertEqual(final.move_type, kind)
                self.program._run()
                credits = self._stage("invoiced", document_id=final.id)
                self.assertEqual(sum(credits.mapped("quantity")), quantity)
                self.assertEqual(sum(credits.mapped("amount")), quantity * 100 - 500)
                self.assertEqual(set(credits.mapped("is_return")), {False})
        self.assertNothingToMend()

    def test_nothing_delivered_is_a_return(self):
        """K12: the whole down payment goes back: a return and no order, with a discount or not."""
        orders = self._kpi("Orders", source="orders")
        order = self._delivered(0)
        final = self._final(order, "2026-03-03")
        self.assertEqual((final.move_type, final.amount_total), ("out_refund", 500))
        self.program._run()
        credits = self._stage("invoiced", document_id=final.id)
        self.assertEqual([(c.quantity, c.amount, c.is_return) for c in credits], [(0, -500, True)])
        self.assertActual(orders, 0)
        self.assertNothingToMend()

    def test_returned_in_the_final_document(self):
        """K12: pumps that went back are returned; what is sold in the same document is not."""
        self.pump.invoice_policy = self.valve.invoice_policy = "delivery"
        order = self._sale(
            self.acme, "2026-02-01 12:00:00", (self.pump, 10, 100), (self.valve, 5, 10)
        )
        order.order_line[0].qty_delivered = 10
        self._posted(order._create_invoices(), "2026-02-03")
        order.order_line[0].qty_delivered = 8
        order.order_line[1].qty_delivered = 5
        final = self._final(order, "2026-03-03")
        self.assertEqual((final.move_type, final.amount_total), ("out_refund", 150))
        self.program._run()
        found = [
            (c.product_id.name, c.quantity, c.amount, c.is_return)
            for c in self._stage("invoiced", document_id=final.id)
        ]
        self.assertEqual(found, [("Pump", -2, -200, True), ("Valve", 5, 50, False)])
        self.assertNothingToMend()

    def test_credit_notes_by_hand_are_returns(self):
        """K12: a credit note that reverses nothing takes back all that its lines name."""
        self._invoice(
            self.acme,
            "2026-03-03",
            (self.pump, 2, 100),
            (self.valve, 1, -20),
            move_type="out_refund",
        )
        self.program._run()
        found = [(c.quantity, c.amount, c.is_return) for c in self._stage("invoiced")]
        self.assertEqual(found, [(-2, -200, True), (0, 20, True)])
        self.assertNothingToMend()

    def test_a_reversed_final_invoice_is_a_return(self):
        """K12: its pumps and its down payment both go back."""
        order = self._delivered(8)
        final = self._final(order, "2026-03-03")
        refund = self._refund(final, "2026-03-05")
        self.program._run()
        found = [
            (c.quantity, c.amount, c.is_return)
            for c in self._stage("invoiced", document_id=refund.id)
        ]
        self.assertEqual(sorted(found), [(-8, -800, True), (0, 500, True)])
        self.assertNothingToMend()
