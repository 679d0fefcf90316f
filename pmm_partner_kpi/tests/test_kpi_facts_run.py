from odoo.tests import freeze_time, tagged

from .common import PmmCommon
from .facts_common import FactsCommon

MANY = 50


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 12:00:00")
class TestKpiFactsRun(FactsCommon, PmmCommon):
    """K10, X13: facts that leave no marks are measured daily; in as many queries for many."""

    def test_cron_measures_once_a_day(self):
        """K10: the first schedule of the programme's day counts all, the next ones nothing."""
        meetings = self._kpi("Meetings", source="meetings")
        ann = self._contact("Ann", self.acme)
        self._run_cron("ir_cron_run")
        self._meeting(ann, "2026-04-10 09:00:00")
        self._run_cron("ir_cron_run")
        self.assertEqual(self._actuals(meetings, run=False), {})
        self.program.tz = "Pacific/Auckland"  # 16 April already
        self._run_cron("ir_cron_run")
        self.assertEqual(self._actuals(meetings, run=False), {"2026-04": 1})
        self._meeting(ann, "2026-04-11 09:00:00")
        self.program.action_run()
        self.assertEqual(self._actuals(meetings, run=False), {"2026-04": 2})

    def test_cron_leaves_sales_alone(self):
        """X13: programmes that only count what leaves marks are not measured daily."""
        self._run_cron("ir_cron_run")
        self.env["pmm.dirty"].sudo().search([]).unlink()
        with freeze_time("2026-04-16 12:00:00"):
            self.program._mark_what_the_day_changes()
            self.assertEqual(self.env["pmm.dirty"]._peek("measure"), [])
            self._kpi("Meetings", source="meetings")
            self.env["pmm.dirty"].sudo().search([]).unlink()
            self.program._mark_what_the_day_changes()
            marked = self.env["pmm.dirty"]._peek("measure")
        self.assertEqual(set(marked), set((self.acme_in | self.bolt_in).ids))

    def test_queries(self):
        """X13: all sources over facts, 1 partner or 50: as many queries."""
        for source in ("paid_on_time", "days_late", "meetings", "activities", "portal_activity"):
            self._kpi(source, source=source)
        self._kpi(
            "Leads",
            source="custom",
            custom_model_id=self.env["ir.model"]._get_id("crm.lead"),
            custom_partner_path="partner_id",
            custom_date_field="create_date",
        )
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        for partner in partners:
            self._visit(partner, "2026-02-10")
        Measurement = self.env["pmm.kpi.measurement"]
        self.program._ensure_periods()
        Measurement._measure(enrollments)
        counts = []
        one = enrollments[0]
        for members, day in ((one, "2026-02-11"), (one, "2026-02-12"), (enrollments, "2026-02-13")):
            for partner in members.partner_id:
                self._visit(partner, day)
            with self._counted(counts):
                self.assertEqual(Measurement._measure(members), len(members))
        _warm, for_one, for_many = counts
        self.assertEqual(for_one, for_many)
        self.assertLess(for_many, 25)
