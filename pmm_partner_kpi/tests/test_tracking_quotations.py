from psycopg2 import errors

from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-02-14")
class TestTrackingQuotations(PmmCommon):
    """K18: open quotations in the forecast, each by its odds."""

    def _quote(self, *lines, partner=None, state="draft", **vals):
        order = self._sale(
            partner or self.acme, "2026-02-10 10:00:00", *lines, confirm=False, **vals
        )
        order.state = state
        return order

    def _result(self, enrollment=None, kpi=None, period="2026-02"):
        self.program._run()
        return self._measurement(enrollment or self.acme_in, period, kpi)

    def assertQuoted(self, amount, enrollment=None, kpi=None):
        self.assertEqual(self._result(enrollment, kpi).quotations, amount)

    def test_which_count(self):
        """K18: drafts and sent ones that still hold; no orders, no returns, no others'."""
        for state, vals, expected in (
            ("draft", {}, 30),
            ("sent", {}, 30),
            ("cancel", {}, 0),
            ("draft", {"validity_date": "2026-02-14"}, 30),
            ("draft", {"validity_date": "2026-02-13"}, 0),
            ("draft", {"partner_id": self.bolt.id}, 0),
        ):
            with self.subTest(state=state, **vals):
                order = self._quote(100, state=state, **vals)
                self.assertQuoted(expected)
                order.state = "cancel"
        self._quote((self.pump, -1, 100))
        self.assertQuoted(0)
        order = self._sale(self.acme, "2026-02-10 10:00:00", 100)
        self.assertQuoted(0)
        order.state = "draft"
        self.assertQuoted(30)

    def test_odds(self):
        """K18: 0 % leaves them out, 100 % takes all; rounded to the cent."""
        self._quote(33.33)
        for odds, expected in ((0, 0), (1, 0.33), (30, 10), (50, 16.67), (100, 33.33)):
            with self.subTest(odds):
                self.program.quotation_odds = odds
                self.assertQuoted(expected)
        for odds in (-1, 101):
            with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
                self.program.quotation_odds = odds
                self.program.flush_recordset()

    def test_they_are_in_the_forecast(self):
        """K18: 100 so far is 200 by the end, and 30 more of what is quoted."""
        self._target(self.acme_in, "2026-02", 230)
        self._invoice(self.acme, "2026-02-03", 100)
        self._quote(100)
        result = self._result()
        self.assertEqual((result.forecast, result.tracking), (230, "on_track"))
        self.assertIn("Open quotations", result.forecast_note)
        self.program.quotation_odds = 29
        self.assertEqual(self._result().tracking, "at_risk")
        self.assertEqual(result.forecast, 229)

    def test_they_count_in_the_running_period_only(self):
        """K18: neither in the last nor in the next one, and not after it is over."""
        self._quote(100)
        self.assertQuoted(30)
        self.assertFalse(self._result(period="2026-01").quotations)
        with freeze_time("2026-03-02"):
            self.assertFalse(self._result(period="2026-02").quotations)
        with freeze_time("2026-03-14"):
            self.assertEqual(self._result(period="2026-03").quotations, 30)

    def test_filters_of_the_kpi(self):
        """K18, K3: categories, conditions with and without joins, units, roles and stages."""
        cases = {
            "Services": ({"category_ids": [Command.set(self.services.ids)]}, 300),
            "Of Acme": ({"credit_domain": f"[('customer_id', '=', {self.acme.id})]"}, 330),
            "Pumps": ({"credit_domain": "[('product_id.name', '=', 'Pump')]"}, 30),
            "Nothing": ({"credit_domain": "[('product_id.name', '=', 'None')]"}, 0),
            "Units": ({"source": "quantity"}, 0.9),
            "Booked": ({"stage": "booked"}, 330),
            "Collected": ({"stage": "collected"}, 0),
            "Referred": ({"role": "referrer"}, 0),
            "Orders": ({"source": "orders"}, 0),
            "Growth": ({"compare": "value"}, 0),
        }
        kpis = {name: self._kpi(name, **vals) for name, (vals, _amount) in cases.items()}
        self._quote(100, (self.training, 2, 500), pmm_referrer_id=self.bolt.id)
        for name, (_vals, amount) in cases.items():
            with self.subTest(name):
                self.assertQuoted(amount, kpi=kpis[name])
        self.assertQuoted(330, self.bolt_in, kpis["Referred"])
        self.assertQuoted(0, self.bolt_in)

    def test_scope_and_currency(self):
        """K18, K10: quotations of the group count; amounts are in the programme's currency."""
        foreign = self._foreign_currency("CHF", ("2025-01-01", 2))
        kpi = self._kpi("Of all", scope="group")
        self._group((self.acme,), (self.stranger,))
        self.program.currency_id = foreign
        self._quote(100, partner=self.stranger)
        self.assertQuoted(60, kpi=kpi)
        self.assertQuoted(0)
        self._quote(50)
        self.assertQuoted(30)

    def test_another_company(self):
        """DESIGN 3.5: quotations of another company are none of the programme's."""
        company = self.setup_other_company(name="Other")["company"]
        order = self._quote(100)
        self.env.cr.execute(
            "UPDATE sale_order SET company_id = %s WHERE id = %s", [company.id, order.id]
        )
        self.assertQuoted(0)

    def test_suspended_and_gone(self):
        """T1: nothing is expected of who does not take part today."""
        self._quote(100)
        suspension = self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": self.acme_in.id,
                "date_start": "2026-02-14",
                "date_stop": "2026-02-15",
                "reason": "Asked for",
            }
        )
        self.assertQuoted(0)
        suspension.unlink()
        self.assertQuoted(30)
        self.acme_in.date_stop = "2026-02-14"
        self.assertQuoted(0)
