from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon

SHIPPED = {
    "resellers": [("Bronze", 0.02), ("Silver", 0.04), ("Gold", 0.06)],
    "distributors": [("Silver", 0.01), ("Gold", 0.02)],
    "referral": [(False, 0.1)],
    "service": [(False, 0.03)],
}


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmProgramWizard(RewardCommon):
    """X15: a programme from a template also earns."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.name = "Something else"
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.both = cls._user(
            "both", "pmm_partner_kpi.group_pmm_manager", "account.group_account_manager"
        )
        cls._invoice(cls.acme, "2026-03-31", 500)
        cls._invoice(cls.acme, "2026-04-01", 700, pmm_referrer_id=cls.bolt.id)

    def _wizard(self, template="resellers", user=None, **vals):
        return (
            self.env["pmm.program.wizard"]
            .with_user(user or self.both)
            .create(
                {
                    "template_id": self.env.ref(f"pmm_partner_kpi.template_{template}").id,
                    "partner_ids": [Command.set((self.acme | self.bolt).ids)],
                    **vals,
                }
            )
        )

    def _make(self, *args, **vals):
        """Return the programme that the dialog makes, and where its button leads."""
        wizard = self._wizard(*args, **vals)
        params = wizard.action_create_program()["params"]
        return self.env["pmm.program"].search([("name", "=", wizard.name)]), params

    def test_every_shipped_template_earns(self):
        """X15, R1: the rules of the plan, exactly; what was invoiced in the period has earned."""
        earned = {"resellers": 14, "distributors": 7, "referral": 70, "service": 21}
        for name, rates in SHIPPED.items():
            with self.subTest(name):
                program, params = self._make(name)
                plan = program.plan_ids
                self.assertEqual(plan.state, "active")
                self.assertEqual(plan.date_start, fields.Date.to_date("2026-04-01"))
                rules = plan.rule_ids
                self.assertEqual([(r.grade_ids.name, r.rate) for r in rules], rates)
                self.assertEqual(set(rules.mapped("kind")), {"document_rate"})
                role = "referrer" if name == "referral" else "buyer"
                self.assertEqual(set(rules.mapped("role")), {role})
                entries = self._entries(program=program)
                self.assertEqual(entries.mapped("amount"), [earned[name]])
                self.assertEqual(params["type"], "success")

    def test_names_of_rules_say_who_and_how_much(self):
        """W1: the rule is what a partner reads as the reason."""
        resellers, _params = self._make()
        referral, _params = self._make("referral")
        self.assertEqual(
            resellers.plan_ids.rule_ids.mapped("name"), ["Bronze: 2 %", "Silver: 4 %", "Gold: 6 %"]
        )
        self.assertEqual(referral.plan_ids.rule_ids.name, "10 %")

    def test_rewards_from_the_start_if_that_is_wanted(self):
        """X15: the past earns only where somebody says so; the day itself counts."""
        program, _params = self._make(reward_date_start="2026-03-31")
        self.assertEqual(sum(self._entries(program=program).mapped("amount")), 24)
        program, _params = self._make(reward_date_start="2026-04-02", name="Later")
        self.assertFalse(self._entries(program=program))

    def test_manager_without_accounting_gets_a_draft_and_is_told(self):
        """X15, DESIGN 6: accounts are made by accounting; the rest works."""
        program, params = self._make(user=self.manager)
        self.assertEqual(program.plan_ids.state, "draft")
        self.assertFalse(program.accrued_account_id)
        self.assertEqual(params["type"], "warning")
        self.assertIn("“Create what is missing”", params["message"])
        self.assertIn(self.both.name, params["message"])
        self.assertTrue(program.enrollment_ids.measurement_ids)
        program.with_user(self.both).action_setup_accounting()
        program.plan_ids.with_user(self.manager).action_activate()
        program.with_user(self.manager).action_run()
        self.assertEqual(self._entries(program=program).mapped("amount"), [14])

    def test_none_for_now(self):
        """X15: a programme need not pay."""
        program, params = self._make(reward_kind="none", user=self.manager)
        self.assertFalse(program.plan_ids)
        self.assertEqual(params["type"], "success")

    def test_bad_rates_are_refused(self):
        """DESIGN 3.9: before anything is written."""
        for vals in ({"reward_rate": 0}, {"reward_kind": "tier"}):
            # referral partners have no rates by tier
            wizard = self._wizard("referral", **vals)
            self.assertRefused(wizard.action_create_program, "No rate is entered")
        for rate in (-0.0001, 1.0001):
            wizard = self._wizard("referral", reward_rate=rate)
            self.assertRefused(wizard.action_create_program, "between 0 % and 100 %")
        wizard = self._wizard("referral", reward_date_start=False)
        self.assertRefused(wizard.action_create_program, "Enter the day")
        self.assertFalse(self.env["pmm.program"].search([("name", "=", "Referral partners")]))
        self._make("referral", reward_rate=1)
