from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.service.model import get_public_method
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

MANY = 200


class ContestCommon(PmmCommon):
    """A contest from 10 to 19 March, with three days of grace, and three partners."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cove = cls.env["res.partner"].create({"name": "Cove Ltd", "is_company": True})
        cls.cove_in = cls._enroll(cls.cove)
        cls.adam = cls._user("Adam", "pmm_partner_kpi.group_pmm_user")
        cls.acme_in.user_id = cls.adam

    @classmethod
    def _contest(cls, start=True, **vals):
        contest = cls.env["pmm.contest"].create(
            {
                "name": "Sprint",
                "program_id": cls.program.id,
                "kpi_id": cls.kpi.id,
                "date_start": "2026-03-10",
                "date_stop": "2026-03-20",
                "grace_days": 3,
                "prize_1": "Cup",
                "prize_2": "Medal",
                **vals,
            }
        )
        if start:
            with freeze_time("2026-03-01"):
                contest.action_start()
        return contest

    def _standing(self, contest):
        rows = contest.result_ids.sorted(lambda row: (row.place or 99, row.id))
        return [(row.place, row.partner_id.name.split()[0], row.value) for row in rows]


@tagged("post_install", "-at_install")
@freeze_time("2026-03-21")
class TestPmmContest(ContestCommon):
    """K22: contests."""

    def test_days_are_half_open(self):
        """K22: the first day counts, the day before and the one it ends before do not."""
        contest = self._contest()
        for day, amount in (
            ("2026-03-09", 1),
            ("2026-03-10", 20),
            ("2026-03-19", 300),
            ("2026-03-20", 4000),
        ):
            self._invoice(self.acme, day, amount)
        self.program._run()
        self.assertEqual(self._standing(contest)[0], (1, "Acme", 320))

    def test_day_of_the_programme(self):
        """K22: orders are sorted into days in the programme's time zone."""
        self.program.tz = "Europe/Moscow"
        booked = self._kpi("Orders", source="revenue", stage="booked")
        contest = self._contest(kpi_id=booked.id)
        for moment, amount in (
            ("2026-03-09 20:59:59", 1),
            ("2026-03-09 21:00:00", 20),
            ("2026-03-19 20:59:59", 300),
            ("2026-03-19 21:00:00", 4000),
        ):
            self._sale(self.acme, moment, amount)
        self.program._run()
        self.assertEqual(self._standing(contest)[0], (1, "Acme", 320))

    def test_minimum(self):
        """K22: on it a place, a cent below none; without one, more than nothing."""
        contest, free = self._contest(minimum=100), self._contest(name="Free")
        self._invoice(self.acme, "2026-03-12", 100)
        self._invoice(self.bolt, "2026-03-12", 99.99)
        self.program._run()
        self.assertEqual(
            self._standing(contest), [(1, "Acme", 100), (0, "Bolt", 99.99), (0, "Cove", 0)]
        )
        self.assertEqual([row[0] for row in self._standing(free)], [1, 2, 0])

    def test_lower_is_better(self):
        """K22: the lowest value is first, and the minimum is what may not be passed."""
        self.kpi.direction = "lower"
        contest = self._contest(minimum=100)
        self._invoice(self.acme, "2026-03-12", 100)
        self._invoice(self.bolt, "2026-03-12", 100.01)
        self.program._run()
        self.assertEqual(
            self._standing(contest), [(1, "Cove", 0), (2, "Acme", 100), (0, "Bolt", 100.01)]
        )

    def test_ties(self):
        """K22: equal ones share a place and its prize; a second KPI tells them apart."""
        pumps = self._kpi("Pumps", category_ids=[Command.set(self.pumps.ids)])
        shared = self._contest()
        decided = self._contest(name="Decided", tie_rule="second", second_kpi_id=pumps.id)
        self._invoice(self.acme, "2026-03-12", (self.pump, 1, 60), (self.training, 1, 40))
        self._invoice(self.bolt, "2026-03-12", (self.pump, 1, 61), (self.training, 1, 39))
        self._invoice(self.cove, "2026-03-12", 50)
        self.program._run()
        self.assertEqual(
            [row[:2] for row in self._standing(shared)][0:2], [(1, "Acme"), (1, "Bolt")]
        )
        self.assertEqual(shared.result_ids.sorted("place").mapped("prize"), ["Cup", "Cup", False])
        self.assertEqual(
            [row[:2] for row in self._standing(decided)], [(1, "Bolt"), (2, "Acme"), (3, "Cove")]
        )
        self.assertEqual(
            decided.result_ids.sorted("place").mapped("prize"), ["Cup", "Medal", False]
        )

    def test_who_takes_part(self):
        """K22: no pilot, nor who is suspended or has left on the last day of the contest."""
        contest = self._contest()
        for partner in (self.acme, self.bolt, self.cove):
            self._invoice(partner, "2026-03-12", 10)
        self.acme_in.date_stop = "2026-03-19"
        suspension = self.env["pmm.enrollment.suspension"].create(
            {"enrollment_id": self.bolt_in.id, "date_start": "2026-03-19", "reason": "Audit"}
        )
        self.program._run()
        self.assertEqual(self._standing(contest), [(1, "Cove", 10)])
        self.acme_in.date_stop = "2026-03-20"
        suspension.date_start = "2026-03-20"
        self.program._run()
        self.assertEqual(len(contest.result_ids), 3)
        self.env.cr.execute(
            "UPDATE pmm_enrollment SET is_shadow = TRUE WHERE id = %s", [self.cove_in.id]
        )
        self.env.invalidate_all()
        self.program._run()
        self.assertEqual({row[1] for row in self._standing(contest)}, {"Acme", "Bolt"})

    def test_open_to(self):
        """K22: tier and segment of the first day, or of the day on which one joined; country."""
        with freeze_time("2026-03-01"):
            segment = self.env["pmm.segment"].create({"name": "Key", "company_id": self.company.id})
            segment._set_members(self.bolt)
        self.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": self.acme_in.id, "grade_id": self.gold.id, "date_start": day}
                | {"date_stop": stop}
                for day, stop in (("2026-01-01", "2026-03-11"),)
            ]
            + [
                {
                    "enrollment_id": self.bolt_in.id,
                    "grade_id": self.gold.id,
                    "date_start": "2026-03-11",
                }
            ]
        )
        self.cove.country_id = self.env.ref("base.de")
        for vals, name in (
            ({"scope": "tier", "grade_ids": self.gold.ids}, "Acme"),
            ({"scope": "segment", "segment_ids": segment.ids}, "Bolt"),
            ({"scope": "country", "country_ids": self.env.ref("base.de").ids}, "Cove"),
        ):
            contest = self._contest(name=name, **vals)
            self.program._run()
            self.assertEqual([row[1] for row in self._standing(contest)], [name])

    def test_result_is_final(self):
        """K22: after the grace days, not a day before; what comes later changes nothing."""
        contest = self._contest()
        self._invoice(self.acme, "2026-03-12", 100)
        with freeze_time("2026-03-22"):
            self._run_cron("ir_cron_contests")
            self.assertEqual(contest.state, "running")
            self.assertEqual(str(contest.standing_day), "2026-03-22")
            self._invoice(self.bolt, "2026-03-19", 150)
        with freeze_time("2026-03-23"):
            self._run_cron("ir_cron_contests")
            self.assertEqual(contest.state, "ended")
            before = self._standing(contest)
            self.assertEqual(before[:2], [(1, "Bolt", 150), (2, "Acme", 100)])
            self._invoice(self.cove, "2026-03-19", 900)
            self.program._run()
            self._run_cron("ir_cron_contests")
            self.assertEqual(self._standing(contest), before)
            # told once: both managers, the programme's where a partner has none
            activities = self.env["mail.activity"].search(
                [("res_model", "=", "pmm.enrollment"), ("summary", "ilike", "Won in")]
            )
            self.assertEqual(
                {(each.res_id, each.user_id) for each in activities},
                {(self.acme_in.id, self.adam), (self.bolt_in.id, self.program.user_id)},
            )
            self.assertEqual(len(activities), 2)
            bodies = " ".join(contest.message_ids.mapped("body"))
            self.assertEqual(bodies.count("1. Bolt Supplies, 2. Acme Trading"), 1)
            with self.assertRefused("never change"):
                contest.result_ids[0].value = 1
            with self.assertRefused("never change"):
                contest.sudo().result_ids[0].unlink()
            with self.assertRefused("not running"):
                contest.action_cancel()
            with self.assertRefused("final result in a contest"):
                self.bolt_in.unlink()

    def test_terms_stay(self):
        """K22: once started no term changes, for nobody; nor how the KPI is measured."""
        contest = self._contest()
        for vals in (
            {"date_stop": "2026-03-25"},
            {"minimum": 5},
            {"prize_1": "Mug"},
            {"grade_ids": [Command.set(self.gold.ids)]},
            {"kpi_id": self._kpi("Other").id},
        ):
            with self.subTest(str(vals)), self.assertRefused("terms stay"):
                contest.sudo().write(vals)
        for state in ("draft", "ended"):
            with self.assertRefused("with its buttons"):
                contest.sudo().with_context(pmm_contest="MOVES").write({"state": state})
        with self.assertRefused("with its buttons"):
            self._contest(start=False, state="running")
        with self.assertRefused("The contest “Sprint” measures"):
            self.kpi.stage = "booked"
        with self.assertRefused("figures that stay"):
            self.program.period_scheme = "quarter"
        with self.assertRefused("has been started"):
            contest.unlink()
        contest.description = "Words may change."
        contest.action_cancel()
        self.assertFalse(contest.result_ids)
        self.kpi.stage = "booked"

    def test_bad_contests_are_refused(self):
        """K22, DESIGN 3.9: what cannot be measured, won or shown."""
        other = self.env["pmm.kpi.definition"].create({"name": "Other"})
        for vals, sentence in (
            ({"kpi_id": other.id}, "choose KPIs that"),
            ({"tie_rule": "second"}, "choose KPIs that"),
            ({"tie_rule": "second", "second_kpi_id": self.kpi.id}, "must be another one"),
            ({"scope": "tier"}, "to whom it is open"),
            ({"date_start": "2025-12-31"}, "begins before"),
            ({"prize_1": False}, "enter the prizes"),
            ({"prize_2": False, "prize_3": "Mug"}, "enter the prizes"),
        ):
            with self.subTest(str(vals)), self.assertRefused(sentence, ValidationError):
                self._contest(start=False, **vals)
        self.kpi.is_internal = True
        with self.assertRefused("not to see in the portal", ValidationError):
            self._contest(start=False)
        self.kpi.is_internal = False
        contest = self._contest(start=False)
        with self.assertRefused("is over already"), freeze_time("2026-03-20"):
            contest.action_start()
        with freeze_time("2026-03-19"):
            contest.action_start()
        with self.assertRefused("started already"):
            contest.action_start()

    def test_rights(self):
        """DESIGN 6: managers start and cancel; nobody writes a result."""
        contest = self._contest()
        self.program._run()
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        for user in (self.adam, self._user("person", "base.group_portal")):
            for name in ("action_start", "action_cancel", "action_refresh"):
                with self.assertRaises(AccessError):
                    getattr(contest.with_user(user), name)()
        for name in ("_refresh", "_move", "_cron_refresh"):
            with self.assertRaises(AccessError):
                get_public_method(contest, name)
        with self.assertRaises(UserError):
            contest.result_ids.with_user(manager).write({"place": 1})
        contest.with_user(manager).action_refresh()
        contest.with_user(manager).action_cancel()
        self.assertEqual(contest.state, "cancelled")

    def test_standing_asks_as_often_for_many(self):
        """X13, DESIGN 5: one statement per contest, for 3 partners as for 203."""
        contest = self._contest()
        contest._refresh()
        counts = []
        with self._counted(counts):
            contest._refresh()
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(MANY)]
        )
        self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        with self._counted(counts):
            contest._refresh()
        self.assertLessEqual(counts[1], counts[0])
        self.assertEqual(len(contest.result_ids), MANY + 3)
