from psycopg2 import errors

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmPeriod(PmmCommon):
    """K1, DESIGN 3.3: periods are made up to today, closed in order, and then stay."""

    def _new_program(self, **vals):
        return self.env["pmm.program"].create(
            {"name": "Another", "date_start": "2026-01-01", "tz": "UTC", **vals}
        )

    def _names(self, program):
        program._ensure_periods()
        return sorted(program.period_ids.mapped("name"))

    # === MAKING === #

    def test_periods_reach_from_the_start_to_the_next_one(self):
        """K1: one period per month, quarter or year, up to the one after the current."""
        cases = [
            ("month", "2026-01-01", ["2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]),
            ("month", "2026-03-31", ["2026-03", "2026-04", "2026-05"]),
            ("month", "2026-04-15", ["2026-04", "2026-05"]),
            ("quarter", "2025-12-31", ["2025-Q4", "2026-Q1", "2026-Q2", "2026-Q3"]),
            ("year", "2025-07-01", ["2025", "2026", "2027"]),
        ]
        for number, (scheme, start, expected) in enumerate(cases):
            with self.subTest(f"{scheme} from {start}"):
                program = self._new_program(
                    name=f"P{number}", period_scheme=scheme, date_start=start
                )
                self.assertEqual(self._names(program), expected)
                self.assertFalse(program._ensure_periods(), "a second time there is none to make")

    def test_period_is_half_open(self):
        """DESIGN 3.8: the stop is the first day after; people read the last day."""
        period = self._period("2026-02")
        self.assertEqual(str(period.date_start), "2026-02-01")
        self.assertEqual(str(period.date_stop), "2026-03-01")
        self.assertEqual(str(period.date_last), "2026-02-28")

    def test_new_period_begins_with_its_first_day(self):
        """K1: on the first day of a period the one after it is made, not the day before."""
        self.assertEqual(self._names(self.program)[-1], "2026-05")
        with freeze_time("2026-04-30 23:59:59"):
            self.assertEqual(self._names(self.program)[-1], "2026-05")
        with freeze_time("2026-05-01 00:00:00"):
            self.assertEqual(self._names(self.program)[-1], "2026-06")

    def test_programme_of_the_future_has_its_first_period(self):
        """K1: targets can be set before the programme begins."""
        program = self._new_program(date_start="2026-09-10")
        self.assertEqual(self._names(program), ["2026-09", "2026-10"])

    def test_today_is_that_of_the_programme(self):
        """DESIGN 4: one time zone per programme decides, not that of the reader."""
        # 2026-04-30 12:30 UTC is May 1, 00:30 in Auckland, and still April in Los Angeles
        auckland = self._new_program(name="NZ", tz="Pacific/Auckland")
        angeles = self._new_program(name="LA", tz="America/Los_Angeles")
        for reader in ("Pacific/Auckland", "America/Los_Angeles", "UTC"):
            self.env.user.tz = reader
            with freeze_time("2026-04-30 12:30:00"), self.subTest(reader):
                self.assertEqual(auckland._today(), fields.Date.to_date("2026-05-01"))
                self.assertEqual(angeles._today(), fields.Date.to_date("2026-04-30"))
                self.assertEqual(self._names(auckland)[-1], "2026-06")
                self.assertEqual(self._names(angeles)[-1], "2026-05")

    def test_close_asks_the_calendar_of_the_programme(self):
        """DESIGN 4: at one instant April can be closed in Auckland, not in Los Angeles."""
        for tz, ends in (("Pacific/Auckland", True), ("America/Los_Angeles", False)):
            program = self._new_program(name=tz, tz=tz, date_start="2026-04-01")
            with freeze_time("2026-04-30 12:30:00"):
                if ends:
                    self._close("2026-04", program=program)
                    self.assertEqual(self._period("2026-04", program).state, "closed")
                else:
                    with self.assertRefused("close it after that day"):
                        self._close("2026-04", program=program)

    def test_overlap_is_refused_by_the_orm_and_the_database(self):
        """DESIGN 3.8: one day belongs to one period of a programme."""
        january = self._period("2026-01")
        with self.assertOverlapInDatabase():
            self.env["pmm.period"].create(
                {
                    "program_id": self.program.id,
                    "date_start": "2026-01-31",
                    "date_stop": "2026-02-01",
                }
            )
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "UPDATE pmm_period SET date_stop = '2026-02-02' WHERE id = %s", [january.id]
            )
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.CheckViolation):
            self.env.cr.execute(
                "UPDATE pmm_period SET date_stop = date_start WHERE id = %s", [january.id]
            )

    def test_same_days_in_another_programme_are_no_overlap(self):
        """T1: each programme has periods of its own."""
        other = self._new_program()
        self.assertEqual(self._names(other), self._names(self.program))

    # === CLOSING === #

    def test_close_records_who_and_when(self):
        """X1: a closed period says when and by whom."""
        self._close("2026-01")
        period = self._period("2026-01")
        self.assertEqual(period.state, "closed")
        self.assertEqual(period.closed_by_id, self.env.user)
        self.assertEqual(str(period.closed_at), "2026-04-15 00:00:00")

    def test_close_runs_first(self):
        """K11: the figures of a closed period are those of the moment of closing."""
        self._target(self.acme_in, "2026-01", 100)
        self._target(self.bolt_in, "2026-01", 100)
        self._invoice(self.acme, "2026-01-05", 100)
        self._close("2026-01")
        self.assertResult(self.acme_in, "2026-01", 100, 1.0, "reached")
        self.assertResult(self.bolt_in, "2026-01", 0, 0.0, "missed")

    def test_close_keeps_the_order(self):
        """DESIGN 3.3: what comes late has one oldest open period, so they close in order."""
        with self.assertRefused("2026-01"):
            self._close("2026-02")
        self._close("2026-01", "2026-02")
        with self.assertRefused("closed already"):
            self._period("2026-01").action_close()
        self._close("2026-03")

    def test_close_too_early_is_refused(self):
        """DESIGN 3.9: a period closes when it has ended; the day after its last one."""
        self._close("2026-01", "2026-02", "2026-03")
        with freeze_time("2026-04-30 23:59:59"), self.assertRefused("2026-04"):
            self._close("2026-04")
        with freeze_time("2026-05-01 00:00:00"):
            self._close("2026-04")
            self.assertEqual(self._period("2026-04").state, "closed")

    def test_refused_close_leaves_everything_open(self):
        """DESIGN 3.9: one that cannot be closed keeps the others open too."""
        self.program._ensure_periods()
        with self.assertRefused("2026-04"):
            self.program.period_ids.action_close()
        self.assertEqual(set(self.program.period_ids.mapped("state")), {"open"})

    def test_there_is_always_an_open_period(self):
        """DESIGN 3.3: where all up to today is closed, the run opens the next one."""
        with freeze_time("2026-05-01"):
            self._close("2026-01", "2026-02", "2026-03", "2026-04")
            open_ = self.program.period_ids.filtered(lambda period: period.state == "open")
            self.assertEqual(open_.sorted("date_start").mapped("name"), ["2026-05", "2026-06"])

    def test_closed_period_stays_closed(self):
        """DESIGN 3.3: it is neither reopened nor moved nor deleted."""
        self._close("2026-01")
        period = self._period("2026-01")
        for vals in (
            {"state": "open"},
            {"date_start": "2025-12-01"},
            {"date_stop": "2026-01-31"},
            {"program_id": self._new_program().id},
        ):
            for writer in (period, period.sudo()):
                with (
                    self.subTest(f"{vals}, superuser {writer.env.su}"),
                    self.assertRefused("2026-01 is closed"),
                ):
                    writer.write(vals)
        with self.assertRefused("2026-01"):
            period.unlink()

    def test_writing_the_state_is_no_way_around_closing(self):
        """DESIGN 3.3: a period that has not ended cannot be closed by import or RPC either."""
        for name in ("2026-01", "2026-04"):
            with self.assertRefused("“Close” button"):
                self._period(name).write({"state": "closed"})

    def test_period_cannot_be_created_closed(self):
        """DESIGN 3.3: a closed period without a run would publish nothing, for good."""
        self._period("2026-04")
        with self.assertRefused("“Close” button"):
            self.env["pmm.period"].create(
                {
                    "program_id": self.program.id,
                    "date_start": "2026-05-01",
                    "date_stop": "2026-06-01",
                    "state": "closed",
                }
            )

    # === WHAT HANGS ON A CLOSED PERIOD === #

    def test_targets_of_a_closed_period_stay(self):
        """K1: a target is neither added nor changed, moved, or removed after the close."""
        target = self._target(self.acme_in, "2026-01", 100)
        later = self._target(self.acme_in, "2026-02", 100)
        self._close("2026-01")
        january = self._period("2026-01")
        with self.assertRefused("2026-01"):
            target.value = 50
        with self.assertRefused("2026-01"):
            target.unlink()
        with self.assertRefused("2026-01"):
            target.period_id = self._period("2026-03")
        with self.assertRefused("2026-01"):
            later.period_id = january
        with self.assertRefused("2026-01"):
            self._target(self.bolt_in, "2026-01", 100)
        later.value = 50

    def test_frame_of_the_programme_is_frozen_once_closed(self):
        """DESIGN 3.3: start, scheme, currency and company may not move under closed figures."""
        euro = self._foreign_currency("EUR", ("2020-01-01", 2))
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        self._close("2026-01")
        for vals in (
            {"date_start": "2025-01-01"},
            {"period_scheme": "quarter"},
            {"currency_id": euro.id},
            {"company_id": other.id},
        ):
            with self.subTest(str(vals)), self.assertRefused("Resellers", ValidationError):
                self.program.write(vals)
        self.program.name = "Renamed"

    def test_open_programme_changes_its_scheme(self):
        """K1: before the first close the periods are made anew."""
        self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self.program.period_scheme = "quarter"
        self.assertEqual(self._names(self.program), ["2026-Q1", "2026-Q2", "2026-Q3"])
        self.program._run()
        self.assertResult(self.acme_in, "2026-Q1", 100)
        self.assertFalse(self._measurement(self.acme_in, "2026-02"))

    def test_scheme_with_targets_is_refused(self):
        """DESIGN 3.9: targets hang on the periods; nobody loses them by a changed setting."""
        self._target(self.acme_in, "2026-01", 100)
        with self.assertRefused("2026-01 has targets"):
            self.program.period_scheme = "quarter"

    def test_programme_with_enrolments_is_not_deleted(self):
        """DESIGN 3.3: archive it instead."""
        with self.assertRefused("archive"):
            self.program.unlink()
