from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditFrozen(PmmCommon):
    """K3, DESIGN 1: what belongs to master data stays as it was at the event."""

    def _sums(self, by="categ_id", **where):
        domain = [("role", "=", "buyer"), *[(name, "=", value) for name, value in where.items()]]
        found = self.env["pmm.credit"]._read_group(domain, [by], ["amount:sum"])
        return {record: amount for record, amount in found if amount}

    def test_country_that_is_known_later(self):
        """DESIGN 3.2: an address that is completed later neither moves nor doubles a credit."""
        self.acme.country_id = False
        order = self._sale(self.acme, "2026-03-10 12:00:00", (self.pump, 10, 100))
        self.program._run()
        self.acme.country_id = self.env.ref("base.de")
        order.order_line.write({"product_uom_qty": 8, "price_unit": 100})
        self.assertNothingToMend()
        nowhere = self.env["res.country"]
        self.assertEqual(self._sums("country_id", stage="booked"), {nowhere: 800})
        order.order_line.write({"product_uom_qty": 9, "price_unit": 100})
        self.assertNothingToMend()
        self.assertEqual(self._sums("country_id", stage="booked"), {nowhere: 900})

    def test_category_that_is_known_later(self):
        """DESIGN 3.2: the same with a category, over a reset and a second payment of a day."""
        self.pump.categ_id = False
        invoice = self._invoice(self.acme, "2026-03-10", 100)
        self._pay(invoice, "2026-03-20", 30)
        self.program._run()
        self.pump.categ_id = self.pumps
        self._pay(invoice, "2026-03-20", 20)
        self.assertNothingToMend()
        none = self.pumps.browse()
        self.assertEqual(self._sums(stage="collected"), {none: 50})
        invoice.button_draft()
        invoice.invoice_line_ids.price_unit = 80
        invoice.action_post()
        self.assertNothingToMend()
        self.assertEqual(self._sums(stage="invoiced"), {none: 80})

    def test_rows_that_were_split_are_healed(self):
        """DESIGN 3.2: where one document line stands in two countries, the sum is right."""
        self.acme.country_id = False
        order = self._sale(self.acme, "2026-03-10 12:00:00", (self.pump, 10, 100))
        self.program._run()
        credit = self.env["pmm.credit"].search([("document_id", "=", order.id)])
        values = credit.copy_data()[0] | {
            "country_id": self.env.ref("base.de").id,
            "quantity": -2,
            "amount": -200,
            "cost": 0,
            "reason": "changed",
            "revision": 2,
        }
        # as an older version left it
        self.env["pmm.credit"].sudo().create(values)
        Credit = self.env["pmm.credit"]
        Credit._fill_range(1, Credit._last_of("sale.order"), "sale.order")
        self.assertNothingToMend()
        self.assertEqual(sum(self._sums("country_id", stage="booked").values()), 1000)

    def test_facts_that_change_later(self):
        """DESIGN 1: another salesperson, date or share leaves the category as it was."""
        invoice = self._invoice(self.acme, "2026-03-10", 1000)
        self._pay(invoice, "2026-03-20", 400)
        self.program._run()
        self.pump.categ_id = self.services
        self._change_credits(invoice, shares=[(self.bolt, 60)])
        self.assertNothingToMend()
        invoice.invoice_user_id = self._user("seller", "sales_team.group_sale_salesman")
        self.assertNothingToMend()
        self._change_credits(invoice, shares=[(self.bolt, 50)])
        self.assertNothingToMend()
        for stage, amount in (("invoiced", 1000), ("collected", 400)):
            self.assertEqual(self._sums(stage=stage), {self.pumps: amount})
            shared = self.env["pmm.credit"]._read_group(
                [("role", "=", "split"), ("stage", "=", stage)], ["categ_id"], ["amount:sum"]
            )
            self.assertEqual([row for row in shared if row[1]], [(self.pumps, amount / 2)])

    def test_a_run_between_reset_and_posting_changes_nothing(self):
        """DESIGN 1: whether the schedule runs while the document is a draft makes no difference."""
        first, second = (self._invoice(self.acme, "2026-03-10", 100) for _ in range(2))
        self.program._run()
        self.pump.categ_id = self.services
        for invoice in (first, second):
            invoice.button_draft()
            if invoice == second:
                self.program._run()
            invoice.invoice_date = "2026-03-11"
            invoice.action_post()
            self.program._run()
        self.assertNothingToMend()
        self.assertEqual(self._sums(stage="invoiced"), {self.pumps: 200})

    def test_what_changes_with_the_document(self):
        """DESIGN 1: another product or customer on the document brings its own."""
        invoice = self._invoice(self.acme, "2026-03-10", 100)
        self.acme.country_id = self.env.ref("base.be")
        self.bolt.country_id = self.env.ref("base.de")
        self.program._run()
        self.valve.categ_id = self.services
        invoice.button_draft()
        invoice.invoice_line_ids.product_id = self.valve
        invoice.invoice_line_ids.price_unit = 50
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        self.assertNothingToMend()
        self.assertEqual(self._sums(stage="invoiced"), {self.services: 50})
        invoice.button_draft()
        invoice.partner_id = self.bolt
        invoice.invoice_line_ids.price_unit = 50
        invoice.invoice_line_ids.tax_ids = False
        invoice.action_post()
        self.assertNothingToMend()
        self.assertEqual(self._sums("country_id", stage="invoiced"), {self.env.ref("base.de"): 50})
