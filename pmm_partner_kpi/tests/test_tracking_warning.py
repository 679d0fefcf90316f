from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

MANY = 20


@tagged("post_install", "-at_install")
@freeze_time("2026-02-14")
class TestTrackingWarning(PmmCommon):
    """K18: account managers are told when results get worse, once. Half of February is over."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.quotation_odds = 0
        cls.manager, cls.seller = (
            cls._user("program_manager", "pmm_partner_kpi.group_pmm_manager"),
            cls._user("seller", "pmm_partner_kpi.group_pmm_user"),
        )
        cls.program.user_id = cls.manager
        cls.acme_in.user_id = cls.seller
        cls._target(cls.acme_in, "2026-02", 1000)

    def _warn(self):
        self._run_cron("ir_cron_run")

    def _activities(self, enrollment=None):
        return (enrollment or self.acme_in).sudo().activity_ids.sorted("id")

    def _invoiced(self, amount, day="2026-02-05", partner=None):
        if amount < 0:
            return self._invoice(partner or self.acme, day, -amount, move_type="out_refund")
        return self._invoice(partner or self.acme, day, amount)

    def test_once_per_level(self):
        """K18: at risk, then behind; better and worse again is no news in the same period."""
        told = 0
        for amount, tracking, new in (
            (500, "on_track", 0),
            (-50, "at_risk", 1),
            (0, "at_risk", 0),
            (100, "on_track", 0),
            (-100, "at_risk", 0),
            (-100, "behind", 1),
            (200, "on_track", 0),
            (-200, "behind", 0),
        ):
            with self.subTest(amount):
                if amount:
                    self._invoiced(amount)
                self._warn()
                result = self._measurement(self.acme_in, "2026-02")
                self.assertEqual(result.tracking, tracking)
                told += new
                self.assertEqual(len(self._activities()), told)
        self.assertEqual(result.warned, "behind")

    def test_what_the_activity_says(self):
        """K18: who, what, how much, and what each working day has to bring; in a list."""
        self._kpi("Units", source="quantity")
        kpi = self.program.kpi_ids - self.kpi
        self._target(self.acme_in, "2026-02", 2.5, kpi)
        self._invoiced(300)
        self._warn()
        activity = self._activities()
        self.assertEqual(len(activity), 1, "one for all KPIs")
        self.assertEqual(activity.user_id, self.seller)
        self.assertEqual(
            activity.activity_type_id, self.env.ref("pmm_partner_kpi.mail_activity_data_tracking")
        )
        self.assertEqual(activity.summary, "Acme Trading: targets at risk")
        note = str(activity.note).replace("&nbsp;", "")
        self.assertIn(
            "Revenue, February 2026: Behind. Forecast $600.00 (60 %) of $1,000.00."
            " Needed per working day: $70.00.",
            note,
        )
        self.assertIn("Units, February 2026: At risk. Forecast 2 (80 %) of 2.50.", note)

    def test_programme_manager_where_there_is_no_account_manager(self):
        """K18: else nobody would be told; without both nobody is, and it is not noted."""
        self.acme_in.user_id = False
        self.program.user_id = False
        self._warn()
        self.assertFalse(self._measurement(self.acme_in, "2026-02").warned)
        self.program.user_id = self.manager
        self._warn()
        self.assertEqual(self._activities().user_id, self.manager)

    def test_who_is_left_alone(self):
        """P2, T1: nobody is told of pilots, of who is suspended or has left, or without target."""
        self.acme_in.sudo().is_shadow = True
        self._target(self.bolt_in, "2026-02", 1000)
        self.env["pmm.enrollment.suspension"].create(
            {
                "enrollment_id": self.bolt_in.id,
                "date_start": "2026-02-12",
                "date_stop": "2026-02-16",
                "reason": "Asked for",
            }
        )
        gone = self._enroll(self.stranger, stop="2026-02-14")
        self._target(gone, "2026-02", 1000)
        self._warn()
        self.assertFalse(self._activities(self.acme_in | self.bolt_in | gone))
        with freeze_time("2026-02-16"):
            self._warn()
            self.assertTrue(self._activities(self.bolt_in), "no longer suspended")
            self.assertFalse(self._activities(gone))

    def test_next_period_is_news(self):
        """K18: each period has its own warnings; what is over has none."""
        self._target(self.acme_in, "2026-01", 1000)
        self._target(self.acme_in, "2026-03", 1000)
        self._warn()
        self.assertEqual(len(self._activities()), 1, "January is over")
        with freeze_time("2026-03-02"):
            self._warn()
            self.assertEqual(len(self._activities()), 1, "too early to tell")
        with freeze_time("2026-03-05"):
            self._warn()
            self.assertEqual(len(self._activities()), 2)
            self._warn()
            self.assertEqual(len(self._activities()), 2)

    def test_the_day_makes_it_worse(self):
        """K18: without any new document; the schedule looks at it once a day."""
        self._invoiced(500)
        self._warn()
        self.assertFalse(self._activities())
        # addons above have marks of their own
        self.assertFalse(self.env["pmm.dirty"].search([("queue", "in", ("track", "measure"))]))
        with freeze_time("2026-02-17"):
            self._warn()
            self.assertEqual(len(self._activities()), 1)

    def test_run_now_tells_nobody(self):
        """K18: the schedule tells, so that trying out targets makes no noise."""
        self.program._run()
        self.assertEqual(self._measurement(self.acme_in, "2026-02").tracking, "behind")
        self.assertFalse(self._activities())

    def test_many_at_once(self):
        """X13, K18: one statement and one create per batch, whatever the number of partners."""
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {
                    "program_id": self.program.id,
                    "partner_id": partner.id,
                    "date_start": "2026-01-01",
                    "user_id": self.seller.id,
                }
                for partner in partners
            ]
        )
        self.env["pmm.kpi.target"].create(
            [
                {
                    "enrollment_id": enrollment.id,
                    "kpi_id": self.kpi.id,
                    "period_id": self._period("2026-02").id,
                    "value": 100,
                }
                for enrollment in enrollments
            ]
        )
        self.program._run()
        self.assertEqual(self.program._warn(1), 1)
        counts = []
        for number in (1, MANY - 1):
            with self._counted(counts):
                self.assertEqual(self.program._warn(number), number)
        self.assertEqual(self.program._warn(MANY), 0)
        self.assertEqual(len(enrollments.activity_ids), MANY)
        # Odoo itself looks for the type of each activity
        self.assertLessEqual(counts[1], counts[0] + MANY - 2, counts)

    def test_programme_without_kpis(self):
        """K18: nothing to tell, nothing fails."""
        self.program.kpi_ids = [Command.clear()]
        self._warn()
        self.assertFalse(self._activities())
