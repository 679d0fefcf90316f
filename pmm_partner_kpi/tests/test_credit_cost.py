from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditCost(PmmCommon):
    """K4, DESIGN 1: what was sold has cost something, as it was known at the event."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.standard_price = 60

    def _costs(self, stage="invoiced", partner=None, **where):
        """Return [(quantity, cost, is it known)] of the credits."""
        self.program._run()
        return [
            (credit.quantity, credit.cost, credit.has_cost)
            for credit in self._stage(stage, partner, **where)
        ]

    # === THE PRODUCT'S COST === #

    def test_cost_of_the_day_is_frozen(self):
        """K4: at posting and at confirming; a cost that changes later changes nothing."""
        order = self._sale(self.acme, "2026-02-03", (self.pump, 2, 100))
        self._invoice(self.acme, "2026-02-03", (self.pump, 3, 100))
        self.pump.standard_price = 75
        self.assertEqual(self._costs("booked"), [(2, 120, True)])
        self.assertEqual(self._costs(), [(3, 180, True)])
        line = order.order_line.create(
            {
                "order_id": order.id,
                "product_id": self.pump.id,
                "product_uom_qty": 1,
                "tax_ids": [Command.clear()],
            }
        )
        self.assertEqual(line.pmm_unit_cost, 75)
        self.assertEqual(self._costs("booked")[1:], [(1, 75, True)])
        self.assertNothingToMend()

    def test_no_cost_is_no_data(self):
        """DESIGN 3.7: no product, or a product without a cost."""
        self._invoice(
            self.acme,
            "2026-02-03",
            (self.valve, 2, 100),
            (self.env["product.product"], 1, 5),
        )
        self.assertEqual(self._costs(), [(2, 0, False), (1, 0, False)])
        self.valve.standard_price = 0.01
        self._invoice(self.acme, "2026-02-03", (self.valve, 2, 100))
        self.assertEqual(self._costs()[2:], [(2, 0.02, True)])

    def test_units_and_rounding(self):
        """K4: the cost is per unit of the product; rounded once, to the company's currency."""
        self.pump.standard_price = 1.234
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 2, 120), post=False)
        invoice.invoice_line_ids.product_uom_id = self.env.ref("uom.product_uom_dozen")
        invoice.action_post()
        self.assertEqual(self._costs(), [(24, 29.62, True)])  # 29.616

    def test_each_company_has_its_cost(self):
        """K4: the cost is that of the company of the document."""
        other = self.setup_other_company()["company"]
        self.pump.with_company(other).standard_price = 11
        program = self.env["pmm.program"].create(
            {"name": "Other", "company_id": other.id, "date_start": "2026-01-01", "tz": "UTC"}
        )
        self._enroll(self.acme, program=program)
        order = (
            self.env["sale.order"]
            .with_company(other)
            .create(
                {
                    "partner_id": self.acme.id,
                    "company_id": other.id,
                    "order_line": [
                        Command.create({"product_id": self.pump.id, "tax_ids": [Command.clear()]})
                    ],
                }
            )
        )
        order.action_confirm()
        self._sale(self.acme, "2026-02-03", 100)
        self.program._run()
        costs = {c.company_id: c.cost for c in self._stage("booked")}
        self.assertEqual(costs, {other: 11, self.company: 60})

    # === POSTED AGAIN, COPIED, REVERSED === #

    def test_posted_again(self):
        """K4: a document that is reset and posted keeps its cost, unless its product changes."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100), (self.pump, 2, 100))
        self.pump.standard_price = 75
        self.valve.standard_price = 5
        invoice.button_draft()
        invoice.invoice_line_ids[1].product_id = self.valve
        invoice.action_post()
        self.assertEqual(invoice.invoice_line_ids.mapped("pmm_unit_cost"), [60, 5])
        self.assertEqual(self._costs(), [(1, 60, True), (2, 10, True)])

    def test_confirmed_again(self):
        """K4: so does an order that was cancelled."""
        order = self._sale(self.acme, "2026-02-03", (self.pump, 1, 100))
        self.pump.standard_price = 75
        order._action_cancel()
        order.action_draft()
        order.action_confirm()
        self.assertEqual(order.order_line.pmm_unit_cost, 60)

    def test_a_copy_has_the_cost_of_its_own_day(self):
        """K4: a duplicated invoice or order is a new sale."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        order = self._sale(self.acme, "2026-02-03", (self.pump, 1, 100))
        self.pump.standard_price = 75
        copies = invoice.copy({"invoice_date": "2026-03-03"}), order.copy()
        copies[0].action_post()
        copies[1].action_confirm()
        self.assertEqual(copies[0].invoice_line_ids.pmm_unit_cost, 75)
        self.assertEqual(copies[1].order_line.pmm_unit_cost, 75)
        self.pump.standard_price = 0
        copy = invoice.copy({"invoice_date": "2026-03-03"})
        copy.action_post()
        self.assertEqual(copy.invoice_line_ids.pmm_unit_cost, 0)

    def test_credit_note_takes_back_the_cost(self):
        """K12: at what the invoice had, in the stages invoiced and collected; another one's own."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 4, 100), (self.valve, 1, 10))
        self._pay(invoice, "2026-02-04")
        self.pump.standard_price = 75
        self.valve.standard_price = 7
        self.training.standard_price = 3
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        refund.invoice_line_ids[0].quantity = 1
        refund.invoice_line_ids = [
            Command.create({"product_id": self.training.id, "price_unit": 5, "tax_ids": False})
        ]
        refund.action_post()
        expected = [(-1, -60, True), (-1, 0, False), (-1, -3, True)]
        self.assertEqual(self._costs(is_return=True), expected)
        self._pay(refund, "2026-03-02")
        self.assertEqual(self._costs("collected", is_return=True), expected)
        self.assertNothingToMend()

    def test_cost_of_what_is_collected(self):
        """K4: in parts, the same to the cent when all is paid."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        for amount in (33.33, 33.33, None):
            self._pay(invoice, "2026-02-10" if amount else "2026-02-11", amount)
        costs = self._costs("collected")
        self.assertEqual([cost for _quantity, cost, _known in costs], [40, 20])
        self.assertEqual(round(sum(quantity for quantity, *_rest in costs), 9), 1)

    # === SALE MARGIN === #

    def test_the_cost_of_the_order_line_comes_first(self):
        """K4: where sale_margin is installed: in the order's currency, per unit of the line."""
        Line = self.env["sale.order.line"]
        own = "purchase_price" not in Line._fields
        if own:  # stand in for the addon: its column is all that is read
            self.env.cr.execute("ALTER TABLE sale_order_line ADD purchase_price float8")
        euro = self._foreign_currency("EUR", ("2026-01-01", 0.5))
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        order = self._sale(
            self.acme,
            "2026-02-03",
            (self.pump, 2, 600),
            (self.pump, 1, 50),
            confirm=False,
            pricelist_id=pricelist.id,
        )
        dozen, single = order.order_line
        dozen.product_uom_id = self.env.ref("uom.product_uom_dozen")
        self.env.flush_all()
        for line, cost in ((dozen, 240), (single, 0)):
            self.env.cr.execute(
                "UPDATE sale_order_line SET purchase_price = %s WHERE id = %s", [cost, line.id]
            )
        self.env.invalidate_all()
        with patch.object(type(self.env["pmm.unit.cost"]), "_pmm_has_margin", lambda self: True):
            with patch.object(type(Line), "_pmm_has_margin", lambda self: True):
                order.action_confirm()
            invoice = order._create_invoices()
            invoice.invoice_date = "2026-02-05"
            with patch.object(
                type(self.env["account.move.line"]), "_pmm_has_margin", lambda self: True
            ):
                invoice.action_post()
        # 240 EUR a dozen are 480 in company currency, 40 each; 0 is none: the product's cost
        self.assertEqual((dozen.pmm_unit_cost, single.pmm_unit_cost), (40, 60))
        self.assertEqual(self._costs("booked"), [(24, 960, True), (1, 60, True)])
        self.assertEqual(self._costs(), [(24, 960, True), (1, 60, True)])

    # === RIGHTS === #

    def test_nobody_types_in_a_cost(self):
        """DESIGN 3.6: money depends on it; neither salespeople nor accountants may write it."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        order = self._sale(self.acme, "2026-02-03", (self.pump, 1, 100))
        seller = self._user("seller", "sales_team.group_sale_manager")
        accountant = self._user("booker", "account.group_account_manager")
        with self.assertRefused("cannot be typed in"):
            order.order_line.with_user(seller).pmm_unit_cost = 1
        with self.assertRefused("cannot be typed in"):
            invoice.invoice_line_ids.with_user(accountant).write({"pmm_unit_cost": 1})
