from lxml import html

from odoo.tests import freeze_time, tagged

from .portal_pages import OVERVIEW, PAGES, RESULTS, PortalPages


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortal(PortalPages):
    """P1, P2: who sees the pages of the partner programme, and what they say."""

    # === WHO COMES IN === #

    def test_visitors_are_sent_to_the_login(self):
        """X10: every page of the programme asks who one is."""
        self.authenticate(None, None)
        for url in (*PAGES, "/my/programme/results/page/2"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn(response.status_code, (302, 303), url)
            self.assertIn("/web/login", response.headers["Location"])

    def test_tile_is_for_people_of_enrolled_companies(self):
        """P1: whoever works there has the tile, whatever the role."""
        for role, user in self.people.items():
            with self.subTest(role=role):
                self.assertEqual(self._counter(user), 1)
        self.assertEqual(self._counter(self.outsider), 0)
        page = html.fromstring(self._open(self.sales, "/my").text)
        tile = page.xpath("//a[@href='/my/programme']")
        self.assertEqual(len(tile), 1)
        self.assertIn("Partner programme", self._words(tile[0]))
        self.assertTrue(tile[0].xpath(".//*[@data-placeholder_count='pmm_enrollment_count']"))

    def test_tile_follows_the_days_of_the_enrolment(self):
        """DESIGN 3.8: the first day counts, the day on which it ends does not."""
        for start, stop, expected in (
            ("2026-04-14", False, 1),
            ("2026-04-15", False, 1),
            ("2026-04-16", False, 0),
            ("2026-01-01", "2026-04-14", 0),
            ("2026-01-01", "2026-04-15", 0),
            ("2026-01-01", "2026-04-16", 1),
        ):
            self.acme_in.write({"date_start": start, "date_stop": stop})
            with self.subTest(start=start, stop=stop):
                self.assertEqual(self._counter(self.sales), expected)

    def test_today_is_that_of_the_programme(self):
        """DESIGN 4: it is 22:00 UTC on 15 April: in Tokyo the 16th has begun."""
        self.acme_in.date_start = "2026-04-16"
        with freeze_time("2026-04-15 22:00:00"):
            self.assertEqual(self._counter(self.sales), 0)
            self.program.sudo().tz = "Asia/Tokyo"
            self.assertEqual(self._counter(self.sales), 1)

    def test_two_programmes_are_counted_and_shown(self):
        """T1: a partner may take part in several programmes at once."""
        second = self.env["pmm.program"].create(
            {"name": "Distributors", "date_start": "2026-01-01", "tz": "UTC"}
        )
        self._enroll(self.acme, program=second)
        self.assertEqual(self._counter(self.sales), 2)
        text = self._text(self.sales, OVERVIEW)
        self.assertIn("Resellers", text)
        self.assertIn("Distributors", text)

    def test_tabs_follow_the_role(self):
        """P2: results are a tab of those who see them."""
        for role, user in self.people.items():
            with self.subTest(role=role):
                sees = role in ("owner", "finance", "sales")
                self.assertEqual("Results" in self._tabs(user), sees)
                self.assertIn("Overview", self._tabs(user))

    # === NOTHING TO SHOW === #

    def test_company_without_programme_is_told_so(self):
        """P1: whom to ask, instead of an empty page or an error."""
        text = self._text(self.outsider, OVERVIEW)
        self.assertIn("Stranger Ltd takes part in no partner programme at present", text)
        self.assertIn("ask your contact", text)
        self.assertNotIn("Resellers", text)
        self.assertIn("no results", self._text(self.outsider, RESULTS))

    def test_person_without_role_is_told_whom_to_ask(self):
        """P2: no figures, but the name of the account manager."""
        self._target(self.acme_in, "2026-04", 1234)
        self._run()
        text = self._text(self.people["none"], OVERVIEW)
        self.assertIn("You have no role", text)
        self.assertIn("Adam Manager", text)
        self.assertIn("Resellers", text)
        for role in ("none", "learner"):
            for url in PAGES:
                with self.subTest(role=role, url=url):
                    self.assertFalse(self._results(self.people[role], url))
                    self.assertNotIn("1,234", self._text(self.people[role], url))
        self.assertNotIn("You have no role", self._text(self.people["learner"], OVERVIEW))

    def test_before_the_first_run(self):
        """P1: enrolled, not yet calculated: the page says so."""
        self.assertIn("first results appear here", self._text(self.sales, OVERVIEW))
        self.assertIn("no results", self._text(self.sales, RESULTS))

    def test_employees_get_a_page(self):
        """DESIGN 6: with PMM rights or without, also with a role in a partner company."""
        clerk = self._user("clerk", "base.group_user")
        manager = self._user("boss", "pmm_partner_kpi.group_pmm_manager")
        double = self._user("double", "base.group_user")
        double.partner_id.parent_id = self.acme
        self._grant(double, "owner")
        self._run()
        for user in (clerk, manager, double):
            self.assertEqual(self._counter(user), 0)
            for url in PAGES:
                with self.subTest(f"{user.login} {url}"):
                    self.assertFalse(self._results(user, url))

    # === TEXTS === #

    def test_names_are_text(self):
        """X10: what people type as a name is never markup; a description is cleaned."""
        evil = "<script>alert(1)</script><b>x</b>"
        self.program.name = f"P{evil}"
        self.program.description = f"<p>Welcome</p>{evil}"
        self.kpi.name = f"K{evil}"
        self.gold.name = f"G{evil}"
        self.acme.name = f"A{evil}"
        self.acme_in.user_id.partner_id.name = f"U{evil}"
        self.env["pmm.enrollment.tier"].create(
            {
                "enrollment_id": self.acme_in.id,
                "grade_id": self.gold.id,
                "date_start": "2026-01-01",
            }
        )
        self._target(self.acme_in, "2026-05", 1)
        self._run()
        for url in PAGES:
            page = self._open(self.sales, url).text
            self.assertNotIn("<script>alert", page)
            self.assertNotIn("<b>x</b><", page.replace("<b>x</b></div>", ""))
            content = self._text(self.sales, url)
            for letter in "PKGAU" if url == OVERVIEW else "PKA":
                self.assertIn(f"{letter}{evil}", content)
        self.assertIn("Welcome", self._text(self.sales, OVERVIEW))

    def test_pages_speak_the_partners_language(self):
        """P13: months, numbers and the names of KPIs as the reader writes them."""
        self._speaks(self.sales, "ru_RU")
        self.kpi.with_context(lang="ru_RU").name = "Выручка"
        self._target(self.acme_in, "2026-04", 10000)
        self._target(self.acme_in, "2026-05", 10000)
        self._invoice(self.acme, "2026-04-01", 2345.67)
        self._run()
        for url in PAGES:
            text = self._text(self.sales, url)
            self.assertIn("Апрель 2026", text)
            self.assertIn("Выручка", text)
            self.assertIn("2 345,67", text)
            self.assertNotIn("April", text)
            english = self._text(self.people["owner"], url)
            self.assertIn("April 2026", english)
            self.assertIn("Revenue", english)
        self.assertIn("Май 2026", self._text(self.sales, OVERVIEW))

    def test_periods_are_written_out(self):
        """K1: months by name, quarters by number, years bare, also the last and first ones."""
        for scheme, first, last in (
            ("month", "January 2026", "December 2026"),
            ("quarter", "Q1 2026", "Q4 2026"),
            ("year", "2026", "2026"),
        ):
            program = self.env["pmm.program"].create(
                {
                    "name": scheme,
                    "date_start": "2026-01-01",
                    "tz": "UTC",
                    "period_scheme": scheme,
                }
            )
            with freeze_time("2026-12-31"):
                program._ensure_periods()
            year = program.period_ids.filtered(lambda p: p.date_start.year == 2026)
            titles = [period._title() for period in year.sorted("date_start")]
            self.assertEqual((titles[0], titles[-1]), (first, last))
