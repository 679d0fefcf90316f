from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditLines(PmmCommon):
    """K4, R31: units, returns and places of documents as Odoo makes them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.write({"standard_price": 60, "invoice_policy": "order"})

    def _order(self, quantity=10):
        return self._sale(self.acme, "2026-02-03 12:00:00", (self.pump, quantity, 100))

    def _invoice_order(self, order, day, method="delivered", **vals):
        before = order.invoice_ids
        wizard = self.env["sale.advance.payment.inv"].with_context(
            active_model="sale.order", active_ids=order.ids, active_id=order.id
        )
        wizard.create({"advance_payment_method": method, **vals}).create_invoices()
        invoice = order.invoice_ids - before
        invoice.invoice_line_ids.tax_ids = False
        invoice.invoice_date = day
        invoice.action_post()
        return invoice

    def _sums(self, stage, **where):
        """Return (units, amount, cost) of Acme as buyer by month, zeros left out."""
        self.program._run()
        domain = [("stage", "=", stage), ("role", "=", "buyer"), ("partner_id", "=", self.acme.id)]
        domain += [(name, "=", value) for name, value in where.items()]
        found = self.env["pmm.credit"]._read_group(
            domain, ["date:month"], ["quantity:sum", "amount:sum", "cost:sum"]
        )
        return {str(month)[:7]: tuple(sums) for month, *sums in found if any(sums)}

    def test_a_discount_line_is_no_unit(self):
        """K4: Odoo's own discount on the order takes off money, adds no unit, costs nothing."""
        order = self._order()
        wizard = self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 100}
        )
        wizard.action_apply_discount()
        order.order_line.tax_ids = False
        self.assertEqual(self._sums("booked"), {"2026-02": (10, 900, 600)})
        invoice = self._invoice_order(order, "2026-03-10")
        self.assertEqual(self._sums("invoiced"), {"2026-03": (10, 900, 600)})
        self._pay(invoice, "2026-04-10")
        self.assertEqual(self._sums("collected"), {"2026-04": (10, 900, 600)})
        self._refund(invoice, "2026-04-12")
        self.assertEqual(
            self._sums("invoiced"), {"2026-03": (10, 900, 600), "2026-04": (-10, -900, -600)}
        )
        self.assertNothingToMend()

    def test_a_down_payment_is_no_unit(self):
        """R31: its money counts when it is invoiced, the goods when they are."""
        order = self._order()
        self._invoice_order(order, "2026-02-10", "percentage", amount=50)
        self._invoice_order(order, "2026-03-10")
        self.assertEqual(
            self._sums("invoiced"), {"2026-02": (0, 500, 0), "2026-03": (10, 500, 600)}
        )
        self.assertNothingToMend()

    def test_all_paid_in_advance(self):
        """R31, K4: the last invoice is over 0; what was sold is collected with it."""
        order = self._order()
        self._pay(self._invoice_order(order, "2026-02-10", "percentage", amount=100), "2026-02-20")
        self.assertEqual(self._sums("collected"), {"2026-02": (0, 1000, 0)})
        final = self._invoice_order(order, "2026-03-10")
        self.assertEqual(final.amount_total, 0)
        self.assertEqual(
            self._sums("collected"), {"2026-02": (0, 1000, 0), "2026-03": (10, 0, 600)}
        )
        self.assertEqual(
            self._sums("collected", categ_id=self.pumps.id), {"2026-03": (10, 1000, 600)}
        )
        self.assertNothingToMend()
        final.button_draft()
        self.assertEqual(self._sums("collected"), {"2026-02": (0, 1000, 0)})

    def test_less_delivered_than_paid_in_advance(self):
        """R31: Odoo makes the last invoice a credit note; nothing was returned."""
        rate = self._kpi("Returns", source="returns_rate", direction="lower")
        width = self._kpi("Products", source="assortment")
        order = self._order()
        self._invoice_order(order, "2026-02-10", "percentage", amount=50)
        order.order_line.filtered(lambda line: not line.is_downpayment).product_uom_qty = 3
        order.order_line.filtered(lambda line: line.product_uom_qty == 3).price_unit = 100
        final = self._invoice_order(order, "2026-03-10")
        self.assertEqual((final.move_type, final.amount_total), ("out_refund", 200))
        self.assertEqual(
            self._sums("invoiced"), {"2026-02": (0, 500, 0), "2026-03": (3, -200, 180)}
        )
        found = {kpi: self._measurement(self.acme_in, "2026-03", kpi) for kpi in (rate, width)}
        self.assertEqual((found[rate].actual, found[width].actual), (0, 1))
        self.assertFalse(self.env["pmm.credit"].search([("is_return", "=", True)]))
        # a credit note for the down payment itself takes it back
        self._refund(order.invoice_ids.sorted("id")[0], "2026-04-10", 50)
        self.program._run()
        self.assertEqual(self.env["pmm.credit"].search([("is_return", "=", True)]).amount, -50)
        self.assertNothingToMend()

    def test_state_and_country_are_of_one_address(self):
        """K23: a delivery abroad without a state is in no state."""
        bavaria = self.env.ref("base.state_de_by")
        self.acme.write({"country_id": bavaria.country_id.id, "state_id": bavaria.id})
        france = self.env.ref("base.fr")
        shop = self.env["res.partner"].create(
            {
                "name": "Shop",
                "parent_id": self.acme.id,
                "type": "delivery",
                "country_id": france.id,
                "state_id": False,
            }
        )
        order = self._sale(
            self.acme, "2026-02-03 12:00:00", (self.pump, 1, 100), partner_shipping_id=shop.id
        )
        invoice = self._invoice_order(order, "2026-02-10")
        self.assertEqual(invoice.partner_shipping_id, shop)
        self._invoice(self.acme, "2026-02-11", 7, partner_shipping_id=self.acme.id)
        self.program._run()
        found = {
            (credit.country_id, credit.state_id): credit.amount
            for credit in self.env["pmm.credit"].search([("stage", "=", "invoiced")])
        }
        nowhere = bavaria.browse()
        self.assertEqual(found, {(france, nowhere): 100, (bavaria.country_id, bavaria): 7})
        shop.write({"country_id": False})
        self._invoice(self.acme, "2026-02-12", 5, partner_shipping_id=shop.id)
        self.program._run()
        last = self.env["pmm.credit"].search([("amount", "=", 5)])
        self.assertEqual((last.country_id, last.state_id), (bavaria.country_id, bavaria))

    def test_paid_back_in_the_period_of_the_payment(self):
        """K12: collected, in the period of the original: when the invoice was paid."""
        kpi = self._kpi("Collected of origin", stage="collected", returns_in="origin")
        self.assertTrue(kpi.has_returns)
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self._pay(invoice, "2026-02-10")
        refund = (
            self.env["account.move.reversal"]
            .with_context(active_model="account.move", active_ids=invoice.ids)
            .create({"journal_id": invoice.journal_id.id, "date": "2026-03-01"})
        )
        action = refund.reverse_moves()
        note = self.env["account.move"].browse(action["res_id"])
        note.write(
            {"invoice_line_ids": [Command.update(note.invoice_line_ids.id, {"price_unit": 60})]}
        )
        note.action_post()
        self._pay(note, "2026-03-05")
        self.program._run()
        for period, value in (("2026-02", 40), ("2026-03", 0)):
            self.assertEqual(self._measurement(self.acme_in, period, kpi).actual, value)
