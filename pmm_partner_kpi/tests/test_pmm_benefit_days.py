from odoo.tests import freeze_time, tagged

from .benefit_common import BenefitCommon


@tagged("post_install", "-at_install")
class TestPmmBenefitDays(BenefitCommon):
    """T8, T11: benefits begin and end with the day of the programme."""

    @classmethod
    @freeze_time("2026-04-15")
    def setUpClass(cls):
        super().setUpClass()

    def _on(self, moment):
        """Run the schedule at ``moment``."""
        with freeze_time(moment):
            self.env.invalidate_all()
            self._run_cron("ir_cron_benefits")

    def test_a_future_tier_begins_and_ends_with_its_days(self):
        """T8: [1 May, 1 June): the day before, the first, the last, the day after."""
        with freeze_time("2026-04-15"):
            self._tier(self.acme_in, self.gold, "2026-05-01", "2026-06-01")
            self.assertHas(self.acme, False, False)
        for day, given in (
            ("2026-04-30", False),
            ("2026-05-01", True),
            ("2026-05-31", True),
            ("2026-06-01", False),
        ):
            with self.subTest(day):
                self._on(day)
                self.assertHas(
                    self.acme, self.gold_list if given else False, self.gold if given else False
                )

    def test_the_day_is_that_of_the_programme(self):
        """T8: midnight in Auckland is noon in UTC."""
        with freeze_time("2026-04-15"):
            self._write(self.program, tz="Pacific/Auckland")
            self._tier(self.acme_in, self.gold, "2026-05-01")
        self._on("2026-04-30 11:59:59")
        self.assertHas(self.acme, False)
        self._on("2026-04-30 12:00:00")
        self.assertHas(self.acme, self.gold_list)

    def test_an_enrolment_ends_with_its_day(self):
        """T8: the last day of the enrolment still has the benefits, the next one has not."""
        with freeze_time("2026-04-15"):
            self._tier(self.acme_in, self.gold)
            self._write(self.acme_in, date_stop="2026-05-01")
        for day, pricelist in (("2026-04-30", self.gold_list), ("2026-05-01", False)):
            self._on(day)
            self.assertHas(self.acme, pricelist)

    def test_a_new_company_has_the_pricelist_of_all(self):
        """T8: a company that is made later."""
        with freeze_time("2026-04-15"):
            self.gold_list.company_id = False
            self._tier(self.acme_in, self.gold)
            other = self.env["res.company"].create({"name": "Later"})
        self._on("2026-04-15")
        self.assertEqual(self._pricelist(self.acme, other), self.gold_list)
