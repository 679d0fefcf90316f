from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..queries.tier_facts import windows
from .opening_common import OpeningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOpeningBalance(OpeningCommon):
    """X4, DESIGN 4 "Cut-over": what partners bring along from before."""

    def _totals(self, start, stop):
        """Return {enrolment: total} of the revenue KPI over [start, stop)."""
        both = self.acme_in | self.bolt_in
        counted = windows(both.ids, [date.fromisoformat(start)] * 2, [date.fromisoformat(stop)] * 2)
        self.env.flush_all()
        rows = self.env.execute_query(self.kpi._totals(self.program, counted))
        return {self.env["pmm.enrollment"].browse(id_): value for id_, value in rows if value}

    def _points(self, start, stop):
        counted = windows(self.acme_in.ids, [date.fromisoformat(start)], [date.fromisoformat(stop)])
        self.env.flush_all()
        return dict(self.env.execute_query(self.env["pmm.enrollment"]._points(counted)))

    def test_counts_in_the_period_of_its_day(self):
        """X4, DESIGN 3.8: first and last day of the month belong to it, the next one does not."""
        for day, value in (("2026-02-01", 1), ("2026-02-28", 20), ("2026-03-01", 300)):
            self._opening(self.acme_in, day, value)
        self._invoice(self.acme, "2026-02-10", 0.5)
        self._target(self.acme_in, "2026-02", 43)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 21.5, 0.5, "missed")
        self.assertResult(self.acme_in, "2026-03", 300)
        self.assertResult(self.bolt_in, "2026-02", 0)
        result = self._measurement(self.acme_in, "2026-02")
        self.assertEqual(result.opening, 21)
        self.assertEqual(self._measurement(self.bolt_in, "2026-02").opening, 0)
        shown = self.env["pmm.opening.balance"].search(result.action_view_openings()["domain"])
        self.assertEqual(sum(shown.mapped("value")), 21)

    def test_before_the_start_inside_the_first_period(self):
        """X4: a programme that starts inside a period counts what stands for the days before."""
        program = self.program.copy({"name": "Mid-month", "date_start": "2026-02-15"})
        enrolled = self._enroll(self.acme, "2026-02-15", program=program)
        self._opening(enrolled, "2026-02-14", 40)
        self._opening(enrolled, "2026-01-31", 999)
        self._invoice(self.acme, "2026-02-14", 7)
        self._invoice(self.acme, "2026-02-15", 2)
        program._run()
        self.assertResult(enrolled, "2026-02", 42)

    def test_a_second_run_changes_nothing(self):
        """X4, DESIGN 3.2: openings are added once."""
        self._opening(self.acme_in, "2026-02-01", 5)
        self.program._run()
        self.assertEqual(self.program._run()["measurements"], 0)
        self.env["pmm.opening.balance"].search([]).unlink()
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 0)

    def test_totals_of_tier_windows(self):
        """X4: windows take what their days contain, whatever the source says."""
        self._opening(self.acme_in, "2025-12-31", 100)
        self._opening(self.acme_in, "2026-01-01", 10)
        self._invoice(self.acme, "2026-02-10", 1)
        self.program._run()
        self.assertEqual(self._totals("2025-12-31", "2027-01-01"), {self.acme_in: 111})
        self.assertEqual(self._totals("2026-01-01", "2027-01-01"), {self.acme_in: 11})
        self.assertEqual(self._totals("2025-12-31", "2026-01-01"), {self.acme_in: 100})
        self.assertEqual(self._totals("2025-12-30", "2025-12-31"), {})

    def test_points(self):
        """X4: points that were brought along count in the window of their day."""
        self._opening(self.acme_in, "2026-01-01", 250, kind="points")
        self._opening(self.acme_in, "2026-02-01", 50, kind="points")
        self.assertEqual(self._points("2026-01-01", "2026-02-01"), {self.acme_in.id: 250})
        self.assertEqual(self._points("2026-01-01", "2026-02-02"), {self.acme_in.id: 300})

    def test_closed_period_is_refused(self):
        """X4, DESIGN 3.3: nothing is brought into closed figures, changed or removed there."""
        opening = self._opening(self.acme_in, "2026-01-31", 5)
        self._close("2026-01")
        for call in (
            lambda: self._opening(self.bolt_in, "2026-01-31", 1),
            lambda: opening.write({"value": 6}),
            lambda: opening.write({"date": "2026-02-01"}),
            opening.unlink,
        ):
            with self.assertRefused("2026-01, which is closed"), self.cr.savepoint():
                call()
        self._opening(self.bolt_in, "2026-02-01", 1)
        self._opening(self.bolt_in, "2025-12-31", 1)

    def test_once_and_only_what_is_measured(self):
        """X4: one opening per KPI and day; a KPI that the programme has not is refused."""
        self._opening(self.acme_in, "2026-02-01", 5)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError), self.cr.savepoint():
            self._opening(self.acme_in, "2026-02-01", 5)
        other = self.env["pmm.kpi.definition"].create({"name": "Unused"})
        with self.assertRefused("does not measure", ValidationError):
            self._opening(self.acme_in, "2026-02-02", 5, kpi=other)

    def test_marks_the_results(self):
        """X4: the run sees what came in."""
        self.program._run()
        self._opening(self.acme_in, "2026-02-01", 5)
        self.assertEqual(self.env["pmm.dirty"]._peek("measure"), self.acme_in.ids)
