from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_partner_kpi.queries.windows import PeriodWindows

from .common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestKpiSource(ElearningCommon):
    """K5, L5: certifications passed, each boundary from both sides."""

    # === THE CONTRACT === #

    def test_contract(self):
        """K5: only enrolments asked for, only open periods, no pair twice, 0 without facts."""
        for person, day in ((self.ann, "01"), (self.ben, "02"), (self.cleo, "02")):
            self._attempt(person, f"2026-{day}-10 12:00:00")
            self._attempt(person, f"2026-{day}-11 12:00:00")
        self.program._ensure_periods()
        source = self.certified._source()
        self.assertEqual(source._name, "pmm.kpi.source.certifications_passed")

        def actuals(enrollments):
            self.env.flush_all()
            rows = source._values(self.certified, PeriodWindows(self.program, enrollments.ids))
            return sorted(self.env.execute_query(rows))

        january, february = self._period("2026-01"), self._period("2026-02")
        self.assertEqual(
            actuals(self.acme_in | self.bolt_in),
            sorted(
                [
                    (self.acme_in.id, january.id, 1),
                    (self.acme_in.id, february.id, 1),
                    (self.bolt_in.id, february.id, 1),
                ]
            ),
        )
        self.assertEqual(actuals(self.bolt_in), [(self.bolt_in.id, february.id, 1)])
        self.assertEqual(actuals(self.acme_in.browse()), [])
        self._close("2026-01")
        self.assertEqual(actuals(self.acme_in), [(self.acme_in.id, february.id, 1)])
        self.assertEqual(source._void_value(self.certified), 0)

    def test_result_is_a_number_and_no_money(self):
        """K5: the unit is a count, targets and results have no currency, rates do not matter."""
        euro = self._foreign_currency("EUR", ("2025-01-01", 0.5))
        self.program.currency_id = euro
        target = self._target(self.acme_in, "2026-02", 2, self.certified)
        self._attempt(self.ann)
        self.program._run()
        self.assertEqual(self.certified.unit, "count")
        result = self._measurement(self.acme_in, "2026-02", self.certified)
        self.assertFalse(result.currency_id)
        self.assertFalse(target.currency_id)
        self.assertResult(self.acme_in, "2026-02", 1, 0.5, "missed", self.certified)
        self.assertResult(self.bolt_in, "2026-02", 0, None, "none", self.certified)
        self._attempt(self.ben)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 2, 1.0, "reached", self.certified)

    def test_run_twice_adds_nothing(self):
        """K4: a second run changes nothing."""
        self._attempt(self.ann)
        self.program._run()
        self.assertFalse(any(self.program._run().values()))

    # === WHAT COUNTS === #

    def test_attempts_that_count_table(self):
        """K5: passed, real, ended attempts of a person at a certification; nothing else."""
        quiz = self._certification("Quiz", certification=False)
        archived = self._certification("Retired Exam", active=False)
        cases = [
            ("passed", {}, 1),
            ("failed", {"passed": False}, 0),
            ("test entry", {"test_entry": True}, 0),
            ("under way", {"state": "in_progress"}, 0),
            ("without an end", {"end": False}, 0),
            ("no certification", {"survey": quiz}, 0),
            ("of a retired certification", {"survey": archived}, 1),
        ]
        for name, how, expected in cases:
            with self.subTest(name):
                attempt = self._attempt(self.ann, **how)
                self.assertEqual(self._counts().get("2026-02", 0), expected)
                attempt.unlink()
                self.assertEqual(self._counts(), {})

    def test_score_one_below_and_at_the_pass_mark(self):
        """L2: the pass mark itself passes, one point below does not."""
        self.exam.question_ids.suggested_answer_ids[1].answer_score = 7
        self._attempt(self.ann, passed=False)
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.exam.question_ids.suggested_answer_ids[1].answer_score = 6.9
        self._attempt(self.ben, passed=False)
        self.assertEqual(self._counts(), {"2026-02": 1})

    def test_pair_counts_once_per_period(self):
        """K5: twice in a month is once, once in each of two months is once in each."""
        self._attempt(self.ann, "2026-02-10 12:00:00")
        self._attempt(self.ann, "2026-02-20 12:00:00")
        self.assertEqual(self._counts(), {"2026-02": 1})
        self._attempt(self.ann, "2026-03-01 00:00:00")
        self.assertEqual(self._counts(), {"2026-02": 1, "2026-03": 1})
        self._attempt(self.ann, "2026-03-02 12:00:00", survey=self.other_exam)
        self._attempt(self.ben, "2026-03-02 12:00:00")
        self.assertEqual(self._counts(), {"2026-02": 1, "2026-03": 3})

    def test_fail_before_and_after_a_pass(self):
        """L2: a pass stays one, whatever was failed before or later."""
        self._attempt(self.ann, "2026-02-09 12:00:00", passed=False)
        self._attempt(self.ann, "2026-02-10 12:00:00")
        self._attempt(self.ann, "2026-02-11 12:00:00", passed=False)
        self.assertEqual(self._counts(), {"2026-02": 1})

    def test_chosen_certifications_only(self):
        """K5: the filter; empty counts all, also those made later."""
        self._attempt(self.ann)
        self._attempt(self.ann, survey=self.other_exam)
        self.assertEqual(self._counts(), {"2026-02": 2})
        self.certified.certification_ids = self.other_exam
        self.assertEqual(self._counts(), {"2026-02": 1})
        self._attempt(self.ben)
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.certified.certification_ids = self.exam | self.other_exam
        self.assertEqual(self._counts(), {"2026-02": 3})
        self.certified.certification_ids = False
        self._attempt(self.ben, survey=self._certification("New Exam"))
        self.assertEqual(self._counts(), {"2026-02": 4})

    # === WHOSE IT IS === #

    def test_people_of_the_company_and_itself(self):
        """L5: its contacts, theirs, archived ones and itself; nobody of another company."""
        branch = self._contact("Branch", self.acme)
        for person in (self._contact("Deep", branch), self.acme, self.ann):
            self._attempt(person)
        self.ann.active = False
        self._attempt(self.stranger)
        self._attempt(self.cleo)
        self.assertEqual(self._counts(), {"2026-02": 3})
        self.assertEqual(self._counts(enrollment=self.bolt_in), {"2026-02": 1})

    def test_attempt_of_nobody(self):
        """L5: an attempt that names an e-mail address only counts for nobody."""
        self._attempt(self.env["res.partner"], email=self.acme.email)
        self.assertEqual(self._counts(), {})

    def test_who_changes_company_takes_nothing_along(self):
        """DESIGN 4: an attempt stays with the company for which it was made."""
        self._attempt(self.ann, "2026-02-10 12:00:00")
        self.ann.parent_id = self.bolt
        self._attempt(self.ann, "2026-03-10 12:00:00")
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.assertEqual(self._counts(enrollment=self.bolt_in), {"2026-03": 1})

    def test_attempt_belongs_to_the_company_at_its_end(self):
        """DESIGN 4: begun in one company and passed in the next counts for the next."""
        attempt = self._attempt(self.ann, end=False, state="in_progress")
        self.assertEqual(attempt.pmm_partner_id, self.acme)
        self.ann.parent_id = self.bolt
        attempt.write({"state": "done", "end_datetime": "2026-02-10 12:00:00"})
        self.assertEqual(attempt.pmm_partner_id, self.bolt)
        self.assertEqual(self._counts(enrollment=self.bolt_in), {"2026-02": 1})

    def test_two_programmes_of_one_partner(self):
        """K5: one pass counts in each programme in which the partner takes part."""
        second = self.program.copy({"name": "Second", "date_start": "2026-02-11"})
        enrollment = self._enroll(self.acme, program=second)
        self._attempt(self.ann, "2026-02-10 12:00:00")
        self._attempt(self.ann, "2026-02-11 12:00:00", survey=self.other_exam)
        second._run()
        self.assertEqual(self._counts(), {"2026-02": 2})
        self.assertEqual(self._measurement(enrollment, "2026-02", self.certified).actual, 1)

    # === WHEN === #

    def test_midnight_of_the_programme(self):
        """DESIGN 4: the day is that of the programme's time zone, to the second."""
        self._attempt(self.ann, "2026-02-28 10:59:59")  # 28 February, 23:59:59 in Auckland
        self._attempt(self.ben, "2026-02-28 11:00:00")  # 1 March, 00:00:00
        self._attempt(self.ann, "2026-04-30 11:59:59", survey=self.other_exam)  # summer is over
        self.assertEqual(self._counts(), {"2026-02": 2, "2026-04": 1})
        self.program.tz = AUCKLAND
        self.acme_in._mark_to_measure()
        self.assertEqual(self._counts(), {"2026-02": 1, "2026-03": 1, "2026-04": 1})
        self.program.tz = "America/New_York"
        self._attempt(self.ben, "2026-03-01 04:59:59", survey=self.other_exam)
        self._attempt(self.cleo, "2026-03-01 05:00:00")
        self.assertEqual(self._counts(), {"2026-02": 3, "2026-04": 1})
        self.assertEqual(self._counts(enrollment=self.bolt_in), {"2026-03": 1})

    def test_first_and_last_moment_of_a_period(self):
        """DESIGN 3.8: periods are half-open."""
        self._attempt(self.ann, "2026-01-31 23:59:59")
        self._attempt(self.ben, "2026-02-01 00:00:00")
        self.assertEqual(self._counts(), {"2026-01": 1, "2026-02": 1})

    def test_start_of_the_programme(self):
        """DESIGN 4: nothing before the first day of the programme, also inside its period."""
        program = self.program.copy({"name": "Late", "date_start": "2026-02-10"})
        enrollment = self._enroll(self.acme, program=program)
        self._attempt(self.ann, "2026-02-09 23:59:59")
        program._run()
        self.assertEqual(self._measurement(enrollment, "2026-02", self.certified).actual, 0)
        self._attempt(self.ben, "2026-02-10 00:00:00")
        program._run()
        self.assertEqual(self._measurement(enrollment, "2026-02", self.certified).actual, 1)

    def test_first_and_last_day_of_an_enrolment(self):
        """DESIGN 3.8: the first day counts, the day on which it ends does not."""
        self.acme_in.write({"date_start": "2026-02-10", "date_stop": "2026-02-20"})
        moments = {
            "2026-02-09 23:59:59": 0,
            "2026-02-10 00:00:00": 1,
            "2026-02-19 23:59:59": 1,
            "2026-02-20 00:00:00": 0,
        }
        for moment, expected in moments.items():
            with self.subTest(moment):
                attempt = self._attempt(self.ann, moment)
                self.assertEqual(self._counts().get("2026-02", 0), expected)
                attempt.unlink()

    def test_two_enrolments_after_one_another(self):
        """DESIGN 3.8: a pass counts for the enrolment that runs on its day."""
        self.acme_in.date_stop = "2026-02-15"
        again = self._enroll(self.acme, "2026-02-15")
        self._attempt(self.ann, "2026-02-14 23:59:59")
        self._attempt(self.ann, "2026-02-15 00:00:00")
        self._attempt(self.ben, "2026-02-15 00:00:00")
        self.assertEqual(self._counts(), {"2026-02": 1})
        self.assertEqual(self._counts(enrollment=again), {"2026-02": 2})

    def test_closed_period_stays(self):
        """DESIGN 3.3: what comes to light later does not change a published figure."""
        early = self._attempt(self.ann, "2026-01-10 12:00:00")
        self._close("2026-01")
        self._attempt(self.ben, "2026-01-11 12:00:00")
        self.assertEqual(self._counts(), {"2026-01": 1})
        early.unlink()
        self.assertEqual(self._counts(), {"2026-01": 1})

    def test_quarters(self):
        """K4: the same attempts in a programme of quarters."""
        quarterly = self.program.copy({"name": "Quarterly", "period_scheme": "quarter"})
        enrollment = self._enroll(self.acme, program=quarterly)
        for moment in ("2026-01-01 00:00:00", "2026-03-31 23:59:59", "2026-04-01 00:00:00"):
            self._attempt(self.ann, moment)
        quarterly._run()
        results = self.env["pmm.kpi.measurement"].search(
            [("enrollment_id", "=", enrollment.id), ("kpi_id", "=", self.certified.id)],
            order="date_start",
        )
        self.assertEqual(
            [(r.period_id.name, r.actual) for r in results], [("2026-Q1", 1), ("2026-Q2", 1)]
        )

    # === THE KPI === #

    def test_retired_with_the_addon(self):
        """X9: uninstalling takes the KPI out of use; what was published stays."""
        self._attempt(self.ann, "2026-01-10 12:00:00")
        self.certified.certification_ids = self.exam
        self._close("2026-01")
        self.certified._retire_source("certifications_passed")
        self.assertFalse(self.certified.active)
        self.assertFalse(self.certified.program_ids)
        self.assertNotIn(self.certified, self.program.kpi_ids)
        self.program._run()
        result = self._measurement(self.acme_in, "2026-01", self.certified)
        self.assertEqual((result.actual, result.currency_id.id), (1, False))
        self.assertFalse(self._measurement(self.acme_in, "2026-02", self.certified))

    def test_attempts_behind_a_result(self):
        """K11: the action lists exactly what was counted, at every boundary."""
        self.program.tz = AUCKLAND
        self.acme_in.date_start = "2026-02-10"
        self.certified.certification_ids = self.exam
        counted = self._attempt(self.ann, "2026-02-09 11:00:00")
        counted |= self._attempt(self.ben, "2026-02-28 10:59:59")
        self._attempt(self.ann, "2026-02-09 10:59:59")
        self._attempt(self.ann, "2026-02-28 11:00:00")
        self._attempt(self.ann, "2026-02-15 12:00:00", passed=False)
        self._attempt(self.ann, "2026-02-15 12:00:00", survey=self.other_exam)
        self._attempt(self.cleo, "2026-02-15 12:00:00")
        self.assertEqual(self._counts()["2026-02"], 2)
        action = self._measurement(self.acme_in, "2026-02", self.certified).action_view_credits()
        self.assertEqual(action["res_model"], "survey.user_input")
        self.assertEqual(self.env["survey.user_input"].search(action["domain"]), counted)

    def test_credits_behind_a_result_of_another_source(self):
        """K11: results of revenue list credits as before."""
        self._invoice(self.acme, "2026-02-10", 100)
        self.program._run()
        action = self._measurement(self.acme_in, "2026-02", self.kpi).action_view_credits()
        self.assertEqual(action["res_model"], "pmm.credit")

    def test_source_of_a_copy(self):
        """K5: a copied KPI counts the same certifications."""
        self.certified.certification_ids = [Command.set(self.exam.ids)]
        self.assertEqual(self.certified.copy().certification_ids, self.exam)
