from datetime import date

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPilot(PortalCommon, PmmCommon):
    """C7, DESIGN 4 "Pilot": calculated, not shown; then widened."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owner = cls._person("owner_acme", cls.acme, "owner")
        cls.trial = cls.program.copy({"name": "Trial", "is_pilot": True})
        cls.acme_try = cls._enroll(cls.acme, program=cls.trial)
        cls.bolt_try = cls._enroll(cls.bolt, program=cls.trial)
        for enrollment in (cls.acme_in, cls.acme_try):
            cls.env["pmm.enrollment.tier"].create(
                {
                    "enrollment_id": enrollment.id,
                    "grade_id": cls.gold.id,
                    "date_start": "2026-01-01",
                    "valid_until": "2026-12-31",
                }
            )
            cls._target(enrollment, "2026-04", 100)
            cls._target(enrollment, "2026-05", 200)
        cls._invoice(cls.acme, "2026-04-10", 50)
        for program in cls.program | cls.trial:
            cls.env["pmm.scorecard"].create(
                {
                    "name": "Sales",
                    "program_id": program.id,
                    "line_ids": [Command.create({"kpi_id": cls.kpi.id, "weight": 100})],
                }
            )
            program._run()

    def _wizard(self, **vals):
        return self.env["pmm.pilot.wizard"].create({"program_id": self.trial.id, **vals})

    def test_shadow_is_calculated(self):
        """C7: results are there, for our people only."""
        self.assertTrue(self.acme_try.is_shadow)
        self.assertFalse(self.acme_in.is_shadow)
        self.assertResult(self.acme_try, "2026-04", 50, 0.5)

    def test_shadow_is_out_of_sight_for_partners(self):
        """C7, DESIGN 3.5: no enrolment, tier, target or result of a pilot by any RPC."""
        for model, own in (
            ("pmm.enrollment", self.acme_in),
            ("pmm.enrollment.tier", self.acme_in.tier_ids),
            ("pmm.kpi.target", self.acme_in.target_ids),
            ("pmm.kpi.measurement", self.acme_in.measurement_ids),
            ("pmm.score", self.acme_in.score_ids),
        ):
            with self.subTest(model):
                found = self.env[model].with_user(self.owner).search([])
                self.assertEqual(set(found.ids), set(own.ids))
                hidden = self.env[model].search([]) - found.with_env(self.env)
                self.assertTrue(hidden)
                with self.assertRaises(AccessError):
                    hidden.with_user(self.owner).read(["company_id"])
        self.acme_in.with_user(self.owner).read(["company_id"])

    def test_pilot_and_live_follow_the_programme_when_enrolled(self):
        """C7: the enrolment is what the programme was when it was made, and stays it."""
        with self.assertRefused("Press “Go live”"):
            self.trial.is_pilot = False
        for enrollment in (self.acme_try, self.acme_in):
            with self.assertRefused("whether it is a pilot stays"):
                enrollment.is_shadow = not enrollment.is_shadow
        self.program.is_pilot = True
        self.assertFalse(self.acme_in.is_shadow)
        self.program.is_pilot = False

    def test_go_live(self):
        """C7: tier, manager and targets go along; what was before stays in the shadow."""
        seller = self._user("seller", "pmm_partner_kpi.group_pmm_user")
        self.acme_try.user_id = seller
        wizard = self._wizard(partner_ids=self.stranger.ids)
        self.assertEqual(wizard.date, date(2026, 5, 1))
        self.assertEqual(wizard.enrollment_ids, self.acme_try | self.bolt_try)
        live = self.env["pmm.enrollment"].search(wizard.action_go_live()["domain"])
        self.assertEqual(live.partner_id, self.acme | self.bolt | self.stranger)
        self.assertFalse(any(live.mapped("is_shadow")))
        self.assertEqual({str(e.date_start) for e in live}, {"2026-05-01"})
        self.assertEqual(str(self.acme_try.date_stop), "2026-05-01")
        self.assertTrue(self.acme_try.is_shadow)
        self.assertFalse(self.trial.is_pilot)
        acme = live.filtered(lambda e: e.partner_id == self.acme)
        self.assertEqual(acme.user_id, seller)
        tier = acme.tier_ids
        self.assertEqual((tier.grade_id, str(tier.date_start)), (self.gold, "2026-05-01"))
        self.assertEqual(str(tier.valid_until), "2026-12-31")
        self.assertEqual(str(self.acme_try.tier_ids.date_stop), "2026-05-01")
        self.assertEqual([(t.period_id.name, t.value) for t in acme.target_ids], [("2026-05", 200)])
        with freeze_time("2026-05-02"):
            self._invoice(self.acme, "2026-04-30", 8)
            self._invoice(self.acme, "2026-05-01", 30)
            self.trial._run()
            self.assertResult(acme, "2026-05", 30, 0.15)
            self.assertResult(self.acme_try, "2026-04", 58, 0.58)
            self.assertFalse(self._measurement(acme, "2026-04"))
            found = self.env["pmm.kpi.measurement"].with_user(self.owner).search([])
            self.assertIn(acme, found.sudo().enrollment_id)
            self.assertNotIn(self.acme_try, found.sudo().enrollment_id)

    def test_go_live_with_some(self):
        """C7: who is left out ends with the pilot and is not enrolled."""
        wizard = self._wizard(enrollment_ids=self.bolt_try.ids)
        wizard.action_go_live()
        self.assertEqual(str(self.acme_try.date_stop), "2026-05-01")
        live = self.trial.enrollment_ids.filtered(lambda e: not e.is_shadow)
        self.assertEqual(live.partner_id, self.bolt)

    def test_go_live_takes_the_structure_along(self):
        """C7: uplines of that day and later ones, above and below, also from elsewhere."""
        third = self._enroll(self.stranger, program=self.trial)
        upper = self._below(self.acme_try, self.bolt_try)
        elsewhere = self._enroll(self.stranger)
        outside = self._below(elsewhere, self.acme_try, stop="2026-05-01")
        later = self._below(elsewhere, self.acme_try, start="2026-06-01")
        left = self._below(third, self.acme_try)
        self._wizard(enrollment_ids=(self.acme_try | self.bolt_try).ids).action_go_live()
        live = self.trial.enrollment_ids.filtered(lambda e: not e.is_shadow)
        acme = live.filtered(lambda e: e.partner_id == self.acme)
        self.assertEqual(str(upper.date_stop), "2026-05-01")
        self.assertRecordValues(
            acme.upline_ids,
            [{"parent_id": (live - acme).id, "date_start": date(2026, 5, 1), "date_stop": False}],
        )
        self.assertEqual(outside.parent_id, self.acme_try)
        self.assertEqual(later.parent_id, acme)
        self.assertEqual(str(left.date_stop), "2026-05-01")
        below = self.env["pmm.enrollment.parent"].search([("parent_id", "=", acme.id)])
        self.assertEqual(below, later)

    def test_go_live_takes_along_what_was_decided_and_brought(self):
        """C7: confirmations, openings (also of closed days) and locks; proposals end."""
        rung = self.env["pmm.program.tier"].create(
            {"program_id": self.trial.id, "grade_id": self.gold.id}
        )
        requirement = self.env["pmm.tier.requirement"].create(
            {"program_tier_id": rung.id, "kind": "check", "name": "Certified"}
        )
        Check = self.env["pmm.tier.check"]
        for start, stop in (("2026-01-01", "2026-05-01"), ("2026-05-01", False)):
            Check.create(
                {
                    "enrollment_id": self.acme_try.id,
                    "requirement_id": requirement.id,
                    "date_start": start,
                    "date_stop": stop,
                    "note": start,
                }
            )
        self.env["pmm.opening.balance"].create(
            {
                "enrollment_id": self.acme_try.id,
                "kpi_id": self.kpi.id,
                "date": "2026-01-31",
                "value": 7,
            }
        )
        self._close("2026-01", program=self.trial)
        self.acme_try.write({"tier_lock_until": "2026-12-31", "tier_lock_reason": "Agreed"})
        proposal = self.env["pmm.tier.proposal"].create(
            {
                "enrollment_id": self.acme_try.id,
                "old_grade_id": self.gold.id,
                "new_grade_id": self.silver.id,
                "date_effective": "2026-04-15",
                "move_kind": "foreign",
                "cause": "Asked for",
            }
        )
        # who is in the pilot goes on, whatever the rule of entry says
        self.trial.write(
            {"entry_domain": "[('country_id.code', '=', 'FR')]", "entry_rule": "French companies"}
        )
        with self.assertRefused("It is for: French companies", ValidationError):
            self._wizard(partner_ids=self.stranger.ids).action_go_live()
        self._wizard().action_go_live()
        acme = self.trial.enrollment_ids.filtered(
            lambda e: e.partner_id == self.acme and not e.is_shadow
        )
        self.assertRecordValues(
            acme, [{"tier_lock_until": date(2026, 12, 31), "tier_lock_reason": "Agreed"}]
        )
        self.assertRecordValues(
            acme.check_ids,
            [{"note": "2026-05-01", "date_start": date(2026, 5, 1), "date_stop": False}],
        )
        opening = self.env["pmm.opening.balance"].search([("enrollment_id", "=", acme.id)])
        self.assertRecordValues(opening, [{"date": date(2026, 1, 31), "value": 7}])
        self.assertEqual(proposal.state, "outdated")

    def test_go_live_keeps_an_end_that_was_set(self):
        """C7: who leaves before that day stays gone, who leaves later leaves then."""
        self.acme_try.date_stop, self.bolt_try.date_stop = "2026-05-01", "2026-07-01"
        self._wizard().action_go_live()
        live = self.trial.enrollment_ids.filtered(lambda e: not e.is_shadow)
        self.assertEqual(live.partner_id, self.bolt)
        self.assertEqual(str(live.date_stop), "2026-07-01")

    def test_go_live_twice_and_in_the_past_are_refused(self):
        """C7: a second click finds a live programme; the past was the pilot."""
        with self.assertRefused("today or a later day"):
            self._wizard(date="2026-04-14").action_go_live()
        first, second = self._wizard(date="2026-04-15"), self._wizard(date="2026-04-15")
        first.action_go_live()
        self.assertEqual(str(self.acme_try.date_stop), "2026-04-15")
        number = len(self.trial.enrollment_ids)
        with self.assertRefused("live already"):
            second.action_go_live()
        with self.assertRefused("not a pilot"):
            self.trial.action_go_live()
        self.assertEqual(len(self.trial.enrollment_ids), number)

    def test_go_live_needs_the_manager(self):
        """DESIGN 6: neither user nor portal people end a pilot."""
        user = self._user("seller", "pmm_partner_kpi.group_pmm_user")
        for who in (user, self.owner):
            with self.assertRaises(AccessError):
                self.trial.with_user(who).action_go_live()
            with self.assertRaises(AccessError):
                self._wizard().with_user(who).action_go_live()
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        action = self.trial.with_user(manager).action_go_live()
        wizard = self.env[action["res_model"]].with_user(manager)
        wizard.with_context(**action["context"]).create({}).action_go_live()
        self.assertFalse(self.trial.is_pilot)
