from unittest.mock import patch

from psycopg2 import IntegrityError, errors

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestGrace(PmmCommon):
    """T1, DESIGN 4: open → grace → closed."""

    def _states(self, program=None):
        program = program or self.program
        periods = program.period_ids.sorted("date_start")
        return {period.name: period.state for period in periods}

    def _on(self, moment):
        with freeze_time(moment):
            self._run_cron("ir_cron_close_periods")

    def test_without_closing_by_itself_and_grace_days_it_stays_open(self):
        """T1: such a programme has no grace; its periods are open until closed by hand."""
        self.program._ensure_periods()
        self._on("2026-04-15 12:00:00")
        self.assertEqual(set(self._states().values()), {"open"})

    def test_over_is_grace_and_closing_stays_by_hand(self):
        """T1: with a grace day what is over gets its grace, on the first day after."""
        self.program.grace_days = 1
        self.program._ensure_periods()
        self._on("2026-03-31 12:00:00")
        self.assertEqual(self._states()["2026-03"], "open")
        self._on("2026-04-01 12:00:00")
        states = self._states()
        self.assertEqual((states["2026-03"], states["2026-04"]), ("grace", "open"))

    def test_grace_days_on_the_border(self):
        """T1: closed when today ≥ first day after it + grace days: a day before, on it, after."""
        self._period("2026-03")
        for grace, closing in ((0, "01"), (1, "02"), (10, "11")):
            program = self.program.copy({"name": f"Grace {grace}"})
            program.write({"close_automatically": True, "grace_days": grace})
            self._enroll(self.acme, program=program)
            program._ensure_periods()
            day = int(closing)
            for now, state in ((day - 1, None), (day, "closed"), (day + 1, "closed")):
                with freeze_time(f"2026-04-{now:02d}" if now else "2026-03-31"):
                    program._try_close_due()
                expected = state or ("grace" if now else "open")
                with self.subTest(f"{grace} days, April {now}"):
                    self.assertEqual(self._states(program)["2026-03"], expected)

    def test_day_is_that_of_the_programme(self):
        """T1: the end of a period follows the programme's time zone."""
        self.program.write({"tz": "Pacific/Auckland", "grace_days": 1})  # 12 or 13 hours ahead
        self._period("2026-03")
        self._on("2026-03-31 10:59:00")
        self.assertEqual(self._states()["2026-03"], "open")
        self._on("2026-03-31 11:01:00")
        self.assertEqual(self._states()["2026-03"], "grace")

    def test_several_periods_close_in_order(self):
        """T1: what was forgotten closes with it, oldest first; the running one does not."""
        self.program.close_automatically = True
        self._on("2026-04-15")
        states = self._states()
        self.assertEqual({states[f"2026-0{month}"] for month in (1, 2, 3)}, {"closed"})
        self.assertEqual(states["2026-04"], "open")
        self._on("2026-04-15")
        self.assertEqual(self._states(), states)

    def test_in_grace_late_documents_count(self):
        """T1: results go on in grace, and the run decides what was undecided."""
        self.program.grace_days = 20
        self._target(self.acme_in, "2026-03", 100)
        self._on("2026-04-15")
        self.assertEqual(self._states()["2026-03"], "grace")
        self._invoice(self.acme, "2026-03-31", 60)
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-03", 60, 0.6, "missed")
        self._invoice(self.acme, "2026-03-31", 40)
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 100, 1, "reached")
        self.assertIn("grace", self._states().values())
        self._close("2026-01", "2026-02", "2026-03")

    def test_in_grace_targets_are_fixed(self):
        """T1: a manager cannot change, add or remove a target any more; an administrator can."""
        self.program.grace_days = 20
        target = self._target(self.acme_in, "2026-03", 100)
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        target.with_user(manager).value = 90
        self._on("2026-04-15")
        vals = {"kpi_id": self.kpi.id, "period_id": target.period_id.id, "value": 1}
        for call in (
            lambda: target.with_user(manager).write({"value": 1}),
            lambda: target.with_user(manager).unlink(),
            lambda: (
                self.env["pmm.kpi.target"]
                .with_user(manager)
                .create({"enrollment_id": self.bolt_in.id, **vals})
            ),
        ):
            with self.assertRefused("its targets are fixed"), self.cr.savepoint():
                call()
        target.value = 80
        self.assertEqual(target.value, 80)

    def test_programme_that_cannot_close_tells_once_and_others_go_on(self):
        """T1: a missing rate stands in the chatter once; the other programme closes."""
        euro = self.env["res.currency"].create({"name": "PME", "symbol": "E"})
        stuck = self.program.copy({"name": "Stuck", "currency_id": euro.id})
        self._enroll(self.acme, program=stuck)
        (stuck | self.program).close_automatically = True
        self._invoice(self.acme, "2026-02-01", 10)
        before = len(stuck.message_ids)
        self._on("2026-04-15")
        self._on("2026-04-16")
        self.assertEqual(self._states(stuck)["2026-03"], "grace")
        self.assertEqual(self._states()["2026-03"], "closed")
        self.assertEqual(len(stuck.message_ids), before + 1)
        self.assertIn("exchange rate", stuck.message_ids[0].body)

    def test_fault_of_one_programme_does_not_stop_others(self):
        """T1: what is no sentence for people goes to the log; a lock comes through, for a retry."""
        stuck = self.program.copy({"name": "A stuck one"})
        self._enroll(self.acme, program=stuck)
        (stuck | self.program).close_automatically = True
        close = type(stuck)._close_due

        def fail(program):
            if program == stuck:
                raise ZeroDivisionError
            close(program)

        logger = "odoo.addons.pmm_partner_kpi.models.pmm_program_closing"
        with patch.object(type(stuck), "_close_due", fail), self.assertLogs(logger, "ERROR"):
            self._on("2026-04-15")
        self.assertEqual(self._states(stuck)["2026-03"], "grace")
        self.assertEqual(self._states()["2026-03"], "closed")
        locked = patch.object(type(stuck), "_close_due", side_effect=errors.LockNotAvailable)
        with locked, self.assertRaises(errors.LockNotAvailable):
            stuck._try_close_due()

    def test_negative_grace_days_are_refused(self):
        """T1: the database has the last word."""
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.program.grace_days = -1
            self.env.flush_all()

    def test_state_is_not_written_by_hand(self):
        """T1: grace comes by itself."""
        manager = self._user("chief", "pmm_partner_kpi.group_pmm_manager")
        with self.assertRaises(UserError):
            self._period("2026-03").with_user(manager).state = "grace"
