from odoo.tests import HttpCase, freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import ElearningCommon

OVERVIEW, COURSES = "/my/programme", "/my/programme/courses"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortal(PortalCommon, ElearningCommon, HttpCase):
    """L1, P1, P2: the courses of the programme, as people of the company see them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.course = cls._course("Selling Pumps", cls.exam, program=cls.program)
        cls.owner = cls._person("Olga", cls.acme, "owner")
        cls.learner = cls._person("Lena", cls.acme, "learner")
        cls.theirs = cls._person("Theo", cls.bolt, "owner")
        cls.program._run()

    def _cards(self, user):
        """Return the words of each of the reader's own courses."""
        cards = self._content(user, COURSES).xpath(".//div[hasclass('card-body')]")
        return [self._words(card) for card in cards]

    def _links(self, user, url=COURSES):
        return self._content(user, url).xpath(".//a[hasclass('btn')]/@href")

    def _certify(self, user):
        """Let ``user`` finish the course and pass its certification."""
        self._read_lesson(user.partner_id, self.course)
        slide = self.course.slide_ids.filtered("survey_id")
        membership = self.env["slide.slide.partner"].create(
            {"slide_id": slide.id, "partner_id": user.partner_id.id}
        )
        self._attempt(user.partner_id, slide_id=slide.id, slide_partner_id=membership.id)

    # === WHO COMES IN === #

    def test_visitors_are_sent_to_the_login(self):
        """X10: the page asks who one is."""
        self.authenticate(None, None)
        response = self.url_open(COURSES, allow_redirects=False)
        self.assertIn(response.status_code, (302, 303))
        self.assertIn("/web/login", response.headers["Location"])

    def test_everybody_with_a_role_has_the_tab(self):
        """P2: learners see courses, and nothing of results."""
        for user, expected in (
            (self.learner, ["Overview", "Courses"]),
            (self.owner, ["Overview", "Results", "Courses"]),
            (self._person("Nino", self.acme), ["Overview"]),
        ):
            # other addons may have tabs of their own
            tabs = [tab for tab in self._tabs(user) if tab in ("Overview", "Results", "Courses")]
            self.assertEqual(tabs, expected)

    def test_internal_user_without_rights(self):
        """X10: an employee who opens the page sees that there is nothing."""
        employee = self._user("employee", "base.group_user")
        self.assertIn("no course for you yet", self._text(employee, COURSES))
        self.assertNotIn("Selling Pumps", self._text(employee, OVERVIEW))

    # === OWN COURSES === #

    def test_own_course_from_the_beginning_to_the_certificate(self):
        """L1, L2: words, bar and where to go on, at each stage; another's is not shown."""
        self.assertEqual(self._cards(self.learner), ["Selling Pumps Not begun 0 % Begin"])
        self._read_lesson(self.learner.partner_id, self.course)
        self.assertEqual(self._cards(self.learner), ["Selling Pumps Under way 50 % Continue"])
        self._certify(self._person("Carl", self.acme, "learner"))
        self.assertNotIn("Certified", self._text(self.learner, COURSES))
        slide = self.course.slide_ids.filtered("survey_id")
        self._attempt(
            self.learner.partner_id,
            slide_id=slide.id,
            slide_partner_id=self.env["slide.slide.partner"]
            .create({"slide_id": slide.id, "partner_id": self.learner.partner_id.id})
            .id,
        )
        self.assertEqual(
            self._cards(self.learner), ["Selling Pumps Certified 02/10/2026 100 % Open"]
        )

    def test_link_opens_the_course(self):
        """L1: the course itself, for a member; none where it is not published."""
        [link] = self._links(self.learner)
        self.assertIn(f"-{self.course.id}", link)
        response = self._open(self.learner, link)
        self.assertEqual(response.status_code, 200)
        self.assertIn("Selling Pumps", response.text)
        self.course.is_published = False
        self.assertEqual(self._cards(self.learner), ["Selling Pumps Not begun 0 %"])

    def test_course_of_two_programmes_is_shown_once(self):
        """L1: one course is one card."""
        self._enroll(self.acme, program=self.program.copy({"name": "Second"}))
        self.assertEqual(len(self._cards(self.learner)), 1)
        # colleagues are told apart by programme
        self.assertIn("Selling Pumps · Resellers", self._text(self.owner, COURSES))

    def test_nothing_yet(self):
        """P1: a sentence instead of an empty page."""
        self.env["slide.channel.partner"].search([]).unlink()
        for user in (self.learner, self.owner):
            self.assertIn("There is no course for you yet", self._text(user, COURSES))
            self.assertNotIn("All courses", self._text(user, OVERVIEW))

    # === COLLEAGUES === #

    def test_owner_sees_the_colleagues(self):
        """P2: all people of the own company, nobody of another; others see themselves."""
        self._certify(self.learner)
        text = self._text(self.owner, COURSES)
        self.assertIn("Your colleagues Lena", text)
        self.assertIn("Selling Pumps Certified 02/10/2026 100 %", text)
        self.assertNotIn("Theo", text)
        for user in (self.learner, self.theirs):
            self.assertNotIn("Your colleagues", self._text(user, COURSES))

    def test_many_colleagues_come_in_pages(self):
        """P1: twenty a page."""
        for number in range(21):
            self._contact(f"Person {number:02}", self.acme, "learner")
        self.program._run()
        first = self._text(self.owner, COURSES)
        second = self._text(self.owner, f"{COURSES}/page/2")
        self.assertIn("Person 00", first)
        self.assertNotIn("Person 20", first)
        self.assertIn("Person 20", second)
        self.assertNotIn("Person 00", second)

    def test_no_money(self):
        """P2: neither the page nor the section shows an amount."""
        self._target(self.acme_in, "2026-04", 12345)
        self._invoice(self.acme, "2026-04-02", 6789)
        self.program._run()
        self.assertNotIn("6,789", self._text(self.owner, COURSES))
        self.assertNotIn("6,789", self._text(self.learner, OVERVIEW))

    # === OVERVIEW === #

    def test_overview_shows_the_next_course(self):
        """P1: what is under way comes before what is not begun; done is done."""
        second = self._course("Serving Pumps", program=self.program)
        self.program._run()
        self._read_lesson(self.learner.partner_id, self.course)
        text = self._text(self.learner, OVERVIEW)
        self.assertIn("Selling Pumps Under way", text)
        self.assertNotIn("Serving Pumps", text)
        self.env["slide.slide.partner"].search([]).completed = False
        self.assertIn("Selling Pumps Not begun", self._text(self.learner, OVERVIEW))
        self._read_lesson(self.learner.partner_id, second)
        self.assertIn("Selling Pumps Not begun", self._text(self.learner, OVERVIEW))
        self.env["slide.slide.partner"].search([]).unlink()
        self._certify(self.learner)
        self.assertIn("You have finished all of your courses", self._text(self.learner, OVERVIEW))

    # === HOW OFTEN IT ASKS === #

    def test_queries_do_not_grow(self):
        """X13: two colleagues or twenty, one course or six: as many queries."""
        few = self._queries_of(self.owner, COURSES), self._queries_of(self.learner, OVERVIEW)
        for number in range(5):
            self._course(f"Course {number}", program=self.program)
        for number in range(18):
            self._contact(f"Person {number:02}", self.acme, "learner")
        self.program._run()
        many = self._queries_of(self.owner, COURSES), self._queries_of(self.learner, OVERVIEW)
        self.assertEqual(few, many)
