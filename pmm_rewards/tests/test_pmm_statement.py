from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestStatements(RewardCommon):
    """S14: a statement shows the entries of an enrolment up to a closed period, each once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.plan = cls._plan(cls._rate(0.10))

    def test_open_period_is_refused(self):
        """S14: figures that may still change are not stated."""
        self._invoice(self.acme, "2026-01-20", 100)
        self.program._run()
        self.assertRefused(lambda: self._make("2026-01"), "(?i)close")
        self.assertFalse(self.env["pmm.statement"].search([]))

    def test_one_statement_per_enrolment_with_all_its_entries(self):
        """S14: total = Σ lines; partner, period and currency are those of the entries."""
        for price in (100, 33.33, 0.07):
            self._invoice(self.acme, "2026-01-20", price)
        self._invoice(self.bolt, "2026-01-20", 50)
        self._invoice(self.acme, "2026-02-20", 999)
        self._close("2026-01")
        statements = self._make("2026-01")
        self.assertEqual(len(statements), 2)
        acme = statements.filtered(lambda s: s.partner_id == self.acme)
        self.assertEqual(acme.amount_total, 13.34)
        self.assertEqual(acme.currency_id.round(sum(acme.line_ids.mapped("amount"))), 13.34)
        self.assertEqual(sorted(acme.line_ids.mapped("amount")), [0.01, 3.33, 10.0])
        self.assertEqual(acme.enrollment_id, self.acme_in)
        self.assertEqual(acme.period_id, self._period("2026-01"))
        self.assertEqual(acme.currency_id, self.currency)
        self.assertEqual(acme.state, "issued")
        self.assertEqual(set(acme.line_ids.entry_id.mapped("state")), {"stated"})
        february = self._entries(self.acme_in) - acme.line_ids.entry_id
        self.assertEqual(february.mapped("state"), ["accrued"])
        self.assertEqual(len(set(statements.mapped("name"))), 2)

    def test_making_statements_again_makes_none(self):
        """DESIGN 3.2: each entry is stated once."""
        self._invoice(self.acme, "2026-01-20", 100)
        self._close("2026-01")
        self.assertTrue(self._make("2026-01"))
        self.assertFalse(self._make("2026-01"))
        self.assertEqual(len(self._entries().statement_line_ids), 1)
        self.assertRefused(self._period("2026-01").action_make_statements, "othing")

    def test_nobody_earned_anything(self):
        """S14: no entries, no statement."""
        self._close("2026-01")
        self.assertFalse(self._make("2026-01"))

    def test_a_statement_takes_what_earlier_periods_left(self):
        """S14: the entries of an enrolment *up to* a closed period."""
        self._invoice(self.acme, "2026-01-20", 100)
        self._invoice(self.acme, "2026-02-20", 200)
        self._close("2026-01", "2026-02")
        statement = self._make("2026-02")
        self.assertEqual(statement.amount_total, 30)
        self.assertFalse(self._make("2026-01"))

    def test_an_earlier_period_leaves_later_ones_out(self):
        """DESIGN 3.8: closed, but after the period asked for."""
        self._invoice(self.acme, "2026-01-31", 100)
        self._invoice(self.acme, "2026-02-01", 200)
        self._close("2026-01", "2026-02")
        self.assertEqual(self._make("2026-01").amount_total, 10)
        self.assertEqual(self._make("2026-02").amount_total, 20)

    def test_a_late_credit_note_is_on_the_next_statement(self):
        """R34: stated as it was; the difference comes with the period that books it."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self._invoice(self.acme, "2026-02-20", 100)
        self._close("2026-01")
        first = self._make("2026-01")
        refund = self._refund(invoice, "2026-02-10", 400)
        self._close("2026-02")
        second = self._make("2026-02")
        self.assertEqual((first.amount_total, second.amount_total), (100, 10 - 40))
        line = second.line_ids.filtered(lambda line: line.amount < 0)
        self.assertEqual(line.origin_period_id, self._period("2026-01"))
        self.assertEqual(line.cause_name, refund.name)
        self.assertEqual(line.document_name, invoice.name)
        self.assertTrue(second.carried)
        self.assertFalse(first.carried)

    def test_statements_of_a_programme_leave_the_other_one_alone(self):
        """S14: two programmes of one partner are two statements."""
        program = self._program("Second")
        self._enroll(self.acme, program=program)
        self._plan(self._rate(0.01), program=program)
        self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01")
        self._close("2026-01", program=program)
        self.assertEqual(self._make("2026-01").amount_total, 100)
        other = self._make("2026-01", program)
        self.assertEqual(other.amount_total, 10)

    def test_statements_stay(self):
        """S14: a locked snapshot; nobody deletes it or a line of it."""
        self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01")
        statement = self._make("2026-01")
        self.assertRefused(statement.unlink)
        self.assertRefused(statement.sudo().unlink, "stays")
        self.assertRefused(statement.line_ids.unlink)
        self.assertRefused(statement.line_ids.sudo().unlink)
        self.assertRefused(lambda: statement.line_ids.sudo().write({"statement_id": False}))
        self.assertRefused(lambda: statement.write({"amount_total": 1}))
        entry = statement.line_ids.entry_id
        self.assertRefused(
            lambda: (
                self.env["pmm.statement.line"]
                .sudo()
                .create({"statement_id": statement.id, "entry_id": entry.id})
            ),
            "already on a statement",
        )

    def test_entries_that_add_up_to_zero_wait(self):
        """S14: no statement over nothing; the entries are on the next one."""
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self.program._run()
        self._refund(invoice, "2026-01-25")
        self._close("2026-01")
        self.assertFalse(self._make("2026-01"))
        self._invoice(self.acme, "2026-02-20", 10)
        self._close("2026-02")
        statement = self._make("2026-02")
        self.assertEqual(statement.amount_total, 1)
        self.assertEqual(len(statement.line_ids), 3)

    def test_an_entry_that_was_not_posted_can_be_stated(self):
        """S14: posting and stating are two things; billing needs both."""
        self._invoice(self.acme, "2026-01-20", 1000)
        self._close("2026-01")
        statement = self._make("2026-01")
        self.assertFalse(statement.line_ids.entry_id.posting_ids)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestStatementMail(RewardCommon):
    """S14, DESIGN 3.5: a statement is mailed to the money roles of the partner, to nobody else."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._rate(0.10))
        cls._invoice(cls.acme, "2026-01-20", 1000)
        cls._invoice(cls.bolt, "2026-01-20", 500)
        cls.statements = cls._state("2026-01")
        cls.of_acme, cls.of_bolt = (
            cls.statements.filtered(lambda s, p=p: s.partner_id == p) for p in (cls.acme, cls.bolt)
        )
        cls.approver = cls._user("approver", "pmm_rewards.group_pmm_approver")

    def _person(self, name, role=None, partner=None, email=True):
        person = self.env["res.partner"].create(
            {
                "name": name,
                "parent_id": (partner or self.acme).id,
                "email": f"{name}@acme.example" if email else False,
            }
        )
        if role:
            self.env["pmm.partner.role"].create({"contact_id": person.id, "role": role})
        return person

    def _send(self, statements):
        """Send and return {statement: the partners that its mail goes to}."""
        statements.with_user(self.approver).action_send()
        mails = self.env["mail.mail"].search(
            [("model", "=", "pmm.statement"), ("res_id", "in", statements.ids)]
        )
        self.assertEqual(sorted(mails.mapped("res_id")), sorted(statements.ids))
        self.assertFalse(any(mails.mapped("email_cc")))
        self.assertFalse(any(mails.mapped("email_to")))
        return {self.statements.browse(mail.res_id): mail.recipient_ids for mail in mails}

    def test_owners_and_finance_receive_it(self):
        """DESIGN 3.5: not sales people, learners, other contacts or the company's mailbox."""
        owner, finance = self._person("owner", "owner"), self._person("finance", "finance")
        self._person("sales", "sales")
        self._person("learner", "learner")
        self._person("other")
        self._person("mute", "owner", email=False)
        self.assertEqual(self._send(self.of_acme), {self.of_acme: owner | finance})
        self.assertTrue(self.of_acme.sent_at)

    def test_company_receives_it_where_nobody_else_can(self):
        """S14: no money role with e-mail: the address of the company."""
        self._person("sales", "sales")
        self._person("mute", "finance", email=False)
        self.assertEqual(self._send(self.of_acme), {self.of_acme: self.acme})

    def test_each_partner_receives_its_own(self):
        """DESIGN 3.5: two statements, two mails, each to its partner and with its figures."""
        boss = self._person("boss", "owner", self.bolt)
        self.assertEqual(self._send(self.statements), {self.of_acme: self.acme, self.of_bolt: boss})
        for statement, other in ((self.of_acme, self.of_bolt), (self.of_bolt, self.of_acme)):
            mail = self.env["mail.mail"].search(
                [("model", "=", "pmm.statement"), ("res_id", "=", statement.id)]
            )
            self.assertIn(statement.name, mail.subject)
            self.assertIn(f"{statement.amount_total:.2f}", mail.body_html)
            self.assertIn(statement.partner_id.name, mail.body_html)
            self.assertNotIn(other.partner_id.name, mail.body_html)
            self.assertNotIn(f"{other.amount_total:.2f}", mail.body_html)

    def test_partner_without_e_mail_is_refused_and_nothing_is_sent(self):
        """DESIGN 3.9: Bolt cannot be reached: the sentence names it, Acme gets none either."""
        self.assertRefused(self.statements.with_user(self.approver).action_send, "Bolt Supplies")
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "pmm.statement")]))
        self.assertFalse(any(self.statements.mapped("sent_at")))

    def test_a_person_of_another_company_never_receives_it(self):
        """DESIGN 3.5: roles are those of the partner's own people."""
        self._person("spy", "owner", self.stranger)
        self.assertEqual(self._send(self.of_acme), {self.of_acme: self.acme})

    def test_who_is_no_approver_cannot_send(self):
        """DESIGN 6: approvers send; a manager, a user and an accountant are refused."""
        for login, group in (
            ("manager", "pmm_partner_kpi.group_pmm_manager"),
            ("user", "pmm_partner_kpi.group_pmm_user"),
            ("accountant", "account.group_account_invoice"),
        ):
            user = self._user(login, group)
            with self.subTest(login=login):
                self.assertRefused(self.of_acme.with_user(user).action_send)
        self.assertFalse(self.env["mail.mail"].search([("model", "=", "pmm.statement")]))
