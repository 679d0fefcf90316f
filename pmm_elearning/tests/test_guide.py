from odoo.tests import freeze_time, tagged

from .common import ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestGuide(ElearningCommon):
    """The worked example of readme/USAGE.md, figure by figure."""

    def test_certified_people(self):
        """K5, L5: two of a target of two in March, one of two in April."""
        course = self._course("Selling Pumps", self.exam, lessons=3, program=self.program)
        for person in (self.ann, self.ben):
            self._give_role(person, "sales")
        for period in ("2026-03", "2026-04"):
            self._target(self.acme_in, period, 2, self.certified)
        self.program._run()
        self.assertEqual(self._members(course), self.ann | self.ben)
        # Ann
        self._attempt(self.ann, "2026-03-05 09:00:00", passed=False)
        self._attempt(self.ann, "2026-03-06 09:00:00")
        self._attempt(self.ann, "2026-03-20 09:00:00")
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 1, 0.5, "missed", self.certified)
        # Ben, at the last moment
        self._attempt(self.ben, "2026-03-31 23:59:59")
        # Ann once more, in the next month
        self._attempt(self.ann, "2026-04-02 09:00:00")
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 2, 1.0, "reached", self.certified)
        self.assertResult(self.acme_in, "2026-04", 1, 0.5, "open", self.certified)
        # Ben leaves for Bolt and passes another certification there
        self.ben.parent_id = self.bolt
        self._attempt(self.ben, "2026-04-03 09:00:00", survey=self.other_exam)
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 2, 1.0, "reached", self.certified)
        self.assertResult(self.acme_in, "2026-04", 1, 0.5, "open", self.certified)
        self.assertResult(self.bolt_in, "2026-04", 1, None, "none", self.certified)
