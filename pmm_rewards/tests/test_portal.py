from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import RewardCommon

OVERVIEW = "/my/programme"
REWARDS = "/my/programme/rewards"
STATEMENTS = "/my/programme/statements"
BLIND = ("sales", "learner", "none")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortal(PortalCommon, RewardCommon, HttpCase):
    """P1, P2, W1, S14: rewards and statements on the portal, for those who see money."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.owner = cls.people["owner"]
        cls.rival = cls._person("rival", cls.bolt, "owner")

    def _statement_of(self, partner, period):
        return self.env["pmm.statement"].search(
            [("partner_id", "=", partner.id), ("period_id.name", "=", period)]
        )

    def _earn(self):
        """Acme: 100 paid, 50 billed, 30 on a statement, 20 earned; Bolt: 77.70 of each."""
        self._plan(self._rate(0.10))
        for day, price in (("01-20", 1000), ("02-20", 500), ("03-20", 300), ("04-10", 200)):
            self._invoice(self.acme, f"2026-{day}", price)
            self._invoice(self.bolt, f"2026-{day}", 777)
        bills = self._bill(self._state("2026-01"), "2026-02-05")
        for bill in bills:
            self._pay(bill, "2026-02-20")
        self._bill(self._state("2026-02"), "2026-03-05")
        self._state("2026-03")
        self.program._run()

    def _sums(self, user, url=REWARDS):
        """Return the figures of the three columns on a page, one list per currency."""
        rows = self._content(user, url).xpath(
            ".//div[hasclass('row')][div/div[contains(text(), 'to come')]]"
        )
        return [
            [self._words(cell) for cell in row.xpath("./div/div[hasclass('fs-5')]")] for row in rows
        ]

    def _rewards(self, user, url=REWARDS):
        """Return the words of each reward on a page."""
        entries = self._content(user, url).xpath(".//details/..")
        return [self._words(entry) for entry in entries]

    def _statements(self, user, url=STATEMENTS):
        """Return the words of each statement that a page lists."""
        rows = self._content(user, url).xpath(f".//a[starts-with(@href, '{STATEMENTS}/')]")
        rows = [row for row in rows if "/page/" not in row.get("href")]
        return [self._words(row) for row in rows]

    def assertSentToOverview(self, user, url):
        """Assert that ``user`` gets to the overview instead of ``url``, and sees no money."""
        response = self._open(user, url, allow_redirects=False)
        self.assertIn(response.status_code, (302, 303), url)
        self.assertURLEqual(response.headers["Location"], OVERVIEW)
        response = self._open(user, url)
        self.assertEqual(response.status_code, 200)
        self.assertNotIn("Why this much", response.text)

    # === WHO COMES IN === #

    def test_visitors_are_sent_to_the_login(self):
        """X10: every page asks who one is."""
        self._earn()
        statement = self._statement_of(self.acme, "2026-01")
        self.authenticate(None, None)
        for url in (REWARDS, STATEMENTS, f"{STATEMENTS}/{statement.id}", f"{STATEMENTS}/page/2"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn(response.status_code, (302, 303), url)
            self.assertIn("/web/login", response.headers["Location"])

    def test_money_is_for_owner_and_finance(self):
        """P2: others have neither tabs nor sums, and are sent back from the pages."""
        self._earn()
        statement = self._statement_of(self.acme, "2026-01")
        urls = (REWARDS, STATEMENTS, f"{STATEMENTS}/{statement.id}")
        for role in ("owner", "finance"):
            user = self.people[role]
            tabs = self._tabs(user)
            self.assertLessEqual({"Rewards", "Statements"}, set(tabs))
            self.assertIn(statement.name, self._text(user, urls[-1]))
            self.assertTrue(self._sums(user, OVERVIEW))
        for role in BLIND:
            user = self.people[role]
            with self.subTest(role=role):
                tabs = self._tabs(user)
                self.assertNotIn("Rewards", tabs)
                self.assertNotIn("Statements", tabs)
                text = self._text(user, OVERVIEW)
                self.assertFalse(self._sums(user, OVERVIEW))
                self.assertNotIn(statement.name, text)
                self.assertNotIn("statement", text)
                for url in urls:
                    self.assertSentToOverview(user, url)

    def test_statements_of_others_are_as_if_they_were_not_there(self):
        """X10: of another partner, unknown, or far beyond any number: the overview."""
        self._earn()
        foreign = self._statement_of(self.bolt, "2026-01")
        for number in (foreign.id, 0, 2**31 - 1, 10**18):
            with self.subTest(number=number):
                self.assertSentToOverview(self.owner, f"{STATEMENTS}/{number}")
        for url in (OVERVIEW, REWARDS, STATEMENTS):
            text = self._text(self.owner, url)
            self.assertNotIn("77.7", text)
            self.assertNotIn(foreign.name, text)
        self.assertIn("77.70", self._text(self.rival, f"{STATEMENTS}/{foreign.id}"))

    def test_nothing_yet(self):
        """P1: the first thing an owner reads says what will come, also without a programme."""
        outsider = self._person("outsider", self.stranger, "owner")
        for user in (self.owner, outsider):
            self.assertIn("Nothing has been earned yet", self._text(user, REWARDS))
            self.assertIn("There are no statements yet", self._text(user, STATEMENTS))
        self.assertIn("Nothing has been earned yet", self._text(self.owner, OVERVIEW))
        self.assertIn("takes part in no partner programme", self._text(outsider, OVERVIEW))

    def test_employees_get_a_page(self):
        """DESIGN 6: without rights in PMM, with them, and with a role in a partner company."""
        self._earn()
        statement = self._statement_of(self.acme, "2026-01")
        clerk = self._user("clerk", "base.group_user")
        manager = self._user("boss", "pmm_partner_kpi.group_pmm_manager")
        double = self._user("double", "base.group_user")
        double.partner_id.parent_id = self.acme
        self._grant(double, "owner")
        for user in (clerk, manager, double):
            for url in (OVERVIEW, REWARDS, STATEMENTS, f"{STATEMENTS}/{statement.id}"):
                with self.subTest(f"{user.login} {url}"):
                    self.assertNotIn(statement.name, self._text(user, url))

    def test_a_role_acts_on_the_next_page(self):
        """P2: granted and taken away between two clicks."""
        self._earn()
        user = self.people["none"]
        self.assertSentToOverview(user, REWARDS)
        role = self._grant(user, "finance")
        self.assertEqual(len(self._rewards(user)), 4)
        role.unlink()
        self.assertSentToOverview(user, REWARDS)

    def test_odoos_own_pages_hide_reward_bills(self):
        """P2, S4: /my/invoices, its tile and the page of the bill itself."""
        self._earn()
        bill = self._statement_of(self.acme, "2026-02").move_id
        ordinary = self.env["account.move"].search(
            [("partner_id", "=", self.acme.id), ("move_type", "=", "out_invoice")]
        )
        for role, user in self.people.items():
            with self.subTest(role=role):
                page = self._open(user, "/my/invoices").text
                for move in ordinary:
                    self.assertIn(move.name, page)
                self.assertEqual(bill.name in page, role in ("owner", "finance"))
                self.assertEqual(self._counter(user, "bill_count"), int(role not in BLIND))
                self.assertEqual(self._counter(user, "invoice_count"), 1)
                response = self._open(user, f"/my/invoices/{bill.id}")
                self.assertEqual(f"/my/invoices/{bill.id}" in response.url, role not in BLIND)

    # === SUMS === #

    def test_sums_say_where_the_money_is(self):
        """P1: to come = accrued and stated; billed until all is paid; then paid."""
        self._earn()
        for url in (OVERVIEW, REWARDS):
            self.assertEqual(self._sums(self.owner, url), [["$ 50.00", "$ 50.00", "$ 100.00"]])
        self.assertEqual(self._sums(self.rival), [["$ 155.40", "$ 77.70", "$ 77.70"]])
        bill = self._statement_of(self.acme, "2026-02").move_id
        self._pay(bill, "2026-04-01", 20)
        self.assertEqual(self._sums(self.owner), [["$ 50.00", "$ 50.00", "$ 100.00"]])
        self._pay(bill, "2026-04-01", 30)
        self.assertEqual(self._sums(self.owner), [["$ 50.00", "$ 0.00", "$ 150.00"]])

    def test_sums_follow_a_bill_that_is_taken_back(self):
        """S11: what is not billed any more is to come again."""
        self._earn()
        self._statement_of(self.acme, "2026-02").action_cancel_bill()
        self.assertEqual(self._sums(self.owner), [["$ 100.00", "$ 0.00", "$ 100.00"]])

    def test_what_is_taken_back_lowers_what_is_to_come(self):
        """R32: 100 are paid, 40 of them have to come back: −40 to come, and why."""
        self._plan(self._rate(0.10))
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self._pay(self._bill(self._state("2026-01"), "2026-02-05"), "2026-02-20")
        refund = self._refund(invoice, "2026-02-25", 400)
        self.program._run()
        self.assertEqual(self._sums(self.owner), [["$ -40.00", "$ 0.00", "$ 100.00"]])
        taken, earned = self._rewards(self.owner)
        self.assertIn("Taken back $ -40.00", taken)
        for words in (
            invoice.name,
            f"because of {refund.name}",
            "Earned in January 2026, booked in February 2026",
            "10 % of $ 600.00 = $ 60.00",
            "$ 60.00 earned in all, $ 100.00 booked before, difference $ -40.00",
        ):
            self.assertIn(words, taken)
        self.assertNotIn("Taken back", earned)
        self.assertNotIn("because of", earned)
        self.assertNotIn("booked in", earned)

    def test_a_negative_statement_is_carried_forward(self):
        """R32, S7: said on the list and on the statement, until a bill has taken it."""
        self._plan(self._rate(0.10))
        invoice = self._invoice(self.acme, "2026-01-20", 1000)
        self._bill(self._state("2026-01"), "2026-02-05")
        self._refund(invoice, "2026-02-25", 400)
        february = self._state("2026-02")
        url = f"{STATEMENTS}/{february.id}"
        self.assertIn("$ -40.00 Carried forward", self._statements(self.owner)[0])
        text = self._text(self.owner, url)
        self.assertIn("Carried forward", text)
        self.assertIn("taken off your next bill", text)
        self.assertIn("Total $ -40.00", text)
        self.assertEqual(self._sums(self.owner), [["$ -40.00", "$ 100.00", "$ 0.00"]])
        self._invoice(self.acme, "2026-03-20", 900)
        self._bill(self._state("2026-03"))
        text = self._text(self.owner, url)
        self.assertIn("$ -40.00 Billed", text)
        self.assertNotIn("arried forward", text)
        self.assertNotIn("next bill", text)
        self.assertEqual(self._sums(self.owner), [["$ 0.00", "$ 150.00", "$ 0.00"]])

    def test_currencies_are_never_added_up(self):
        """S12: one row per currency, each with its own sign."""
        nok = self._currency("XNO", {"2026-01-01": 10})
        nordic = self._program("Nordic", currency_id=nok.id)
        self._enroll(self.acme, program=nordic)
        self._plan(self._rate(0.01), program=nordic)
        self._plan(self._rate(0.10))
        self._invoice(self.acme, "2026-01-20", 1000)
        self._state("2026-01")
        self._bill(self._state("2026-01", program=nordic), "2026-02-05")
        self.assertEqual(
            sorted(self._sums(self.owner)),
            sorted([["$ 100.00", "$ 0.00", "$ 0.00"], ["0.00 XNO", "100.00 XNO", "0.00 XNO"]]),
        )

    # === REWARDS === #

    def test_rewards_tell_why(self):
        """W1: for what, how much, and the sum that led there, newest period first."""
        self._plan(
            self._rate(0.05, name="Accessories"),
            self._bands((0, 0.10), (100, 0.20), (300, 0.30), name="Volume"),
        )
        invoice = self._invoice(self.acme, "2026-03-10", 3800)
        self._invoice(self.acme, "2026-04-10", 20)
        self.program._run()
        rewards = self._rewards(self.owner)
        self.assertEqual(len(rewards), 4)
        [march] = [words for words in rewards if "1,100.00" in words]
        for words in (
            "Volume $ 1,100.00",
            "March 2026",
            "Why this much?",
            "10 % of the $ 100.00 from $ 0.00 on = $ 10.00",
            "20 % of the $ 200.00 from $ 100.00 on = $ 40.00",
            "30 % of the $ 3,500.00 from $ 300.00 on = $ 1,050.00",
            "Revenue of the period $ 3,800.00, earned $ 1,100.00",
        ):
            self.assertIn(words, march)
        [document] = [words for words in rewards if "190.00" in words]
        self.assertIn(f"Accessories $ 190.00 03/31/2026 · {invoice.name}", document)
        self.assertIn("5 % of $ 3,800.00 = $ 190.00", document)
        text = self._text(self.owner, REWARDS)
        self.assertLess(text.index("April 2026"), text.index("March 2026"))

    def test_a_tier_is_named_where_the_rule_asks_for_one(self):
        """W1, T8: the tier of the day is part of the reason."""
        self._tier(self.acme_in, self.gold, "2026-01-01")
        self._plan(self._rate(0.05, grade_ids=[Command.set(self.gold.ids)]))
        self._invoice(self.acme, "2026-04-10", 20)
        self.program._run()
        self.assertIn("Tier: Gold", self._rewards(self.owner)[0])

    # === STATEMENTS === #

    def test_statements_are_listed_with_their_state(self):
        """S14: the newest first; the overview has the latest three."""
        self._earn()
        listed = self._statements(self.owner)
        self.assertEqual(
            [(words.split(" RS/")[0], words.split("Resellers ")[1]) for words in listed],
            [
                ("March 2026", "$ 30.00 Issued"),
                ("February 2026", "$ 50.00 Billed"),
                ("January 2026", "$ 100.00 Paid"),
            ],
        )
        self._invoice(self.acme, "2026-04-20", 10)
        with freeze_time("2026-05-01"):
            self._state("2026-04")
            latest = self._statements(self.owner, OVERVIEW)
        self.assertEqual(len(latest), 3)
        self.assertIn("April 2026", latest[0])

    def test_statement_shows_lines_total_and_bill(self):
        """S14: what it is made of, and the bill it is on, with a link that opens."""
        self._earn()
        statement = self._statement_of(self.acme, "2026-02")
        text = self._text(self.owner, f"{STATEMENTS}/{statement.id}")
        for words in (
            f"Statement {statement.name}",
            "Resellers · February 2026",
            "$ 50.00 Billed",
            f"On bill {statement.move_id.name} , dated 03/05/2026",
            "10 % of $ 500.00 = $ 50.00",
            "Total $ 50.00",
        ):
            self.assertIn(words, text)
        page = self._content(self.owner, f"{STATEMENTS}/{statement.id}")
        [link] = page.xpath(f".//a[text()='{statement.move_id.name}']")
        response = self._open(self.owner, link.get("href"))
        self.assertEqual(response.status_code, 200)
        self.assertIn(statement.move_id.name, response.text)
        march = self._statement_of(self.acme, "2026-03")
        self.assertNotIn("On bill", self._text(self.owner, f"{STATEMENTS}/{march.id}"))

    # === PAGER === #

    def test_pagers(self):
        """S14: 20 a page; past the end comes the last page."""
        program = self._program("Long", date_start="2024-06-01")
        enrollment = self._enroll(self.acme, "2024-06-01", program=program)
        self._plan(self._rate(0.10), program=program, date_start="2024-06-01")
        months = [f"2024-{m:02d}" for m in range(6, 13)] + [f"2025-{m:02d}" for m in range(1, 13)]
        months += ["2026-01", "2026-02", "2026-03"]
        for number, month in enumerate(months):
            self._invoice(self.acme, f"{month}-05", 10 * (number + 1))
        for month in months:
            self._close(month, program=program)
            self._make(month, program)
        self.assertEqual(len(self._entries(enrollment)), 22)
        for url, listed in ((REWARDS, self._rewards), (STATEMENTS, self._statements)):
            first, last = listed(self.owner, url), listed(self.owner, f"{url}/page/2")
            self.assertEqual((len(first), len(last)), (20, 2), url)
            self.assertFalse(set(first) & set(last))
            for page in ("3", "999999999999"):
                self.assertEqual(listed(self.owner, f"{url}/page/{page}"), last)
            self.assertEqual(listed(self.owner, f"{url}/page/0"), first)

    # === TEXTS === #

    def test_names_are_text(self):
        """X10: names of programmes, rules, partners and documents are never markup."""
        evil = "<script>alert(1)</script>"
        self.program.name = f"P{evil}"
        self.acme.name = f"A{evil}"
        self.gold.name = f"G{evil}"
        self._tier(self.acme_in, self.gold, "2026-01-01")
        grades = [Command.set(self.gold.ids)]
        self._plan(self._rate(0.10, name=f"R{evil}", grade_ids=grades))
        self._invoice(self.acme, "2026-01-20", 1000, name=f"INV{evil}")
        statement = self._state("2026-01")
        for url, letters in (
            (OVERVIEW, "PAG"),
            (REWARDS, "PARG"),
            (STATEMENTS, "PA"),
            (f"{STATEMENTS}/{statement.id}", "PARG"),
        ):
            self.assertNotIn("<script>alert", self._open(self.owner, url).text)
            text = self._text(self.owner, url)
            for letter in letters:
                self.assertIn(f"{letter}{evil}", text, url)
        self.assertIn(f"INV{evil}", self._text(self.owner, REWARDS))

    def test_pages_speak_the_partners_language(self):
        """P13: months and amounts as the reader writes them, in the reasons, too."""
        self._speaks(self.owner, "ru_RU")
        self._plan(self._rate(0.10))
        self._invoice(self.acme, "2026-01-20", 12345)
        statement = self._state("2026-01")
        for url in (REWARDS, STATEMENTS, f"{STATEMENTS}/{statement.id}"):
            text = self._text(self.owner, url)
            self.assertIn("Январь 2026", text)
            self.assertIn("1 234,50", text)
            self.assertNotIn("January", text)
        self.assertIn("12 345,00", self._text(self.owner, REWARDS))
        self.assertIn("January 2026", self._text(self.people["finance"], REWARDS))

    # === HOW OFTEN THE DATABASE IS ASKED === #

    def _counts(self, *urls):
        return {url: self._queries_of(self.owner, url) for url in (OVERVIEW, REWARDS, *urls)}

    def test_other_partners_cost_no_queries(self):
        """X13, DESIGN 5: alone in the ledger or among two hundred, a page asks as often."""
        self._plan(self._rate(0.10))
        self._invoice(self.acme, "2026-01-20", 1000)
        statement = self._state("2026-01")
        urls = (STATEMENTS, f"{STATEMENTS}/{statement.id}", "/my", "/my/invoices")
        before = self._counts(*urls)
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(200)]
        )
        self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        line = {"product_id": self.pump.id, "price_unit": 500, "tax_ids": False}
        moves = self.env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": "2026-02-20",
                    "date": "2026-02-20",
                    "invoice_line_ids": [Command.create(line)],
                }
                for partner in partners
            ]
        )
        moves.action_post()
        self._close("2026-02")
        self.assertEqual(len(self._make("2026-02")), 200)
        self.assertEqual(self._counts(*urls), before)
        self.assertLess(max(before.values()), 80)

    def test_rows_on_the_page_cost_no_queries(self):
        """X13: 5 or 20 rewards, 1 or 3 statements on the page: as many queries."""
        self._tier(self.acme_in, self.gold, "2026-01-01")
        self._plan(self._rate(0.10, grade_ids=[Command.set(self.gold.ids)]))
        for day in range(1, 6):
            self._invoice(self.acme, f"2026-01-{day:02d}", 100 * day)
        january = self._state("2026-01")
        few = self._counts(STATEMENTS)
        few_lines = self._queries_of(self.owner, f"{STATEMENTS}/{january.id}")
        self.assertEqual(len(self._rewards(self.owner)), 5)
        self._invoice(self.acme, "2026-02-01", 100)
        self._state("2026-02")
        for day in range(1, 21):
            self._invoice(self.acme, f"2026-03-{day:02d}", 100 * day)
        march = self._state("2026-03")
        self.assertEqual(len(self._rewards(self.owner)), 20)
        self.assertEqual(len(self._statements(self.owner)), 3)
        many = self._counts(STATEMENTS)
        many_lines = self._queries_of(self.owner, f"{STATEMENTS}/{march.id}")
        for url in many:
            # a first page of several counts its rows, too
            self.assertLessEqual(many[url], few[url] + 3, url)
        self.assertLessEqual(many_lines, few_lines + 3)
