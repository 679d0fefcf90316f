from psycopg2 import errors

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from odoo.addons.pmm_partner_kpi.tests.benefit_common import BenefitCommon

from ..hooks import uninstall_hook


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestLeadWeight(BenefitCommon):
    """T8: the weight by which leads are shared out, as a benefit of a tier."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.silver.partner_weight, cls.gold.partner_weight = 1, 3
        cls.benefit = cls.env["pmm.tier.benefit"].create(
            {"program_tier_id": cls.gold_rung.id, "kind": "lead_weight", "lead_weight": 10}
        )
        cls._settle()

    def assertWeight(self, weight, partner=None):
        self.env.invalidate_all()
        self.assertEqual((partner or self.acme).partner_weight, weight)

    def test_it_is_named(self):
        """T8: by the number."""
        self.assertEqual(self.benefit.display_name, "Lead weight 10")
        self.benefit.lead_weight = 12
        self.assertEqual(self.benefit.display_name, "Lead weight 12")
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            self.benefit.lead_weight = -1
            self.env.flush_all()

    def test_it_comes_and_goes_with_the_tier(self):
        """T8: without the benefit the level decides, as Odoo does it."""
        row = self._tier(self.acme_in, self.silver)
        self.assertWeight(1)
        self._write(row, grade_id=self.gold.id)
        self.assertWeight(10)
        self._write(row, grade_id=self.silver.id)
        self.assertWeight(1)
        row.unlink()
        self._settle()
        self.assertWeight(0)
        self.assertEqual(
            self._grants(self.acme, "lead_weight"),
            [("10", "by level", "2026-04-15", "2026-04-15")],
        )

    def test_a_weight_by_hand_comes_back(self):
        """T8: 7 before; 8 set while on the tier stays."""
        self.acme.partner_weight = 7
        row = self._tier(self.acme_in, self.gold)
        self.assertWeight(10)
        self._write(row, date_stop="2026-04-15")
        self.assertWeight(7)
        self._write(row, date_stop=False)
        self.acme.partner_weight = 8
        self._write(self.benefit, lead_weight=0)
        self.assertWeight(0)
        self._write(self.benefit, lead_weight=5)
        self.benefit.unlink()
        self._settle()
        self.assertWeight(8)

    def test_a_level_that_weighs_more_does_not_undo_it(self):
        """T8: neither the weight of the level nor a level that another programme gives."""
        self._tier(self.acme_in, self.gold)
        self.gold.partner_weight = 4
        self.assertWeight(10)
        first = self._other_program(sequence=1)
        self._ladder(first, self.own_list, self.own_list)
        self._tier(self._enroll(self.acme, program=first), self.silver)
        self.assertHas(self.acme, self.own_list, self.silver)
        self.assertWeight(10)

    def test_partners_who_are_not_enrolled_have_the_weight_of_their_level(self):
        """T8: as Odoo does it, also before the partner is saved."""
        self.stranger.grade_id = self.gold
        self.assertWeight(3, self.stranger)
        self.assertEqual(self.env["res.partner"].new({"grade_id": self.gold.id}).partner_weight, 3)

    def test_uninstalling_gives_it_back(self):
        """T8: the weight alone; the pricelist of the tier stays."""
        self._tier(self.acme_in, self.gold)
        uninstall_hook(self.env)
        self.assertWeight(3)
        self.assertHas(self.acme, self.gold_list, self.gold)

    def test_the_form_shows_it(self):
        """T8: in the dialog of the tier."""
        arch = self.env["pmm.program.tier"].get_view(view_type="form")["arch"]
        self.assertIn("lead_weight", arch)
