from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from .portal_pages import OVERVIEW, RESULTS, PortalPages


@tagged("post_install", "-at_install")
@freeze_time("2026-02-14")
class TestPortalTracking(PortalPages):
    """K18, P1: where results are heading, as people of the company see it."""

    def test_forecast(self):
        """K18: status, forecast with its method in words, what each working day has to bring."""
        self._target(self.acme_in, "2026-02", 1000)
        self._invoice(self.acme, "2026-02-03", 400)
        self._sale(self.acme, "2026-02-03", 100, confirm=False)
        self._run()
        for page in (OVERVIEW, RESULTS):
            self.assertEqual(
                self._results(self.sales, page)[0],
                "Revenue At risk $ 400.00 of $ 1,000.00 $ 600.00 to go 40 %"
                " Forecast $ 830.00 (83 %) $ 60.00 needed per working day, 10 left"
                " At the pace so far: 50 % of the working days are over."
                " Open quotations are taken into account.",
            )

    def test_states(self):
        """K11, K18: every status has its words."""
        for amount, words in ((100, "Behind"), (400, "On track"), (500, "Reached")):
            self._invoice(self.acme, "2026-02-03", amount)
            if amount == 100:
                self._target(self.acme_in, "2026-02", 1000)
            self._run()
            self.assertIn(f"Revenue {words} ", self._text(self.sales, OVERVIEW))
        with freeze_time("2026-03-02"):
            self._target(self.acme_in, "2026-03", 1000)
            self._run()
            text = self._text(self.sales, RESULTS)
            self.assertIn("Revenue Reached ", text)
            self.assertIn("Revenue Too early to tell ", text)
            self.assertIn("Less than a tenth of the period has passed.", text)
            self.assertNotIn("Forecast", text)

    def test_what_stays_inside(self):
        """DESIGN 3.5: neither odds, nor what managers were told, nor the season."""
        self._target(self.acme_in, "2026-02", 1000)
        self._run()
        result = self._measurement(self.acme_in, "2026-02").with_user(self.people["owner"])
        self.assertEqual(result.read(["forecast"])[0]["forecast"], 0)
        for name in ("warned", "quotations", "forecast_note"):
            with self.subTest(name), self.assertRaises(AccessError):
                result.read([name])
        period = result.sudo().period_id
        for user in (self.people["owner"], self.acme_in.user_id):
            with self.assertRaises(AccessError):
                period.with_user(user).read(["season"])
