from psycopg2 import errors

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmEnrollment(PmmCommon):
    """T1, K7, P2: who takes part, from when until when, with which tier and which people."""

    def _new_program(self, name="Distributors", **vals):
        return self.env["pmm.program"].create(
            {
                "name": name,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "kpi_ids": [Command.set(self.kpi.ids)],
                **vals,
            }
        )

    def _tier(self, grade, start, stop=False, enrollment=None):
        return self.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": (enrollment or self.acme_in).id,
                "grade_id": grade.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    # === ENROLMENT === #

    def test_overlap_is_refused_with_a_sentence(self):
        """DESIGN 3.9: one partner is enrolled once at a time; both sides of each boundary."""
        taken = self._enroll(self.stranger, "2026-02-01", "2026-03-01")
        cases = [
            ("2026-01-01", "2026-02-01", True),
            ("2026-01-01", "2026-02-02", False),
            ("2026-02-10", "2026-02-20", False),
            ("2026-02-28", "2026-04-01", False),
            ("2026-03-01", "2026-04-01", True),
            ("2026-03-01", False, True),
            ("2026-02-28", False, False),
            ("2025-01-01", False, False),
        ]
        for start, stop, allowed in cases:
            with self.subTest(f"[{start}, {stop})"):
                if allowed:
                    self._enroll(self.stranger, start, stop).unlink()
                else:
                    with self.assertRefused("already enrolled in “Resellers”", ValidationError):
                        self._enroll(self.stranger, start, stop)
        after = self._enroll(self.stranger, "2026-03-01")
        with self.assertRefused("Stranger Ltd", ValidationError):
            taken.date_stop = "2026-03-02"
        with self.assertRefused("Stranger Ltd", ValidationError):
            after.date_start = "2026-02-28"

    def test_database_refuses_overlap_too(self):
        """DESIGN 3.2: an exclusion constraint stands behind the sentence."""
        self._enroll(self.stranger, "2026-02-01", "2026-03-01")
        second = self._enroll(self.stranger, "2026-03-01")
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "UPDATE pmm_enrollment SET date_start = '2026-02-28' WHERE id = %s", [second.id]
            )

    def test_enrolment_ends_after_it_starts(self):
        """DESIGN 3.8: an empty stretch is refused."""
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            self._enroll(self.stranger, "2026-02-01", "2026-02-01")

    def test_contact_is_not_enrolled(self):
        """DESIGN 4: the company takes part; the sentence names it."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        with self.assertRefused("Ann is a contact of Acme Trading", ValidationError):
            self._enroll(person)

    def test_person_without_company_is_enrolled(self):
        """K7: a sole trader is its own commercial partner."""
        trader = self.env["res.partner"].create({"name": "Sole Trader"})
        self._invoice(trader, "2026-02-03", 100)
        enrollment = self._enroll(trader)
        self.program._run()
        self.assertResult(enrollment, "2026-02", 100)

    def test_partner_is_in_several_programmes(self):
        """T1: programmes stand side by side, each with its periods and results."""
        other = self._new_program(period_scheme="quarter")
        second = self._enroll(self.acme, "2026-02-15", program=other)
        self._invoice(self.acme, "2026-02-03", 100)
        self._invoice(self.acme, "2026-03-03", 50)
        self.program._run()
        other._run()
        self.assertResult(self.acme_in, "2026-02", 100)
        self.assertResult(self.acme_in, "2026-03", 50)
        self.assertResult(second, "2026-Q1", 50)

    def test_partner_and_programme_stay_once_there_are_results(self):
        """DESIGN 3.3: results belong to who earned them."""
        other = self._new_program()
        fresh = self._enroll(self.stranger)
        fresh.program_id = other
        fresh.program_id = self.program
        self.program._run()
        with self.assertRefused("already has results", ValidationError):
            self.acme_in.partner_id = self.env["res.partner"].create({"name": "Carol Inc"})
        with self.assertRefused("already has results", ValidationError):
            self.acme_in.program_id = other

    def test_enrolment_with_closed_results_is_not_deleted(self):
        """DESIGN 3.3: deleting the enrolment would delete figures that were published."""
        self._invoice(self.acme, "2026-01-05", 100)
        self._close("2026-01")
        with self.assertRefused("Acme Trading"):
            self.acme_in.unlink()

    def test_enrolment_without_closed_results_can_be_deleted(self):
        """K7: a mistake of today can be taken back."""
        self.program._run()
        self.acme_in.unlink()
        self.program._run()
        self.assertFalse(
            self.env["pmm.kpi.measurement"].search([("partner_id", "=", self.acme.id)])
        )

    def test_account_manager_is_that_of_the_partner(self):
        """X10: rights follow the account manager, who can be another one per programme."""
        self.stranger.user_id = self.env.user
        self.assertEqual(self._enroll(self.stranger).user_id, self.env.user)

    # === TIERS === #

    def test_tier_of_today_is_the_one_that_covers_it(self):
        """DESIGN 1: tiers are dated; the day of the change belongs to the new one."""
        self._tier(self.silver, "2026-01-01", "2026-04-15")
        self._tier(self.gold, "2026-04-15", "2026-05-01")
        for now, grade in (
            ("2025-12-31", self.gold.browse()),
            ("2026-01-01", self.silver),
            ("2026-04-14", self.silver),
            ("2026-04-15", self.gold),
            ("2026-04-30", self.gold),
            ("2026-05-01", self.gold.browse()),
        ):
            with self.subTest(now), freeze_time(now):
                self.acme_in.invalidate_recordset(["grade_id"])
                self.assertEqual(self.acme_in.grade_id, grade)
                for candidate in (self.gold, self.silver):
                    found = self.env["pmm.enrollment"].search([("grade_id", "=", candidate.id)])
                    self.assertEqual(self.acme_in in found, candidate == grade)

    def test_who_has_left_has_no_tier_today(self):
        """T1, T12: the last day still, the day after no more; the search says the same."""
        self._tier(self.gold, "2026-01-01").valid_until = "2027-01-01"
        self.acme_in.date_stop = "2026-04-15"
        for now, grade in (("2026-04-14", self.gold), ("2026-04-15", self.gold.browse())):
            with self.subTest(now), freeze_time(now):
                self.env.invalidate_all()
                self.assertEqual(self.acme_in.grade_id, grade)
                self.assertEqual(bool(self.acme_in.tier_valid_until), bool(grade))
                for value in (self.gold.id, False):
                    found = self.env["pmm.enrollment"].search([("grade_id", "=", value)])
                    self.assertEqual(self.acme_in in found, value == grade.id)
                found = self.env["pmm.enrollment"].search([("grade_id", "ilike", "gold")])
                self.assertEqual(self.acme_in in found, bool(grade))

    def test_enrolments_without_a_tier_are_found(self):
        """T1: a search for an empty tier finds those without one today, and only them."""
        self._tier(self.silver, "2026-01-01")
        found = self.env["pmm.enrollment"].search([("grade_id", "=", False)])
        self.assertIn(self.bolt_in, found)
        self.assertNotIn(self.acme_in, found)

    def test_search_by_tier_takes_the_programmes_day(self):
        """DESIGN 4: where the reader sits does not matter; an hour before midnight, and at it."""
        self.program.tz = "Asia/Tokyo"  # nine hours ahead of UTC
        self._tier(self.gold, "2026-04-16")
        Enrollment = self.env["pmm.enrollment"].with_context(tz="America/New_York")
        for now, grade in (("2026-04-15 14:00", False), ("2026-04-15 15:00", self.gold.id)):
            with self.subTest(now), freeze_time(now):
                found = Enrollment.search([("grade_id", "=", grade)])
                self.assertIn(self.acme_in, found)
                self.acme_in.invalidate_recordset(["grade_id"])
                self.assertEqual(self.acme_in.grade_id.id, grade)

    def test_enrolled_are_partners(self):
        """T1: who left and came back is one partner."""
        before = self.program.enrollment_count
        self.acme_in.date_stop = "2026-04-01"
        self._enroll(self.acme, "2026-04-10")
        self.program.invalidate_recordset(["enrollment_count"])
        self.assertEqual(self.program.enrollment_count, before)
        self._enroll(self.stranger)
        self.program.invalidate_recordset(["enrollment_count"])
        self.assertEqual(self.program.enrollment_count, before + 1)

    def test_empty_list_offers_what_the_reader_may_do(self):
        """X15: templates for managers; a user of the programmes learns who makes them."""
        action = self.env.ref("pmm_partner_kpi.pmm_program_action")
        for group, offered in (("manager", True), ("user", False)):
            user = self._user(group, f"pmm_partner_kpi.group_pmm_{group}")
            # as the web client loads it
            text = action.with_user(user).sudo().read()[0]["help"]
            self.assertEqual("Start from a template" in text, offered)
            self.assertEqual("A programme manager makes" in text, not offered)

    def test_tiers_do_not_overlap(self):
        """DESIGN 3.9: one tier at a time; touching dates are fine."""
        silver = self._tier(self.silver, "2026-01-01", "2026-03-01")
        with self.assertRefused("two tiers", ValidationError):
            self._tier(self.gold, "2026-02-28")
        gold = self._tier(self.gold, "2026-03-01")
        with self.assertRefused("two tiers", ValidationError):
            self._tier(self.silver, "2026-06-01")
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "UPDATE pmm_enrollment_tier SET date_start = '2026-02-28' WHERE id = %s", [gold.id]
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            silver.date_stop = "2026-01-01"
        self._tier(self.gold, "2026-01-01", enrollment=self.bolt_in)

    def test_tier_is_one_of_the_programme(self):
        """DESIGN 3.9: where a programme names its tiers, others are refused; else all are fine."""
        self._tier(self.gold, "2026-01-01", "2026-02-01")
        self.program.grade_ids = self.silver
        with self.assertRefused("Its tiers are Silver", ValidationError):
            self._tier(self.gold, "2026-02-01")
        self._tier(self.silver, "2026-02-01")

    # === ROLES === #

    def test_roles_belong_to_people_of_the_company(self):
        """P2: owner and finance see money, sales and learner do not."""
        Role = self.env["pmm.partner.role"]
        for role, sees in (
            ("owner", True),
            ("finance", True),
            ("sales", False),
            ("learner", False),
        ):
            person = self.env["res.partner"].create({"name": role, "parent_id": self.acme.id})
            record = Role.create({"contact_id": person.id, "role": role})
            self.assertEqual(record.partner_id, self.acme)
            self.assertEqual(record.sees_money, sees)
        self.assertEqual(len(self.acme_in.role_ids), 4)
        self.assertFalse(self.bolt_in.role_ids)

    def test_role_ends_when_the_person_goes_to_another_company(self):
        """P2: who leaves a partner company takes no rights in it along."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        role = self.env["pmm.partner.role"].create({"contact_id": person.id, "role": "owner"})
        person.parent_id = self.bolt
        self.assertFalse(role.exists())
        self.assertFalse((self.acme_in | self.bolt_in).role_ids)

    def test_person_has_a_role_once(self):
        """P2: several roles are fine, the same one twice is not."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        Role = self.env["pmm.partner.role"]
        Role.create([{"contact_id": person.id, "role": role} for role in ("sales", "learner")])
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            Role.create({"contact_id": person.id, "role": "sales"})

    def test_company_inside_a_company_has_no_role(self):
        """P2: roles are for people."""
        branch = self.env["res.partner"].create(
            {"name": "Acme North", "is_company": True, "parent_id": self.acme.id}
        )
        with self.assertRefused("Roles are for the people in it", ValidationError):
            self.env["pmm.partner.role"].create({"contact_id": branch.id, "role": "sales"})

    # === TARGETS === #

    def test_target_belongs_to_one_programme(self):
        """K1: enrolment, period and KPI are of the same programme, else it is refused."""
        other = self._new_program()
        with self.assertRefused("another programme", ValidationError):
            self.env["pmm.kpi.target"].create(
                {
                    "enrollment_id": self.acme_in.id,
                    "kpi_id": self.kpi.id,
                    "period_id": self._period("2026-01", other).id,
                    "value": 1,
                }
            )
        unmeasured = self.kpi.create({"name": "Unmeasured"})
        with self.assertRefused("does not measure “Unmeasured”", ValidationError):
            self._target(self.acme_in, "2026-01", 1, kpi=unmeasured)

    def test_target_is_there_once_and_not_negative(self):
        """K1: one value per KPI, enrolment and period; zero is a value."""
        self._target(self.acme_in, "2026-01", 0)
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self._target(self.acme_in, "2026-01", 5)
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            self._target(self.acme_in, "2026-02", -1)
