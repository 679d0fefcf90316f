from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import ElearningCommon

NONE, READ = "", "r"
# what each group may do with each model: read, or nothing
RIGHTS = {
    #                         nobody portal user manager accountant
    "pmm.course.progress":   (NONE, READ, READ, READ, READ),
    "slide.channel.partner": (NONE, NONE, NONE, NONE, NONE),
    "slide.slide.partner":   (NONE, NONE, NONE, NONE, NONE),
    "survey.user_input":     (NONE, NONE, NONE, NONE, NONE),
    "survey.question":       (NONE, NONE, NONE, READ, NONE),
    "survey.survey":         (NONE, NONE, READ, READ, NONE),
    "slide.channel":         (READ, READ, READ, READ, READ),
}  # fmt: skip


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(PortalCommon, ElearningCommon):
    """X10, P2, DESIGN 3.5, 3.6: who may read the progress of whom."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course = cls._course("Selling Pumps", cls.exam, program=cls.program)
        cls.people = cls._people(cls.acme)
        cls.theirs = cls._person("theirs", cls.bolt, "owner")
        cls.nobody = cls._user("nobody", "base.group_user")
        cls.user = cls._user("user", "pmm_partner_kpi.group_pmm_user")
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.accountant = cls._user("accountant", "account.group_account_user")
        cls.acme_in.user_id = cls.user
        cls.program._run()
        cls.course._action_add_members(cls.people["none"].partner_id)
        cls.rows = cls.env["pmm.course.progress"].search([])

    def _rows_of(self, *people):
        return self.rows.filtered(lambda row: row.contact_id in [p.partner_id for p in people])

    # === MODEL × GROUP === #

    def test_each_group_has_the_rights_of_the_table(self):
        """DESIGN 6: model × group × operation; our models are written by nobody."""
        users = (
            self.nobody,
            self.people["owner"],
            self.user,
            self.manager,
            self.accountant,
        )
        for model, rights in RIGHTS.items():
            for user, granted in zip(users, rights, strict=True):
                for letter, operation in {
                    "r": "read",
                    "w": "write",
                    "c": "create",
                    "d": "unlink",
                }.items():
                    with self.subTest(f"{user.login} {operation} {model}"):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in granted,
                        )

    # === PROGRESS === #

    def test_portal_person_reads_the_own_row_only(self):
        """P2: finance, sales, learner and people without a role: what they do themselves."""
        for role in ("finance", "sales", "learner", "none"):
            with self.subTest(role):
                user = self.people[role]
                self.assertReads(user, "pmm.course.progress", self._rows_of(user))

    def test_owner_reads_the_own_company(self):
        """P2: all people of the company, nobody of another."""
        people = self.people.values()
        self.assertReads(
            self.people["owner"], "pmm.course.progress", self._rows_of(*people), "completion"
        )
        self.assertReads(self.theirs, "pmm.course.progress", self._rows_of(self.theirs))

    def test_role_taken_away_or_given_counts_at_once(self):
        """DESIGN 3.5: no role outlives its record in a cache."""
        user, Progress = self.people["owner"], self.env["pmm.course.progress"]
        self.assertEqual(len(Progress.with_user(user).search([])), 5)
        role = self.env["pmm.partner.role"].search([("contact_id", "=", user.partner_id.id)])
        role.role = "sales"
        self.assertEqual(Progress.with_user(user).search([]), self._rows_of(user))
        self._grant(self.people["sales"], "owner")
        self.assertEqual(len(Progress.with_user(self.people["sales"]).search([])), 5)

    def test_owner_who_changes_company(self):
        """P2: an owner of one company is none of the colleagues there once gone."""
        user = self.people["owner"]
        user.partner_id.parent_id = self.stranger
        self.assertFalse(self.env["pmm.course.progress"].with_user(user).search([]))

    def test_user_reads_own_partners(self):
        """X10: account managers see the partners in their care, managers and accounting all."""
        own = self.rows.filtered(lambda row: row.partner_id == self.acme)
        self.assertReads(self.user, "pmm.course.progress", own)
        for user in (self.manager, self.accountant):
            self.assertEqual(self.env["pmm.course.progress"].with_user(user).search([]), self.rows)

    def test_other_company(self):
        """X10: nobody reads the programmes of a company that is not theirs."""
        other = self.setup_other_company()["company"]
        stranger = self._user("abroad", "pmm_partner_kpi.group_pmm_manager")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["pmm.course.progress"].with_user(stranger).search([]))
        with self.assertRaises(AccessError):
            self.rows[0].with_user(stranger).read(["completion"])

    def test_nobody_changes_progress(self):
        """DESIGN 3.6: neither people of the partner nor managers."""
        for user in (self.people["owner"], self.manager):
            for call in (
                lambda u=user: self.rows[0].with_user(u).write({"completion": 100}),
                lambda u=user: self.rows[0].with_user(u).unlink(),
                lambda u=user: self.rows.with_user(u).create({"completion": 100}),
            ):
                with self.assertRaises(UserError):
                    call()

    def test_portal_reaches_nothing_through_the_rows(self):
        """DESIGN 3.5: links to enrolments and courses open no invitation, attempt or answer."""
        row = self._rows_of(self.people["owner"])
        self._attempt(self.people["owner"].partner_id)
        for path in (
            {"channel_id": {"fields": {"channel_partner_ids": {}}}},
            {"channel_id": {"fields": {"pmm_program_ids": {}}}},
            {"program_id": {"fields": {"channel_ids": {}}}},
        ):
            with self.subTest(path), self.assertRaises(AccessError):
                row.with_user(self.people["owner"]).web_read(path)
        for model in ("slide.channel.partner", "survey.user_input", "survey.survey"):
            record = self.env[model].search([], limit=1)
            self.assertTrue(record)
            with self.subTest(model), self.assertRaises(AccessError):
                record.with_user(self.people["owner"]).read(["id"])
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(self.people["owner"]).search([])

    # === WHAT MANAGERS CHOOSE FROM === #

    def test_manager_chooses_certifications_and_courses(self):
        """DESIGN 6: without any right in Surveys or eLearning; private surveys stay closed."""
        quiz = self._certification("Quiz", certification=False)
        restricted = self._certification(
            "Restricted", restrict_user_ids=[Command.set(self.env.user.ids)]
        )
        surveys = self.env["survey.survey"].with_user(self.manager).search([])
        self.assertIn(self.exam, surveys)
        self.assertIn(quiz, surveys)  # to count what it asks
        self.assertNotIn(restricted, surveys)
        surveys = self.env["survey.survey"].with_user(self.user).search([])
        self.assertIn(self.exam, surveys)
        self.assertNotIn(quiz, surveys)
        hidden = self._course("Hidden Course", is_published=False)
        with Form(self.program.with_user(self.manager)) as form:
            form.channel_ids.add(hidden)
        self.assertEqual(self.program.channel_ids, self.course | hidden)
        with Form(self.certified.with_user(self.manager)) as form:
            form.certification_ids.add(self.exam)
        self.assertEqual(self.certified.certification_ids, self.exam)

    def test_user_reads_forms_without_choosing(self):
        """DESIGN 6: a user sees the courses of programmes, not those of others."""
        other = self._course("Internal Course")
        program = self.program.with_user(self.user)
        self.assertEqual(program.channel_ids, self.course)
        self.assertNotIn(other, self.env["slide.channel"].with_user(self.user).search([]))
        self.certified.certification_ids = self.exam
        row = self.certified.with_user(self.user).web_read(
            {"certification_ids": {"fields": {"display_name": {}}}}
        )
        self.assertEqual(row[0]["certification_ids"][0]["display_name"], "Exam")

    def test_accountant_reads_kpis_and_programmes(self):
        """DESIGN 6: the fields of this addon are not in the way of accounting."""
        for record in (self.certified, self.program):
            record.with_user(self.accountant).read()
            Form(record.with_user(self.accountant))

    def test_attempts_behind_a_result_are_for_survey_people(self):
        """DESIGN 3.5: others are told where to look instead; accounting measures all the same."""
        self.certified.certification_ids = self.exam
        self._attempt(self.people["owner"].partner_id)
        self.program.with_user(self.manager).action_run()
        result = self._measurement(self.acme_in, "2026-02", self.certified)
        self.assertEqual(result.actual, 1)
        with self.assertRefused("Course Progress"):
            result.with_user(self.manager).action_view_credits()
        self.manager.group_ids |= self.env.ref("survey.group_survey_user")
        action = result.with_user(self.manager).action_view_credits()
        attempts = self.env["survey.user_input"].with_user(self.manager).search(action["domain"])
        self.assertEqual(attempts.partner_id, self.people["owner"].partner_id)
