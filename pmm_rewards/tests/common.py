from datetime import date

import psycopg2

from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import mute_logger

from odoo.addons.pmm_partner_kpi.tests.common import PmmCommon


class RewardCommon(PmmCommon):
    """The programme of PmmCommon with accounts and journals, and builders of plans and rules.

    Today is 2026-04-15 in all tests (freeze it with ``freeze_time("2026-04-15")`` on the class).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program._setup_accounting()

    # === BUILDERS === #

    @classmethod
    def _program(cls, name, **vals):
        """Return one more programme of the company, monthly from 2026-01-01.

        It has an accrued account of its own, unlike what the button gives it.
        """
        program = cls.env["pmm.program"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "accrued_account_id": cls.program.accrued_account_id.copy().id,
                **vals,
            }
        )
        program._setup_accounting()
        return program

    @classmethod
    def _currency(cls, code, rates=(), rounding=0.01):
        """Return an active currency with ``{day: units of it per unit of ours}``."""
        currency = cls.env["res.currency"].create(
            {"name": code, "symbol": code, "rounding": rounding}
        )
        cls.env["res.currency.rate"].create(
            [
                {
                    "currency_id": currency.id,
                    "name": day,
                    "rate": rate,
                    "company_id": cls.company.id,
                }
                for day, rate in dict(rates).items()
            ]
        )
        return currency

    @staticmethod
    def _rate(rate, **vals):
        """Return the values of a rule that grants ``rate`` of each document."""
        return {"name": f"{rate:.2%}", "kind": "document_rate", "rate": rate, **vals}

    @staticmethod
    def _bands(*bands, **vals):
        """Return the values of a rule of (floor, rate) bands on the revenue of a period."""
        return {
            "name": "Bands",
            "kind": "period_bands",
            "band_ids": [Command.create({"floor": floor, "rate": rate}) for floor, rate in bands],
            **vals,
        }

    @classmethod
    def _plan(cls, *rules, program=None, activate=True, **vals):
        """Return a plan of ``rules`` (values, see _rate and _bands), active unless told."""
        plan = cls.env["pmm.reward.plan"].create(
            {
                "name": "Rewards",
                "program_id": (program or cls.program).id,
                "rule_ids": [Command.create(rule) for rule in rules],
                **vals,
            }
        )
        if activate:
            plan.action_activate()
        return plan

    @classmethod
    def _tier(cls, enrollment, grade, start, stop=False):
        """Give ``enrollment`` a tier for a time."""
        return cls.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": enrollment.id,
                "grade_id": grade.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    @classmethod
    def _repost(cls, move, day=None, price=None, **vals):
        """Reset ``move`` to draft, change its day, the price of its first line, and post it."""
        move.button_draft()
        if day:
            vals |= {"invoice_date": day, "date": day}
            if date.fromisoformat(day).year != move.date.year:
                vals["name"] = False  # numbers are per year
        if vals:
            move.write(vals)
        if price is not None:
            move.invoice_line_ids[0].price_unit = price
        move.action_post()

    @classmethod
    def _close(cls, *names, program=None):
        """Close the periods called ``names``, in this order."""
        for name in names:
            cls._period(name, program).action_close()

    @classmethod
    def _post(cls, program=None):
        """Post the accruals of ``program`` and return the new journal entries."""
        program = program or cls.program
        known = cls._moves(program)
        cls.env["pmm.reward.posting"]._post(program)
        return cls._moves(program) - known

    @classmethod
    def _moves(cls, program):
        """Return all journal entries that accrue rewards of ``program``."""
        Posting = cls.env["pmm.reward.posting"].sudo()
        return Posting.search([("entry_id.program_id", "=", program.id)]).move_id

    @classmethod
    def _state(cls, *names, program=None):
        """Close the periods, post their accruals, and return the statements of the last one."""
        cls._close(*names, program=program)
        cls._post(program)
        return cls._make(names[-1], program)

    @classmethod
    def _make(cls, name, program=None):
        """Make the statements of the period called ``name``, as the button does, in sudo."""
        return cls.env["pmm.statement"].sudo()._make(cls._period(name, program)).sudo(False)

    @classmethod
    def _bill(cls, statements, day="2026-04-15"):
        """Bill ``statements`` on ``day`` and return the bills."""
        return statements._create_bills(date.fromisoformat(day))

    @classmethod
    def _pay(cls, bill, day, amount=None):
        """Pay ``bill`` through the wizard, all of it or ``amount``."""
        vals = {"payment_date": day} | ({"amount": amount} if amount is not None else {})
        wizard = (
            cls.env["account.payment.register"]
            .with_context(active_model="account.move", active_ids=bill.ids)
            .create(vals)
        )
        return wizard._create_payments()

    # === QUESTIONS === #

    @classmethod
    def _entries(cls, enrollment=None, program=None, rule=None):
        """Return the entries of a programme, an enrolment or a rule, in the order of booking."""
        domain = [("program_id", "=", (program or cls.program).id)]
        if enrollment:
            domain = [("enrollment_id", "=", enrollment.id)]
        if rule:
            domain += [("rule_id", "=", rule.id)]
        return cls.env["pmm.reward.entry"].search(domain, order="id")

    @classmethod
    def _earned(cls, enrollment, period=None, rule=None):
        """Return the sum of what ``enrollment`` has earned, in all or of one origin period."""
        entries = cls._entries(enrollment, rule=rule)
        if period:
            entries = entries.filtered(lambda entry: entry.origin_period_id.name == period)
        return enrollment.currency_id.round(sum(entries.mapped("amount")))

    @classmethod
    def _balance(cls, program=None, partner=None):
        """Return what the posted items leave on the accrued account, in company currency."""
        program = program or cls.program
        domain = [
            ("account_id", "=", program.accrued_account_id.id),
            ("parent_state", "=", "posted"),
        ]
        if partner:
            domain.append(("partner_id", "=", partner.id))
        items = cls.env["account.move.line"].search(domain)
        return program.company_id.currency_id.round(sum(items.mapped("balance")))

    @classmethod
    def _proof(cls, day=None, partner=None, program=None):
        """Return the rows of the GL proof of ``program`` at the end of ``day``."""
        domain = [("account_id", "=", (program or cls.program).accrued_account_id.id)]
        if partner:
            domain.append(("partner_id", "=", partner.id))
        # as in another transaction: the table is computed for the date in the context
        cls.env.flush_all()
        proof = cls.env["pmm.gl.proof"].with_context(pmm_proof_date=day)
        proof.invalidate_model()
        return proof.search(domain)

    # === ASSERTIONS === #

    def assertLedger(self, enrollment, expected):
        """Assert the entries, in order: [(earned in, booked in, document or False, amount), …]."""
        found = [
            (
                entry.origin_period_id.name,
                entry.period_id.name,
                entry.document_name,
                entry.currency_id.round(entry.amount),
            )
            for entry in self._entries(enrollment)
        ]
        self.assertEqual(found, expected)

    def assertRefused(self, action, pattern="."):
        """Assert that ``action`` is refused with a sentence that matches ``pattern``.

        Nothing of it is kept. A refusal by the database counts by the sentence of its
        constraint, which is what people read.
        """
        sentence = None
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                action()
                self.env.flush_all()
        except UserError as error:
            sentence = str(error)
        except psycopg2.IntegrityError as error:
            table = error.diag.table_name or ""
            model = next((m for m in self.env.registry.values() if m._table == table), None)
            self.assertTrue(model, f"{error} of no model")
            sentence = self.env[model._name]._sql_error_to_message(error)
        self.env.invalidate_all()
        self.assertIsNotNone(sentence, "it was not refused")
        self.assertRegex(sentence, pattern)
        return sentence

    def assertNothingAdded(self, program=None):
        """Assert that one more run adds no entry."""
        program = program or self.program
        before = self._entries(program=program)
        program._run()
        self.assertEqual(self._entries(program=program), before)

    def assertProof(self, day=None, program=None):
        """Assert that ledger and accrued account agree for each partner at the end of ``day``."""
        for row in self._proof(day, program=program):
            self.assertEqual(
                row.difference,
                0,
                f"{day}: {row.partner_id.name}: {row.expected} expected, {row.balance} booked",
            )
