from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .benefit_common import BenefitCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmTierMirror(BenefitCommon):
    """T8, DESIGN 1 "Tiers": the level of a partner mirrors the tier; others propose."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user(
            "seller", "sales_team.group_sale_manager", "base.group_partner_manager"
        )

    def _proposals(self):
        return self.env["pmm.tier.proposal"].search([("enrollment_id", "=", self.acme_in.id)])

    def test_the_level_follows_the_tier(self):
        """T8: from the first tier on, also to none; before it, the level is what it was."""
        acme = self.env["res.partner"].create({"name": "With level", "grade_id": self.gold.id})
        enrollment = self._enroll(acme)
        self._settle()
        self.assertHas(acme, False, self.gold)
        row = self._tier(enrollment, self.silver, "2026-02-01")
        self.assertHas(acme, self.silver_list, self.silver)
        self._write(row, date_stop="2026-04-15")
        self.assertHas(acme, False, False)
        self._write(enrollment, date_stop="2026-04-15")
        self.assertHas(acme, False, self.gold)

    def test_a_level_with_a_pricelist_of_its_own(self):
        """T8: the benefit of the tier decides; without one, the pricelist of the level is given.

        And taken back, which Odoo does not.
        """
        self.gold.default_pricelist_id = self.own_list
        row = self._tier(self.acme_in, self.gold)
        self.assertHas(self.acme, self.gold_list, self.gold)
        self.gold_rung.benefit_ids.unlink()
        self._settle()
        self.assertHas(self.acme, self.own_list, self.gold)
        row.unlink()
        self._settle()
        self.assertHas(self.acme, False, False)

    def test_a_foreign_write_becomes_a_proposal(self):
        """T8: who, what, and that the level stays; the rest of the form is saved."""
        self._tier(self.acme_in, self.silver)
        with Form(self.acme.with_user(self.seller)) as form:
            form.grade_id = self.gold
            form.phone = "+1 555 0100"
        self._settle()
        self.assertHas(self.acme, self.silver_list, self.silver)
        self.assertEqual(self.acme.phone, "+1 555 0100")
        proposal = self._proposals()
        self.assertEqual(
            (proposal.old_grade_id, proposal.new_grade_id, proposal.state, proposal.cause),
            (self.silver, self.gold, "pending", f"Set on the partner by {self.seller.name}"),
        )
        self.assertEqual(str(proposal.date_effective), "2026-04-15")
        self.assertIn("“Gold” was proposed to “Resellers”", self._notes(self.acme))
        self.acme.with_user(self.seller).grade_id = self.gold
        self.assertEqual(self._proposals(), proposal)
        self.assertIn("already waits for a decision", self._notes(self.acme))

    def test_taking_the_level_away_is_a_proposal_as_well(self):
        """T8: of no tier."""
        self._tier(self.acme_in, self.silver)
        self.acme.with_user(self.seller).grade_id = False
        self.assertHas(self.acme, self.silver_list, self.silver)
        self.assertFalse(self._proposals().new_grade_id)
        self.assertEqual(self._proposals().old_grade_id, self.silver)

    def test_a_level_that_is_no_tier_is_refused_in_the_chatter(self):
        """T8: no proposal that nobody could approve."""
        bronze = self.env["res.partner.grade"].create({"name": "Bronze", "company_id": False})
        self.acme.with_user(self.seller).grade_id = bronze
        self.assertFalse(self._proposals())
        self.assertFalse(self.acme.grade_id)
        self.assertIn("“Bronze” is not a tier of “Resellers”", self._notes(self.acme))

    def test_writing_what_it_is_says_nothing(self):
        """T8: an import of the same level, and no second pricelist by Odoo's own write."""
        self.silver.default_pricelist_id = self.own_list
        self._tier(self.acme_in, self.silver)
        count = len(self.acme.message_ids)
        self.acme.with_user(self.seller).write({"grade_id": self.silver.id})
        self.assertHas(self.acme, self.silver_list, self.silver)
        self.assertEqual(len(self.acme.message_ids), count)
        self.assertFalse(self._proposals())

    def test_a_sold_membership_is_a_proposal_with_the_order_as_cause(self):
        """T8: sale.order._add_partnership."""
        membership = self.env["product.product"].create(
            {
                "name": "Gold membership",
                "type": "service",
                "service_tracking": "partnership",
                "grade_id": self.gold.id,
            }
        )
        for partner in self.acme | self.stranger:
            order = self.env["sale.order"].create(
                {
                    "partner_id": partner.id,
                    "order_line": [Command.create({"product_id": membership.id})],
                }
            )
            order.action_confirm()
        self.assertFalse(self.acme.grade_id)
        first = self.env["sale.order"].search([("partner_id", "=", self.acme.id)])
        self.assertEqual(self._proposals().cause, f"Membership sold in {first.name}")
        # no text of a caller of the API passes for a sale
        self._proposals().sudo().unlink()
        for faked in ("Membership sold in S00001", 1, [1]):
            self.acme.with_context(pmm_grade_order=faked).grade_id = self.gold
            self.assertIn("Set on the partner by", self._proposals().cause)
            self._proposals().sudo().unlink()
        self.assertEqual(self.stranger.grade_id, self.gold)

    def test_others_are_written_as_odoo_does(self):
        """T8: not enrolled, ended, or in a programme without ladder; in one write with others."""
        self.gold.default_pricelist_id = self.own_list
        plain = self._other_program()
        ended = self.env["res.partner"].create({"name": "Ended"})
        self._enroll(ended, stop="2026-04-15")
        fourth = self.env["res.partner"].create({"name": "No ladder"})
        self._enroll(fourth, program=plain)
        self._settle()
        others = self.stranger | ended | fourth
        (others | self.acme).with_company(self.company).write({"grade_id": self.gold.id})
        self._settle()
        for partner in others:
            self.assertHas(partner, self.own_list, self.gold)
        self.assertHas(self.acme, False, False)
        self.assertEqual(self._proposals().new_grade_id, self.gold)

    def test_a_programme_without_ladder_does_not_lead(self):
        """T8: the first programme with a ladder does."""
        plain = self._other_program(sequence=1)
        self._tier(self._enroll(self.acme, program=plain), self.gold)
        self._tier(self.acme_in, self.silver)
        self.assertHas(self.acme, self.silver_list, self.silver)

    def test_the_leading_programme_keeps_the_level_before_its_first_tier(self):
        """T8: a later programme does not show through."""
        second = self._other_program(sequence=20)
        self._ladder(second, self.own_list, self.own_list)
        self._tier(self._enroll(self.acme, program=second), self.gold)
        self.assertHas(self.acme, self.own_list, False)
