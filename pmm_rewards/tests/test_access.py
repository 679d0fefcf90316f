from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import RewardCommon

PEOPLE = {
    "internal": "base.group_user",
    "portal": "base.group_portal",
    "user": "pmm_partner_kpi.group_pmm_user",
    "manager": "pmm_partner_kpi.group_pmm_manager",
    "approver": "pmm_rewards.group_pmm_approver",
    "admin": "pmm_partner_kpi.group_pmm_admin",
    "accountant": "account.group_account_invoice",
}
# who may (r)ead, (w)rite, (c)reate and (d)elete; whoever is not named may do nothing
TERMS = {"user": "r", "manager": "rwcd", "approver": "rwcd", "admin": "rwcd", "accountant": "r"}
LEDGER = {"user": "r", "manager": "r", "approver": "r", "admin": "r", "accountant": "r"}
SHOWN = LEDGER | {"portal": "r"}  # to the money roles of a partner company, see test_portal_access
RIGHTS = {
    "pmm.reward.plan": TERMS,
    "pmm.reward.rule": TERMS,
    "pmm.reward.band": TERMS,
    "pmm.reward.entry": SHOWN,
    "pmm.reward.posting": LEDGER,
    "pmm.statement": SHOWN,
    "pmm.statement.line": SHOWN,
    "pmm.settlement": LEDGER,
    "pmm.gl.proof": {"approver": "r", "admin": "r", "accountant": "r"},
    "pmm.gl.proof.wizard": {"approver": "rwcd", "admin": "rwcd", "accountant": "rwcd"},
}
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}
# all that can be called from outside: a new one needs a row here, and a thought about rights
PUBLIC = {
    "pmm.enrollment": {"action_view_entries"},
    "pmm.gl.proof.wizard": {"action_open"},
    "pmm.period": {"action_make_statements", "action_view_statements"},
    "pmm.program": {
        "action_post_accruals",
        "action_setup_accounting",
        "action_view_entries",
        "action_view_statements",
        "write",
    },
    "pmm.reward.band": {"create", "write"},
    "pmm.reward.entry": {"action_open_document", "action_view_credits"},
    "pmm.reward.plan": {
        "action_activate",
        "action_close",
        "action_draft",
        "action_view_entries",
        "copy_data",
        "create",
        "write",
    },
    "pmm.reward.rule": {"create", "write"},
    "pmm.statement": {
        "action_cancel_bill",
        "action_create_bills",
        "action_send",
        "action_view_bill",
    },
}
LEDGERS = (
    "pmm.reward.entry",
    "pmm.reward.posting",
    "pmm.statement",
    "pmm.statement.line",
    "pmm.settlement",
)


class _UndoneError(Exception):
    pass


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(RewardCommon):
    """DESIGN 3.5, 3.6, 6, X10: who may see and do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {login: cls._user(f"pmm_{login}", group) for login, group in PEOPLE.items()}
        cls.colleague = cls._user("pmm_colleague", PEOPLE["user"])
        cls.plan = cls._plan(cls._rate(0.10), cls._bands((0, 0.01), name="Bands"))
        cls.draft = cls._plan(cls._rate(0.01, role="referrer"), activate=False)
        cls.acme_in.user_id = cls.people["user"]
        cls.bolt_in.user_id = cls.colleague
        cls.bolt.email = "office@bolt.example"
        # January is billed, February stated, March closed, April earned
        both = (cls.acme, cls.bolt)
        for partner in both:
            cls._invoice(partner, "2026-01-20", 1000)
            cls._invoice(partner, "2026-02-20", 500)
        cls.statements = cls._state("2026-01")
        cls._bill(cls.statements)
        cls.february = cls._state("2026-02")
        for partner in both:
            cls._invoice(partner, "2026-03-20", 300)
        cls._close("2026-03")

    def _may(self, action):
        """Return whether ``action`` is let through; what it did is undone."""
        try:
            with mute_logger("odoo.sql_db"), self.cr.savepoint():
                action()
                self.env.flush_all()
                raise _UndoneError
        except _UndoneError:
            allowed = True
        except UserError:
            allowed = False
        self.env.invalidate_all()
        return allowed

    def test_each_group_has_its_rights_on_each_model(self):
        """DESIGN 6: one table: model × group × operation."""
        for model, rights in RIGHTS.items():
            for login, user in self.people.items():
                records = self.env[model].with_user(user)
                found = "".join(
                    letter
                    for letter, operation in OPERATIONS.items()
                    if records.has_access(operation)
                )
                with self.subTest(model=model, login=login):
                    self.assertEqual(found, rights.get(login, ""))

    def test_no_model_of_the_addon_is_left_out_of_the_table(self):
        """DESIGN 3.5: a new model needs a row in the table."""
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "pmm_rewards" and not model._abstract
        }
        self.assertEqual(ours, set(RIGHTS))

    def test_public_methods_are_those_of_the_table(self):
        """DESIGN 6: every public method is an endpoint for everybody who can log in."""
        found = {}
        for name, model in self.env.registry.items():
            if not name.startswith("pmm."):
                continue
            for base in model.mro():
                if base.__module__.startswith("odoo.addons.pmm_rewards."):
                    methods = {
                        key
                        for key, value in vars(base).items()
                        if callable(value) and not key.startswith("_")
                    }
                    if methods:
                        found.setdefault(name, set()).update(methods)
        self.assertEqual(found, PUBLIC)

    def test_what_moves_money_cannot_be_called_from_outside(self):
        """DESIGN 6: the workers behind the buttons check no rights, so they are private."""
        for model, names in {
            "pmm.program": ("_run", "_setup_accounting", "_cron_accrue"),
            "pmm.reward.entry": ("_accrue",),
            "pmm.reward.posting": ("_post", "_post_batch"),
            "pmm.statement": ("_make", "_create_bills", "_bill_groups"),
        }.items():
            for name in names:
                self.assertTrue(hasattr(self.env[model], name), name)
                with self.assertRaises(AccessError):
                    get_public_method(self.env[model], name)

    def test_who_may_press_which_button(self):
        """DESIGN 6: managers activate, approvers state and send, accountants post and bill."""
        managers = {"manager", "approver", "admin"}
        approvers = {"approver", "admin"}
        march, draft, plan = self._period("2026-03"), self.draft, self.plan
        wizard = self.env["pmm.gl.proof.wizard"]
        buttons = {
            "activate": (managers, lambda user: draft.with_user(user).action_activate()),
            "draft": (managers, lambda user: draft.with_user(user).action_draft()),
            "close": (managers, lambda user: plan.with_user(user).action_close()),
            "run": (managers, lambda user: self.program.with_user(user).action_run()),
            "state": (approvers, lambda user: march.with_user(user).action_make_statements()),
            "send": (approvers, lambda user: self.statements.with_user(user).action_send()),
            "setup": (set(), lambda user: self.program.with_user(user).action_setup_accounting()),
            "post": (
                {"accountant"},
                lambda user: self.program.with_user(user).action_post_accruals(),
            ),
            "bill": (
                {"accountant"},
                lambda user: self.february.with_user(user).action_create_bills(),
            ),
            "take back": (
                {"accountant"},
                lambda user: self.statements.with_user(user).action_cancel_bill(),
            ),
            "prove": (
                approvers | {"accountant"},
                lambda user: wizard.with_user(user).create({}).action_open(),
            ),
        }
        for button, (allowed, press) in buttons.items():
            found = {
                login
                for login, user in self.people.items()
                if self._may(lambda press=press, user=user: press(user))
            }
            with self.subTest(button=button):
                self.assertEqual(found, allowed)

    def test_accounts_are_made_by_accounting_administrators(self):
        """DESIGN 6: the chart of accounts is theirs; a programme manager is not enough."""
        chief = self._user("pmm_chief", "account.group_account_manager")
        self.program.accrual_journal_id = False
        for login in ("manager", "approver", "admin", "accountant"):
            program = self.program.with_user(self.people[login])
            self.assertFalse(self._may(program.action_setup_accounting))
        self.program.with_user(chief).action_setup_accounting()
        self.assertTrue(self.program.accrual_journal_id)

    def test_a_refused_button_changes_nothing(self):
        """DESIGN 3.6: a partner user gets nowhere near the money."""
        before = self.env["pmm.reward.posting"].search_count([])
        for login in ("portal", "internal"):
            user = self.people[login]
            for action in (
                lambda u=user: self.program.with_user(u).action_post_accruals(),
                lambda u=user: self.february.with_user(u).action_create_bills(),
                lambda u=user: self.statements.with_user(u).action_cancel_bill(),
                lambda u=user: self._period("2026-03").with_user(u).action_make_statements(),
            ):
                self.assertRefused(action)
        self.assertEqual(self.env["pmm.reward.posting"].search_count([]), before)
        self.assertFalse(self.february.move_id)
        self.assertEqual(set(self.statements.mapped("state")), {"billed"})

    # === RECORD RULES === #

    def test_a_user_sees_the_rewards_of_own_partners_only(self):
        """DESIGN 3.5, X10: Acme is in the user's care, Bolt in a colleague's."""
        user = self.people["user"]
        for model in LEDGERS:
            everything = self.env[model].search([])
            mine = self.env[model].with_user(user).search([])
            with self.subTest(model=model):
                self.assertTrue(mine)
                self.assertTrue(everything - mine)
                self.assertEqual(self._partners(mine), self.acme)
                foreign = (everything - mine)[0].with_user(user)
                self.assertRefused(lambda foreign=foreign: foreign.read(["id", "display_name"]))
                groups = self.env[model].with_user(user)._read_group([], [], ["__count"])
                self.assertEqual(groups[0][0], len(mine))

    def _partners(self, records):
        if records._name == "pmm.reward.posting":
            return records.sudo().entry_id.partner_id
        if records._name in ("pmm.statement.line", "pmm.settlement"):
            return records.sudo().statement_id.partner_id
        return records.partner_id

    def test_a_partner_without_manager_is_not_a_colleagues(self):
        """X10: once somebody takes care of it, only this person sees it."""
        self.bolt_in.user_id = self.people["user"]
        mine = self.env["pmm.reward.entry"].with_user(self.people["user"]).search([])
        theirs = self.env["pmm.reward.entry"].with_user(self.colleague).search([])
        self.assertEqual(mine.partner_id, self.acme | self.bolt)
        self.assertFalse(theirs)

    def test_managers_and_accountants_see_all_partners(self):
        """DESIGN 6: managers, approvers and accounting work for all."""
        for login in ("manager", "approver", "admin", "accountant"):
            for model in LEDGERS:
                with self.subTest(login=login, model=model):
                    found = self.env[model].with_user(self.people[login]).search([])
                    self.assertEqual(found, self.env[model].search([]))

    def test_totals_are_those_of_what_one_may_see(self):
        """DESIGN 3.5: sums on plans do not tell of other partners."""
        enrollment = self.acme_in.with_user(self.people["user"])
        self.assertEqual(enrollment.reward_total, self._earned(self.acme_in))
        total = self.plan.entry_total
        self.env.invalidate_all()
        self.assertLess(self.plan.with_user(self.people["user"]).entry_total, total)

    def test_explanations_are_read_with_the_entry(self):
        """W1: whoever sees the entry reads why, without other rights."""
        for login in ("user", "manager", "accountant"):
            entry = self._entries(self.acme_in)[0].with_user(self.people[login])
            entry.invalidate_recordset()
            self.assertTrue(entry.explanation)
            self.assertTrue(entry.display_name)
            self.assertTrue(entry.action_open_document()["res_id"])
            self.assertEqual(entry.state, "billed")

    def test_links_on_journal_entries_are_for_accounting(self):
        """DESIGN 3.5: a portal partner who reads the own bill does not read the ledger's links."""
        Move = self.env["account.move"]
        for login in ("portal", "internal"):
            names = Move.with_user(self.people[login]).fields_get()
            self.assertNotIn("pmm_statement_ids", names)
            self.assertNotIn("pmm_posting_ids", names)
        self.assertIn("pmm_statement_ids", Move.with_user(self.people["accountant"]).fields_get())

    def test_another_company_is_out_of_sight(self):
        """X10: no company sees another's plans, rewards, statements or proof."""
        company = self.setup_other_company()["company"]
        program = (
            self.env["pmm.program"]
            .sudo()
            .create(
                {
                    "name": "Other",
                    "company_id": company.id,
                    "date_start": "2026-01-01",
                    "tz": "UTC",
                }
            )
        )
        program._setup_accounting()
        enrollment = (
            self.env["pmm.enrollment"]
            .sudo()
            .create(
                {
                    "program_id": program.id,
                    "partner_id": self.stranger.id,
                    "date_start": "2026-01-01",
                }
            )
        )
        vals = {"program_id": program.id, "name": "Other"}
        plan = self.env["pmm.reward.plan"].sudo().create(vals)
        rule = (
            self.env["pmm.reward.rule"].sudo().create(self._bands((0, 0.10)) | {"plan_id": plan.id})
        )
        plan.action_activate()
        product = self.pump.with_company(company)
        move = (
            self.env["account.move"]
            .sudo()
            .with_company(company)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": company.id,
                    "partner_id": self.stranger.id,
                    "invoice_date": "2026-01-20",
                    "date": "2026-01-20",
                    "invoice_line_ids": [
                        (0, 0, {"product_id": product.id, "price_unit": 1000, "tax_ids": False})
                    ],
                }
            )
        )
        move.action_post()
        program._run()
        program.period_ids.filtered(lambda p: p.name == "2026-01").action_close()
        self.env["pmm.reward.posting"].sudo()._post(program)
        period = program.period_ids.filtered(lambda p: p.name == "2026-01")
        statement = self.env["pmm.statement"].sudo()._make(period)
        self.assertEqual(statement.amount_total, 100)
        entry = statement.line_ids.entry_id
        hidden = {
            "pmm.reward.plan": plan,
            "pmm.reward.rule": rule,
            "pmm.reward.band": rule.band_ids,
            "pmm.reward.entry": entry,
            "pmm.reward.posting": entry.posting_ids,
            "pmm.statement": statement,
            "pmm.statement.line": statement.line_ids,
        }
        for login in ("user", "manager", "approver", "admin", "accountant"):
            user = self.people[login]
            for model, records in hidden.items():
                with self.subTest(login=login, model=model):
                    self.assertTrue(records)
                    visible = self.env[model].with_user(user).search([])
                    self.assertFalse(visible & records)
                    self.assertRefused(
                        lambda r=records, u=user: r.with_user(u).read(["display_name"])
                    )
            if login in ("approver", "admin", "accountant"):
                proof = self.env["pmm.gl.proof"].with_user(user).search([])
                self.assertEqual(proof.company_id, self.company)
        manager = self.people["manager"]
        self.assertRefused(lambda: self.env["pmm.reward.plan"].with_user(manager).create(vals))
        self.assertRefused(lambda: plan.with_user(manager).write({"name": "Mine"}))
        accountant = self.people["accountant"]
        self.assertRefused(program.with_user(accountant).action_post_accruals)
        self.assertRefused(statement.with_user(accountant).action_create_bills)
        self.assertFalse(enrollment.with_user(manager).has_access("read"))
