from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiSourceSales(PmmCommon):
    """K3, K4, K23: what exactly the sources over sales credits count."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer, cls.second = cls.env["res.partner"].create(
            [
                {"name": "Customer", "is_company": True, "country_id": cls.env.ref("base.de").id},
                {"name": "Second", "is_company": True, "country_id": cls.env.ref("base.fr").id},
            ]
        )

    def assertValues(self, expected, enrollment=None, **kpis):
        """Assert {period: value or None for no data} of one KPI."""
        self.program._run()
        [kpi] = kpis.values()
        for period, value in expected.items():
            result = self._measurement(enrollment or self.acme_in, period, kpi)
            self.assertEqual(result.has_actual, value is not None, period)
            if value is not None:
                self.assertEqual(result.actual, value, period)

    def _referred(self, customer, day, *lines, **vals):
        return self._invoice(customer, day, *lines, pmm_referrer_id=self.acme.id, **vals)

    def _reset(self, move):
        move.button_draft()
        return move

    # === MARGIN === #

    def test_margin(self):
        """K4: amount less cost of lines with a known cost; a void is no data, not 0."""
        margin = self._kpi("Margin", source="margin")
        rate = self._kpi("Margin rate", source="margin_rate")
        self.pump.standard_price = 60
        self._invoice(self.acme, "2026-02-01", (self.pump, 2, 100), (self.valve, 1, 1000))
        refunded = self._invoice(self.acme, "2026-02-28", (self.pump, 1, 100))
        self._refund(refunded, "2026-03-01")
        self._invoice(self.acme, "2026-04-01", (self.valve, 1, 1000))
        # February: 3 × (100 − 60), March: −(100 − 60), April: cost unknown
        self.assertValues(
            {"2026-01": None, "2026-02": 120, "2026-03": -40, "2026-04": None}, k=margin
        )
        # 120 of 300; more came back than was sold: no rate
        self.assertValues(
            {"2026-01": None, "2026-02": 40, "2026-03": None, "2026-04": None}, k=rate
        )
        self.assertEqual((margin.unit, rate.unit), ("money", "percent"))

    def test_margin_of_what_was_withdrawn_is_no_data(self):
        """DESIGN 3.7: an invoice that was taken back leaves no data, not a margin of 0."""
        margin = self._kpi("Margin", source="margin")
        self.pump.standard_price = 60
        invoice = self._invoice(self.acme, "2026-02-01", 100)
        self.assertValues({"2026-02": 40}, k=margin)
        self._reset(invoice)
        self.assertValues({"2026-02": None}, k=margin)
        invoice.action_post()
        self.assertValues({"2026-02": 40}, k=margin)

    def test_margin_at_cost_is_zero(self):
        """K4: one cent above, at, and one cent below cost."""
        kpi = self._kpi("Margin", source="margin")
        self.pump.standard_price = 60
        for month, price in (("01", 60.01), ("02", 60), ("03", 59.99)):
            self._invoice(self.acme, f"2026-{month}-10", price)
        self.assertValues({"2026-01": 0.01, "2026-02": 0, "2026-03": -0.01}, k=kpi)

    # === ORDERS === #

    def test_orders(self):
        """K4: documents once each; credit notes and what was withdrawn are none."""
        orders = self._kpi("Orders", source="orders")
        average = self._kpi("Average", source="average_order")
        first = self._invoice(self.acme, "2026-02-01", 100, 50)
        self._invoice(self.acme, "2026-02-28", 30)
        gone = self._invoice(self.acme, "2026-02-10", 500)
        self._refund(first, "2026-02-20")  # a full refund leaves the order
        self._refund(first, "2026-03-20", 10)
        self.assertValues({"2026-01": 0, "2026-02": 3, "2026-03": 0}, k=orders)
        self.assertValues({"2026-02": 226.67, "2026-03": None}, k=average)
        self._reset(gone)
        self.assertValues({"2026-02": 2}, k=orders)
        self.assertValues({"2026-01": None, "2026-02": 90, "2026-03": None}, k=average)
        gone.action_post()
        self.assertValues({"2026-02": 3}, k=orders)

    def test_orders_of_a_category(self):
        """K3: with a category, documents with such a line, and only such lines' amounts."""
        orders = self._kpi("Orders", source="orders", category_ids=self.services.ids)
        average = self._kpi("Average", source="average_order", category_ids=self.services.ids)
        self._invoice(self.acme, "2026-02-01", 100, (self.training, 1, 40))
        self._invoice(self.acme, "2026-02-02", 100)
        self.assertValues({"2026-02": 1}, k=orders)
        self.assertValues({"2026-02": 40}, k=average)

    def test_largest_and_smallest(self):
        """K3: per document what stands of its lines; returns and what was withdrawn do not."""
        kpis = self._largest_and_smallest()
        first = self._invoice(self.acme, "2026-02-01", 100, 50)
        gone = self._invoice(self.acme, "2026-02-28", 500)
        self._invoice(self.acme, "2026-02-02", 149.99)
        self._refund(first, "2026-02-20", 30)
        self._reset(gone)
        for kpi, value in zip(kpis, (150, 149.99), strict=True):
            self.assertValues({"2026-01": None, "2026-02": value, "2026-03": None}, k=kpi)
        gone.action_post()
        for kpi, value in zip(kpis, (500, 149.99), strict=True):
            self.assertValues({"2026-02": value}, k=kpi)

    def test_largest_and_smallest_of_a_category(self):
        """K3: with a category, documents with such a line, and only such lines' amounts."""
        self._invoice(self.acme, "2026-02-01", 100, (self.training, 1, 40))
        self._invoice(self.acme, "2026-02-02", (self.training, 2, 30))
        self._invoice(self.acme, "2026-02-03", 10)
        kpis = self._largest_and_smallest(category_ids=self.services.ids)
        for kpi, value in zip(kpis, (60, 40), strict=True):
            self.assertValues({"2026-02": value}, k=kpi)

    def _largest_and_smallest(self, **vals):
        return [self._kpi(code, source=f"{code}_order", **vals) for code in ("largest", "smallest")]

    def test_orders_of_other_stages(self):
        """K4: confirmed orders by the programme's day; invoices in each window of a payment."""
        booked = self._kpi("Booked", source="orders", stage="booked")
        paid = self._kpi("Paid", source="orders", stage="collected")
        self.program.tz = "Asia/Tokyo"
        self._sale(self.acme, "2026-02-28 14:59:59", 100)
        self._sale(self.acme, "2026-02-28 15:00:00", 100)
        invoice = self._invoice(self.acme, "2026-01-10", 100)
        self._pay(invoice, "2026-02-28", 40)
        self._pay(invoice, "2026-03-01", 60)
        self.assertValues({"2026-01": 0, "2026-02": 1, "2026-03": 1}, k=booked)
        self.assertValues({"2026-01": 0, "2026-02": 1, "2026-03": 1}, k=paid)
        self.assertTrue(booked._takes_openings())
        self.assertFalse(paid._takes_openings())

    # === ASSORTMENT === #

    def test_assortment(self):
        """K3: different products or categories; gifts, deductions, withdrawals and no product."""
        products = self._kpi("Products", source="assortment")
        categories = self._kpi("Categories", source="assortment", distinct_by="category")
        pump, valve = (self.pump, 1, 10), (self.valve, 3, 20)
        first = self._invoice(self.acme, "2026-02-01", pump, pump, valve, (self.training, 1, 0))
        gone = self._invoice(self.acme, "2026-02-28", (self.training, 1, 0.01))
        self._invoice(self.acme, "2026-03-01", pump, (self.env["product.product"], 1, 5))
        self._invoice(self.acme, "2026-03-02", pump, (self.valve, -1, 5))
        self._refund(first, "2026-02-20")
        self.assertValues({"2026-01": 0, "2026-02": 3, "2026-03": 1}, k=products)
        self.assertValues({"2026-01": 0, "2026-02": 3, "2026-03": 1}, k=categories)
        self._reset(gone)
        self.assertValues({"2026-02": 2}, k=products)

    def test_assortment_follows_a_corrected_price(self):
        """K3: what became a gift is not sold any more, and the other way round."""
        kpi = self._kpi("Products", source="assortment")
        invoice = self._invoice(self.acme, "2026-02-01", 10)
        for price, value in ((10, 1), (0, 0), (0.01, 1)):
            self._reset(invoice).invoice_line_ids.price_unit = price
            invoice.action_post()
            self.assertValues({"2026-02": value}, k=kpi)

    def test_active_customers(self):
        """K23: customers that a partner sold to; it is the only one of its own purchases."""
        kpi = self._kpi("Active", source="assortment", distinct_by="customer", role="referrer")
        self._referred(self.customer, "2026-02-01", 10)
        self._referred(self.customer, "2026-02-02", 10)
        self._referred(self.second, "2026-02-28", 10)
        self._referred(self.second, "2026-03-01", 10)
        self.assertValues({"2026-01": 0, "2026-02": 2, "2026-03": 1}, k=kpi)
        with self.assertRefused("only customer", ValidationError):
            kpi.role = "buyer"
        kpi.write({"role": "buyer", "scope": "tree"})

    def test_form_of_a_kpi(self):
        """K4: the direction that fits is proposed; credit notes are asked for where they count."""
        form = Form(self.env["pmm.kpi.definition"])
        form.name = "Returns"
        form.source = "returns_rate"
        self.assertEqual(form.direction, "lower")
        kpi = form.save()
        self.assertTrue(kpi.has_returns)
        kpi.source = "orders"
        self.assertFalse(kpi.has_returns)
        kpi.write({"source": "revenue", "stage": "collected"})
        self.assertTrue(kpi.has_returns)
        kpi.stage = "booked"
        self.assertFalse(kpi.has_returns)

    # === NEW CUSTOMERS === #

    def test_new_customers(self):
        """K4: in the window of the first sale ever, also before programme and enrolment."""
        kpi = self._kpi("New", source="new_customers", role="referrer")
        old = self.env["res.partner"].create({"name": "Old", "is_company": True})
        self._referred(old, "2025-12-31", 10)
        self._referred(old, "2026-02-01", 10)
        self._referred(self.customer, "2026-02-28", 10)
        self._referred(self.customer, "2026-03-01", 10)
        late = self._referred(self.second, "2026-03-01", 10)
        # bought without the partner before
        self._invoice(self.second, "2026-01-10", 10)
        self.assertValues({"2026-01": 0, "2026-02": 1, "2026-03": 1}, k=kpi)
        # an earlier sale turns up: new earlier
        earlier = self._referred(self.second, "2026-01-31", 0.01)
        self.assertValues({"2026-01": 1, "2026-02": 1, "2026-03": 0}, k=kpi)
        # and is taken back, or only a gift
        self._reset(earlier).invoice_line_ids.price_unit = 0
        earlier.action_post()
        self.assertValues({"2026-01": 0, "2026-03": 1}, k=kpi)
        # a full refund takes nobody off
        self._refund(late, "2026-03-02")
        self.assertValues({"2026-03": 1}, k=kpi)

    def test_new_customers_below(self):
        """K4: for everybody below, the new customers of each partner are added up."""
        below = self._kpi("Below", source="new_customers", role="referrer", scope="tree")
        own = self._kpi("Own", source="new_customers", role="referrer")
        self._below(self.bolt_in, self.acme_in)
        self._referred(self.customer, "2026-02-01", 10)
        self._invoice(self.customer, "2026-02-02", 10, pmm_referrer_id=self.bolt.id)
        self._invoice(self.customer, "2026-03-02", 10, pmm_referrer_id=self.bolt.id)
        self.assertValues({"2026-02": 2, "2026-03": 0}, k=below)
        self.assertValues({"2026-02": 1}, k=own)
        self.assertValues({"2026-02": 1}, self.bolt_in, k=own)

    def test_new_customers_by_the_day_of_the_programme(self):
        """S12: an order a second before and at midnight in the programme's time zone."""
        kpi = self._kpi("New", source="new_customers", role="referrer", stage="booked")
        self.program.tz = "America/Los_Angeles"
        vals = {"pmm_referrer_id": self.acme.id}
        self._sale(self.customer, "2026-03-01 07:59:59", 10, **vals)
        self._sale(self.second, "2026-03-01 08:00:00", 10, **vals)
        self.assertValues({"2026-02": 1, "2026-03": 1}, k=kpi)
        action = self._measurement(self.acme_in, "2026-03", kpi).action_view_credits()
        self.assertEqual(self.env["pmm.credit"].search(action["domain"]).customer_id, self.second)

    def test_new_customers_of_others_do_not_count(self):
        """DESIGN 3.5: not those of another partner, not on days outside the enrolment."""
        kpi = self._kpi("New", source="new_customers", role="referrer")
        self.acme_in.date_start = "2026-02-10"
        self._referred(self.customer, "2026-02-09", 10)
        self._referred(self.customer, "2026-02-11", 10)
        self._referred(self.second, "2026-02-10", 10)
        self.assertValues({"2026-02": 1, "2026-03": 0}, k=kpi)
        self.assertValues({"2026-02": 0}, self.bolt_in, k=kpi)

    # === RETURNS === #

    def test_returns_rate(self):
        """K12: in percent of the sales of the window; none without sales; own and origin."""
        own = self._kpi("Returns", source="returns_rate", direction="lower")
        origin = self._kpi("Origin", source="returns_rate", returns_in="origin")
        invoice = self._invoice(self.acme, "2026-02-28", 200)
        self._invoice(self.acme, "2026-03-31", 300)
        self._refund(invoice, "2026-03-01", 30)
        self._refund(invoice, "2026-04-01", 5)
        self.assertValues({"2026-01": None, "2026-02": 0, "2026-03": 10, "2026-04": None}, k=own)
        self.assertValues({"2026-02": 17.5, "2026-03": 0, "2026-04": None}, k=origin)
        with self.assertRefused("orders have no returns", ValidationError):
            own.stage = "booked"

    # === COVERAGE === #

    def test_coverage(self):
        """K23: different countries by delivery address; only those wanted; in percent of them."""
        de, fr, it = (self.env.ref(f"base.{code}") for code in ("de", "fr", "it"))
        vals = {"source": "coverage", "role": "referrer"}
        every = self._kpi("All", **vals)
        wanted = self._kpi("Wanted", coverage_country_ids=(fr | it).ids, **vals)
        percent = self._kpi(
            "Percent", coverage_country_ids=(fr | it | de).ids, coverage_in_percent=True, **vals
        )
        self._referred(self.customer, "2026-02-01", 10)
        self._referred(self.customer, "2026-02-28", 10)
        gone = self._referred(self.second, "2026-02-28", 10)
        self._referred(self.second, "2026-03-01", 0)
        self.assertValues({"2026-01": 0, "2026-02": 2, "2026-03": 0}, k=every)
        self.assertValues({"2026-01": 0, "2026-02": 1}, k=wanted)
        self.assertValues({"2026-01": 0, "2026-02": 66.6667}, k=percent)
        self._reset(gone)
        self.assertValues({"2026-02": 1}, k=every)
        self.assertValues({"2026-02": 0}, k=wanted)
        self.assertEqual((every.unit, percent.unit), ("count", "percent"))
        with self.assertRefused("wanted", ValidationError):
            percent.coverage_country_ids = False

    def test_coverage_of_states(self):
        """K23: states of the delivery address; an address without a state covers none."""
        states = self.env["res.country.state"].search([("country_id.code", "=", "US")], limit=3)
        kpi = self._kpi("States", source="coverage", coverage_by="state", role="referrer")
        self._referred(self.customer, "2026-01-10", 10)
        self.program._run()  # the address is that of the day on which it is credited
        for number, state in enumerate(states[:2], 1):
            self.customer.write({"country_id": state.country_id.id, "state_id": state.id})
            self._referred(self.customer, "2026-02-10", 10)
            self.assertValues({"2026-01": 0, "2026-02": number}, k=kpi)
        kpi.coverage_state_ids = states[1:]
        self.assertValues({"2026-02": 1}, k=kpi)
        kpi.coverage_in_percent = True
        self.assertValues({"2026-02": 50}, k=kpi)

    # === ALL OF THEM === #

    def test_worked_example(self):
        """K4: the figures of the guide (readme/USAGE.md)."""
        self.pump.standard_price = 60
        sources = {
            "revenue": 1200,
            "quantity": 3,
            "margin": 80,
            "margin_rate": 40,
            "orders": 2,
            "average_order": 650,
            "largest_order": 1200,
            "smallest_order": 100,
            "assortment": 2,
            "returns_rate": 7.6923,
        }
        kpis = {source: self._kpi(source, source=source) for source in sources}
        self._invoice(self.acme, "2026-02-02", (self.pump, 2, 100), (self.valve, 1, 1000))
        self._refund(self._invoice(self.acme, "2026-02-03", 100), "2026-02-20")
        for source, value in sources.items():
            self.assertValues({"2026-02": value}, k=kpis[source])

    def test_shared_kpis_are_ready(self):
        """K4: the KPIs that most want are there, shared, and in no programme."""
        for name in (
            "margin",
            "orders",
            "average_order",
            "assortment",
            "new_customers",
            "returns_rate",
        ):
            kpi = self.env.ref(f"pmm_partner_kpi.kpi_{name}")
            self.assertEqual(kpi.source, name)
            self.assertTrue(kpi.active)
            self.assertFalse(kpi.company_id)
            kpi.program_ids = self.program
        self.program._run()

    def test_another_company_does_not_count(self):
        """DESIGN 3.5: sales of another company count nowhere, for no source."""
        self._all_kpis()
        other = self.setup_other_company()["company"]
        journal = self.env["account.journal"].search(
            [("company_id", "=", other.id), ("type", "=", "sale")], limit=1
        )
        self._invoice(
            self.customer,
            "2026-02-10",
            10,
            company_id=other.id,
            journal_id=journal.id,
            pmm_referrer_id=self.acme.id,
        )
        self._enroll(
            self.acme,
            program=self.env["pmm.program"].create({"name": "Other", "company_id": other.id}),
        )
        self.program._run()
        self.assertEqual(self.env["pmm.credit"].search([]).company_id, other)
        results = self.env["pmm.kpi.measurement"].search([("program_id", "=", self.program.id)])
        self.assertFalse(results.filtered("actual"))

    def test_suspended_days_do_not_count(self):
        """K4: nothing that happens while the partner is suspended, for any source."""
        kpis = self._all_kpis()
        self.pump.standard_price = 5
        self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": self.acme_in.id,
                "date_start": "2026-02-10",
                "date_stop": "2026-02-11",
                "reason": "Unpaid",
            }
        )
        self._referred(self.customer, "2026-02-10", 10)
        self._referred(self.second, "2026-02-11", 10)
        self.program._run()
        found = {kpi.name: self._measurement(self.acme_in, "2026-02", kpi).actual for kpi in kpis}
        self.assertEqual(
            found,
            {
                "margin": 5,
                "margin_rate": 50,
                "orders": 1,
                "average_order": 10,
                "largest_order": 10,
                "smallest_order": 10,
                "assortment": 1,
                "new_customers": 1,
                "returns_rate": 0,
                "coverage": 1,
            },
        )

    def test_drill_down(self):
        """K8: the records behind a figure are exactly those that it counts."""
        kpis = {kpi.name: kpi for kpi in self._all_kpis()}
        self.pump.standard_price = 5
        invoice = self._referred(self.customer, "2026-02-10", 10, (self.valve, 1, 10))
        self._referred(self.second, "2026-02-10", 10)
        self._refund(invoice, "2026-02-11")
        self.program._run()
        for name, count in {
            "margin": 3,
            "margin_rate": 3,
            "orders": 3,
            "average_order": 3,
            "largest_order": 3,
            "smallest_order": 3,
            "assortment": 3,
            "new_customers": 3,
            "returns_rate": 5,
            "coverage": 3,
        }.items():
            result = self._measurement(self.acme_in, "2026-02", kpis[name])
            action = result.action_view_credits()
            found = self.env["pmm.credit"].search(action["domain"])
            self.assertEqual(len(found), count, name)
        empty = self._measurement(self.acme_in, "2026-03", kpis["new_customers"])
        action = empty.action_view_credits()
        self.assertFalse(self.env["pmm.credit"].search(action["domain"]))

    def _all_kpis(self):
        kpis = self.env["pmm.kpi.definition"]
        for source in (
            "margin",
            "margin_rate",
            "orders",
            "average_order",
            "largest_order",
            "smallest_order",
            "assortment",
            "new_customers",
            "returns_rate",
            "coverage",
        ):
            kpis |= self._kpi(source, source=source, role="referrer")
        return kpis
