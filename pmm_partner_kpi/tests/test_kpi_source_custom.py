from unittest.mock import patch

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL

from .common import PmmCommon
from .facts_common import FactsCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 12:00:00")
class TestKpiSourceCustom(FactsCommon, PmmCommon):
    """K6: a KPI without code over any model that its author may read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = cls._user(
            "manager", "pmm_partner_kpi.group_pmm_manager", "sales_team.group_sale_manager"
        )
        cls.leads = cls._custom("Leads", "crm.lead", "partner_id", "create_date")

    @classmethod
    def _custom(cls, name, model, path, date, **vals):
        vals = {f"custom_{key}": value for key, value in vals.items()}
        return cls._kpi(
            name,
            source="custom",
            custom_model_id=cls.env["ir.model"]._get_id(model),
            custom_partner_path=path,
            custom_date_field=date,
            **vals,
        )

    @classmethod
    def _lead(cls, partner, day="2026-02-10 12:00:00", **vals):
        lead = cls.env["crm.lead"].create({"name": "Lead", "partner_id": partner.id, **vals})
        lead.flush_recordset()
        cls.env.cr.execute("UPDATE crm_lead SET create_date = %s WHERE id = %s", [day, lead.id])
        lead.invalidate_recordset()
        return lead

    def _order(self, partner, day, *prices):
        return self.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "date_order": f"{day} 12:00:00",
                "order_line": [
                    (0, 0, {"product_id": self.pump.id, "price_unit": price, "tax_ids": False})
                    for price in prices
                ],
            }
        )

    # === WHAT COUNTS === #

    def test_worked_example(self):
        """K6: the example of the guide: won leads above 1,000, by closing date."""
        kpi = self._custom(
            "Won",
            "crm.lead",
            "partner_id",
            "date_closed",
            domain="[('stage_id.is_won', '=', True), ('expected_revenue', '>=', 1000)]",
            aggregate="sum",
            value_field="expected_revenue",
        )
        self.assertEqual(kpi.unit, "money")
        won = self.env["crm.stage"].search([("is_won", "=", True)], limit=1)
        ann = self._contact("Ann", self.acme)
        for person, amount, closed, stage in (
            (ann, 1000, "2026-03-01 00:00:00", won),
            (self.acme, 2500, "2026-03-31 23:59:59", won),
            (self.acme, 999.99, "2026-03-10 12:00:00", won),
            (self.acme, 4000, "2026-04-01 00:00:00", won),
            (self.acme, 8000, "2026-03-10 12:00:00", won.browse()),
        ):
            lead = self._lead(person, expected_revenue=amount)
            if stage:
                lead.stage_id = stage
            lead.date_closed = closed
        self._target(self.acme_in, "2026-03", 5000, kpi)
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 3500, 0.7, "missed", kpi)
        self.assertResult(self.acme_in, "2026-04", 4000, None, "none", kpi)
        self.assertEqual(
            sorted(self._facts_of(kpi, "2026-03").mapped("expected_revenue")), [1000, 2500]
        )

    def test_aggregates(self):
        """K6: each result, and what it is without any record."""
        for aggregate, expected, void in (
            ("count", 3, 0),
            ("count_distinct", 2, 0),
            ("sum", 70, 0),
            ("avg", 23.3333, None),
            ("min", 10, None),
            ("max", 50, None),
        ):
            kpi = self._custom(
                aggregate,
                "crm.lead",
                "partner_id",
                "create_date",
                aggregate=aggregate,
                value_field=False if aggregate == "count" else "color",
                unit="points",
            )
            self.assertEqual(kpi.unit, "points")
            with self.subTest(aggregate):
                self.env["crm.lead"].sudo().search([]).unlink()
                for color in (10, 10, 50):
                    self._lead(self.acme, color=color)
                self.assertEqual(self._actuals(kpi), {"2026-02": expected})
                empty = self._measurement(self.bolt_in, "2026-02", kpi)
                self.assertEqual(empty.has_actual, void is not None)

    def test_paths(self):
        """K6: a way through other records; a contact counts for its company."""
        ann = self._contact("Ann", self.acme)
        order = self._order(ann, "2026-02-10", 5, 7)
        lines = self._custom(
            "Lines",
            "sale.order.line",
            "order_id.partner_id",
            "create_date",
            domain=f"[('order_id', '=', {order.id})]",
        )
        self.env.cr.execute("UPDATE sale_order_line SET create_date = '2026-03-10 12:00:00'")
        self.assertEqual(self._actuals(lines), {"2026-03": 2})

    def test_day_and_archived(self):
        """DESIGN 4: a time by the programme's clock; archived records do not count."""
        self._lead(self.acme, "2026-02-28 10:59:59")
        self._lead(self.acme, "2026-02-28 11:00:00")
        self._lead(self.acme, "2026-02-28 10:00:00").active = False
        self.assertEqual(self._actuals(self.leads), {"2026-02": 2})
        self.program.tz = "Pacific/Auckland"
        self.assertEqual(self._actuals(self.leads), {"2026-02": 1, "2026-03": 1})

    def test_companies(self):
        """DESIGN 3.5: the record's company, or that of what leads to its partner."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids = self.env["res.company"].search([])
        self._lead(self.acme, company_id=other.id, team_id=False)
        self._lead(self.acme, company_id=False, team_id=False)
        self._lead(self.acme, company_id=self.company.id)
        self.assertTrue(self.leads.custom_has_company)
        self.assertEqual(self._actuals(self.leads), {"2026-02": 2})
        attendees = self._custom("Seats", "calendar.attendee", "partner_id", "create_date")
        self.assertFalse(attendees.custom_has_company)

    def test_money_is_converted(self):
        """DESIGN 1: amounts at the rate of their day; without a rate the run is refused."""
        kpi = self._custom(
            "Expected",
            "crm.lead",
            "partner_id",
            "create_date",
            aggregate="sum",
            value_field="expected_revenue",
        )
        euro = self._foreign_currency("EUR", ("2026-02-01", 0.5))
        program = self.program.copy({"name": "In euro", "currency_id": euro.id})
        enrollment = self._enroll(self.acme, program=program)
        lead = self._lead(self.acme, "2026-02-10 12:00:00", expected_revenue=100)
        program._run()
        result = self._measurement(enrollment, "2026-02", kpi)
        self.assertEqual((result.actual, result.currency_id), (50, euro))
        self.env.cr.execute(
            "UPDATE crm_lead SET create_date = '2026-01-31 12:00:00' WHERE id = %s", [lead.id]
        )
        with self.assertRefused("no exchange rate"):
            program._run()

    def test_rights_of_who_runs_it_do_not_matter(self):
        """K10: figures are the same whoever starts the run; what is behind them needs rights."""
        self._pay(self._invoice(self.acme, "2026-02-01", 100), "2026-02-10")
        kpi = self._custom("Payments", "account.payment", "partner_id", "date")
        self.program.with_user(self.manager).action_run()
        self.assertEqual(self._actuals(kpi, run=False), {"2026-02": 1})
        self.assertEqual(len(self._facts_of(kpi, "2026-02")), 1)
        result = self._measurement(self.acme_in, "2026-02", kpi).with_user(self.manager)
        with self.assertRefused("which you may not read"):
            result.action_view_credits()

    def test_gone_with_its_addon(self):
        """X9: a model that is not installed any more counts nothing, and stops no run."""
        self._lead(self.acme)
        self.assertEqual(self._actuals(self.leads), {"2026-02": 1})
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE pmm_kpi_definition SET custom_model_id = NULL, custom_model = 'x.gone'"
            " WHERE id = %s",
            [self.leads.id],
        )
        self.env.invalidate_all()
        self.assertEqual(self._actuals(self.leads), {})
        with self.assertRefused("is not installed"):
            self._measurement(self.acme_in, "2026-02", self.leads).action_view_credits()

    # === WHAT IS REFUSED === #

    def test_refusals(self):
        """DESIGN 3.9: every mistake has its sentence, when it is saved."""
        Model = self.env["ir.model"]
        for vals, sentence in (
            ({"custom_model_id": False}, "choose the records"),
            ({"custom_model_id": Model._get_id("pmm.kpi.trial")}, "keeps no records"),
            ({"custom_model_id": Model._get_id("sale.report")}, "keeps no records"),
            ({"custom_model_id": Model._get_id("pmm.credit")}, "programmes themselves"),
            ({"custom_model_id": Model._get_id("pmm.kpi.measurement")}, "programmes themselves"),
            ({"custom_model_id": Model._get_id("mail.message")}, "record by record"),
            ({"custom_model_id": Model._get_id("ir.attachment")}, "record by record"),
            ({"custom_partner_path": False}, "names the partner"),
            ({"custom_partner_path": "user_id"}, "not to a partner"),
            ({"custom_partner_path": "name"}, "does not lead to one record"),
            ({"custom_partner_path": "partner_id.child_ids"}, "no stored field"),
            ({"custom_partner_path": "partner_id; DROP TABLE x"}, "no stored field"),
            ({"custom_date_field": False}, "the date by which"),
            ({"custom_date_field": "name"}, "is no date"),
            ({"custom_date_field": "partner_id.create_date"}, "no stored field"),
            ({"custom_aggregate": "sum"}, "made of"),
            ({"custom_aggregate": "sum", "custom_value_field": "name"}, "is no number"),
            ({"custom_aggregate": "max", "custom_value_field": "tag_ids"}, "no stored field"),
            ({"custom_domain": "[('no_field', '=', 1)]"}, "cannot be used"),
            ({"custom_domain": "[('create_uid', '=', uid)]"}, "cannot be used"),
            ({"custom_domain": "[('partner_id', 'any!', [])]"}, "cannot be used"),
            ({"custom_domain": "__import__('os')"}, "cannot be used"),
            ({"custom_domain": "[("}, "cannot be used"),
            ({"custom_domain": "(" * 300}, "cannot be used"),
            ({"custom_domain": f"[('id', '=', {'-' * 9999}1)]"}, "cannot be used"),
            ({"custom_domain": "[('create_date', '>', 'today -40d')]"}, "use a fixed one"),
            ({"custom_domain": "[('date_deadline', 'in', ['today'])]"}, "use a fixed one"),
            ({"custom_domain": "[('partner_id.create_date', '<', 'now')]"}, "use a fixed one"),
            (
                {"custom_domain": "[('partner_id', 'any', [('create_date', '<', 'now')])]"},
                "use a fixed one",
            ),
        ):
            with self.subTest(vals), self.assertRefused(sentence, ValidationError):
                self.leads.write(vals)

    def test_fixed_days(self):
        """DESIGN 3.3: what does not move may be asked for: days, months, years."""
        for domain in (
            "[('create_date', '>', '2026-01-01')]",
            "[('create_date.month_number', '=', 3)]",
            "[('partner_id', 'any', [('create_date', '<', '2026-01-01 12:00:00')])]",
        ):
            self.leads.custom_domain = domain

    def test_amounts_in_any_currency(self):
        """DESIGN 1: amounts are added up in the currency of the company only."""
        for model, path, date, field, allowed in (
            ("sale.order", "partner_id", "date_order", "amount_total", False),
            ("account.move", "partner_id", "invoice_date", "amount_total", False),
            ("account.move", "partner_id", "invoice_date", "amount_total_signed", True),
            ("account.move.line", "partner_id", "date", "balance", True),
            ("account.move.line", "partner_id", "date", "amount_currency", False),
        ):
            vals = {"aggregate": "sum", "value_field": field}
            with self.subTest(f"{model}.{field}"):
                if allowed:
                    kpi = self._custom(field, model, path, date, **vals)
                    self.assertEqual(kpi.unit, "money")
                    continue
                with self.assertRefused("in any currency", ValidationError):
                    self._custom(field, model, path, date, **vals)

    def test_nobody_counts_what_they_may_not_read(self):
        """DESIGN 3.5: models, ways to the partner, fields, and what conditions ask for."""
        payments = self._custom("Payments", "account.payment", "partner_id", "date")
        payments = payments.with_user(self.manager)
        for name, change in {
            "write": lambda: payments.write({"custom_domain": "[('id', '>', 0)]"}),
            "past the model": lambda: self.leads.with_user(self.manager).write(
                {"custom_model": "account.payment", "custom_date_field": "date"}
            ),
            "copy": payments.copy,
            "try": payments.action_try_custom,
        }.items():
            with self.subTest(name), self.assertRefused("you may not read", ValidationError):
                change()
        # what the manager may read leads to what the manager may not
        mine = self.leads.with_user(self.manager)
        mine.custom_domain = "[('type', '=', 'lead')]"
        with (
            self.subTest("conditions"),
            self.assertRefused("may not read what its conditions", ValidationError),
        ):
            mine.custom_domain = "[('order_ids.transaction_ids.amount', '>', 0)]"
        field = type(self.env["crm.lead"])._fields["color"]
        self.patch(field, "groups", "base.group_system")
        for vals in (
            {"custom_aggregate": "max", "custom_value_field": "color"},
            {"custom_domain": "[('color', '>', 3)]"},
        ):
            with self.subTest(vals), self.assertRefused("you may not read", ValidationError):
                mine.write(vals)

    def test_nobody_counts_past_record_rules(self):
        """DESIGN 3.5: who may read some records only does not learn by a KPI of the others."""
        everything = self._user(
            "everything",
            "pmm_partner_kpi.group_pmm_manager",
            "sales_team.group_sale_salesman_all_leads",
            "account.group_account_invoice",
        )
        for model, path, date in (
            ("crm.lead", "partner_id", "create_date"),
            ("sale.order", "partner_id", "date_order"),
            ("sale.order.line", "order_id.partner_id", "create_date"),
            ("account.move", "partner_id", "date"),
        ):
            vals = {
                "name": model,
                "source": "custom",
                "custom_model_id": self.env["ir.model"]._get_id(model),
                "custom_partner_path": path,
                "custom_date_field": date,
            }
            Kpi = self.env["pmm.kpi.definition"]
            with self.subTest(model):
                self.assertTrue(Kpi.with_user(everything).create(vals))
                rule = self.env["ir.rule"].create(
                    {
                        "name": "Own records",
                        "model_id": vals["custom_model_id"],
                        "domain_force": "[('create_uid', '=', user.id)]",
                    }
                )
                with self.assertRefused("may read some of", ValidationError):
                    Kpi.with_user(everything).create(vals)
                rule.unlink()

    def test_rules_that_conditions_fulfil(self):
        """K6: a rule that hides what the conditions leave out anyway hides nothing."""
        self.env["ir.rule"].create(
            {
                "name": "No opportunities of type x",
                "model_id": self.env["ir.model"]._get_id("crm.lead"),
                "domain_force": "[('type', '=', 'lead')]",
            }
        )
        mine = self.leads.with_user(self.manager)
        mine.custom_domain = "[('type', '=', 'lead'), ('color', '>', 1)]"
        with self.assertRefused("may read some of", ValidationError):
            mine.custom_domain = "['|', ('type', '=', 'lead'), ('color', '>', 1)]"

    def test_records_without_company(self):
        """DESIGN 3.5: rows of nobody's company are counted by who may see all companies."""
        self.env["res.company"].create({"name": "Other"})
        companies = self.env["res.company"].search([])
        self.env.user.company_ids = companies
        seats = self._custom("Seats", "calendar.attendee", "partner_id", "create_date")
        seats = seats.with_user(self.manager)
        with self.assertRefused("of all companies", ValidationError):
            seats.custom_date_field = "write_date"
        self.manager.company_ids = companies
        seats.custom_date_field = "write_date"

    # === THE FORM === #

    def test_form_proposes(self):
        """K6: choosing a model proposes its partner and date; trying shows the ten highest."""
        with Form(self.env["pmm.kpi.definition"].with_user(self.manager)) as form:
            form.name = "Orders"
            form.source = "custom"
            form.custom_model_id = self.env["ir.model"]._get("sale.order")
            self.assertEqual(form.custom_partner_path, "partner_id")
            self.assertEqual(form.custom_date_field, "date_order")
        kpi = form.record
        for number in range(12):
            partner = self.env["res.partner"].create({"name": f"P{number}", "is_company": True})
            for _each in range(number):
                self._order(partner, "2025-04-16", 1)
        self._order(partner, "2025-04-15", 1)
        action = kpi.action_try_custom()
        trial = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(trial.line_ids.mapped("value"), [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
        self.assertEqual(trial.line_ids[0].partner_id, partner)

    def test_trial_is_the_managers(self):
        """DESIGN 6: others may not look past their rights."""
        user = self._user("user", "pmm_partner_kpi.group_pmm_user", "sales_team.group_sale_manager")
        with self.assertRaises(AccessError):
            self.leads.with_user(user).action_try_custom()

    def test_time_is_limited(self):
        """DESIGN 5: a trial that takes too long says so, and leaves no limit behind."""
        self._lead(self.acme)
        patched = "odoo.addons.pmm_partner_kpi.models.pmm_kpi_definition_custom.highest_values"
        with (
            patch(patched, lambda *_args: SQL("SELECT pg_sleep(5)")),
            patch("odoo.addons.pmm_partner_kpi.models.pmm_kpi_definition_custom.SECONDS", 1),
            self.assertRefused("takes longer than 1 seconds", ValidationError),
        ):
            self.leads._highest_custom_values(1)
        self.env.cr.execute("SHOW statement_timeout")
        self.assertEqual(self.env.cr.fetchone()[0], "0")
