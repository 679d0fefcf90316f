from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiCompare(PmmCommon):
    """K13, K11: growth on last year, rolling months, and limits."""

    def assertValues(self, kpi, expected, enrollment=None):
        """Assert {period: value or None for no data}."""
        enrollment = enrollment or self.acme_in
        enrollment.program_id._run()
        found = {}
        for period in expected:
            result = self._measurement(enrollment, period, kpi)
            found[period] = result.actual if result.has_actual else None
        self.assertEqual(found, expected)

    def _growth(self, compare="value", **vals):
        return self._kpi(f"Growth {compare}", compare=compare, **vals)

    # === GROWTH === #

    def test_growth(self):
        """K13: both ends of the same month last year; a day before and after it do not count."""
        value, percent = self._growth(), self._growth("percent")
        for day, amount in (
            ("2025-01-31", 1),
            ("2025-02-01", 100),
            ("2025-02-28", 100),
            ("2025-03-01", 7),
            ("2026-02-10", 250),
        ):
            self._invoice(self.acme, day, amount)
        self.assertValues(value, {"2026-01": -1, "2026-02": 50, "2026-03": -7, "2026-04": 0})
        # nothing last year: no data, not 0 %; nothing this year: −100 %
        self.assertValues(
            percent, {"2026-01": -100, "2026-02": 25, "2026-03": -100, "2026-04": None}
        )
        self.assertEqual((value.unit, percent.unit), ("money", "percent"))
        self.assertFalse(self._measurement(self.acme_in, "2026-02", percent).currency_id)

    def test_growth_on_nothing_and_on_less_than_nothing(self):
        """K13: base 0 is no data in %, a negative base is compared by its size."""
        value, percent = self._growth(), self._growth("percent")
        self._invoice(self.acme, "2026-01-10", 50)
        self._invoice(self.acme, "2025-02-10", 100, move_type="out_refund")
        self._invoice(self.acme, "2026-02-10", 50)
        self._invoice(self.acme, "2025-03-10", 0.01)
        self._invoice(self.acme, "2026-03-10", 0.02)
        self.assertValues(value, {"2026-01": 50, "2026-02": 150, "2026-03": 0.01})
        self.assertValues(percent, {"2026-01": None, "2026-02": 150, "2026-03": 100})

    def test_growth_over_a_leap_day(self):
        """K13: 29 February counts with its month, whichever of the two years has it."""
        program = self.program.copy({"name": "Leap", "date_start": "2024-01-01"})
        kpi = self._growth(program=program)
        enrollment = self._enroll(self.acme, "2024-01-01", program=program)
        for day, amount in (
            ("2023-02-28", 1),
            ("2023-03-01", 10),
            ("2024-02-28", 100),
            ("2024-02-29", 1000),
            ("2024-03-01", 10000),
            ("2025-02-28", 100000),
            ("2025-03-01", 1000000),
        ):
            self._invoice(self.acme, day, amount)
        self.assertValues(
            kpi,
            {
                "2024-02": 1100 - 1,
                "2024-03": 10000 - 10,
                "2025-02": 100000 - 1100,
                "2025-03": 1000000 - 10000,
            },
            enrollment,
        )

    def test_growth_of_who_joined_meanwhile(self):
        """K13: last year counts on the days that count this year, also before the enrolment."""
        kpi = self._growth()
        joined = self._enroll(self.stranger, "2026-02-10")
        for day, amount in (
            ("2025-01-10", 1),
            ("2025-02-09", 10),
            ("2025-02-10", 100),
            ("2025-03-10", 1000),
            ("2026-02-09", 10000),
            ("2026-02-10", 100000),
        ):
            self._invoice(self.stranger, day, amount)
        self.assertValues(kpi, {"2026-02": 100000 - 100, "2026-03": -1000}, joined)
        self.assertFalse(self._measurement(joined, "2026-01", kpi))
        self.assertEqual(self._amounts_behind(kpi, "2026-02", joined), [100, 100000])
        self.assertEqual(self._amounts_behind(kpi, "2026-03", joined), [1000])

    def _amounts_behind(self, kpi, period, enrollment=None):
        result = self._measurement(enrollment or self.acme_in, period, kpi)
        credits = self.env["pmm.credit"].search(result.action_view_credits()["domain"])
        return sorted(credits.mapped("amount"))

    def test_growth_opens_both_years(self):
        """K13, K8: behind a growth is what was sold in either year, and nothing else."""
        first = {"2025-02-28": 7, "2025-03-01": 5, "2025-03-31": 3, "2025-04-01": 2}
        second = {"2026-02-28": 70, "2026-03-01": 50, "2026-03-31": 30, "2026-04-01": 20}
        for day, amount in (first | second).items():
            self._invoice(self.acme, day, amount)
        self._invoice(self.stranger, "2025-03-10", 1000, pmm_referrer_id=self.acme.id)
        new = self._growth(source="new_customers", role="referrer")
        booked = self._growth(stage="booked")
        kpi = self._growth()
        self.assertValues(kpi, {"2026-03": 80 - 8})
        self.assertEqual(self._amounts_behind(kpi, "2026-03"), [3, 5, 30, 50])
        self.assertEqual(self._amounts_behind(new, "2026-03"), [1000])
        self.assertEqual(self._amounts_behind(new, "2026-02"), [])
        self.assertEqual(self._amounts_behind(booked, "2026-03"), [])

    def test_growth_of_who_joined_last_year(self):
        """K13: what was bought before the enrolment began last year is last year's all the same."""
        program = self.program.copy({"name": "Old", "date_start": "2025-01-01"})
        kpi = self._growth(program=program)
        enrollment = self._enroll(self.acme, "2025-02-10", program=program)
        for day, amount in (
            ("2025-02-09", 1),
            ("2025-02-10", 10),
            ("2026-02-09", 100),
            ("2026-02-10", 1000),
        ):
            self._invoice(self.acme, day, amount)
        self.assertValues(kpi, {"2025-02": 10, "2026-02": 1100 - 11}, enrollment)

    def test_growth_leaves_suspended_days_out_of_both_years(self):
        """K13: days that do not count this year are not compared with last year's."""
        kpi = self._growth()
        self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": self.acme_in.id,
                "date_start": "2026-02-10",
                "date_stop": "2026-02-20",
                "reason": "Unpaid",
            }
        )
        for day, amount in (
            ("2025-02-09", 1),
            ("2025-02-10", 10),
            ("2025-02-19", 100),
            ("2025-02-20", 1000),
            ("2026-02-15", 10000),
            ("2026-02-20", 100000),
        ):
            self._invoice(self.acme, day, amount)
        self.assertValues(kpi, {"2026-02": 100000 - 1001})

    def test_growth_in_the_first_period(self):
        """K13: a period that the programme's start cuts is compared with as much of last year."""
        program = self.program.copy({"name": "Cut", "date_start": "2026-02-10"})
        kpi = self._growth(program=program)
        enrollment = self._enroll(self.acme, "2026-01-01", program=program)
        for day, amount in (
            ("2025-02-09", 1),
            ("2025-02-10", 10),
            ("2026-02-09", 100),
            ("2026-02-10", 1000),
        ):
            self._invoice(self.acme, day, amount)
        self.assertValues(kpi, {"2026-02": 1000 - 10}, enrollment)

    def test_last_years_credit_marks_this_year(self):
        """K10: a document of last year changes this year's growth in the next run."""
        kpi = self._growth()
        self.assertValues(kpi, {"2026-02": 0})
        self._run_cron("ir_cron_run")
        move = self._invoice(self.acme, "2025-02-10", 10)
        self._run_cron("ir_cron_run")
        self.assertEqual(self._measurement(self.acme_in, "2026-02", kpi).actual, -10)
        move.button_draft()
        self._run_cron("ir_cron_run")
        self.assertEqual(self._measurement(self.acme_in, "2026-02", kpi).actual, 0)

    def test_growth_converts_last_year_at_last_years_rate(self):
        """S12: each year by its own rates; a day of last year without one is refused."""
        euro = self._foreign_currency("EUR", ("2025-02-10", 0.5), ("2026-01-01", 0.8))
        program = self.program.copy({"name": "Euro", "currency_id": euro.id})
        enrollment = self._enroll(self.acme, program=program)
        kpi = self._growth(program=program)
        self._invoice(self.acme, "2025-02-10", 100)
        self._invoice(self.acme, "2026-02-10", 100)
        self.assertValues(kpi, {"2026-02": 30}, enrollment)
        self._invoice(self.acme, "2025-02-09", 100)
        with self.assertRefused("no exchange rate"):
            program._run()
        program.kpi_ids -= kpi
        program._run()

    def test_rate_of_a_booked_order_is_that_of_the_programmes_day(self):
        """S12: refused where only the programme's time zone has the order on a day without rate."""
        euro = self._foreign_currency("EUR", ("2026-02-10", 0.5))
        program = self.program.copy(
            {"name": "Euro", "currency_id": euro.id, "tz": "America/Los_Angeles"}
        )
        self._enroll(self.acme, program=program)
        self._kpi("Booked", program=program, stage="booked")
        self._sale(self.acme, "2026-02-10 08:00:00", 100)
        program._run()
        self._sale(self.acme, "2026-02-10 07:59:59", 100)
        with self.assertRefused("no exchange rate"):
            program._run()

    def test_growth_is_of_own_sales(self):
        """K13: groups and uplines may have been others last year."""
        with self.assertRefused("own sales only", ValidationError):
            self._growth(scope="tree")

    # === ROLLING MONTHS === #

    def test_rolling(self):
        """K4: the last months up to the end of the period, not before the programme's start."""
        one = self._kpi("One", window="rolling", window_months=1)
        two = self._kpi("Two", window="rolling", window_months=2)
        year = self._kpi("Year", window="rolling", window_months=12)
        for day, amount in (
            ("2025-12-31", 1),
            ("2026-01-01", 10),
            ("2026-01-31", 100),
            ("2026-02-01", 1000),
            ("2026-03-31", 10000),
        ):
            self._invoice(self.acme, day, amount)
        months = ("2026-01", "2026-02", "2026-03", "2026-04")
        for kpi, values in (
            (one, (110, 1000, 10000, 0)),
            (two, (110, 1110, 11000, 10000)),
            (year, (110, 1110, 11110, 11110)),
        ):
            self.assertValues(kpi, dict(zip(months, values, strict=True)))
        self.assertFalse(year._takes_openings())

    def test_rolling_twelve_months_of_an_older_programme(self):
        """K4: the first day of the window counts, the day before it does not."""
        program = self.program.copy({"name": "Old", "date_start": "2024-01-01"})
        kpi = self._kpi("Year", program=program, window="rolling", window_months=12)
        growth = self._growth(program=program, window="rolling", window_months=12)
        enrollment = self._enroll(self.acme, "2024-01-01", program=program)
        for day, amount in (
            ("2024-03-31", 1),
            ("2024-04-01", 10),
            ("2025-03-31", 100),
            ("2025-04-01", 1000),
            ("2026-03-31", 10000),
        ):
            self._invoice(self.acme, day, amount)
        self.assertValues(kpi, {"2025-03": 110, "2026-03": 11000, "2026-04": 10000}, enrollment)
        self.assertValues(growth, {"2026-03": 11000 - 110}, enrollment)

    def test_rolling_over_a_closed_period(self):
        """K11: what comes late into a closed month counts in the open ones that look back on it."""
        year = self._kpi("Year", window="rolling", window_months=12)
        self._invoice(self.acme, "2026-01-10", 100)
        self._close("2026-01")
        self._invoice(self.acme, "2026-01-11", 10)
        self.assertValues(year, {"2026-01": 100, "2026-02": 110})

    # === LIMITS === #

    def test_limit_table(self):
        """K8, K11: lower is better; attainment is 2 − actual / limit, cut, never below 0."""
        limit = self._kpi("Limit", direction="lower")
        cases = [
            # limit, invoiced, attainment, status in a past period
            (100, 100, 1.0, "reached"),
            (100, 99.99, 1.0001, "reached"),
            (100, 100.01, 0.9999, "missed"),
            (10000, 10000.01, 0.9999, "missed"),
            (100, 0, 2.0, "reached"),
            (3, 1, 1.6666, "reached"),
            (100, 199.99, 0.0001, "missed"),
            (100, 200, 0.0, "missed"),
            (100, 250, 0.0, "missed"),
            (0, 0, None, "reached"),
            (0, 0.01, None, "missed"),
            (None, 5, None, "none"),
        ]
        for target, amount, attainment, state in cases:
            with self.subTest(f"{amount} of at most {target}"):
                partner = self.env["res.partner"].create({"name": "Case", "is_company": True})
                enrollment = self._enroll(partner)
                if target is not None:
                    self._target(enrollment, "2026-02", target, limit)
                if amount:
                    self._invoice(partner, "2026-02-10", amount)
                self.program._run()
                self.assertResult(enrollment, "2026-02", amount, attainment, state, limit)

    def test_limit_is_decided_when_the_period_has_ended(self):
        """K11: kept or passed, it runs until the last day."""
        limit = self._kpi("Limit", direction="lower")
        self._target(self.acme_in, "2026-04", 100, limit)
        self._target(self.bolt_in, "2026-04", 100, limit)
        self._invoice(self.acme, "2026-04-02", 100)
        self._invoice(self.bolt, "2026-04-02", 100.01)
        for now, states in (
            ("2026-04-30 23:59:59", ["open", "open"]),
            ("2026-05-01 00:00:00", ["reached", "missed"]),
        ):
            with self.subTest(now), freeze_time(now):
                self._run_cron("ir_cron_run")
                results = [
                    self._measurement(enrollment, "2026-04", limit)
                    for enrollment in (self.acme_in, self.bolt_in)
                ]
                self.assertEqual([result.state for result in results], states)
        self.assertEqual([result._distance() for result in results], [0, -0.01])

    def test_limit_without_data_is_not_kept(self):
        """DESIGN 3.7: no sales, no returns rate, no status."""
        rate = self._kpi("Returns", source="returns_rate", direction="lower")
        self._target(self.acme_in, "2026-02", 5, rate)
        self.program._run()
        result = self._measurement(self.acme_in, "2026-02", rate)
        self.assertEqual((result.has_actual, result.state), (False, "none"))

    # === UNITS AND OPENING BALANCES === #

    def test_figures_are_written_with_their_unit(self):
        """K8: percent, days, hours and points in results, targets and requirements of tiers."""
        rate = self._kpi("Returns", source="returns_rate", direction="lower")
        self._invoice(self.acme, "2026-02-10", 200)
        self._invoice(self.acme, "2026-02-10", 25, move_type="out_refund")
        target = self._target(self.acme_in, "2026-02", 5, rate)
        self.program._run()
        result = self._measurement(self.acme_in, "2026-02", rate)
        self.assertEqual(result._format_value(result.actual), "12.50 %")
        self.assertEqual(target._format_value(), "5 %")
        tier = self.env["pmm.program.tier"].create(
            {
                "program_id": self.program.id,
                "grade_id": self.gold.id,
                "requirement_ids": [
                    Command.create({"kind": "kpi", "kpi_id": rate.id, "threshold": 7.5})
                ],
            }
        )
        self.assertEqual(tier.requirement_ids.display_name, "Returns ≥ 7.50 %")
        Measurement = self.env["pmm.kpi.measurement"]
        for unit, text in (
            ("count", "3"),
            ("percent", "3 %"),
            ("days", "3 days"),
            ("hours", "3 h"),
            ("points", "3 points"),
        ):
            self.assertEqual(Measurement._format_amount(3, None, unit), text)

    def test_opening_balances_need_what_adds_up(self):
        """X4: refused by hand and in the import, and a KPI that has some stays one that adds up."""
        refused = self._growth() | self._kpi("Average", source="average_order")
        taken = self._kpi("Orders", source="orders")
        Opening = self.env["pmm.opening.balance"]
        vals = {"enrollment_id": self.acme_in.id, "date": "2026-02-10", "value": 3}
        for kpi in refused:
            with self.assertRefused("does not add up", ValidationError):
                Opening.create(vals | {"kpi_id": kpi.id})
        opening = Opening.create(vals | {"kpi_id": taken.id})
        self.assertEqual(opening.open_kpi_ids, self.kpi | taken)
        self.assertValues(taken, {"2026-02": 3})
        for change in ({"source": "average_order"}, {"compare": "value"}, {"window": "rolling"}):
            with self.assertRefused("has opening balances", ValidationError):
                taken.write(change)
        visits = self._kpi("Visits", source="portal_activity")
        Opening.create(vals | {"kpi_id": visits.id})
        with self.assertRefused("has opening balances", ValidationError):
            visits.portal_count = "people"
        batch = self.env["pmm.opening.batch"].create({"program_id": self.program.id})
        facts = batch._facts(self.program)
        self.assertEqual(set(facts.without_openings), {"growth value", "average"})


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiConditions(PmmCommon):
    """K3: further conditions on the sales credits of a KPI."""

    def _value(self, domain):
        kpi = self._kpi("Some", credit_domain=domain and repr(domain))
        self.program._run()
        return self._measurement(self.acme_in, "2026-02", kpi).actual

    def test_conditions(self):
        """K3: by category, brand, customer, country and salesperson."""
        brand = self.env["product.attribute"].create(
            {"name": "Brand", "value_ids": [Command.create({"name": n}) for n in ("A", "B")]}
        )
        template = self.env["product.template"].create(
            {
                "name": "Branded",
                "categ_id": self.pumps.id,
                "attribute_line_ids": [
                    Command.create(
                        {"attribute_id": brand.id, "value_ids": [Command.set(brand.value_ids.ids)]}
                    )
                ],
            }
        )
        first, second = template.product_variant_ids
        country = self.env.ref("base.de")
        self.acme.country_id = country
        lines = [(first, 1, 1), (second, 2, 5), (self.valve, 1, 100), (self.training, 10, 100)]
        self._invoice(self.acme, "2026-02-10", *lines)
        path = "product_id.product_template_attribute_value_ids.name"
        for domain, value in (
            ([], 1111),
            ([("categ_id", "child_of", self.hardware.id)], 111),
            ([("categ_id", "=", self.hardware.id)], 100),
            ([(path, "=", "A")], 1),
            ([(path, "=", "B")], 10),
            ([(path, "in", ["A", "B"])], 11),
            ([(path, "=", "C")], 0),
            ([("customer_id", "=", self.acme.id)], 1111),
            ([("customer_id", "=", self.bolt.id)], 0),
            ([("country_id.code", "=", "DE")], 1111),
            ([("country_id.code", "!=", "DE")], 0),
            ([("user_id", "=", self.env.uid)], 1111),
            (["|", ("product_id", "=", self.valve.id), ("categ_id", "=", self.services.id)], 1100),
        ):
            with self.subTest(domain):
                self.assertEqual(self._value(domain), value)

    def test_archived_products_count(self):
        """K3: what was sold stays sold when the product, or its variant, is archived."""
        self._invoice(self.acme, "2026-02-10", (self.valve, 1, 100), 10)
        self.valve.default_code = "V-1"
        self.valve.action_archive()
        self.assertEqual(self._value([("product_id.default_code", "=", "V-1")]), 100)
        self.assertEqual(self._value([("product_id.product_tmpl_id.name", "=", "Valve")]), 100)
        self.assertEqual(self._value([("product_id", "=", self.valve.id)]), 100)

    def test_conditions_that_cannot_be_used_are_refused(self):
        """DESIGN 3.9: text that is no domain, unknown fields, code, wrong values, moving days."""
        for text in (
            "[('product_id', '=', 1)",
            "nonsense",
            "5",
            "{}",
            "[('no_such_field', '=', 1)]",
            "[('product_id.no_such_field', '=', 1)]",
            "[('user_id', '=', uid)]",
            "[('share', '>', __import__('os').getpid())]",
            "[('share', 'is', 5)]",
            "[('share', '>', 'many')]",
            "[('share', '>')]",
            # a correction of the line would be looked at by itself
            "[('amount', '>=', 100)]",
            "['|', ('country_id', '=', False), ('quantity', '>', 2)]",
            "[('date', '>=', 'today -7d')]",
            "['|', ('booked_at', '>=', 'now'), ('share', '>', 1)]",
            "[('date', '>=', '2026-99-99')]",
        ):
            with self.subTest(text), self.assertRefused("cannot be used", ValidationError):
                self._kpi("Bad", credit_domain=text)
        self._kpi("Good", credit_domain="[('date', '>=', '2026-02-01')]")

    def test_conditions_ask_only_for_what_their_author_may_read(self):
        """DESIGN 6: nobody learns by the value of a KPI what they may not read."""
        manager = self._user("curious", "pmm_partner_kpi.group_pmm_manager")
        Kpi = self.env["pmm.kpi.definition"].with_user(manager)
        Kpi.create({"name": "Fine", "credit_domain": "[('product_id.name', 'ilike', 'pump')]"})
        with self.assertRefused("may not read", ValidationError):
            Kpi.create(
                {"name": "Curious", "credit_domain": "[('customer_id.signup_type', '=', 'reset')]"}
            )

    def test_a_field_that_has_gone_stops_only_its_programme(self):
        """K6: the other programmes go on; the one that stands still says which KPI it is."""
        broken = self._kpi("Broken", credit_domain="[('share', '>', 0)]")
        program = self.program.copy({"name": "Sound"})
        program.kpi_ids = self.kpi
        enrollment = self._enroll(self.acme, program=program)
        self._invoice(self.acme, "2026-02-10", 10)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pmm_kpi_definition SET credit_domain = %s WHERE id = %s",
            ["[('x_gone', '>', 0)]", broken.id],
        )
        self.env.invalidate_all()
        with self.assertRefused("“Broken”", UserError):
            self.program._run()
        self._run_cron("ir_cron_run")
        self.assertResult(enrollment, "2026-02", 10)
        self.assertFalse(self._measurement(self.acme_in, "2026-02"))
        self.assertIn("“Broken”", self.program.message_ids[0].body)
