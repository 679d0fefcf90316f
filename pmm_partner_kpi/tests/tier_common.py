from contextlib import contextmanager
from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import freeze_time

from .common import PmmCommon


class TierCommon(PmmCommon):
    """A programme with a ladder, automatic moves, and a clock that tests set.

    ``climbers`` begins on 2024-01-01, in UTC, in quarters; its tier year is the calendar year.
    """

    @classmethod
    def setUpClass(cls):
        freezer = freeze_time("2024-01-01")
        cls.clock = freezer.start()
        cls.addClassCleanup(freezer.stop)
        super().setUpClass()
        cls.bronze = cls.env["res.partner.grade"].create({"name": "Bronze", "company_id": False})
        cls.climbers = cls._climb("Climbers")

    @classmethod
    def _climb(cls, name, **vals):
        """Return a new programme whose run moves partners, without a ladder yet."""
        return cls.env["pmm.program"].create(
            {
                "name": name,
                "company_id": cls.company.id,
                "date_start": "2024-01-01",
                "tz": "UTC",
                "period_scheme": "quarter",
                "kpi_ids": [Command.set(cls.kpi.ids)],
                "tier_mode": "automatic",
                "tier_grace_days": 0,
                "tier_warn_days": 0,
                **vals,
            }
        )

    @classmethod
    def _ladder(cls, *rungs, program=None):
        """Put rungs on the ladder, the lowest first: (grade, revenue that is asked for or None)."""
        program = program or cls.climbers
        for sequence, (grade, threshold) in enumerate(rungs, 1):
            asked = [] if threshold is None else [cls._ask(threshold)]
            cls._rung(program, sequence, grade, asked)
        return program.tier_ids

    @classmethod
    def _rung(cls, program, sequence, grade, asked, **vals):
        return cls.env["pmm.program.tier"].create(
            {
                "program_id": program.id,
                "sequence": sequence,
                "grade_id": grade.id,
                "requirement_ids": [Command.create(each) for each in asked],
                **vals,
            }
        )

    @classmethod
    def _ask(cls, threshold, group="A", **vals):
        """Return the values of a requirement: revenue, or what ``vals`` say."""
        kpi = {} if "kind" in vals else {"kpi_id": cls.kpi.id}
        return {"group": group, "threshold": threshold, **kpi, **vals}

    @classmethod
    def _asks(cls, grade, program=None):
        """Return the requirements of a tier."""
        tiers = (program or cls.climbers).tier_ids
        return tiers.filtered(lambda tier: tier.grade_id == grade).requirement_ids

    @classmethod
    def _join(cls, partner=None, start="2024-01-01", stop=False, program=None, **vals):
        """Enrol ``partner``, or a new one."""
        partner = partner or cls.env["res.partner"].create({"name": "Climber", "is_company": True})
        return cls._enroll(partner, start, stop, program or cls.climbers, **vals)

    @classmethod
    def _buys(cls, enrollment, day, amount, **vals):
        return cls._invoice(enrollment.partner_id, day, amount, **vals)

    @classmethod
    def _runs(cls, *moments, program=None):
        """Run the programme at these moments; return what the last run did."""
        figures = {}
        for moment in moments:
            cls.clock.move_to(moment)
            figures = (program or cls.climbers)._run()
            cls.env.flush_all()
            cls.env.invalidate_all()
        return figures

    @contextmanager
    def _case(self, *what):
        """Try one row of a table, on a world that is put back afterwards."""
        with self.subTest(" ".join(map(str, what))), self.env.cr.savepoint() as savepoint:
            try:
                yield
            finally:
                savepoint.rollback()
                self.env.invalidate_all()

    @contextmanager
    def _warnings(self):
        """Give the list of the warnings of the block: (enrolment, day, lower grade or empty)."""
        found = []

        def warn(_self, warnings):
            found.extend((one, str(day), grade) for one, (day, grade) in warnings.items())

        cls = self.registry["pmm.enrollment"]
        with patch.object(cls, "_warn_of_downgrade", warn):
            yield found

    # === WHAT IS THERE === #

    def _tiers_of(self, enrollment):
        """Return the rows of tiers, the oldest first."""
        return enrollment.tier_ids.sorted("date_start")

    def _last_tier(self, enrollment):
        return self._tiers_of(enrollment)[-1:]

    def assertTier(self, enrollment, grade, day=None):
        """Assert the tier of today, or of ``day``; no grade: none."""
        if day:
            self.clock.move_to(day)
            self.env.invalidate_all()
        self.assertEqual(enrollment.grade_id.name, grade.name if grade else False)

    def assertHistory(self, enrollment, *expected):
        """Assert all rows: (grade, first day, first day without it or False)."""
        found = [
            (tier.grade_id.name, str(tier.date_start), tier.date_stop and str(tier.date_stop))
            for tier in self._tiers_of(enrollment)
        ]
        self.assertEqual(found, [(grade.name, start, stop) for grade, start, stop in expected])

    def assertReview(self, enrollment, day):
        """Assert the day of the next review of the latest tier; False: there is none."""
        found = self._last_tier(enrollment).valid_until
        self.assertEqual(found and str(found), day)

    def assertStanding(self, enrollment, value, met, requirement=None):
        """Assert what the last run found; ``value`` None is no data."""
        standing = enrollment.standing_ids
        if requirement:
            standing = standing.filtered(lambda each: each.requirement_id == requirement)
        self.assertEqual(len(standing), 1)
        self.assertEqual(standing.has_value, value is not None)
        self.assertEqual(standing.value, value or 0)
        self.assertEqual(standing.met, met)


class TierReviewCommon(TierCommon):
    """Bronze asks for 10, Silver for 100, Gold for 1000 of a calendar year."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._ladder((cls.bronze, 10), (cls.silver, 100), (cls.gold, 1000))
        cls.climbers.tier_keep = "next"
        cls.acme_up = cls._join(cls.acme)

    def _reach_gold(self, day="2024-05-10"):
        """Let the partner reach Gold on ``day``; return the invoice."""
        move = self._buys(self.acme_up, day, 1000)
        self._runs(day)
        self.assertTier(self.acme_up, self.gold)
        return move

    def _give(self, grade, start, valid_until=False, **vals):
        return self.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": self.acme_up.id,
                "grade_id": grade.id,
                "date_start": start,
                "valid_until": valid_until,
                **vals,
            }
        )
