import random
from calendar import monthrange
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from odoo.tests import freeze_time, tagged

from .common import PmmCommon

TODAYS = ("2026-02-09", "2026-02-13", "2026-02-26")
CENT = Decimal("0.01")


@tagged("post_install", "-at_install")
class TestTrackingOracle(PmmCommon):
    """K18: forecast and tracking once more in plain Python, over random documents.

    It knows what it made and the guide (readme/USAGE.md), nothing of ``queries`` and ``engine``.
    """

    @freeze_time("2026-02-02")
    def test_random_worlds(self):
        """K18: amounts and units, with and without season, returns, quotations, late joiners."""
        chance = random.Random(18)
        units = self._kpi("Units", source="quantity")
        limit = self._kpi("At most", direction="lower")
        self.facts, self.quotes = [], []
        joined = {}
        partners = self.env["res.partner"].create(
            [{"name": f"Partner {number}", "is_company": True} for number in range(6)]
        )
        for number, partner in enumerate(partners):
            joined[partner] = date(2026, 2, 6) if number == 5 else date(2026, 1, 1)
            enrollment = self._enroll(partner, str(joined[partner]))
            for kpi in (self.kpi, units, limit):
                self._target(enrollment, "2026-02", chance.choice((0, 5, 300, 900, 2000)), kpi)
            for year in (2025, 2026):
                for _document in range(chance.randint(0, 4)):
                    self._document(chance, partner, year)
            self._quotation(chance, partner)
        seen = set()
        for today in TODAYS:
            with freeze_time(today):
                self.program._run()
                for enrollment in self.program.enrollment_ids:
                    if enrollment.partner_id in partners:
                        for kpi in (self.kpi, units, limit):
                            seen.add(self._compare(enrollment, kpi, joined, today))
        methods, states = {method for method, _ in seen}, {state for _, state in seen}
        self.assertIn("season", methods)
        self.assertGreaterEqual(states, {"on_track", "behind", "reached"}, states)

    def _document(self, chance, partner, year):
        # on the 20th of this year nothing has come yet, whatever today is
        day = date(year, 2, chance.randint(1, 28 if year == 2025 else 6))
        sign = -1 if chance.random() < 0.1 else 1
        quantity = chance.randint(1, 5)
        price = chance.randint(100, 30000) / 100
        kind = "out_invoice" if sign > 0 else "out_refund"
        self._invoice(partner, str(day), (self.pump, quantity, price), move_type=kind)
        amount = Decimal(str(price)) * quantity * sign
        self.facts.append((partner, day, amount, Decimal(quantity * sign)))

    def _quotation(self, chance, partner):
        quantity, price = chance.randint(1, 3), chance.randint(100, 9000) / 100
        until = chance.choice((False, date(2026, 2, 12), date(2026, 3, 31)))
        order = self._sale(
            partner,
            "2026-02-02 08:00:00",
            (self.pump, quantity, price),
            confirm=False,
            validity_date=until,
        )
        self.assertEqual(order.validity_date, until)
        self.quotes.append((partner, until, Decimal(str(price)) * quantity, Decimal(quantity)))

    def _compare(self, enrollment, kpi, joined, today):
        result = self._measurement(enrollment, "2026-02", kpi)
        method, share, forecast, state = self._expected(
            enrollment, kpi, joined, date.fromisoformat(today)
        )
        what = f"{enrollment.partner_id.name} {kpi.name} {today}"
        self.assertEqual(result.tracking, state, what)
        self.assertEqual(result.has_forecast, forecast is not None, what)
        if forecast is not None:
            self.assertEqual(result.forecast_method, method, what)
            self.assertAlmostEqual(result.season_share, float(share), 9, what)
            self.assertAlmostEqual(result.forecast, float(forecast), 9, what)
        return method if forecast is not None else "", state

    def _expected(self, enrollment, kpi, joined, today):
        """Return the method, share, forecast and state that the guide asks for."""
        of_kpi = 3 if kpi.source == "quantity" else 2
        step = Decimal("0.0001") if kpi.source == "quantity" else CENT
        mine, first = enrollment.partner_id, joined[enrollment.partner_id]
        first = max(first, date(2026, 2, 1))
        actual = sum(fact[of_kpi] for fact in self.facts if fact[0] == mine and first <= fact[1])
        target = Decimal(
            str(
                self.env["pmm.kpi.target"]
                .search([("enrollment_id", "=", enrollment.id), ("kpi_id", "=", kpi.id)])
                .value
            )
        )
        last_year = [
            (fact[1].replace(year=2026), fact[of_kpi])
            for fact in self.facts
            if fact[1].year == 2025 and fact[1].replace(year=2026) >= joined[fact[0]]
        ]
        method, weights = "season", self._season(last_year)
        share = weights and self._share(weights, first, today)
        if share is None:
            days = [date(2026, 2, 1) + timedelta(days=n) for n in range(monthrange(2026, 2)[1])]
            method, weights = "days", [(day, Decimal(1)) for day in days if day.weekday() < 5]
            share = self._share(weights, first, today)
        forecast = None
        if share is not None and share >= Decimal("0.1") and first <= today:
            quoted = sum(
                quote[of_kpi] * Decimal("0.3")
                for quote in self.quotes
                if quote[0] == mine and (not quote[1] or quote[1] >= today)
            )
            forecast = self._rounded(actual / share, step) + self._rounded(Decimal(quoted), step)
        return method, share, forecast, self._state(kpi, actual, target, forecast)

    def _season(self, rows):
        by_day = {}
        for day, value in rows:
            by_day[day] = by_day.get(day, Decimal(0)) + value
        total = sum(by_day.values())
        back = -sum(value for value in by_day.values() if value < 0)
        if len(rows) < 5 or total <= 0 or back * 10 > total:
            return None
        return list(by_day.items())

    def _share(self, weights, first, today):
        own = [(day, weight) for day, weight in weights if day >= first]
        whole = sum((weight for _day, weight in own), Decimal(0))
        if whole <= 0:
            return None
        done = sum(weight for day, weight in own if day < today)
        done += sum(weight for day, weight in own if day == today) / Decimal(2)
        return self._rounded(min(max(done / whole, Decimal(0)), Decimal(1)), Decimal("0.000000001"))

    def _rounded(self, value, step):
        return (value / step).quantize(Decimal(1), ROUND_HALF_UP) * step

    def _state(self, kpi, actual, target, forecast):
        lower = kpi.direction == "lower"
        if not lower and actual >= target:
            return "reached"
        if forecast is None:
            return "early"
        if target:
            ratio = 2 - forecast / target if lower else forecast / target
        else:
            ratio = Decimal(1 if (forecast <= 0 if lower else forecast >= 0) else 0)
        return "on_track" if ratio >= 1 else "at_risk" if ratio >= Decimal("0.8") else "behind"
