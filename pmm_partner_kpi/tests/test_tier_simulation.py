from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestTierSimulation(PmmCommon):
    """T14: who would move if thresholds were others, before anything is saved."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.tier_ids = [
            Command.create({"grade_id": cls.silver.id, "sequence": 1}),
            Command.create(
                {
                    "grade_id": cls.gold.id,
                    "sequence": 2,
                    "requirement_ids": [
                        Command.create({"kpi_id": cls.kpi.id, "threshold": 1000}),
                        Command.create({"kind": "check", "name": "Showroom", "group": "B"}),
                    ],
                }
            ),
        ]
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls._invoice(cls.acme, "2026-02-10", 1500)
        cls._invoice(cls.bolt, "2026-02-10", 700)
        cls.program._run()

    def _simulate(self, threshold):
        action = self.program.with_user(self.manager).action_simulate_tiers()
        env = self.env(user=self.manager, context=action["context"])
        with Form(env["pmm.tier.simulation"]) as form, form.line_ids.edit(0) as line:
            line.threshold = threshold
        form.record.action_simulate()
        return form.record

    def test_who_would_move(self):
        """T14: on the threshold counts as met, a cent over it does not."""
        for threshold, up, down in (
            (1000, "", ""),
            (700, "Bolt Supplies", ""),
            (700.01, "", ""),
            (1500, "", ""),
            (1500.01, "", "Acme Trading"),
            (0, "Bolt Supplies", ""),
        ):
            with self.subTest(threshold):
                simulation = self._simulate(threshold)
                moves = simulation.move_ids
                self.assertEqual(
                    [
                        ", ".join(
                            moves.filtered(lambda m, u=u: m.is_up == u).partner_id.mapped("name")
                        )
                        for u in (True, False)
                    ],
                    [up, down],
                )
                self.assertEqual(simulation.up_count, bool(up))
                self.assertEqual(simulation.down_count, bool(down))
                self.assertEqual(simulation.partner_count, 2)

    def test_nothing_is_saved_until_applied(self):
        """T14: thresholds change with “Apply” only; partners move with the next run."""
        requirement = self.program.tier_ids[1].requirement_ids[0]
        simulation = self._simulate(700)
        self.assertEqual(requirement.threshold, 1000)
        self.assertFalse(self.bolt_in.tier_ids)
        self.assertIn("Gold: 1 → 2", simulation.summary)
        simulation.action_apply()
        self.assertEqual(requirement.threshold, 700)

    def test_lower_tier_that_asks_for_more(self):
        """T14: warned where Silver asks for a cent more of a KPI than Gold; not where as much."""
        self.program.tier_ids[0].requirement_ids = [
            Command.create({"kpi_id": self.kpi.id, "threshold": 500}),
            Command.create({"kpi_id": self.kpi.id, "threshold": 9000, "group": "B"}),
        ]
        action = self.program.with_user(self.manager).action_simulate_tiers()
        env = self.env(user=self.manager, context=action["context"])
        with Form(env["pmm.tier.simulation"]) as form:
            # of two ways to Silver the easier one decides
            for threshold, warned in ((1000, False), (1000.01, True), (999.99, False)):
                with form.line_ids.edit(0) as line:
                    line.threshold = threshold
                self.assertEqual("Silver asks for more than Gold" in form.warning, warned)

    def test_rights(self):
        """T14: a user of the programme does not simulate, nor apply what a manager tried."""
        user = self._user("user", "pmm_partner_kpi.group_pmm_user")
        simulation = self._simulate(700)
        with self.assertRaises(AccessError):
            self.program.with_user(user).action_simulate_tiers()
        with self.assertRaises(AccessError):
            simulation.with_user(user).action_apply()
