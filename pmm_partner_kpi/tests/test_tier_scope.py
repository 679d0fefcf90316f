from datetime import date

from odoo.fields import Command
from odoo.tests import tagged

from .tier_common import TierCommon


@tagged("post_install", "-at_install")
class TestTierScope(TierCommon):
    """T2, T4: whose figures count for a tier, in which currency, by whose midnight."""

    # === TIME ZONES === #

    def test_today_is_that_of_the_programme(self):
        """T4: tomorrow in Auckland, today in Los Angeles: each programme counts its own day."""
        south = self._climb("South", tz="Pacific/Auckland")
        west = self._climb("West", tz="America/Los_Angeles")
        cases = [
            # now (UTC), bought on, tier begins in Auckland, in Los Angeles
            ("2024-06-30 23:30:00", "2024-07-01", "2024-07-01", None),
            ("2024-07-01 06:59:59", "2024-07-01", "2024-07-01", None),
            ("2024-07-01 07:00:00", "2024-07-01", "2024-07-01", "2024-07-01"),
            ("2024-06-30 11:59:59", "2024-07-01", None, None),
            ("2024-06-30 12:00:00", "2024-07-01", "2024-07-01", None),
        ]
        for program in south, west:
            self._ladder((self.silver, 100), program=program)
        for now, bought, *begins in cases:
            with self._case(now):
                joined = [self._join(self.acme, program=program) for program in (south, west)]
                self._buys(joined[0], bought, 100)
                for enrollment, start in zip(joined, begins, strict=True):
                    self._runs(now, program=enrollment.program_id)
                    expected = [(self.silver, start, False)] if start else []
                    self.assertHistory(enrollment, *expected)

    def test_tier_year_turns_at_the_midnight_of_the_programme(self):
        """T4, T5: at one moment the new year has begun here and not there."""
        for tz, start, review in (
            ("Pacific/Auckland", "2025-01-01", "2026-01-01"),
            ("America/Los_Angeles", "2024-12-31", "2025-01-01"),
        ):
            with self._case(tz):
                program = self._climb("Midnight", tz=tz, tier_keep="window")
                self._ladder((self.bronze, 0.01), (self.silver, 100), program=program)
                enrollment = self._join(program=program)
                self._buys(enrollment, "2024-12-31", 100)
                self._buys(enrollment, "2025-01-01", 50)
                self._runs("2024-12-31 18:00:00", program=program)
                there = tz == "America/Los_Angeles"
                grade = self.silver if there else self.bronze
                self.assertHistory(enrollment, (grade, start, False))
                self.assertReview(enrollment, review)

    # === CURRENCY === #

    def test_other_currency_at_the_rate_of_the_day(self):
        """T2, S12: the sum in the programme's currency meets the threshold, rounded once."""
        euro = self._foreign_currency("EUR", ("2023-12-01", 0.5), ("2024-03-10", 0.8))
        program = self._climb("Euro", currency_id=euro.id)
        self._ladder((self.silver, 50), program=program)
        cases = [
            # bought (day, amount of company currency), value, met
            ([("2024-03-09", 99.98)], 49.99, False),
            ([("2024-03-09", 100)], 50, True),
            ([("2024-03-09", 100.02)], 50.01, True),
            ([("2024-03-10", 62.49)], 49.99, False),
            ([("2024-03-10", 62.5)], 50, True),
            ([("2024-03-09", 60), ("2024-03-10", 25)], 50, True),
            ([("2024-03-09", 60), ("2024-03-10", 24.98)], 49.98, False),
            ([("2024-03-09", 50.01), ("2024-03-09", 49.99)], 50, True),
        ]
        for bought, value, met in cases:
            with self._case(bought):
                enrollment = self._join(program=program)
                for day, amount in bought:
                    self._buys(enrollment, day, amount)
                self._runs("2024-03-12", program=program)
                self.assertStanding(enrollment, value, met)
                self.assertTier(enrollment, self.silver if met else None)

    def test_documents_in_another_currency(self):
        """T2, S12: an invoice in euro counts what is booked in company currency."""
        euro = self._foreign_currency("EUR", ("2023-12-01", 0.5))
        self._ladder((self.silver, 100))
        for amount, met in ((49.99, False), (50, True), (50.01, True)):
            with self._case(amount):
                enrollment = self._join()
                self._buys(enrollment, "2024-03-09", amount, currency_id=euro.id)
                self._runs("2024-03-09")
                self.assertTier(enrollment, self.silver if met else None)

    # === WHOSE FIGURES === #

    def test_other_companies_do_not_count(self):
        """T2, DESIGN 3.5: what the partner buys from another company gives no tier here."""
        other = self.setup_other_company()
        self._ladder((self.silver, 100))
        enrollment = self._join()
        abroad = self._climb("Abroad", company_id=other["company"].id, kpi_ids=[Command.clear()])
        self.kpi.company_id = False
        abroad.kpi_ids = self.kpi
        self._ladder((self.silver, 100), program=abroad)
        there = self._join(enrollment.partner_id, program=abroad)
        self._buys(
            enrollment,
            "2024-03-01",
            100,
            company_id=other["company"].id,
            journal_id=other["default_journal_sale"].id,
        )
        self._runs("2024-03-01")
        self._runs("2024-03-01", program=abroad)
        self.assertTier(enrollment, None)
        self.assertTier(there, self.silver)

    def test_programmes_are_independent(self):
        """T1, T2: one partner, two programmes, two ladders."""
        second = self._climb("Second", date_start="2024-03-01")
        self._ladder((self.silver, 100), (self.gold, 200))
        self._ladder((self.gold, 100), program=second)
        here = self._join(self.acme)
        there = self._join(self.acme, program=second)
        self._buys(here, "2024-02-29", 100)
        self._buys(here, "2024-03-01", 99.99)
        for program in self.climbers, second:
            self._runs("2024-03-02", program=program)
        self.assertTier(here, self.silver)
        self.assertTier(there, None)
        self._buys(here, "2024-03-02", 0.01)
        for program in self.climbers, second:
            self._runs("2024-03-02", program=program)
        self.assertTier(here, self.gold)
        self.assertTier(there, self.gold)

    def test_neighbours_do_not_matter(self):
        """T2: alone or with others in one batch, each gets the same."""
        self._ladder((self.bronze, None), (self.silver, 100), (self.gold, 200))
        amounts = {50: self.bronze, 100: self.silver, 150: self.silver, 200: self.gold}
        together = {}
        for amount in amounts:
            together[self._join()] = amount
        for enrollment, amount in together.items():
            self._buys(enrollment, "2024-03-01", amount)
        self._runs("2024-03-01")
        for enrollment, amount in together.items():
            self.assertTier(enrollment, amounts[amount])
        enrollment = next(iter(together))
        before = {each: self._last_tier(each).id for each in together}
        self._buys(enrollment, "2024-03-02", 50)
        self._runs("2024-03-02")
        self.assertTier(enrollment, self.silver)
        for each, tier_id in before.items():
            if each != enrollment:
                self.assertEqual(self._last_tier(each).id, tier_id)

    def test_new_enrollment_of_the_same_partner_counts_anew(self):
        """T4: what was bought in an earlier enrolment does not count for the next."""
        self._ladder((self.silver, 100))
        first = self._join(self.acme, "2024-01-01", "2024-03-01")
        second = self._join(self.acme, "2024-03-01")
        self._buys(first, "2024-02-29", 100)
        self._buys(first, "2024-03-01", 99.99)
        self._runs("2024-03-02")
        self.assertFalse(second.tier_ids)
        self._buys(second, "2024-03-02", 0.01)
        self._runs("2024-03-02")
        self.assertTier(second, self.silver)

    def test_window_of_a_leap_day_over_many_years(self):
        """T4: windows of one enrolment meet without gap and overlap, over two leap years."""
        self.climbers.tier_window = "anniversary"
        joined, day, windows = date(2024, 2, 29), date(2024, 2, 29), []
        while day.year < 2033:
            start, stop = self.climbers._tier_window_of(day, joined)
            self.assertEqual(start, day)
            windows.append(str(start))
            day = stop
        leap = [each for each in windows if each.endswith("29")]
        self.assertEqual(leap, ["2024-02-29", "2028-02-29", "2032-02-29"])
        self.assertEqual(len(windows), 9)
