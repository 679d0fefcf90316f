"""What the random worlds of the oracles share: groups, uplines, targets, suspensions."""

from contextlib import suppress
from datetime import date, timedelta

from odoo.exceptions import ValidationError

BOUNDARIES = [
    date(2025, 12, 31),
    date(2026, 1, 1),
    date(2026, 1, 31),
    date(2026, 2, 1),
    date(2026, 2, 9),
    date(2026, 2, 10),
    date(2026, 2, 28),
    date(2026, 3, 1),
    date(2026, 3, 31),
    date(2026, 4, 1),
]


class StructureByChance:
    """Mixin for a test with ``random`` and ``programs``: changes who counts for whom, and when."""

    def _structure(self):
        """Build groups and uplines by chance; what is refused is left out."""
        companies = [self.acme, self.bolt, self.carol, self.dora, self.stranger]
        days = [*BOUNDARIES, False, False]
        for _ in range(6):
            group = self._group(company_id=self.random.choice([self.company, self.other]).id)
            for partner in self.random.sample(companies, 3):
                self._try(self._join, group, partner, *self._stretch(days))
        enrollments = list(self.programs.enrollment_ids)
        for _ in range(25):
            lower, upper = self.random.sample(enrollments, 2)
            self._try(self._below, lower, upper, *self._stretch(days))

    def _stretch(self, days):
        start, stop = self.random.choice(BOUNDARIES), self.random.choice(days)
        return start, stop if stop and stop > start else False

    def _try(self, method, *args):
        with suppress(ValidationError), self.env.cr.savepoint():
            method(*args)
            self.env.flush_all()

    def _restructure(self):
        """Change some of what stands: ends, other dates, others above."""
        members = self.env["pmm.partner.group.member"].search([])
        uplines = self.env["pmm.enrollment.parent"].search([])
        for row in self.random.sample(list(members) + list(uplines), 5):
            fate = self.random.choice(["end", "begin", "go"])
            day = self.random.choice(BOUNDARIES)
            if fate == "go":
                row.unlink()
            elif fate == "end" and row.date_start < day:
                self._try(row.write, {"date_stop": day})
            elif fate == "begin" and (not row.date_stop or day < row.date_stop):
                self._try(row.write, {"date_start": day})

    def _targets(self):
        self.programs._ensure_periods()
        vals_list = []
        for enrollment in self.programs.enrollment_ids:
            for period in enrollment.program_id.period_ids.sorted("date_start"):
                if self.random.random() < 0.7:
                    kpi = self.random.choice(enrollment.program_id.kpi_ids)
                    vals_list.append(
                        {
                            "enrollment_id": enrollment.id,
                            "period_id": period.id,
                            "kpi_id": kpi.id,
                            "value": self.random.choice([0, 0.01, 50, 99.99, 333.33, 5000]),
                        }
                    )
        self.env["pmm.kpi.target"].create(vals_list)

    def _suspend_some(self, number, first=BOUNDARIES[0]):
        """Suspend enrolments from a day on; some for a while, some for good."""
        days = [day for day in BOUNDARIES if day >= first]
        for enrollment in self.random.sample(list(self.programs.enrollment_ids), number):
            if enrollment.suspension_ids:
                continue
            start = self.random.choice(days)
            self.env["pmm.enrollment.suspension"].create(
                {
                    "enrollment_id": enrollment.id,
                    "date_start": start,
                    "date_stop": self.random.choice([False, *(day for day in days if day > start)]),
                    "reason": "chance",
                }
            )

    def _resume_some(self, first):
        """Give some of them back: later, at once, or as if it had never been."""
        for suspension in self.programs.enrollment_ids.suspension_ids:
            fate = self.random.choice(["keep", "delete", "stop"])
            if fate == "delete" and suspension.date_start >= first:
                suspension.unlink()
            elif fate == "stop" and not suspension.date_stop:
                suspension.date_stop = max(first, suspension.date_start) + timedelta(days=9)
