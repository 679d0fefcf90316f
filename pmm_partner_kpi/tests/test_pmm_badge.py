from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

MANY = 200


class BadgeCommon(PmmCommon):
    """A badge for the target of a month and one for three of them in a row."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.single = cls._badge(name="Target", repeat="each")
        cls.row = cls._badge(name="Three in a row", times=3)

    @classmethod
    def _badge(cls, **vals):
        return cls.env["pmm.badge"].create(
            {"name": "Badge", "program_id": cls.program.id, "kpi_id": cls.kpi.id, **vals}
        )

    @classmethod
    def _months(cls, enrollment, *amounts):
        """Sell these amounts in January, February, …, where the target is 100 each."""
        for month, amount in enumerate(amounts, 1):
            cls._target(enrollment, f"2026-{month:02d}", 100)
            cls._invoice(enrollment.partner_id, f"2026-{month:02d}-10", amount)

    def _had(self, badge):
        """Return [(partner, period or contest)] in the order in which they were granted."""
        grants = self.env["pmm.badge.grant"].search([("badge_id", "=", badge.id)], order="id")
        return [
            (g.partner_id.name.split()[0], g.period_id.name or g.contest_id.name) for g in grants
        ]


@tagged("post_install", "-at_install")
@freeze_time("2026-09-15")
class TestPmmBadge(BadgeCommon):
    """K20: badges."""

    def test_target(self):
        """K20: when the period is closed; on the target, not a cent below; each time."""
        self._months(self.acme_in, 100, 99.99, 101)
        self._months(self.bolt_in, 99.99, 100)
        self.program._run()
        self.assertFalse(self._had(self.single))
        self._close("2026-01")
        self.assertEqual(self._had(self.single), [("Acme", "2026-01")])
        self._close("2026-02", "2026-03")
        self.assertEqual(
            self._had(self.single),
            [("Acme", "2026-01"), ("Acme", "2026-03"), ("Bolt", "2026-02")],
        )

    def test_in_a_row(self):
        """K20: the third of three, not the second; a miss or a month without target ends a run."""
        each = self._badge(name="Each three", times=3, repeat="each")
        self._months(self.acme_in, 100, 100, 100, 100, 100, 100, 100)
        self._months(self.bolt_in, 100, 100, 50, 100, 100, 100)
        self._close("2026-01", "2026-02")
        self.assertFalse(self._had(self.row))
        for month in range(3, 8):
            self._close(f"2026-{month:02d}")
        self.assertEqual(self._had(self.row), [("Acme", "2026-03"), ("Bolt", "2026-06")])
        self.assertEqual(
            self._had(each), [("Acme", "2026-03"), ("Acme", "2026-06"), ("Bolt", "2026-06")]
        )

    def test_closed_at_once(self):
        """K20: periods that are closed in one go give a badge once, and in the right order."""
        self._months(self.acme_in, 100, 100, 100, 100)
        self._close("2026-01", "2026-02", "2026-03", "2026-04")
        self.assertEqual(self._had(self.row), [("Acme", "2026-03")])
        before = self.env["pmm.badge.grant"].search_count([])
        # again adds nothing
        self.env["pmm.badge"]._grant_for_periods(
            self.program.period_ids.filtered(lambda period: period.state == "closed")
        )
        self.assertEqual(self.env["pmm.badge.grant"].search_count([]), before)

    def test_contest(self):
        """K20: the winners of a contest, when its result is final."""
        winner = self._badge(name="Winner", kind="contest", kpi_id=False)
        best = self._badge(name="Best two", kind="contest", kpi_id=False, best_places=2)
        contest = self.env["pmm.contest"].create(
            {
                "name": "Sprint",
                "program_id": self.program.id,
                "kpi_id": self.kpi.id,
                "date_start": "2026-09-01",
                "date_stop": "2026-09-16",
                "grace_days": 0,
                "prize_1": "Cup",
            }
        )
        contest.action_start()
        self._invoice(self.acme, "2026-09-10", 20)
        self._invoice(self.bolt, "2026-09-10", 30)
        self.program._run()
        self.assertFalse(self._had(winner))
        with freeze_time("2026-09-16"):
            self.program._run()
        self.assertEqual(contest.state, "ended")
        self.assertEqual(self._had(winner), [("Bolt", "Sprint")])
        self.assertEqual(self._had(best), [("Acme", "Sprint"), ("Bolt", "Sprint")])

    def test_tier(self):
        """K20: the first time that the tier is reached, on its first day, and once only."""
        self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": self.gold.id}
        )
        badge = self._badge(name="Gold", kind="tier", kpi_id=False, grade_id=self.gold.id)
        self.env["pmm.enrollment.tier"].create(
            [
                {
                    "enrollment_id": self.acme_in.id,
                    "grade_id": self.gold.id,
                    "date_start": start,
                    "date_stop": stop,
                }
                for start, stop in (("2026-03-01", "2026-04-01"), ("2026-06-01", False))
            ]
            + [
                {
                    "enrollment_id": self.bolt_in.id,
                    "grade_id": self.gold.id,
                    "date_start": "2026-09-16",
                }
            ]
        )
        self._run_cron("ir_cron_badges")
        self.assertEqual(self._had(badge), [("Acme", False)])
        self.assertEqual(str(badge.grant_ids.granted_on), "2026-03-01")
        with freeze_time("2026-09-16"):
            self._run_cron("ir_cron_badges")
        self.assertEqual(len(self._had(badge)), 2)

    def test_no_pilot_and_no_archived_badge(self):
        """K20: a pilot gets none; an archived badge is granted no more."""
        self._months(self.acme_in, 100)
        self._months(self.bolt_in, 100)
        self.program._run()
        self.env.cr.execute(
            "UPDATE pmm_enrollment SET is_shadow = TRUE WHERE id = %s", [self.bolt_in.id]
        )
        self.env.invalidate_all()
        archived = self._badge(name="Old", active=False)
        self._close("2026-01")
        self.assertEqual(self._had(self.single), [("Acme", "2026-01")])
        self.assertFalse(self._had(archived))

    def test_only_the_system_grants(self):
        """K20, DESIGN 3.6: nobody makes, changes or removes a grant, by RPC or otherwise."""
        self._months(self.acme_in, 100)
        self._close("2026-01")
        grant = self.env["pmm.badge.grant"].search([], limit=1)
        vals = {
            "badge_id": self.row.id,
            "enrollment_id": self.acme_in.id,
            "partner_id": self.acme.id,
            "program_id": self.program.id,
            "company_id": self.company.id,
            "granted_on": "2026-01-01",
        }
        users = [
            self._user(f"u{number}", group)
            for number, group in enumerate(
                (
                    "base.group_portal",
                    "pmm_partner_kpi.group_pmm_user",
                    "pmm_partner_kpi.group_pmm_manager",
                    "pmm_partner_kpi.group_pmm_admin",
                )
            )
        ]
        for user in users:
            mine = grant.with_user(user)
            for call in (
                lambda mine=mine: mine.create(vals),
                lambda mine=mine: mine.write({"granted_on": "2026-01-02"}),
                lambda mine=mine: mine.copy(),
                lambda mine=mine: mine.unlink(),
            ):
                with self.assertRaises(UserError):
                    call()
            with self.assertRaises(UserError):
                self.single.with_user(user).write({"grant_ids": [(0, 0, vals)]})
        with self.assertRefused("by the system only"):
            grant.sudo().unlink()
        with self.assertRefused("by the system only"):
            grant.sudo().create(vals)
        with self.assertRaises(AccessError):
            self.single.with_user(users[1]).write({"name": "Mine"})

    def test_terms_stay(self):
        """K20: what a granted badge is for stays; words may change."""
        self._months(self.acme_in, 100)
        self._close("2026-01")
        for vals in ({"times": 2}, {"repeat": "once"}, {"kind": "contest"}):
            with self.assertRefused("what it is for stays"):
                self.single.write(vals)
        with self.assertRefused("has been granted and stays"):
            self.single.unlink()
        self.single.write({"name": "Bull's eye", "active": False})
        self.row.write({"times": 2})

    def test_bad_badges_are_refused(self):
        """DESIGN 3.9: a foreign KPI or tier, an internal KPI."""
        other = self.env["pmm.kpi.definition"].create({"name": "Other"})
        with self.assertRefused("choose a KPI that", ValidationError):
            self._badge(kpi_id=other.id)
        with self.assertRefused("choose a tier of", ValidationError):
            self._badge(kind="tier", grade_id=self.gold.id)
        self.kpi.is_internal = True
        with self.assertRefused("partners are not to see", ValidationError):
            self._badge()

    def test_granting_asks_as_often_for_many(self):
        """X13, DESIGN 5: one statement, for 1 partner as for 200."""
        self._months(self.acme_in, 100, 100)
        self._close("2026-01")
        period = self._period("2026-01")
        self.env["pmm.badge"]._grant_for_periods(period)
        counts = []
        with self._counted(counts):
            self.env["pmm.badge"]._grant_for_periods(period)
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self._close("2026-02")
        period = self._period("2026-02")
        self.env.cr.execute(
            "UPDATE pmm_kpi_measurement SET state = 'reached' WHERE period_id = %s", [period.id]
        )
        with self._counted(counts):
            self.env["pmm.badge"]._grant_for_periods(period)
        self.assertLessEqual(counts[1], counts[0])
        self.assertEqual(len(self._had(self.single)), 2 + len(enrollments) + 1)
