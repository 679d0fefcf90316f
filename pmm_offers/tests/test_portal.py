from odoo.tests import HttpCase, freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import OfferCommon

OVERVIEW, OFFERS = "/my/programme", "/my/programme/offers"
BUYERS = ("owner", "finance", "sales")
EMPTY = "There are no offers for your company yet"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortal(PortalCommon, OfferCommon, HttpCase):
    """P1, P2, O5: the offers of a company on its pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.sales = cls.people["sales"]
        cls.rival = cls._person("rival", cls.bolt, "owner")
        cls.campaign = cls._campaign(discount=2.5)

    def _offer(self, enrollment=None, reached=800):
        offer = self._offered(enrollment or self.acme_in, reached, self.campaign)
        self.env.flush_all()
        return offer

    def _cards(self, user, url):
        """Return the words of each offer on a page."""
        content = self._content(user, url)
        return [
            self._words(card)
            for card in content.xpath(".//div[hasclass('card')][.//h5[hasclass('card-title')]]")
            if "Next band" in self._words(card)
        ]

    def test_visitors_are_sent_to_the_login(self):
        """X10: the page asks who one is."""
        self.authenticate(None, None)
        for url in (OFFERS, OFFERS + "/page/2"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn(response.status_code, (302, 303), url)
            self.assertIn("/web/login", response.headers["Location"])

    def test_code_and_sentence_are_shown_to_those_who_buy(self):
        """P2: on both pages, to owner, finance and sales of this company only."""
        offer = self._offer()
        words = " ".join(offer.sentence.split())
        for role, user in {**self.people, "rival": self.rival}.items():
            for url in (OVERVIEW, OFFERS):
                text = self._text(user, url)
                with self.subTest(role=role, url=url):
                    if role in BUYERS:
                        self.assertIn(offer.code, text)
                        self.assertIn(words, text)
                        self.assertIn("2.5 %", text.replace("\N{NO-BREAK SPACE}", " "))
                    else:
                        self.assertNotIn(offer.code, text)
                        self.assertNotIn("Order for", text)
                        self.assertNotIn("Next band", text)

    def test_tab_is_for_those_who_buy(self):
        """P2: others have no tab, and no way round it."""
        for role, user in self.people.items():
            with self.subTest(role=role):
                self.assertEqual("Offers" in self._tabs(user), role in BUYERS)

    def test_no_offers_yet(self):
        """P1: an empty page says so; the overview has no empty frame."""
        self.assertIn(EMPTY, self._text(self.sales, OFFERS))
        self.assertFalse(self._cards(self.sales, OVERVIEW))
        self._offer()
        self.assertNotIn(EMPTY, self._text(self.sales, OFFERS))
        self.assertIn(EMPTY, self._text(self.rival, OFFERS))

    def test_used_and_expired_offers(self):
        """O5: in the list without their code, no more on the overview."""
        offer = self._offer()
        order = self._order(self.acme, 1000)
        self._enter(order, offer.code)
        order.action_confirm()
        self.env.flush_all()
        [card] = self._cards(self.sales, OFFERS)
        self.assertIn("Used", card)
        self.assertNotIn(offer.code, card)
        self.assertFalse(self._cards(self.sales, OVERVIEW))
        order._action_cancel()
        self.env.flush_all()
        self.assertIn("Open", self._cards(self.sales, OVERVIEW)[0])
        with freeze_time("2026-05-01"):
            [card] = self._cards(self.sales, OFFERS)
            self.assertIn("Expired", card)
            self.assertNotIn(offer.code, card)
            self.assertFalse(self._cards(self.sales, OVERVIEW))

    def test_open_offers_come_first(self):
        """O5: what can still be used is on top, whatever ends last."""
        second = self._campaign(name="Next band of pumps", discount=5)
        still_open = self._offer()
        order = self._order(self.acme, 1000)
        self._enter(order, self._offers(second).code)
        order.action_confirm()
        self.env.flush_all()
        cards = self._cards(self.sales, OFFERS)
        self.assertEqual(len(cards), 2)
        self.assertIn(still_open.code, cards[0])
        self.assertIn("Used", cards[1])

    def test_categories_are_named(self):
        """O3: an order of other products would not help."""
        self.plan.action_draft()
        self.rule.category_ids = self.hardware
        self.plan.action_activate()
        offer = self._offer()
        self.assertEqual(offer.threshold_amount, 200)
        [card] = self._cards(self.sales, OFFERS)
        self.assertIn("Only these products count: Hardware", card)

    def test_a_company_that_has_left_keeps_its_page(self):
        """P1: no error where the enrolment has ended."""
        self._offer()
        self.acme_in.date_stop = "2026-04-15"
        self.env.flush_all()
        for url in (OVERVIEW, OFFERS):
            self.assertTrue(self._text(self.sales, url))

    def test_employees_get_a_page(self):
        """DESIGN 6: with PMM rights or without, also with a role in a partner company."""
        clerk = self._user("clerk", "base.group_user")
        manager = self._user("boss", "pmm_partner_kpi.group_pmm_manager")
        double = self._user("double", "base.group_user")
        double.partner_id.parent_id = self.acme
        self._grant(double, "owner")
        self._offer()
        for user in (clerk, manager, double):
            for url in (OVERVIEW, OFFERS):
                with self.subTest(f"{user.login} {url}"):
                    self.assertTrue(self._text(user, url))

    def test_texts_of_others_are_shown_as_text(self):
        """DESIGN 3.5: names of campaigns and rules are no markup."""
        self.campaign.name = "<b>Next band</b><script>alert(1)</script>"
        self._offer()
        content = self._content(self.sales, OFFERS)
        self.assertFalse(content.xpath(".//script"))
        self.assertIn("<script>alert(1)</script>", self._words(content))

    def test_pages_of_twenty(self):
        """X13: a long history is cut; the number of queries does not grow with it."""
        campaigns = self.env["pmm.offer.campaign"]
        for number in range(21):
            campaigns |= self._campaign(name=f"Next band {number}")
        one = campaigns[0]
        self._invoice(self.acme, "2026-04-10", 800)
        self.program._ensure_periods()
        self.env["pmm.credit"]._fill_dirty()
        self.env["pmm.offer"]._generate(one)
        few = self._queries_of(self.sales, OFFERS)
        self.env["pmm.offer"]._generate(campaigns)
        many = self._queries_of(self.sales, OFFERS)
        self.assertEqual(len(self._cards(self.sales, OFFERS)), 20)
        self.assertEqual(len(self._cards(self.sales, OFFERS + "/page/2")), 1)
        self.assertLessEqual(many, few + 2, "the pager and its count")
