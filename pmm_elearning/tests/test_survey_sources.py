from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import AUCKLAND, ElearningCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestSurveySources(ElearningCommon):
    """K24: what partners say about us; each boundary from both sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.poll = cls._poll("How are we?")
        cls.question = cls.poll.question_ids
        cls.nps = cls._kpi("NPS", **cls._asks("partner_nps"))
        cls.average = cls._kpi("Average", **cls._asks("survey_average"))
        cls.dan, cls.eve = cls._contact("Dan", cls.acme), cls._contact("Eve", cls.acme)

    # === BUILDERS === #

    @classmethod
    def _poll(cls, title, question_type="scale", certification=False, **vals):
        """Return a survey with one question."""
        return cls.env["survey.survey"].create(
            {
                "title": title,
                "certification": certification,
                "scoring_type": "scoring_without_answers" if certification else "no_scoring",
                "access_mode": "public",
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "Would you recommend us?",
                            "question_type": question_type,
                            **vals,
                        }
                    )
                ],
            }
        )

    @classmethod
    def _asks(cls, source, survey=None):
        survey = survey or cls.poll
        return {
            "source": source,
            "survey_id": survey.id,
            "question_id": survey.question_ids.id,
        }

    @classmethod
    def _answer(cls, person, value, end="2026-02-10 12:00:00", survey=None, **vals):
        """Return what ``person`` answered at ``end`` (UTC); None is skipped."""
        question = (survey or cls.poll).question_ids
        line = {"question_id": question.id, "skipped": value is None}
        if value is not None:
            line |= {"answer_type": question.question_type}
            line[f"value_{question.question_type}"] = value
        return cls.env["survey.user_input"].create(
            {
                "survey_id": question.survey_id.id,
                "partner_id": person.id,
                "state": "done",
                "end_datetime": end,
                "user_input_line_ids": [Command.create(line)],
                **vals,
            }
        )

    def _figures(self, kpi=None, enrollment=None):
        """Run the programme; return {period: actual} of the results that have data."""
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "=", (enrollment or self.acme_in).id),
                ("kpi_id", "=", (kpi or self.nps).id),
                ("has_actual", "=", True),
            ]
        )
        return {result.period_id.name: result.actual for result in results}

    # === WHAT IT IS === #

    def test_promoters_and_detractors(self):
        """K24: 9 and 10 promote, 0 to 6 detract, 7 and 8 do neither; alone each is its extreme."""
        for value, expected in ((10, 100), (9, 100), (8, 0), (7, 0), (6, -100), (0, -100)):
            with self.subTest(value):
                entry = self._answer(self.ann, value)
                self.assertEqual(self._figures(), {"2026-02": expected})
                self.assertEqual(self._figures(self.average), {"2026-02": value})
                entry.unlink()
        self.assertEqual(self._figures(), {})

    def test_score_of_several_people(self):
        """K24: 9, 8, 7 and 6 are 25 % less 25 %; another promoter makes 40 less 20."""
        for person, value in ((self.ann, 9), (self.ben, 8), (self.dan, 7), (self.eve, 6)):
            self._answer(person, value)
        self.assertEqual(self._figures(), {"2026-02": 0})
        self.assertEqual(self._figures(self.average), {"2026-02": 7.5})
        self._answer(self.acme, 10)
        self.assertEqual(self._figures(), {"2026-02": 20})
        self._answer(self.cleo, 0)
        self.assertEqual(self._figures(), {"2026-02": 20})
        self.assertEqual(self._figures(enrollment=self.bolt_in), {"2026-02": -100})
        self.assertEqual((self.nps.unit, self.average.unit), ("score", "score"))

    def test_latest_answer_of_a_person(self):
        """K24: one voice per person and period, the last one; of the same second, the later."""
        self._answer(self.ann, 10, "2026-02-10 12:00:01")
        self._answer(self.ann, 0, "2026-02-10 12:00:00")
        self.assertEqual(self._figures(), {"2026-02": 100})
        self._answer(self.ann, 7, "2026-02-10 12:00:01")
        self.assertEqual(self._figures(), {"2026-02": 0})
        self._answer(self.ann, 3, "2026-03-01 00:00:00")
        self.assertEqual(self._figures(), {"2026-02": 0, "2026-03": -100})

    def test_worked_example(self):
        """K24: readme/USAGE.md, figure by figure."""
        self._answer(self.ann, 3, "2026-02-03 12:00:00")
        for person, value in ((self.ann, 9), (self.ben, 10), (self.dan, 7), (self.eve, 6)):
            self._answer(person, value)
        self.assertEqual(self._figures(), {"2026-02": 25})
        self.assertEqual(self._figures(self.average), {"2026-02": 8})

    def test_what_counts_table(self):
        """K24: finished, real answers of known people; a skipped question is none."""
        other = self._poll("Another poll")
        nobody = self.env["res.partner"]
        for name, person, value, how, expected in (
            ("zero is an answer", self.ann, 0, {}, {"2026-02": -100}),
            ("skipped", self.ann, None, {}, {}),
            ("test entry", self.ann, 9, {"test_entry": True}, {}),
            ("under way", self.ann, 9, {"state": "in_progress"}, {}),
            ("without an end", self.ann, 9, {"end": False}, {}),
            ("of another survey", self.ann, 9, {"survey": other}, {}),
            ("of nobody we know", nobody, 9, {"email": "office@acme.example"}, {}),
        ):
            with self.subTest(name):
                entry = self._answer(person, value, **how)
                self.assertEqual(self._figures(), expected)
                entry.unlink()

    def test_numbers_typed_in(self):
        """K24: a numerical question counts like a scale, also half points."""
        poll = self._poll(
            "Typed",
            "numerical_box",
            validation_required=True,
            validation_min_float_value=0,
            validation_max_float_value=10,
        )
        self.nps.write(self._asks("partner_nps", poll))
        self.average.write(self._asks("survey_average", poll))
        for person, value in ((self.ann, 8.9), (self.ben, 9), (self.dan, 6), (self.eve, 6.1)):
            self._answer(person, value, survey=poll)
        self.assertEqual(self._figures(), {"2026-02": 0})
        self.assertEqual(self._figures(self.average), {"2026-02": 7.5})

    def test_too_few_answers(self):
        """K24: one person fewer than needed is no data; two answers of one person are one."""
        self.nps.min_answers = 2
        self._answer(self.ann, 9, "2026-02-09 12:00:00")
        self._answer(self.ann, 9)
        self.assertEqual(self._figures(), {})
        self.assertEqual(self._figures(self.average), {"2026-02": 9})
        self._answer(self.ben, 9)
        self.assertEqual(self._figures(), {"2026-02": 100})

    # === WHOSE AND WHEN === #

    def test_midnight_of_the_programme(self):
        """DESIGN 4, 3.8: the day is that of the programme's time zone; months are half-open."""
        self._answer(self.ann, 9, "2026-02-28 10:59:59")
        self._answer(self.ben, 0, "2026-02-28 11:00:00")
        self.assertEqual(self._figures(), {"2026-02": 0})
        self.program.tz = AUCKLAND
        self.acme_in._mark_to_measure()
        self.assertEqual(self._figures(), {"2026-02": 100, "2026-03": -100})

    def test_days_of_the_enrolment(self):
        """DESIGN 3.8: the first day counts, the last does not."""
        self.acme_in.write({"date_start": "2026-02-10", "date_stop": "2026-02-20"})
        for moment, expected in (
            ("2026-02-09 23:59:59", {}),
            ("2026-02-10 00:00:00", {"2026-02": 100}),
            ("2026-02-19 23:59:59", {"2026-02": 100}),
            ("2026-02-20 00:00:00", {}),
        ):
            with self.subTest(moment):
                entry = self._answer(self.ann, 9, moment)
                self.assertEqual(self._figures(), expected)
                entry.unlink()

    def test_who_changes_company_takes_nothing_along(self):
        """DESIGN 4: an answer stays with the company for which the person worked."""
        self._answer(self.ann, 9)
        self.ann.parent_id = self.bolt
        self._answer(self.ann, 0, "2026-02-11 12:00:00")
        self.assertEqual(self._figures(), {"2026-02": 100})
        self.assertEqual(self._figures(enrollment=self.bolt_in), {"2026-02": -100})

    def test_group_counts_together(self):
        """K24: the people of all companies of a group, while they are in it."""
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-02-10", False))
        self.nps.scope = "group"
        self._answer(self.ann, 9)
        self._answer(self.cleo, 0, "2026-02-09 23:59:59")
        self.assertEqual(self._figures(), {"2026-02": 100})
        self._answer(self.cleo, 8, "2026-02-10 00:00:00")
        self.assertEqual(self._figures(), {"2026-02": 50})

    def test_programmes_of_two_companies(self):
        """DESIGN 3.5: surveys have no company: each programme hears its own partners only."""
        other = self.env["res.company"].create({"name": "Other"})
        self.env.user.company_ids |= other
        self.nps.company_id = self.average.company_id = False
        program = self.env["pmm.program"].create(
            {
                "name": "Theirs",
                "company_id": other.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "kpi_ids": [Command.set(self.nps.ids)],
            }
        )
        theirs = self._enroll(self.stranger, program=program)
        self._answer(self._contact("Fay", self.stranger), 9)
        self._answer(self.ann, 0)
        program._run()
        self.assertEqual(self._measurement(theirs, "2026-02", self.nps).actual, 100)
        self.assertEqual(self._figures(), {"2026-02": -100})

    # === THE RUN === #

    def test_answers_mark_the_partner(self):
        """DESIGN 1: at the end, and when an answer is corrected afterwards; not meanwhile."""
        self.program._run()
        self._marked()
        entry = self._answer(self.ann, None, state="in_progress", end=False)
        self._marked()
        entry.sudo()._save_lines(self.question, "9")
        self.assertFalse(self._marked())
        entry.sudo()._mark_done()
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._figures(), {"2026-04": 100})
        line = entry.user_input_line_ids
        line.value_scale = 5
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._figures(), {"2026-04": -100})
        line.unlink()
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._figures(), {})

    def test_answers_behind_a_result(self):
        """K11: the list has exactly the entries that were counted, and needs rights on surveys."""
        self._answer(self.ann, 0, "2026-02-09 12:00:00")
        counted = self._answer(self.ann, 9) | self._answer(self.ben, 8)
        self._answer(self.ann, 9, "2026-03-01 00:00:00")
        self._answer(self.cleo, 9)
        self.program._run()
        result = self._measurement(self.acme_in, "2026-02", self.nps)
        action = result.action_view_credits()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found.sorted("id"), counted.sorted("id"))
        reader = self._user("npsreader", "pmm_partner_kpi.group_pmm_manager")
        with self.assertRaises(UserError):
            result.with_user(reader).action_view_credits()

    def test_one_pass_and_as_often_for_many(self):
        """X13: both KPIs are read together; as many queries for 50 partners as for one."""
        self.assertEqual(
            self.nps._source()._pass_key(self.nps), self.average._source()._pass_key(self.average)
        )
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(50)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self.program._run()
        counts = []
        for number in (1, 1, 50):
            for partner in partners[:number]:
                self._answer(partner, number % 11)
            with self._counted(counts):
                self.env["pmm.kpi.measurement"]._measure(enrollments[:number])
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[2], 25)

    # === THE KPI === #

    def test_question_that_cannot_be_counted(self):
        """DESIGN 3.9: refused with a sentence that says what to choose."""
        short = self._poll("Short", scale_max=5)
        free = self._poll("Free", "numerical_box")
        for name, vals, sentence in (
            ("nothing", {"survey_id": False, "question_id": False}, "Choose both"),
            ("no question", {"question_id": False}, "Choose both"),
            ("of another survey", {"survey_id": short.id}, "Choose both"),
            ("certification", self._asks("partner_nps", self.exam), "is a certification"),
            ("text", self._asks("partner_nps", self._poll("T", "text_box")), "ask for a number"),
            ("0 to 5", self._asks("partner_nps", short), "from 0 to 10"),
            ("any number", self._asks("partner_nps", free), "from 0 to 10"),
        ):
            with self.subTest(name), self.assertRefused(sentence, ValidationError):
                self.nps.write(vals)
        self.average.write(self._asks("survey_average", short))
        self.average.write(self._asks("survey_average", free))

    def test_form_proposes_the_only_question(self):
        """K24: a manager without rights in Surveys can choose; others need not see it."""
        manager = self._user("npsmanager", "pmm_partner_kpi.group_pmm_manager")
        with Form(self.env["pmm.kpi.definition"].with_user(manager)) as form:
            form.name = "Mine"
            form.source = "partner_nps"
            form.survey_id = self.poll
            self.assertEqual(form.question_id, self.question)
        Question = self.env["survey.question"].with_user(manager)
        self.assertFalse(Question.search([("survey_id", "=", self.exam.id)]))
        self.poll.restrict_user_ids = self.env.user
        self.assertFalse(Question.search([("survey_id", "=", self.poll.id)]))
        with self.assertRaises(AccessError):
            Question.browse(self.question.id).title = "Mine"

    def test_survey_and_question_cannot_go(self):
        """DESIGN 3.9: what a KPI counts is not deleted under it."""
        with self.assertRefused("Choose another question"):
            self.question.unlink()
        with self.assertRefused("Choose another survey"):
            self.poll.unlink()
        (self.nps | self.average).unlink()
        self.poll.unlink()

    def test_retired_with_the_addon(self):
        """X9: uninstalling takes the KPI out of use; what was published stays."""
        self._answer(self.ann, 9, "2026-01-10 12:00:00")
        self._close("2026-01")
        self.nps._retire_source("partner_nps")
        self.average._retire_source("survey_average")
        self.assertFalse(self.nps.active or self.nps.program_ids)
        self.assertResult(self.acme_in, "2026-01", 100, kpi=self.nps)
        self.poll.unlink()
