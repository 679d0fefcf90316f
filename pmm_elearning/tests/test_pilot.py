from odoo.tests import freeze_time, tagged

from .common import ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestElearningPilot(ElearningCommon):
    """C7: nobody joins a course because of a pilot."""

    def test_people_of_a_pilot_join_when_it_goes_live(self):
        """C7: no member before, members from the day on which the programme is live."""
        trial = self.program.copy({"name": "Trial", "is_pilot": True})
        course = self._course("Selling Pumps", program=trial)
        self._give_role(self.ann, "owner")
        self._enroll(self.ann.commercial_partner_id, program=trial)
        self.assertEqual(trial._run()["members"], 0)
        self.env["pmm.pilot.wizard"].create(
            {"program_id": trial.id, "date": "2026-04-16"}
        ).action_go_live()
        self.assertEqual(trial._run()["members"], 0)
        with freeze_time("2026-04-16"):
            self.assertEqual(trial._run()["members"], 1)
        self.assertEqual(self._members(course), self.ann)
