from contextlib import contextmanager
from datetime import date

from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.account.tests.common import AccountTestInvoicingCommon


class PmmCommon(AccountTestInvoicingCommon):
    """A company with accounts, two partner companies in a monthly programme, and its people.

    Today is 2026-04-15 in all tests (freeze it with ``freeze_time("2026-04-15")`` on the class).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("pmm_partner_kpi.group_pmm_admin")
        cls.company = cls.company_data["company"]
        cls.currency = cls.company.currency_id
        cls.gold, cls.silver = cls.env["res.partner.grade"].create(
            [{"name": "Gold", "company_id": False}, {"name": "Silver", "company_id": False}]
        )
        cls.hardware, cls.services = cls.env["product.category"].create(
            [{"name": "Hardware"}, {"name": "Services"}]
        )
        cls.pumps = cls.env["product.category"].create(
            {"name": "Pumps", "parent_id": cls.hardware.id}
        )
        cls.pump, cls.valve, cls.training = cls.env["product.product"].create(
            [
                {"name": "Pump", "categ_id": cls.pumps.id, "taxes_id": False},
                {"name": "Valve", "categ_id": cls.hardware.id, "taxes_id": False},
                {"name": "Training", "categ_id": cls.services.id, "taxes_id": False},
            ]
        )
        cls.acme, cls.bolt, cls.stranger = cls.env["res.partner"].create(
            [
                {"name": "Acme Trading", "is_company": True, "email": "office@acme.example"},
                {"name": "Bolt Supplies", "is_company": True},
                {"name": "Stranger Ltd", "is_company": True},
            ]
        )
        cls.kpi = cls.env["pmm.kpi.definition"].create({"name": "Revenue"})
        cls.program = cls.env["pmm.program"].create(
            {
                "name": "Resellers",
                "company_id": cls.company.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "kpi_ids": [Command.set(cls.kpi.ids)],
            }
        )
        cls.acme_in, cls.bolt_in = cls._enroll(cls.acme), cls._enroll(cls.bolt)

    @classmethod
    def _user(cls, login, *groups):
        return new_test_user(
            cls.env,
            login,
            groups=",".join(groups),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _enroll(cls, partner, start="2026-01-01", stop=False, program=None, **vals):
        return cls.env["pmm.enrollment"].create(
            {
                "program_id": (program or cls.program).id,
                "partner_id": partner.id,
                "date_start": start,
                "date_stop": stop,
                **vals,
            }
        )

    @classmethod
    def _below(cls, enrollment, parent, start="2026-01-01", stop=False):
        """Put ``enrollment`` below ``parent`` for a time."""
        return cls.env["pmm.enrollment.parent"].create(
            {
                "enrollment_id": enrollment.id,
                "parent_id": parent.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    @classmethod
    def _group(cls, *members, **vals):
        """Return a group of companies: members are (partner, from, until)."""
        group = cls.env["pmm.partner.group"].create(
            {"name": "Holding", "company_id": cls.company.id, **vals}
        )
        for member in members:
            cls._join(group, *member)
        return group

    @classmethod
    def _join(cls, group, partner, start="2026-01-01", stop=False):
        return cls.env["pmm.partner.group.member"].create(
            {
                "group_id": group.id,
                "partner_id": partner.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    @classmethod
    def _merge(cls, *sources, into):
        """Merge contacts as Odoo's wizard does."""
        wizard = cls.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge([partner.id for partner in (*sources, into)], into, extra_checks=False)

    @classmethod
    def _invoice(cls, partner, day, *lines, post=True, move_type="out_invoice", **vals):
        """Return an invoice of ``day``; a line is a price of a pump, or (product, qty, price)."""
        lines = [(cls.pump, 1, line) if not isinstance(line, tuple) else line for line in lines]
        move = cls.env["account.move"].create(
            {
                "move_type": move_type,
                "partner_id": partner.id,
                "invoice_date": day,
                "date": day,
                "company_id": cls.company.id,
                "invoice_line_ids": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "quantity": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product, quantity, price in lines
                ],
                **vals,
            }
        )
        if post:
            move.action_post()
        return move

    @classmethod
    def _sale(cls, partner, moment, *lines, confirm=True, **vals):
        """Return an order; ``moment`` is in UTC, a line as for :meth:`_invoice`."""
        lines = [(cls.pump, 1, line) if not isinstance(line, tuple) else line for line in lines]
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": product.id,
                            "product_uom_qty": quantity,
                            "price_unit": price,
                            "tax_ids": [Command.clear()],
                        }
                    )
                    for product, quantity, price in lines
                ],
                **vals,
            }
        )
        if confirm:
            order.action_confirm()
            order.date_order = moment
        return order

    @classmethod
    def _pay(cls, documents, day, amount=None, **vals):
        """Return the payment of ``documents`` that Odoo's dialog makes, in full or ``amount``."""
        if amount is not None:
            vals["amount"] = amount
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=documents.ids)
            .create({"payment_date": day, **vals})
        )
        return wizard._create_payments()

    @classmethod
    def _refund(cls, move, day, amount=None):
        """Return a posted credit note of ``move``: all of it, or ``amount`` of its first line."""
        day = date.fromisoformat(day)
        refund = move._reverse_moves([{"date": day, "invoice_date": day}])
        if amount is not None:
            (refund.invoice_line_ids[1:]).unlink()
            refund.invoice_line_ids.write({"quantity": 1, "price_unit": amount})
        refund.action_post()
        return refund

    @classmethod
    def _change_credits(cls, document, user=None, reason="Agreed with both", **vals):
        """Change who is credited as a programme manager does; ``shares`` are pairs."""
        user = user or cls.env.user
        action = document.with_user(user).action_pmm_change_credits()
        wizard = cls.env["pmm.attribution.wizard"].with_user(user).browse(action["res_id"])
        if "shares" in vals:
            lines = [
                Command.create({"partner_id": p.id, "share": s}) for p, s in vals.pop("shares")
            ]
            vals["line_ids"] = [Command.clear(), *lines]
        wizard.write({"reason": reason, **vals})
        wizard.action_apply()

    @classmethod
    def _period(cls, name, program=None):
        """Return the period called ``name`` (2026-01, 2026-Q1, 2026) of the programme."""
        program = program or cls.program
        program._ensure_periods()
        return program.period_ids.filtered(lambda period: period.name == name)

    @classmethod
    def _target(cls, enrollment, period, value, kpi=None):
        return cls.env["pmm.kpi.target"].create(
            {
                "enrollment_id": enrollment.id,
                "kpi_id": (kpi or cls.kpi).id,
                "period_id": cls._period(period, enrollment.program_id).id,
                "value": value,
            }
        )

    @classmethod
    def _foreign_currency(cls, code, *rates, **vals):
        """Return an active currency with the rates [(day, units per company currency), …]."""
        return cls.setup_other_currency(code, rates=list(rates), **vals)

    @classmethod
    def _kpi(cls, name, program=None, **vals):
        """Return a new KPI that the programme measures."""
        kpi = cls.env["pmm.kpi.definition"].create({"name": name, **vals})
        (program or cls.program).kpi_ids |= kpi
        return kpi

    @classmethod
    def _close(cls, *names, program=None):
        """Close the periods of these names, in one go."""
        program = program or cls.program
        program._ensure_periods()
        program.period_ids.filtered(lambda period: period.name in names).action_close()

    @contextmanager
    def assertRefused(self, sentence, exception=UserError):
        """Assert that the block is refused with a message that contains ``sentence``.

        What it wrote is rolled back, as it would be for a user.
        """
        with mute_logger("odoo.sql_db"), self.assertRaises(exception) as caught:
            yield
        self.assertIn(sentence, str(caught.exception))

    @contextmanager
    def assertOverlapInDatabase(self):
        """Assert that an exclusion constraint of the database refuses the block."""
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.ExclusionViolation):
            yield
            self.env.flush_all()
            self.env.cr.execute("SET CONSTRAINTS ALL IMMEDIATE")

    def _call_on_own_cursor(self, model, method, **kwargs):
        """Call a method that commits, on a cursor that may do so in tests."""
        with self.enter_registry_test_mode(), self.registry.cursor() as cr:
            getattr(self.env(cr=cr)[model].sudo(), method)(**kwargs)
        self.env.invalidate_all()

    def _run_cron(self, xmlid):
        """Run a scheduled action of this addon as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref(f"pmm_partner_kpi.{xmlid}").sudo().method_direct_trigger()
        self.env.invalidate_all()

    def _measurement(self, enrollment, period, kpi=None):
        """Return the result of ``enrollment`` in the period of that name, or nothing."""
        return self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "=", enrollment.id),
                ("period_id.name", "=", period),
                ("kpi_id", "=", (kpi or self.kpi).id),
            ]
        )

    def _credited(self, partner, role="buyer", **where):
        """Return the sum of the credits of ``partner``, limited to ``where`` column = value.

        Those invoiced, unless another stage is asked for: stages never add up together.
        """
        domain = [("partner_id", "=", partner.id), ("role", "=", role)]
        where = {"stage": "invoiced"} | where
        domain += [(name, "=", value) for name, value in where.items()]
        credits = self.env["pmm.credit"].search(domain)
        return self.currency.round(sum(credits.mapped("amount")))

    def _stage(self, stage, partner=None, **where):
        """Return the credits of a stage in the order in which they were recorded."""
        domain = [("stage", "=", stage), ("partner_id", "=", (partner or self.acme).id)]
        domain += [(name, "=", value) for name, value in where.items()]
        return self.env["pmm.credit"].search(domain, order="id")

    def assertNothingToMend(self):
        """Assert that the credits say what the documents say, at every stage."""
        Credit = self.env["pmm.credit"]
        self.program._run()
        for model in ("account.move", "sale.order"):
            self.assertEqual(Credit._fill_range(1, Credit._last_of(model), model), 0, model)

    def assertCredits(self, partner, expected):
        """Assert the credits of ``partner``, in order: [(document, role, date, amount, reason)]."""
        credits = self.env["pmm.credit"].search([("partner_id", "=", partner.id)], order="id")
        found = [(c.document_name, c.role, str(c.date), c.amount, c.reason) for c in credits]
        self.assertEqual(found, expected)

    def assertResult(self, enrollment, period, actual, attainment=None, state=None, kpi=None):
        """Assert one result; ``attainment`` None means that it is void."""
        result = self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "=", enrollment.id),
                ("period_id", "=", self._period(period, enrollment.program_id).id),
                ("kpi_id", "=", (kpi or self.kpi).id),
            ]
        )
        self.assertEqual(len(result), 1, f"no single result for {period}")
        self.assertEqual(result.actual, actual)
        self.assertEqual(result.has_attainment, attainment is not None)
        if attainment is not None:
            self.assertEqual(result.attainment, attainment)
        if state:
            self.assertEqual(result.state, state)

    @contextmanager
    def _counted(self, found):
        """Append to ``found`` the number of queries of the block, from cold records."""
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        yield
        self.env.flush_all()
        found.append(self.env.cr.sql_log_count - before)
