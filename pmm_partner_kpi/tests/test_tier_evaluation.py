from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestTierEvaluation(PmmCommon):
    """T2–T7: what a ladder makes of what partners have reached."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bronze = cls.env["res.partner.grade"].create({"name": "Bronze", "company_id": False})
        cls.program.write(
            {
                "tier_ids": [
                    Command.create({"grade_id": cls.bronze.id, "sequence": 1}),
                    cls._rung(cls.silver, 2, 1000),
                    cls._rung(cls.gold, 3, 5000),
                ],
                "tier_mode": "automatic",
            }
        )

    @classmethod
    def _rung(cls, grade, sequence, threshold):
        requirement = {"kind": "kpi", "kpi_id": cls.kpi.id, "threshold": threshold}
        return Command.create(
            {
                "grade_id": grade.id,
                "sequence": sequence,
                "requirement_ids": [Command.create(requirement)],
            }
        )

    def _tiers(self, enrollment):
        rows = enrollment.tier_ids.sorted("date_start")
        return [
            (row.grade_id.name, str(row.date_start), str(row.date_stop or ""), row.move_kind)
            for row in rows
        ]

    def test_threshold_reached_to_the_cent(self):
        """T2, T3: a cent under, on and over the threshold."""
        for amount, expected in ((999.99, "Bronze"), (1000, "Silver"), (1000.01, "Silver")):
            with self.subTest(amount), self.env.cr.savepoint() as savepoint:
                self._invoice(self.acme, "2026-02-10", amount)
                self.program._run()
                self.assertEqual(self._tiers(self.acme_in), [(expected, "2026-04-15", "", "up")])
                savepoint.rollback()
            self.env.invalidate_all()

    def test_first_purchase_gives_the_first_tier_only(self):
        """T2: a new partner stands on the lowest rung, whatever the table's order."""
        self._invoice(self.acme, "2026-02-10", 1)
        self.program._run()
        self.assertEqual(self.acme_in.grade_id, self.bronze)
        self.assertEqual(self.bolt_in.grade_id, self.bronze)

    def test_run_twice_moves_nobody_twice(self):
        """T3, DESIGN 3.2: a second run finds nothing to do."""
        self._invoice(self.acme, "2026-02-10", 6000)
        self.assertEqual(self.program._run()["tiers"], 2)
        self.assertEqual(self.program._run()["tiers"], 0)
        self.assertEqual(self.acme_in.tier_ids.valid_until.isoformat(), "2028-01-01")
        self.assertFalse(self.bolt_in.tier_ids.valid_until, "who asks for nothing is not reviewed")

    def test_returned_sale_takes_the_tier_back(self):
        """T6: what was reached by a sale that is returned falls back on the day of the run."""
        move = self._invoice(self.acme, "2026-02-10", 6000)
        self.program._run()
        with freeze_time("2026-05-02"):
            self._refund(move, "2026-05-01", 3000)
            self.program._run()
        self.assertEqual(
            self._tiers(self.acme_in),
            [("Gold", "2026-04-15", "2026-05-02", "up"), ("Silver", "2026-05-02", "", "return")],
        )

    def test_raised_threshold_takes_nobodys_tier(self):
        """T6: only a return re-checks; a threshold that is raised counts at the review."""
        self._invoice(self.acme, "2026-02-10", 6000)
        self.program._run()
        self.program.tier_ids[-1].requirement_ids.threshold = 7000
        self.assertEqual(self.program._run()["tiers"], 0)
        self.assertEqual(self.acme_in.grade_id, self.gold)

    def test_review_grace_and_downgrade(self):
        """T4, T5: kept to the end of the next year, then 30 days of grace, then what is earned."""
        self._invoice(self.acme, "2026-02-10", 6000)
        self.program._run()
        self._invoice(self.acme, "2027-06-10", 1500)
        for day, grade in (
            ("2027-12-31", "Gold"),
            ("2028-01-30", "Gold"),
            ("2028-01-31", "Silver"),
        ):
            with freeze_time(day):
                self.program._run()
                self.acme_in.invalidate_recordset()
                self.assertEqual(self.acme_in.grade_id.name, grade, day)
        self.assertEqual(self.acme_in.tier_ids.sorted("date_start")[-1].move_kind, "down")

    def test_requalified_in_the_last_days(self):
        """T4: an invoice of the time under review counts also when it comes during the grace."""
        self._invoice(self.acme, "2026-02-10", 6000)
        self.program._run()
        with freeze_time("2028-01-10"):
            self._invoice(self.acme, "2027-12-31", 5000)
            self.program._run()
            self.assertEqual(self.acme_in.tier_ids.valid_until.isoformat(), "2029-01-01")

    def test_policies(self):
        """T5: never, one step, to what is earned."""
        self._invoice(self.acme, "2026-02-10", 6000)
        self.program._run()
        for policy, grade in (("never", "Gold"), ("step", "Silver"), ("earned", "Bronze")):
            with self.subTest(policy), freeze_time("2028-02-10"):
                with self.env.cr.savepoint() as savepoint:
                    self.program.tier_downgrade = policy
                    self.program._run()
                    self.acme_in.invalidate_recordset()
                    self.assertEqual(self.acme_in.grade_id.name, grade)
                    savepoint.rollback()
                self.env.invalidate_all()

    def test_lock(self):
        """T7: a locked tier stays, with a reason and an end; on that day it moves."""
        self._invoice(self.acme, "2026-02-10", 6000)
        self.acme_in.write({"tier_lock_until": "2026-04-16", "tier_lock_reason": "Pilot partner"})
        self.program._run()
        self.assertFalse(self.acme_in.grade_id)
        with freeze_time("2026-04-16"):
            self.program._run()
            self.acme_in.invalidate_recordset()
            self.assertEqual(self.acme_in.grade_id, self.gold)
        with self.assertRaises(ValidationError):
            self.bolt_in.tier_lock_until = "2026-05-01"

    def test_proposed(self):
        """T3: a manager decides; what is rejected is not asked again in the same year."""
        self.program.tier_mode = "proposed"
        self._invoice(self.acme, "2026-02-10", 6000)
        self._invoice(self.bolt, "2026-02-10", 1000)
        # the tier for everybody is given at once, what is above it waits
        self.assertEqual(self.program._run()["tiers"], 4)
        self.assertEqual(self.program._run()["tiers"], 0)
        self.assertEqual((self.acme_in | self.bolt_in).grade_id, self.bronze)
        acme, bolt = (each.proposal_ids for each in (self.acme_in, self.bolt_in))
        self.assertEqual((acme.old_grade_id, acme.new_grade_id), (self.bronze, self.gold))
        acme.action_approve()
        bolt.action_reject()
        self.assertEqual(self.acme_in.grade_id, self.gold)
        self.assertEqual(self.program._run()["tiers"], 0)
        self.assertEqual(self.bolt_in.grade_id, self.bronze)
        with self.assertRaises(UserError):
            bolt.action_approve()

    def test_what_waits_ends_with_the_enrolment(self):
        """T3: an enrolment that ends takes its proposals along; none can be approved then."""
        self.program.tier_mode = "proposed"
        self._invoice(self.acme, "2026-02-10", 6000)
        self.program._run()
        proposal = self.acme_in.proposal_ids
        self.acme_in.date_stop = "2026-04-15"
        self.assertEqual(proposal.state, "outdated")
        proposal.sudo().state = "pending"
        with self.assertRaisesRegex(UserError, "has ended"):
            proposal.action_approve()

    def test_standings(self):
        """T10: per criterion what there is, what is required and what is missing."""
        self._invoice(self.acme, "2026-02-10", 1250)
        self.program._run()
        self.assertEqual(
            self.acme_in.standing_ids.sorted("required").mapped(
                lambda s: (s.value, s.required, s.missing, s.met)
            ),
            [(1250, 1000, 0, True), (1250, 5000, 3750, False)],
        )

    def test_rung_without_requirement(self):
        """T2: a ladder that would give everybody its top is refused."""
        with self.assertRaisesRegex(ValidationError, "asks for nothing"):
            self.program.tier_ids[-1].requirement_ids.unlink()
            self.program._check_tier_ladder()

    def test_worked_example_of_the_guide(self):
        """T2–T6, X17: the table in readme/USAGE.md."""
        silver, gold = self.program.tier_ids[1:].requirement_ids
        silver.threshold, gold.threshold = 20000, 50000
        move = self._invoice(self.acme, "2026-03-10", 52000, post=False)
        warned = []
        self.patch(
            type(self.env["pmm.enrollment"]),
            "_warn_of_downgrade",
            lambda _self, warnings: warned.extend(warnings.values()),
        )
        for day, event, grade, until in (
            ("2026-03-10", move.action_post, "Gold", "2028-01-01"),
            ("2026-04-02", lambda: self._refund(move, "2026-04-02", 5000), "Silver", "2028-01-01"),
            (
                "2026-05-20",
                lambda: self._invoice(self.acme, "2026-05-20", 4000),
                "Gold",
                "2028-01-01",
            ),
            (
                "2027-06-01",
                lambda: self._invoice(self.acme, "2027-06-01", 30000),
                "Gold",
                "2028-01-01",
            ),
            ("2027-12-01", lambda: self.assertFalse(warned), "Gold", "2028-01-01"),
            ("2027-12-02", lambda: None, "Gold", "2028-01-01"),
            ("2028-01-01", lambda: self.assertEqual(len(warned), 1), "Gold", "2028-01-01"),
            (
                "2028-01-10",
                lambda: self._invoice(self.acme, "2027-12-30", 21000),
                "Gold",
                "2029-01-01",
            ),
        ):
            with self.subTest(day), freeze_time(day):
                if day == "2028-01-10":
                    with self.env.cr.savepoint() as savepoint, freeze_time("2028-01-31"):
                        self.program._run()
                        self.acme_in.invalidate_recordset()
                        self.assertEqual(self.acme_in.grade_id.name, "Silver", "without it")
                        savepoint.rollback()
                    self.env.invalidate_all()
                event()
                self.program._run()
                self.acme_in.invalidate_recordset()
                tier = self.acme_in._tier_today()
                self.assertEqual((tier.grade_id.name, str(tier.valid_until)), (grade, until))
        [(day, lower)] = warned
        self.assertEqual((str(day), lower.name), ("2028-01-31", "Silver"))
