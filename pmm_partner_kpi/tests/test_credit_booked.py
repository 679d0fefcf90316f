from datetime import date, datetime

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

STAGES = ("booked", "invoiced", "collected")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditBooked(PmmCommon):
    """K4: confirmed orders are credited at the stage "booked"."""

    def _booked(self, partner=None, **where):
        return self._stage("booked", partner, **where)

    def _amounts(self, partner=None):
        self.program._run()
        return self._booked(partner).mapped("amount")

    # === WHAT IS BOOKED === #

    def test_a_credit_names_its_order_and_dimensions(self):
        """K4, K8: what a confirmed order line is about, at the event."""
        self.acme.country_id = self.env.ref("base.us")
        shop = self.env["res.partner"].create(
            {"name": "Shop", "parent_id": self.acme.id, "type": "delivery"}
        )
        shop.country_id = self.env.ref("base.ca")
        order = self._sale(
            self.acme, "2026-02-03 10:00:00", (self.valve, 3, 10), partner_shipping_id=shop.id
        )
        self.program._run()
        credit = self._booked()
        self.assertEqual(
            (credit.document_model, credit.document_id, credit.line_model, credit.line_id),
            ("sale.order", order.id, "sale.order.line", order.order_line.id),
        )
        self.assertEqual(credit.document_name, order.name)
        self.assertEqual((credit.quantity, credit.amount, credit.share), (3, 30, 100))
        self.assertEqual(credit.booked_at, datetime(2026, 2, 3, 10))
        self.assertEqual((credit.date, credit.origin_date), (date(2026, 2, 3),) * 2)
        self.assertEqual((credit.product_id, credit.categ_id), (self.valve, self.hardware))
        self.assertEqual((credit.customer_id, credit.country_id.code), (self.acme, "CA"))
        self.assertEqual((credit.user_id, credit.team_id), (order.user_id, order.team_id))
        self.assertFalse(credit.is_return)
        action = credit.action_open_document()
        self.assertEqual((action["res_model"], action["res_id"]), ("sale.order", order.id))
        self.assertNothingToMend()

    def test_only_confirmed_orders_count(self):
        """K4: a quotation is not booked; a cancelled order is withdrawn, and comes back."""
        order = self._sale(self.acme, "2026-02-03", 100, confirm=False)
        self.assertEqual(self._amounts(), [])
        order.action_quotation_sent()
        self.assertEqual(self._amounts(), [])
        order.action_confirm()
        self.assertEqual(self._amounts(), [100])
        order._action_cancel()
        self.assertEqual(self._amounts(), [100, -100])
        order.action_draft()
        self.assertEqual(self._amounts(), [100, -100])
        order.action_confirm()
        self.assertEqual(self._amounts(), [100, -100, 100])
        self.assertEqual(self._booked().mapped("revision"), [1, 2, 3])
        self.assertNothingToMend()

    def test_changes_of_a_confirmed_order(self):
        """K4: (what changes, what is booked then), one after the other."""
        order = self._sale(self.acme, "2026-02-03", (self.pump, 2, 50))
        line = order.order_line
        self.assertEqual(self._amounts(), [100])

        def add():
            order.order_line = [
                Command.create(
                    {"product_id": self.valve.id, "price_unit": 7, "tax_ids": [Command.clear()]}
                )
            ]

        changes = [
            (lambda: line.write({"product_uom_qty": 3, "price_unit": 50}), 150),
            (lambda: line.write({"product_uom_qty": 2, "price_unit": 50}), 100),
            (lambda: line.write({"price_unit": 60}), 120),
            (lambda: line.write({"discount": 25}), 90),
            (add, 97),
            (lambda: order.write({"user_id": False}), 97),
            (lambda: order.write({"date_order": "2026-03-01 00:00:00"}), 97),
            (lambda: line.write({"product_uom_qty": 0, "price_unit": 60}), 7),
        ]
        for number, (change, expected) in enumerate(changes):
            change()
            with self.subTest(number):
                self.assertAlmostEqual(sum(self._amounts()), expected)
                self.assertNothingToMend()
        self.assertEqual(
            [c.date for c in self._booked() if c.reason == "new"][-1], date(2026, 3, 1)
        )

    def test_sections_notes_and_down_payments_are_not_booked(self):
        """K4: an order with a down payment is booked, invoiced and collected once."""
        order = self._sale(self.acme, "2026-02-03 10:00:00", 1000)
        order.order_line = [Command.create({"display_type": "line_note", "name": "With care"})]
        wizard = self.env["sale.advance.payment.inv"].create(
            {
                "sale_order_ids": [Command.set(order.ids)],
                "advance_payment_method": "percentage",
                "amount": 30,
            }
        )
        first = wizard._create_invoices(order)
        first.invoice_date = "2026-02-04"
        first.action_post()
        self._pay(first, "2026-02-05")
        self.program._run()
        sums = [(stage, sum(self._stage(stage).mapped("amount"))) for stage in STAGES]
        self.assertEqual(sums, [("booked", 1000), ("invoiced", 300), ("collected", 300)])
        final = order._create_invoices(final=True)
        final.invoice_date = "2026-03-04"
        final.action_post()
        self._pay(final, "2026-03-05", 350)
        self._pay(final, "2026-04-06")
        self.program._run()
        sums = [(stage, sum(self._stage(stage).mapped("amount"))) for stage in STAGES]
        self.assertEqual(sums, [("booked", 1000), ("invoiced", 1000), ("collected", 1000)])
        self.assertNothingToMend()

    def test_quantity_and_rate(self):
        """K4: in the unit of the product, at the rate of the order."""
        euro = self._foreign_currency("EUR", ("2026-01-01", 0.5), ("2026-03-01", 0.8))
        pricelist = self.env["product.pricelist"].create({"name": "E", "currency_id": euro.id})
        order = self._sale(
            self.acme, "2026-02-28 12:00:00", (self.pump, 2, 60), pricelist_id=pricelist.id
        )
        order.order_line.write(
            {"product_uom_id": self.env.ref("uom.product_uom_dozen").id, "price_unit": 60}
        )
        self.program._run()
        self.assertEqual(sum(self._booked().mapped("amount")), 240)
        self.assertEqual(sum(self._booked().mapped("quantity")), 24)
        order.date_order = "2026-03-01 12:00:00"
        self.program._run()
        self.assertEqual(sum(self._booked().mapped("amount")), 150)
        self.assertNothingToMend()

    # === WHO === #

    def test_buyer_and_referrer(self):
        """K4, R14: the company of the customer, and who brought the order."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        order = self._sale(person, "2026-02-03", 100, pmm_referrer_id=self.bolt.id)
        self.assertEqual(order.pmm_partner_id, self.acme)
        self.assertEqual(self._amounts(), [100])
        self.assertEqual(self._booked(self.bolt).mapped("role"), ["referrer"])
        self._change_credits(order, referrer_id=False)
        self.assertEqual(self._amounts(self.bolt), [100, -100])
        self.assertNothingToMend()

    def test_the_buying_company_is_that_of_the_order(self):
        """DESIGN 4: who the customer belongs to later does not move what was sold."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        order = self._sale(person, "2026-02-03", 100)
        person.parent_id = self.bolt
        self.assertEqual(order.pmm_partner_id, self.acme)
        self.assertEqual(self._amounts(), [100])
        self.assertEqual(self._amounts(self.bolt), [])
        order.partner_id = self.bolt
        self.assertEqual(self._amounts(), [100, -100])
        self.assertEqual(self._amounts(self.bolt), [100])
        self.assertNothingToMend()

    def test_who_joins_later_is_credited_with_the_orders_before(self):
        """K4: growth is measured against the time before, at every stage."""
        self._sale(self.stranger, "2026-02-03", 100)
        self._pay(self._invoice(self.stranger, "2026-02-03", 70), "2026-02-04")
        self.program._run()
        self.assertFalse(self._booked(self.stranger))
        self._enroll(self.stranger, "2026-04-01")
        self.program._run()
        found = [(c.stage, c.amount) for c in self.env["pmm.credit"].search([], order="stage")]
        self.assertEqual(found, [("booked", 100), ("collected", 70), ("invoiced", 70)])
        self.assertNothingToMend()

    def test_another_company_is_none_of_ours(self):
        """DESIGN 3.5: an order of a company without the programme is not credited."""
        other = self.setup_other_company()["company"]
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
        self.assertEqual(self._amounts(), [])

    # === DAYS === #

    def test_the_day_of_the_company(self):
        """K4: (zone, moment in UTC, day): around midnight on both sides of the world."""
        cases = [
            (False, "2026-01-31 23:59:59", "2026-01-31"),
            (False, "2026-02-01 00:00:00", "2026-02-01"),
            ("Asia/Tokyo", "2026-01-31 14:59:59", "2026-01-31"),
            ("Asia/Tokyo", "2026-01-31 15:00:00", "2026-02-01"),
            ("America/Los_Angeles", "2026-02-01 07:59:59", "2026-01-31"),
            ("America/Los_Angeles", "2026-02-01 08:00:00", "2026-02-01"),
        ]
        order = self._sale(self.acme, "2026-01-15 12:00:00", 100)
        for zone, moment, day in cases:
            self.company.partner_id.tz = zone
            order.date_order = moment
            self.program._run()
            with self.subTest(moment):
                credit = self._booked()[-1]
                self.assertEqual(str(credit.booked_at), moment)
                self.assertEqual((str(credit.date), str(credit.origin_date)), (day, day))
                self.assertEqual(sum(self._booked().mapped("amount")), 100)

    def test_another_time_zone_acts_forward(self):
        """DESIGN 1: master data that changes later moves no order that was credited."""
        self.company.partner_id.tz = "Asia/Tokyo"
        self._sale(self.acme, "2026-01-31 15:00:00", 100)
        self.program._run()
        self.company.partner_id.tz = "UTC"
        self.assertNothingToMend()
        self.assertEqual(str(self._booked().date), "2026-02-01")

    # === SWEEP, MEASUREMENT === #

    def test_the_sweep_mends_orders(self):
        """X13: what no hook announced, and what was changed behind the ORM."""
        order = self._sale(self.acme, "2026-02-03", 100)
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM pmm_dirty")
        Credit = self.env["pmm.credit"]
        self.assertEqual(Credit._fill_range(order.id, order.id, "sale.order"), 1)
        self.env.cr.execute(
            "UPDATE sale_order_line SET price_subtotal = 89 WHERE order_id = %s", [order.id]
        )
        self._call_on_own_cursor("pmm.credit", "_cron_sweep", batch=1)
        self.assertEqual(self._booked().mapped("amount"), [100, -11])
        self.assertEqual(self._booked().mapped("mended"), [True, True])

    def test_a_kpi_counts_the_day_of_its_programme(self):
        """DESIGN 4: booked amounts by the programme's zone, whatever the company's."""
        booked = self._kpi("Booked", stage="booked")
        order = self._sale(self.acme, "2026-01-31 15:00:00", 100)
        for zone, january, february in (
            ("UTC", 100, 0),
            ("Asia/Tokyo", 0, 100),
            ("America/Los_Angeles", 100, 0),
        ):
            self.program.tz = zone
            order._pmm_mark_dirty()
            self.program._run()
            with self.subTest(zone):
                self.assertResult(self.acme_in, "2026-01", january, kpi=booked)
                self.assertResult(self.acme_in, "2026-02", february, kpi=booked)

    def test_stages_never_add_up(self):
        """DESIGN 4: a KPI of the invoiced stage counts an order once, not per stage."""
        order = self._sale(self.acme, "2026-02-03 10:00:00", 100)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 0)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-05"
        invoice.action_post()
        self._pay(invoice, "2026-02-06")
        self.program._run()
        self.assertEqual(len(self.env["pmm.credit"].search([])), 3)
        self.assertResult(self.acme_in, "2026-02", 100)
