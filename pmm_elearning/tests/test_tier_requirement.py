from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestTierRequirement(ElearningCommon):
    """T2: certified people as a requirement of a tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write(
            {
                "tier_mode": "automatic",
                "tier_ids": [
                    Command.create({"grade_id": cls.silver.id, "sequence": 1}),
                    Command.create(
                        {
                            "grade_id": cls.gold.id,
                            "sequence": 2,
                            "requirement_ids": [
                                Command.create(
                                    {
                                        "kind": "certificates",
                                        "threshold": 2,
                                        "certification_ids": [Command.set(cls.exam.ids)],
                                    }
                                )
                            ],
                        }
                    ),
                ],
            }
        )

    def _tier(self):
        self.program._run()
        self.acme_in.invalidate_recordset()
        return self.acme_in.grade_id.name

    def test_two_people_are_needed(self):
        """T2: one person twice is one; another certification does not count; two are enough."""
        self._attempt(self.ann)
        self._attempt(self.ann, "2026-03-01 12:00:00")
        self._attempt(self.ben, survey=self.other_exam)
        self._attempt(self.ben, passed=False)
        self._attempt(self.cleo)
        self.assertEqual(self._tier(), "Silver")
        self.assertEqual(self.acme_in.standing_ids.value, 1)
        self._attempt(self.ben)
        self.assertEqual(self._tier(), "Gold")
        self.assertEqual(self.bolt_in.standing_ids.value, 1)

    def test_who_leaves_takes_the_certificate_along(self):
        """T2, T6: people count for the company that they work for now."""
        self._attempt(self.ann)
        self._attempt(self.ben)
        self.assertEqual(self._tier(), "Gold")
        self.ben.parent_id = self.bolt
        self.assertEqual(self._tier(), "Silver")
        self.assertEqual(self.bolt_in.standing_ids.value, 1)

    def test_day_of_the_programme(self):
        """DESIGN 4: passed on 15 April at 12:30 UTC it is the 16th in Auckland, so not today."""
        self._attempt(self.ann)
        with freeze_time("2026-04-15 11:59:00"):
            self.program.sudo().tz = AUCKLAND
            self._attempt(self.ben, "2026-04-15 12:00:00")
            self.assertEqual(self._tier(), "Silver")
        with freeze_time("2026-04-15 12:00:00"):
            self.assertEqual(self._tier(), "Gold")

    def test_uninstalling_keeps_the_tier_as_hard(self):
        """T2: what cannot be counted any more is confirmed by hand."""
        requirement = self.program.tier_ids[1].requirement_ids
        self.assertEqual(requirement.display_name, "People certified in Exam ≥ 2")
        requirement._retire_certificates()
        self.assertEqual((requirement.kind, requirement.threshold), ("check", 1))
        self.assertEqual(requirement.name, "People certified in Exam")
        self._attempt(self.ann)
        self._attempt(self.ben)
        self.assertEqual(self._tier(), "Silver")
