from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmCoverage(PmmCommon):
    """K23: sales by country and state per partner, with the places where nothing is sold."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.de, cls.fr, cls.us = (cls.env.ref(f"base.{code}") for code in ("de", "fr", "us"))
        cls.ny, cls.ca = cls.env.ref("base.state_us_27"), cls.env.ref("base.state_us_5")
        cls.acme.country_id = cls.de
        cls.bolt.country_id = cls.fr

    def _rows(self, enrollment=None):
        """Return {(country, state): (12 months, before, customers, empty, country empty)}."""
        self.program._run()
        self.env.invalidate_all()  # the day may be another one
        rows = self.env["pmm.coverage"].search(
            [("enrollment_id", "=", (enrollment or self.acme_in).id)]
        )
        return {
            (row.country_id.code, row.state_id.code or ""): (
                row.amount,
                row.amount_before,
                row.customers,
                row.is_empty,
                row.is_country_empty,
            )
            for row in rows
        }

    def test_places_where_others_sell_are_empty(self):
        """K23: every country the company sells to appears for everybody, sold or not."""
        self._invoice(self.acme, "2026-02-10", 100)
        self._invoice(self.bolt, "2026-02-10", 10)
        sold, none = (100, 0, 1, False, False), (0, 0, 0, True, True)
        self.assertEqual(self._rows(), {("DE", ""): sold, ("FR", ""): none})
        self.assertEqual(
            self._rows(self.bolt_in), {("DE", ""): none, ("FR", ""): (10, 0, 1, False, False)}
        )

    def test_twelve_months(self):
        """K23: both ends of the last 12 months and of those before; nothing older matters."""
        for day, amount in (
            ("2024-04-15", 1),
            ("2024-04-16", 10),
            ("2025-04-15", 100),
            ("2025-04-16", 1000),
            ("2026-04-15", 10000),
        ):
            self._invoice(self.acme, day, amount)
        self.assertEqual(self._rows(), {("DE", ""): (11000, 110, 1, False, False)})
        with freeze_time("2028-04-14"):
            self.assertEqual(self._rows(), {("DE", ""): (0, 10000, 0, True, True)})
        with freeze_time("2028-04-15"):
            self.assertEqual(self._rows(), {})

    def test_returned_in_full_is_empty(self):
        """K23: what came back was not sold; a cent that stays was."""
        invoice = self._invoice(self.acme, "2026-02-10", 100)
        self._refund(invoice, "2026-03-10", 99.99)
        self.assertEqual(self._rows()["DE", ""][0::3], (0.01, False))
        self._refund(invoice, "2026-03-11", 0.01)
        self.assertEqual(self._rows()["DE", ""][0::3], (0, True))

    def test_states(self):
        """K23: a state may be empty in a country that is not."""
        self.acme.write({"country_id": self.us.id, "state_id": self.ny.id})
        self.bolt.write({"country_id": self.us.id, "state_id": self.ca.id})
        self._invoice(self.acme, "2026-02-10", 100)
        self._invoice(self.bolt, "2026-02-10", 10)
        self.assertEqual(
            self._rows(),
            {("US", "NY"): (100, 0, 1, False, False), ("US", "CA"): (0, 0, 0, True, False)},
        )

    def test_every_row_has_its_own_number(self):
        """K23: two countries and states of any number never share a row."""
        one, two = self.env["res.country"].create(
            [{"name": f"C{number}", "code": f"{number}Q"} for number in (1, 2)]
        )
        self.env.cr.execute(
            "INSERT INTO res_country_state (id, name, code, country_id) VALUES (%s, 'S', 'S', %s)",
            [1000000, one.id],
        )
        self.env.cr.execute(
            "INSERT INTO res_country_state (id, name, code, country_id) VALUES (%s, 'T', 'T', %s)",
            [1000000 - 8192 * (two.id - one.id), two.id],
        )
        self.env.invalidate_all()
        states = [1000000, 1000000 - 8192 * (two.id - one.id)]
        self._kpi("States", source="coverage", coverage_by="state", coverage_state_ids=states)
        rows = self.env["pmm.coverage"].search([("enrollment_id", "=", self.acme_in.id)])
        self.assertEqual(sorted(rows.state_id.ids), sorted(states))
        self.assertEqual(len(set(rows.ids)), 2)

    def test_wanted_places(self):
        """K23: what a coverage KPI of the programme wants appears; once, and with its states."""
        self._kpi("Want", source="coverage", coverage_country_ids=(self.de | self.us).ids)
        self._kpi("States", source="coverage", coverage_by="state", coverage_state_ids=self.ny.ids)
        self._invoice(self.acme, "2026-02-10", 100)
        none = (0, 0, 0, True, True)
        self.assertEqual(
            self._rows(),
            {("DE", ""): (100, 0, 1, False, False), ("US", ""): none, ("US", "NY"): none},
        )

    def test_territories(self):
        """K23: places of a territory matter to its partner, from its first to its last day."""
        vals = {"partner_id": self.acme.id, "company_id": self.company.id}
        self.env["pmm.territory"].create(
            [
                vals | {"name": name, "country_ids": country.ids, **days}
                for name, country, days in (
                    ("Runs", self.de, {"date_start": "2026-04-15"}),
                    ("Not yet", self.fr, {"date_start": "2026-04-16"}),
                    ("No more", self.us, {"date_start": "2026-01-01", "date_stop": "2026-04-15"}),
                )
            ]
        )
        self.assertEqual(self._rows(), {("DE", ""): (0, 0, 0, True, True)})
        self.assertEqual(self._rows(self.bolt_in), {})

    def test_roles_do_not_add_up(self):
        """DESIGN 4: a row per role that the programme's KPIs count."""
        self._invoice(self.acme, "2026-02-10", 100)
        self._invoice(self.bolt, "2026-02-10", 10, pmm_referrer_id=self.acme.id)
        self.program._run()
        Coverage = self.env["pmm.coverage"]
        self.assertEqual(set(Coverage.search([]).mapped("role")), {"buyer"})
        self._kpi("Referred", role="referrer")
        rows = Coverage.search([("enrollment_id", "=", self.acme_in.id), ("amount", ">", 0)])
        found = {(row.role, row.country_id.code): row.amount for row in rows}
        self.assertEqual(found, {("buyer", "DE"): 100, ("referrer", "FR"): 10})
        self.assertEqual(len(set(Coverage.search([]).ids)), 8)

    def test_who_has_left_is_not_shown(self):
        """K23: today is the last day of one enrolment, tomorrow that of the other."""
        self._invoice(self.acme, "2026-02-10", 100)
        self.acme_in.date_stop = "2026-04-15"
        self.bolt_in.date_stop = "2026-04-16"
        self.assertEqual(self._rows(), {})
        self.assertEqual(len(self._rows(self.bolt_in)), 1)

    def test_drill_down(self):
        """K23: the credits of the last 12 months in that place, and no others."""
        self._invoice(self.acme, "2025-04-15", 1)
        self._invoice(self.acme, "2025-04-16", 10)
        self._invoice(self.bolt, "2026-02-10", 100)
        self.program._run()
        for row in self.env["pmm.coverage"].search([("enrollment_id", "=", self.acme_in.id)]):
            credits = self.env["pmm.credit"].search(row.action_view_credits()["domain"])
            self.assertEqual(sum(credits.mapped("amount")), row.amount)
