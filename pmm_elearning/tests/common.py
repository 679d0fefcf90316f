from odoo.fields import Command

from odoo.addons.pmm_partner_kpi.tests.common import PmmCommon

AUCKLAND = "Pacific/Auckland"  # 13 hours before UTC until 5 April 2026, then 12


class ElearningCommon(PmmCommon):
    """The programme of PmmCommon with a course, its certification, and people who attempt it.

    Today is 2026-04-15 in all tests (freeze it with ``freeze_time("2026-04-15")`` on the class).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("survey.group_survey_manager")
        cls.env.user.group_ids |= cls.env.ref("website_slides.group_website_slides_manager")
        cls.exam, cls.other_exam = cls._certification("Exam"), cls._certification("Other Exam")
        cls.certified = cls._kpi("Certified", source="certifications_passed")
        cls.ann, cls.ben = cls._contact("Ann", cls.acme), cls._contact("Ben", cls.acme)
        cls.cleo = cls._contact("Cleo", cls.bolt)

    # === BUILDERS === #

    @classmethod
    def _contact(cls, name, company, *roles):
        """Return a contact of ``company`` with these roles there."""
        person = cls.env["res.partner"].create({"name": name, "parent_id": company.id})
        cls._give_role(person, *roles)
        return person

    @classmethod
    def _give_role(cls, person, *roles):
        return cls.env["pmm.partner.role"].create(
            [{"contact_id": person.id, "role": role} for role in roles]
        )

    @classmethod
    def _certification(cls, title, **vals):
        """Return a certification with one question; its right answer is all that passes."""
        return cls.env["survey.survey"].create(
            {
                "title": title,
                "scoring_type": "scoring_without_answers",
                "scoring_success_min": 70,
                "certification": True,
                "certification_mail_template_id": False,
                "access_mode": "public",
                "users_login_required": True,
                "questions_layout": "one_page",
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "Right or wrong?",
                            "question_type": "simple_choice",
                            "suggested_answer_ids": [
                                Command.create(
                                    {"value": "Right", "is_correct": True, "answer_score": 10}
                                ),
                                Command.create({"value": "Wrong"}),
                            ],
                        }
                    )
                ],
                **vals,
            }
        )

    @classmethod
    def _answered(cls, survey, passed):
        """Return the commands of the right or the wrong answer."""
        question = survey.question_ids
        answer = question.suggested_answer_ids[0 if passed else 1]
        return [
            Command.create(
                {
                    "question_id": question.id,
                    "answer_type": "suggestion",
                    "suggested_answer_id": answer.id,
                }
            )
        ]

    @classmethod
    def _attempt(cls, person, end="2026-02-10 12:00:00", passed=True, survey=None, **vals):
        """Return an attempt that ``person`` ended at ``end`` (UTC), passed or failed."""
        survey = survey or cls.exam
        return cls.env["survey.user_input"].create(
            {
                "survey_id": survey.id,
                "partner_id": person.id,
                "state": "done",
                "end_datetime": end,
                "user_input_line_ids": cls._answered(survey, passed),
                **vals,
            }
        )

    @classmethod
    def _course(cls, name, *surveys, lessons=1, program=None, **vals):
        """Return a published course for members only: lessons, then certifications."""
        course = cls.env["slide.channel"].create(
            {
                "name": name,
                "visibility": "members",
                "enroll": "invite",
                "is_published": True,
                "publish_template_id": False,
                "completed_template_id": False,
                **vals,
            }
        )
        common = {"channel_id": course.id, "is_published": True}
        cls.env["slide.slide"].create(
            [
                {"name": f"Lesson {number}", "slide_category": "article", **common}
                for number in range(lessons)
            ]
            + [
                {
                    "name": survey.title,
                    "slide_category": "certification",
                    "survey_id": survey.id,
                    **common,
                }
                for survey in surveys
            ]
        )
        if program:
            program.channel_ids |= course
        return course

    @classmethod
    def _read_lesson(cls, person, course):
        """Have ``person`` read the first lesson of ``course``."""
        slide = course.slide_ids.filtered(lambda slide: slide.slide_category == "article")[0]
        return cls.env["slide.slide.partner"].create(
            {"slide_id": slide.id, "partner_id": person.id, "completed": True}
        )

    # === QUESTIONS === #

    def _members(self, course):
        """Return the people who are members of ``course``, archived memberships left out."""
        memberships = self.env["slide.channel.partner"].search([("channel_id", "=", course.id)])
        return memberships.partner_id - course.user_id.partner_id

    def _counts(self, kpi=None, enrollment=None):
        """Run the programme; return {period: actual} of the results that are not 0."""
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "=", (enrollment or self.acme_in).id),
                ("kpi_id", "=", (kpi or self.certified).id),
                ("actual", "!=", 0),
            ]
        )
        return {result.period_id.name: result.actual for result in results}

    def _marked(self):
        """Return the enrolments that wait for being measured, and take their marks."""
        self.env.flush_all()
        Dirty = self.env["pmm.dirty"]
        ids = Dirty._peek("measure")
        Dirty._take("measure", ids)
        return self.env["pmm.enrollment"].browse(ids)
