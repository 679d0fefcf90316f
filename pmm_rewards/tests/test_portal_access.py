from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import RewardCommon

NUMBERS = {
    "pmm.reward.entry": "amount",
    "pmm.statement": "amount_total",
    "pmm.statement.line": None,
}
HIDDEN = (
    "pmm.reward.plan",
    "pmm.reward.rule",
    "pmm.reward.band",
    "pmm.reward.posting",
    "pmm.settlement",
    "pmm.gl.proof",
)
MONEY = ("owner", "finance")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalAccess(PortalCommon, RewardCommon):
    """P2, X10, DESIGN 3.5, 3.6, 6: who of a partner company reads its money by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.blind = [user for role, user in cls.people.items() if role not in MONEY]
        cls.rival = cls._person("rival", cls.bolt, "owner", "finance", "sales")
        cls.outsider = cls._person("outsider", cls.stranger, "owner", "finance", "sales")
        cls._plan(cls._rate(0.10), cls._bands((0, 0.01)))
        # January is billed, February stated, March earned
        cls.invoices = cls.env["account.move"]
        for partner, price in ((cls.acme, 1000), (cls.bolt, 70)):
            for day in ("2026-01-20", "2026-02-20", "2026-03-20"):
                cls.invoices |= cls._invoice(partner, day, price)
        cls.bills = cls._bill(cls._state("2026-01"))
        cls.february = cls._state("2026-02")
        cls.program._run()
        cls.bill = cls.bills.filtered(lambda bill: bill.partner_id == cls.acme)

    def _of(self, company, model):
        """Return what there is of ``model`` for ``company``, in the order in which it is read."""
        path = "statement_id.partner_id" if model == "pmm.statement.line" else "partner_id"
        return self.env[model].search([(path, "=", company.id)])

    # === REWARDS AND STATEMENTS === #

    def test_rewards_are_for_roles_that_see_money(self):
        """P2: owner and finance; not sales, learners and people without a role."""
        for model, number in NUMBERS.items():
            own = self._of(self.acme, model)
            self.assertTrue(own)
            for role, user in self.people.items():
                seen = own if role in MONEY else self.env[model]
                with self.subTest(role=role, model=model):
                    self.assertReads(user, model, seen, number)
            with self.subTest(role="rival", model=model):
                self.assertReads(self.rival, model, self._of(self.bolt, model), number)
            with self.subTest(role="outsider", model=model):
                self.assertReads(self.outsider, model, self.env[model], number)

    def test_export_is_not_for_the_portal(self):
        """DESIGN 3.5: Odoo lets nobody outside export."""
        for user in (self.people["owner"], *self.blind, self.rival):
            for model in NUMBERS:
                with self.subTest(f"{user.login} {model}"), self.assertRaises(UserError):
                    self._of(self.acme, model).with_user(user).export_data(["id"])

    def test_terms_and_links_are_out_of_reach(self):
        """DESIGN 3.5: plans, rules, bands, postings, settlements, proof: not even a count."""
        for user in (*self.people.values(), self.rival, self.env.ref("base.public_user").sudo()):
            for model in HIDDEN:
                Model = self.env[model].with_user(user)
                record = self.env[model].sudo().search([], limit=1).with_user(user)
                self.assertTrue(record, model)
                for call in (
                    lambda Model=Model: Model.search([]),
                    lambda Model=Model: Model.search_count([]),
                    lambda Model=Model: Model.formatted_read_group([], [], ["__count"]),
                    lambda record=record: record.read(["display_name"]),
                ):
                    with self.subTest(f"{user.login} {model}"), self.assertRaises(AccessError):
                        call()
        public = self.env.ref("base.public_user").sudo()
        for model in NUMBERS:
            with self.subTest(f"visitor {model}"), self.assertRaises(AccessError):
                self.env[model].with_user(public).search_count([])

    def test_sums_on_the_enrolment_follow_the_role(self):
        """P2: what has been earned in all is money, too, though everybody reads the enrolment."""
        earned = self._earned(self.acme_in)
        self.assertGreater(earned, 0)
        for role, user in self.people.items():
            enrollment = self.acme_in.with_user(user)
            self.env.invalidate_all()
            with self.subTest(role=role):
                [row] = enrollment.read(["reward_total", "entry_ids"])
                self.assertEqual(row["reward_total"], earned if role in MONEY else 0)
                self.assertEqual(bool(row["entry_ids"]), role in MONEY)
                found = enrollment.search([("entry_ids.amount", ">", 0)])
                self.assertEqual(bool(found), role in MONEY)

    def test_a_role_acts_at_once(self):
        """P2: granted, changed and taken away between two questions of the same process."""
        user = self.people["none"]
        moves = self.env["account.move"].with_user(user)
        for model in NUMBERS:
            Model = self.env[model].with_user(user)
            own = self._of(self.acme, model)
            self.assertFalse(Model.search([]))
            self.assertNotIn(self.bill, moves.search([]))
            role = self._grant(user, "finance")
            self.assertEqual(Model.search([]).ids, own.ids)
            self.assertIn(self.bill, moves.search([]))
            role.role = "sales"
            self.assertFalse(Model.search([]))
            self.assertNotIn(self.bill, moves.search([]))
            role.role = "owner"
            self.assertEqual(Model.search([]).ids, own.ids)
            role.unlink()
            self.env.invalidate_all()
            self.assertFalse(Model.search([]))
            self.assertNotIn(self.bill, moves.search([]))
            with self.assertRaises(AccessError):
                own.with_user(user).read(["company_id"])

    def test_who_changes_the_company_leaves_its_money(self):
        """X10: a former finance person reads nothing of the company that was left."""
        user = self.people["finance"]
        user.partner_id.parent_id = self.stranger
        for model in NUMBERS:
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(user).search([]))
        self.assertFalse(self.env["account.move"].with_user(user).search([]) & self.bills)

    def test_partners_change_nothing(self):
        """DESIGN 3.6: not even owners write, create, copy or delete anything of it."""
        statement = self.bill.sudo().pmm_statement_ids
        records = {
            self._entries(self.acme_in)[0]: {"amount": 9999},
            statement: {"amount_total": 9999},
            statement.line_ids[0]: {"entry_id": self._entries(self.acme_in)[0].id},
            self._plans(): {"name": "Mine"},
            self._plans().rule_ids[0]: {"rate": 1},
            self._plans().rule_ids.band_ids[0]: {"rate": 1},
            self._entries(self.acme_in).sudo().posting_ids[0]: {"company_id": self.company.id},
            statement.settlement_ids: {"amount": 1},
        }
        for user in (self.people["owner"], self.people["sales"], self.rival):
            for record, vals in records.items():
                with self.subTest(f"{user.login} {record}"):
                    self.assertChangesNothing(user, record, vals)

    def _plans(self):
        return self.env["pmm.reward.plan"].search([("program_id", "=", self.program.id)])

    def test_partners_press_no_button(self):
        """DESIGN 3.6: statements are neither sent, billed nor taken back from outside."""
        statement = self._of(self.acme, "pmm.statement")[0].with_user(self.people["owner"])
        for call in (
            statement.action_send,
            statement.action_create_bills,
            statement.action_cancel_bill,
            lambda: statement.message_post(body="Mine"),
        ):
            self.assertRefused(call)

    def test_messages_are_for_roles_that_see_money(self):
        """DESIGN 3.5: what is written on a statement or a bill is read with it, or not at all."""
        statement = self._of(self.acme, "pmm.statement")[0].sudo()
        messages = self.env["mail.message"].sudo()
        for record in (statement, self.bill):
            messages |= record.message_post(body="1,234", subtype_xmlid="mail.mt_comment").sudo()
        for user in (*self.blind, self.rival, self.outsider):
            mine = self.env["mail.message"].with_user(user)
            self.assertFalse(mine.search([("id", "in", messages.ids)]))
            for message in messages.with_user(user):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    message.read(["body"])
        owner = self.people["owner"]
        self.assertEqual(len(messages.with_user(owner).read(["body"])), 2)

    def test_other_companies_of_ours_are_apart(self):
        """X10: who deals with one of our companies does not see what the other one owes."""
        company = self.setup_other_company()["company"]
        program = self.env["pmm.program"].sudo()
        program = program.create(
            {"name": "Other", "company_id": company.id, "date_start": "2026-01-01", "tz": "UTC"}
        )
        program._setup_accounting()
        self._enroll(self.acme, program=program)
        plan = (
            self.env["pmm.reward.plan"]
            .sudo()
            .create(
                {
                    "name": "Other",
                    "program_id": program.id,
                    "rule_ids": [Command.create(self._rate(0.5))],
                }
            )
        )
        plan.action_activate()
        move = self.env["account.move"].sudo().with_company(company)
        move = move.create(
            {
                "move_type": "out_invoice",
                "partner_id": self.acme.id,
                "invoice_date": "2026-01-20",
                "date": "2026-01-20",
                "invoice_line_ids": [
                    Command.create({"product_id": self.pump.id, "price_unit": 9, "tax_ids": False})
                ],
            }
        )
        move.action_post()
        program._run()
        january = program.period_ids.sorted("date_start")[0]
        january.action_close()
        statement = self.env["pmm.statement"].sudo()._make(january)
        self.assertEqual(statement.amount_total, 4.5)
        owner = self.people["owner"]
        for model, foreign in (
            ("pmm.reward.entry", statement.line_ids.entry_id),
            ("pmm.statement", statement),
            ("pmm.statement.line", statement.line_ids),
        ):
            self.assertTrue(foreign)
            with self.subTest(model):
                own = self.env[model].with_user(owner).search([])
                self.assertTrue(own)
                self.assertFalse(own & foreign)
                with self.assertRaises(AccessError):
                    foreign.with_user(owner).read(["company_id"])
        owner.company_ids |= company
        self.assertIn(statement, self.env["pmm.statement"].with_user(owner).search([]))

    # === BILLS === #

    def _moves_of(self, user):
        return self.env["account.move"].with_user(user).search([])

    def assertSeesBill(self, user, bill, seen):
        """Assert by search, read, sums and journal items whether ``user`` sees ``bill``."""
        mine = bill.with_user(user)
        self.assertEqual(bill in self._moves_of(user), seen)
        items = self.env["account.move.line"].with_user(user)
        found = items.search([("move_id", "=", bill.id)])
        self.assertEqual(set(found), set(bill.line_ids) if seen else set())
        [row] = items.formatted_read_group([("move_id", "=", bill.id)], [], ["__count"])
        self.assertEqual(row["__count"], len(bill.line_ids) if seen else 0)
        [row] = items.env["account.move"].formatted_read_group(
            [("id", "=", bill.id)], [], ["amount_total:sum"]
        )
        self.assertEqual(row["amount_total:sum"] or 0, bill.amount_total if seen else 0)
        self.env.invalidate_all()
        if seen:
            self.assertEqual(mine.read(["amount_total"])[0]["amount_total"], bill.amount_total)
            self.assertTrue(mine.line_ids.read(["balance"]))
            return
        with self.assertRaises(AccessError):
            mine.read(["amount_total"])
        with self.assertRaises(AccessError):
            bill.line_ids.with_user(user).read(["balance"])

    def test_reward_bills_are_for_roles_that_see_money(self):
        """P2, S4: Odoo's portal would show every bill to everybody in the company."""
        for role, user in self.people.items():
            with self.subTest(role=role):
                self.assertSeesBill(user, self.bill, role in MONEY)
                self.assertFalse(self._moves_of(user) & (self.bills - self.bill))
        self.assertSeesBill(self.rival, self.bills - self.bill, True)
        self.assertSeesBill(self.rival, self.bill, False)
        self.assertSeesBill(self.outsider, self.bill, False)

    def test_ordinary_invoices_stay_as_they_were(self):
        """X14: whatever the role, the company's own invoices are read as ever."""
        own = self.invoices.filtered(lambda move: move.partner_id == self.acme)
        for role, user in self.people.items():
            with self.subTest(role=role):
                self.assertEqual(set(self._moves_of(user) - self.bill), set(own))
                items = self.env["account.move.line"].with_user(user).search([])
                self.assertLessEqual(set(own.line_ids), set(items))

    def test_ordinary_vendor_bills_stay_as_they_were(self):
        """X14: a partner that also sells to us sees what we owe for that, by any role."""
        bill = self._invoice(self.acme, "2026-02-01", 5, move_type="in_invoice")
        for role, user in self.people.items():
            with self.subTest(role=role):
                self.assertSeesBill(user, bill, True)

    def test_self_bills_of_others_stay_as_they_were(self):
        """X14: self-billing exists without partner programmes, too."""
        bill = self._invoice(
            self.stranger,
            "2026-02-01",
            5,
            move_type="in_invoice",
            journal_id=self.program.bill_journal_id.id,
        )
        person = self._person("plain", self.stranger)
        for user in (person, self.outsider):
            self.assertSeesBill(user, bill, True)

    def test_a_bill_taken_back_hides_with_its_reversal(self):
        """P2: the refund that takes a bill back tells as much as the bill."""
        statement = self.bill.sudo().pmm_statement_ids
        before = self.env["account.move"].search([])
        statement.action_cancel_bill()
        reversal = self.env["account.move"].search([]) - before
        self.assertEqual(reversal.move_type, "in_refund")
        for role in ("owner", "sales", "learner"):
            for move in self.bill | reversal:
                with self.subTest(role=role, move=move.move_type):
                    self.assertSeesBill(self.people[role], move, role in MONEY)

    def test_attachments_of_bills_and_statements_hide_with_them(self):
        """DESIGN 3.5: a file is no way around its document (for owners there are tokens)."""
        statement = self.bill.sudo().pmm_statement_ids
        files = self.env["ir.attachment"].sudo()
        files = files.create(
            [
                {"name": "bill.txt", "raw": b"1,234", "res_model": r._name, "res_id": r.id}
                for r in (self.bill, statement)
            ]
        )
        for user in (*self.blind, self.rival, self.outsider):
            for file in files.with_user(user):
                with self.subTest(user.login), self.assertRaises(AccessError):
                    file.read(["datas"])
            self.assertFalse(files.with_user(user).search([("id", "in", files.ids)]))

    def test_employees_see_bills_as_ever(self):
        """X14: the rule is for people outside; accounting works on."""
        biller = self._user("biller", "account.group_account_invoice")
        auditor = self._user("auditor", "account.group_account_readonly")
        for user in (biller, auditor):
            with self.subTest(user.login):
                self.assertSeesBill(user, self.bill, True)
        # also one whose contact sits in the partner company, without a role
        biller.partner_id.parent_id = self.acme
        self.assertSeesBill(biller, self.bill, True)

    def test_a_subsidiary_has_money_roles_of_its_own(self):
        """P2: the parent's owner sees the subsidiary's bills only with a role there."""
        east = self.env["res.partner"].create(
            {"name": "Acme East", "is_company": True, "parent_id": self.acme.id}
        )
        self._enroll(east)
        bill = self._invoice(
            east,
            "2026-02-01",
            5,
            move_type="in_invoice",
            journal_id=self.program.bill_journal_id.id,
        )
        self.assertSeesBill(self._person("east", east, "owner"), bill, True)
        self.assertSeesBill(self._person("eastern", east, "sales"), bill, False)
        self.assertSeesBill(self.people["owner"], bill, False)
