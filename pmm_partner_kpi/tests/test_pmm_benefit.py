from psycopg2 import errors

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..hooks import uninstall_hook
from .benefit_common import BenefitCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmBenefit(BenefitCommon):
    """T8: what a tier gives is applied, changed and taken back."""

    def _benefit(self, rung, **vals):
        return self.env["pmm.tier.benefit"].create({"program_tier_id": rung.id, **vals})

    # === WHAT A TIER GIVES === #

    def test_benefits_are_named(self):
        """T8: by what is given, or in our own words."""
        promise = self._benefit(self.gold_rung, kind="text", name="Support within 4 hours")
        self.assertEqual(self.gold_rung.benefit_text, "Pricelist: Gold, Support within 4 hours")
        self.gold_rung.benefit_ids[0].name = "Our best prices"
        self.assertEqual(self.gold_rung.benefit_ids[0].display_name, "Our best prices")
        promise.unlink()

    def test_incomplete_benefits_are_refused(self):
        """T8, DESIGN 3.9: with a sentence that says what to do."""
        with self.assertRefused("Choose the pricelist that “Gold” gives", ValidationError):
            self.gold_rung.benefit_ids.pricelist_id = False
        with self.assertRefused("Say in words what is promised", ValidationError):
            self._benefit(self.gold_rung, kind="text")
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self._benefit(self.gold_rung, pricelist_id=self.own_list.id)

    def test_pricelist_fits_the_programme(self):
        """T8, DESIGN 3.9: not one of another company, not one in a currency out of use."""
        other = self.env["res.company"].create({"name": "Other"})
        foreign = self.env["product.pricelist"].create({"name": "F", "company_id": other.id})
        with self.assertRaises(UserError):
            self.gold_rung.benefit_ids.pricelist_id = foreign
        currency = self._foreign_currency("CHF")
        dear = self.env["product.pricelist"].create(
            {"name": "Dear", "currency_id": currency.id, "company_id": self.company.id}
        )
        self.gold_rung.benefit_ids.pricelist_id = dear
        currency.active = False
        with self.assertRefused("which is archived", ValidationError):
            self._benefit(self._third_rung(), pricelist_id=dear.id)

    def _third_rung(self):
        grade = self.env["res.partner.grade"].create({"name": "Bronze", "company_id": False})
        return self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": grade.id, "sequence": 5}
        )

    def test_pricelists_are_switched_on(self):
        """T8: without the feature, Odoo would pass over the pricelist."""
        group = self.env.ref("product.group_product_pricelist")
        employees = self.env.ref("base.group_user")
        employees.write({"implied_ids": [Command.unlink(group.id)]})
        self.env.user.group_ids -= group
        Groups = self.env["res.groups"]
        self.assertFalse(Groups._is_feature_enabled("product.group_product_pricelist"))
        manager = self._user("ladder", "pmm_partner_kpi.group_pmm_manager")
        self.gold_rung.with_user(manager).write(
            {"benefit_ids": [Command.create({"kind": "text", "name": "Nothing to switch on"})]}
        )
        self.assertFalse(Groups._is_feature_enabled("product.group_product_pricelist"))
        rung = self._third_rung().with_user(manager)
        rung.benefit_ids = [Command.create({"pricelist_id": self.own_list.id})]
        self.assertTrue(Groups._is_feature_enabled("product.group_product_pricelist"))

    # === APPLY, CHANGE, UNDO === #

    def test_a_chain_of_tiers_gives_back_what_was_before(self):
        """T8: none → Silver → Gold → none: the value before Silver comes back."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        self.acme.specific_property_product_pricelist = self.own_list
        self._settle()
        row = self._tier(self.acme_in, self.silver)
        self.assertHas(self.acme, self.silver_list, self.silver)
        self.assertEqual(self._pricelist(person), self.silver_list)
        self._write(row, grade_id=self.gold.id)
        self.assertHas(self.acme, self.gold_list, self.gold)
        row.unlink()
        self._settle()
        self.assertHas(self.acme, self.own_list, False)
        self.assertEqual(self._pricelist(person), self.own_list)
        day = "2026-04-15"
        self.assertEqual(
            self._grants(self.acme),
            [("Silver", "Special", day, day), ("Gold", "Special", day, day)],
        )

    def test_no_value_before_comes_back_as_none(self):
        """T8: the partner has Odoo's own fallback again, no empty value in its place."""
        row = self._tier(self.acme_in, self.silver)
        row.unlink()
        self._settle()
        self.assertHas(self.acme, False, False)
        self.env.cr.execute(
            "SELECT specific_property_product_pricelist FROM res_partner WHERE id = %s",
            [self.acme.id],
        )
        self.assertEqual(self.env.cr.fetchone(), (None,))

    def test_twice_is_once(self):
        """DESIGN 3.2: the second run changes nothing; an index stands behind it."""
        self._tier(self.acme_in, self.silver)
        before = self._grants(self.acme)
        self.env["pmm.benefit.grant"]._sync(self.acme_in)
        self._run_cron("ir_cron_benefits")
        self.assertEqual(self._grants(self.acme), before)
        self.assertEqual(len(before), 1)
        grant = self.acme_in.grant_ids.filtered(lambda g: g.kind == "pricelist")
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            grant.sudo().copy()

    def test_a_benefit_that_changes_reaches_those_on_the_tier(self):
        """T8: another pricelist, none, and one again."""
        self._tier(self.acme_in, self.gold)
        self._tier(self.bolt_in, self.silver)
        benefit = self.gold_rung.benefit_ids
        self._write(benefit, pricelist_id=self.own_list.id)
        self.assertHas(self.acme, self.own_list)
        self.assertHas(self.bolt, self.silver_list)
        benefit.unlink()
        self._settle()
        self.assertHas(self.acme, False)
        self._benefit(self.gold_rung, pricelist_id=self.gold_list.id)
        self._settle()
        self.assertHas(self.acme, self.gold_list)
        self.assertEqual([row[1] for row in self._grants(self.acme)], ["", "", ""])
        with self.assertRaisesRegex(UserError, "Move the partners"):
            self.gold_rung.unlink()

    def test_an_archived_pricelist_is_not_given(self):
        """T8: Odoo passes over it, so partners have again what they had; and back."""
        self.acme.specific_property_product_pricelist = self.own_list
        self._tier(self.acme_in, self.gold)
        self.gold_list.action_archive()
        self._settle()
        self.assertHas(self.acme, self.own_list)
        self.gold_list.action_unarchive()
        self._settle()
        self.assertHas(self.acme, self.gold_list)

    def test_a_deleted_value_before_does_not_come_back(self):
        """T8: the pricelist from before is gone: none."""
        before = self.own_list.copy()
        self.acme.specific_property_product_pricelist = before
        row = self._tier(self.acme_in, self.gold)
        before.unlink()
        row.unlink()
        self._settle()
        self.assertHas(self.acme, False)

    def test_an_enrolment_that_ends_or_goes_takes_its_benefits_along(self):
        """T8: on the first day without it; deleted; moved to another partner."""
        self._tier(self.acme_in, self.gold)
        for stop, pricelist in (
            ("2026-04-14", False),
            ("2026-04-15", False),
            ("2026-04-16", self.gold_list),
        ):
            self._write(self.acme_in, date_stop=stop)
            self.assertHas(self.acme, pricelist, self.gold if pricelist else False)
        self._write(self.acme_in, partner_id=self.stranger.id)
        self.assertHas(self.acme, False, False)
        self.assertHas(self.stranger, self.gold_list, self.gold)
        self.acme_in.unlink()
        self._settle()
        self.assertHas(self.stranger, False, False)

    def test_an_archived_programme_gives_nothing(self):
        """T8: and gives again when it is back."""
        self._tier(self.acme_in, self.gold)
        self._write(self.program, active=False)
        self.assertHas(self.acme, False, False)
        self._write(self.program, active=True)
        self.assertHas(self.acme, self.gold_list, self.gold)

    # === CHANGED BY HAND === #

    def test_a_value_changed_by_hand_stays(self):
        """T8: not taken back, the grant ends, the enrolment says so."""
        row = self._tier(self.acme_in, self.silver)
        self.acme.specific_property_product_pricelist = self.own_list
        row.unlink()
        self._settle()
        self.assertHas(self.acme, self.own_list)
        self.assertIn("Pricelist: Silver", self._notes(self.acme_in))
        self.assertIn("changed it by hand", self._notes(self.acme_in))
        grant = self.acme_in.grant_ids.filtered(lambda g: g.kind == "pricelist")
        self.assertTrue(grant.ended_on)
        self.assertTrue(grant.changed_by_hand)

    def test_a_value_changed_by_hand_comes_back_after_the_next_tier(self):
        """T8: a new tier gives its own; what the hand set is the value before it."""
        row = self._tier(self.acme_in, self.silver)
        self.acme.specific_property_product_pricelist = self.own_list
        self._write(row, grade_id=self.gold.id)
        self.assertHas(self.acme, self.gold_list)
        row.unlink()
        self._settle()
        self.assertHas(self.acme, self.own_list)

    def test_the_form_shows_them_once_it_is_saved(self):
        """T8: a new enrolment with a tier, and another tier: what they give is there at once."""
        self.acme_in.unlink()
        new = {"grade_id": self.gold.id, "date_start": "2026-01-01"}
        vals = {
            "program_id": self.program.id,
            "partner_id": self.acme.id,
            "date_start": "2026-01-01",
            "tier_ids": [Command.create(new)],
        }
        asked = {"grant_ids": {"fields": {"applied_text": {}, "ended_on": {}}}, "tier_ids": {}}
        Enrollment = self.env["pmm.enrollment"]
        [shown] = Enrollment.web_save(vals, asked)
        given = [grant["applied_text"] for grant in shown["grant_ids"] if not grant["ended_on"]]
        self.assertEqual(sorted(given), ["Gold", "Gold"])  # the level and the pricelist
        enrollment = Enrollment.browse(shown["id"])
        change = Command.update(shown["tier_ids"][0], {"grade_id": self.silver.id})
        [shown] = enrollment.web_save({"tier_ids": [change]}, asked)
        given = [grant["applied_text"] for grant in shown["grant_ids"] if not grant["ended_on"]]
        self.assertEqual(sorted(given), ["Silver", "Silver"])
        self._settle()
        self.assertEqual(len(enrollment.grant_ids), 4)

    # === COMPANIES AND PROGRAMMES === #

    def test_a_pricelist_of_all_companies_is_given_in_all(self):
        """T8: Odoo's own level gives it in the company of whoever writes it."""
        other = self.env["res.company"].create({"name": "Other"})
        shared = self.env["product.pricelist"].create({"name": "Shared", "company_id": False})
        self._write(self.gold_rung.benefit_ids, pricelist_id=shared.id)
        manager = self._user("local", "pmm_partner_kpi.group_pmm_manager")
        row = (
            self.env["pmm.enrollment.tier"]
            .with_user(manager)
            .create(
                {
                    "enrollment_id": self.acme_in.id,
                    "grade_id": self.gold.id,
                    "date_start": "2026-01-01",
                }
            )
        )
        self._settle()
        self.assertEqual(self._pricelist(self.acme), shared)
        self.assertEqual(self._pricelist(self.acme, other), shared)
        row.grade_id = self.silver
        self._settle()
        self.env.invalidate_all()
        self.assertEqual(self._pricelist(self.acme), self.silver_list)
        self.assertFalse(self._pricelist(self.acme, other))

    def test_the_first_programme_wins(self):
        """T8: the lowest sequence; the other takes over when it ends, and gives way again."""
        second = self._other_program(sequence=20)
        self._ladder(second, self.own_list, self.own_list)
        other_in = self._enroll(self.acme, program=second)
        self._tier(other_in, self.silver)
        self.assertHas(self.acme, self.own_list)
        self._tier(self.acme_in, self.gold)
        self.assertHas(self.acme, self.gold_list, self.gold)
        self._write(self.acme_in, date_stop="2026-04-15")
        self.assertHas(self.acme, self.own_list, self.silver)
        self._write(self.acme_in, date_stop=False)
        self.assertHas(self.acme, self.gold_list, self.gold)
        self._write(second, sequence=1)
        self.assertHas(self.acme, self.own_list, self.silver)
        other_in.unlink()
        self._settle()
        self.assertHas(self.acme, self.gold_list, self.gold)
        self.acme_in.unlink()
        self._settle()
        self.assertHas(self.acme, False, False)

    def test_uninstalling_gives_back_what_is_still_ours(self):
        """T8, DESIGN 6: core data are left as they were; what a hand set stays."""
        self.acme.specific_property_product_pricelist = self.own_list
        self._tier(self.acme_in, self.gold)
        self._tier(self.bolt_in, self.gold)
        self.bolt.specific_property_product_pricelist = self.silver_list
        with self._unharmed_trigger():
            uninstall_hook(self.env)
            self.assertHas(self.acme, self.own_list, False)
            self.assertHas(self.bolt, self.silver_list, False)
            self.acme_in.with_context(_force_unlink=True)._tiers_changed()
            self._settle()
            self.assertHas(self.acme, self.own_list, False)

    def _unharmed_trigger(self):
        # the hook takes the trigger of the ledger away, which other tests need
        return self.env.cr.savepoint(flush=False)

    # === SIZE === #

    def test_many_ask_as_often_as_one(self):
        """T8, X13: 200 partners in as many queries as one, to give and to take back.

        Save that Odoo writes rows in portions of 100.
        """
        partners = self.env["res.partner"].create([{"name": f"P{n}"} for n in range(MANY + 1)])
        self._enroll(partners[-1])
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners[:-1]
            ]
        )
        self._settle()
        self.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": e.id, "grade_id": self.gold.id, "date_start": "2026-01-01"}
                for e in enrollments
            ]
        )
        self.env.cr.precommit.clear()
        Grant = self.env["pmm.benefit.grant"]
        given, taken = [], []
        for members in (enrollments[:1], enrollments[1:2], enrollments[2:]):
            with self._counted(given):
                Grant._sync(members)
        self.assertEqual({p.grade_id for p in partners[:-1]}, {self.gold})
        for members in (enrollments[:1], enrollments[1:2], enrollments[2:]):
            with self._counted(taken):
                Grant._sync(members, without=members)
        self.assertFalse(partners.grade_id)
        # two grants and a note each, and the tier that was told: 396 + 198 + 198 rows
        for (_warm, one, many), portions in ((given, 8), (taken, 6)):
            self.assertLessEqual(many, one + portions, "queries for 1 and for 198 partners")
            self.assertLess(many, 40)
