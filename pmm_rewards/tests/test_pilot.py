from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestRewardPilot(PortalCommon, RewardCommon):
    """C7: what a pilot earns is calculated, and never posted, stated, shown or paid."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._person("owner_acme", cls.acme, "owner")
        cls._plan(cls._rate(0.1))
        cls.trial = cls._program("Trial", is_pilot=True)
        cls.acme_try = cls._enroll(cls.acme, program=cls.trial)
        cls._plan(cls._rate(0.2), program=cls.trial)
        cls._invoice(cls.acme, "2026-02-10", 100)
        cls.program._run()
        cls.trial._run()

    def test_earned_but_neither_posted_nor_stated(self):
        """C7: the ledger has it; journal, statements and GL proof have nothing."""
        self.assertEqual(self._earned(self.acme_try), 20)
        self.assertFalse(self._state("2026-01", "2026-02", program=self.trial))
        self.assertFalse(self._moves(self.trial))
        self.assertFalse(self._proof("2026-04-15", program=self.trial))
        self.assertEqual(self._balance(self.trial), 0)
        statement = self._state("2026-01", "2026-02")
        self.assertEqual(statement.amount_total, 10)
        self.assertProof("2026-04-15")

    def test_partner_sees_nothing_of_it(self):
        """C7, DESIGN 3.5: entries of the pilot are out of reach for owners."""
        self._state("2026-01", "2026-02")
        entries = self._entries(self.acme_in)
        self.assertReads(self.owner, "pmm.reward.entry", entries, "amount")
        sums = self.env["pmm.reward.entry"].with_user(self.owner)._sums_of([])
        self.assertEqual([row["waiting"] for row in sums], [10])

    def test_totals_are_without_it(self):
        """C7: the ledger opens without the pilot, the plan's total is without it."""
        context = self.env["ir.actions.act_window"]._for_xml_id(
            "pmm_rewards.pmm_reward_entry_action"
        )["context"]
        self.assertIn("search_default_live", context)
        self.assertEqual(self.trial.plan_ids.entry_total, 0)
        self.assertEqual(self.program.plan_ids.entry_total, 10)
        self.assertEqual(self.acme_try.reward_total, 20)

    def test_live_earns_from_its_day_on(self):
        """C7: after going live only what comes from that day on is paid."""
        wizard = self.env["pmm.pilot.wizard"].create(
            {"program_id": self.trial.id, "date": "2026-04-15"}
        )
        wizard.action_go_live()
        live = self.trial.enrollment_ids - self.acme_try
        self._invoice(self.acme, "2026-04-14", 1000)
        self._invoice(self.acme, "2026-04-15", 30)
        self.trial._run()
        self.assertEqual(self._earned(live), 6)
        self.assertEqual(self._earned(self.acme_try), 220)
        self._post(self.trial)
        self.assertEqual(self._balance(self.trial), -6)
        self.assertProof("2026-04-15", self.trial)

    def test_enrolment_that_has_earned_stays_what_it_is(self):
        """C7: without KPIs, entries alone fix whether an enrolment is a pilot."""
        self.assertFalse(self.acme_try.measurement_ids)
        self.assertRefused(lambda: self.acme_try.write({"is_shadow": False}), "stays")
