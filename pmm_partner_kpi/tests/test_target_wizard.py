from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestTargetWizard(PmmCommon):
    """K5: one target for many partners."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.april, cls.may = cls._period("2026-04"), cls._period("2026-05")
        cls.program._run()
        cls._enroll(cls.stranger, "2026-01-01", "2026-04-15")  # has just left

    def _wizard(self, periods=None, **vals):
        return self.env["pmm.target.wizard"].create(
            {
                "program_id": self.program.id,
                "value": 500,
                "period_ids": [Command.set((periods or self.april).ids)],
                **vals,
            }
        )

    def _targets(self):
        targets = self.env["pmm.kpi.target"].search([])
        return {(t.enrollment_id, t.period_id.name): t.value for t in targets}

    def test_all_running_enrolments(self):
        """K5: everybody who has not ended, in every period; what was set is told."""
        wizard = self._wizard(self.april | self.may)
        self.assertIn("Partners: 2 · Targets: 4", wizard.preview)
        message = wizard.action_apply()["params"]["message"]
        self.assertEqual(message, "Targets set: 4, replaced: 0, kept: 0.")
        self.assertEqual(set(self._targets().values()), {500})
        self.assertEqual(len(self._targets()), 4)

    def test_existing_targets(self):
        """K5: they are kept, unless replacing is asked for."""
        self._target(self.acme_in, "2026-04", 90)
        wizard = self._wizard()
        self.assertEqual(wizard.preview, "Partners: 2 · Targets: 2 · Already set, will be kept: 1")
        self.assertIn("Targets set: 1, replaced: 0, kept: 1", self._message(wizard))
        self.assertEqual(self._targets()[self.acme_in, "2026-04"], 90)
        self.assertIn(
            "Targets set: 0, replaced: 1, kept: 1", self._message(self._wizard(replace=True))
        )
        self.assertEqual(self._targets()[self.acme_in, "2026-04"], 500)

    def test_one_change_with_its_reason(self):
        """K17: threshold and stretch as well, not marked as set by hand, taken back in one go."""
        self._target(self.acme_in, "2026-04", 90)
        self._wizard(replace=True, threshold=400, stretch=600, reason="New year").action_apply()
        targets = self.env["pmm.kpi.target"].search([])
        self.assertEqual(
            {(t.threshold, t.value, t.stretch, t.by_hand) for t in targets},
            {(400, 500, 600, False)},
        )
        change = targets.change_id
        self.assertEqual((change.kind, change.reason), ("bulk", "New year"))
        change.action_undo()
        self.assertEqual(self._targets(), {(self.acme_in, "2026-04"): 90})

    def _message(self, wizard):
        return wizard.action_apply()["params"]["message"]

    def test_audiences(self):
        """K5: tiers, segments and account managers as they are today."""
        self.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": self.acme_in.id, "grade_id": self.gold.id, "date_start": day}
                for day in ("2026-01-01",)
            ]
        )
        segment = self.env["pmm.segment"].create({"name": "B", "company_id": self.company.id})
        segment._set_members(self.bolt)
        seller = self._user("seller", "pmm_partner_kpi.group_pmm_user")
        self.bolt_in.user_id = seller
        for vals, expected in (
            ({"audience": "tier", "grade_ids": self.gold.ids}, self.acme_in),
            ({"audience": "segment", "segment_ids": segment.ids}, self.bolt_in),
            ({"audience": "user", "user_id": seller.id}, self.bolt_in),
        ):
            with self.subTest(vals["audience"]):
                self.assertEqual(self._wizard(**vals)._enrollments(), expected)
        with self.assertRefused("Enter the target"):
            self._wizard(value=0).action_apply()
        with self.assertRefused("Nobody takes part"):
            self._wizard(audience="tier", grade_ids=self.silver.ids).action_apply()
        # some partners have no account manager, but nobody chose these
        self.bolt_in.user_id = False
        with self.assertRefused("Nobody takes part"):
            self._wizard(audience="user").action_apply()

    def test_form(self):
        """K5: the dialogue opens with the running period and counts while one chooses."""
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        Wizard = self.env["pmm.target.wizard"].with_user(manager)
        with Form(Wizard.with_context(default_program_id=self.program.id)) as form:
            self.assertEqual(form.kpi_id, self.kpi)
            self.assertEqual(form.period_ids.ids, self.april.ids)
            self.assertIn("Partners: 2 · Targets: 2", form.preview)
            form.value = 10
        form.record.action_apply()
        self.assertEqual(len(self._targets()), 2)

    def test_rights(self):
        """DESIGN 6: targets are the manager's."""
        user = self._user("seller", "pmm_partner_kpi.group_pmm_user")
        with self.assertRaises(AccessError):
            self._wizard().with_user(user).action_apply()
