from unittest.mock import patch

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

    def test_a_fault_with_some_partners_does_not_stop_others(self):
        """T8: the batch that fails is logged and left as it was; the next one has its benefits."""
        with freeze_time("2026-04-15"):
            for enrollment in (self.acme_in, self.bolt_in):
                self._tier(enrollment, self.gold, "2026-05-01")
        Grant = type(self.env["pmm.benefit.grant"])
        sync = Grant._sync

        def fail(grants, enrollments, without=None):
            sync(grants, enrollments, without)
            if self.acme in enrollments.partner_id:
                raise ZeroDivisionError

        logger = "odoo.addons.pmm_partner_kpi.models.pmm_benefit_grant"
        with (
            freeze_time("2026-05-01"),
            patch.object(Grant, "_sync", fail),
            self.assertLogs(logger, "ERROR"),
            patch.object(type(self.env["ir.cron"]), "_commit_progress", return_value=60),
        ):
            self.env["pmm.benefit.grant"]._cron_sync(batch=1)
        self.assertHas(self.acme, False)
        self.assertHas(self.bolt, self.gold_list)

    def test_only_who_takes_part_or_has_something_is_looked_at(self):
        """T8: who left and has given all back is asked no more; who still has something is."""
        with freeze_time("2026-04-15"):
            self._tier(self.acme_in, self.gold)
            self._write(self.acme_in, date_stop="2026-05-01")
            self._write(self.bolt_in, date_stop="2026-05-01")
        for expected in (self.acme, self.env["res.partner"]):
            Grant = type(self.env["pmm.benefit.grant"])
            with patch.object(Grant, "_sync", autospec=True, side_effect=Grant._sync) as sync:
                self._on("2026-05-03")
            asked = self.env["pmm.enrollment"].union(*(call.args[1] for call in sync.mock_calls))
            self.assertEqual(asked.partner_id & (self.acme | self.bolt), expected)

    def test_a_new_company_has_the_pricelist_of_all(self):
        """T8: a company that is made later."""
        with freeze_time("2026-04-15"):
            self.gold_list.company_id = False
            self._tier(self.acme_in, self.gold)
            other = self.env["res.company"].create({"name": "Later"})
        self._on("2026-04-15")
        self.assertEqual(self._pricelist(self.acme, other), self.gold_list)
