from odoo.tests import freeze_time, tagged

from .common import OfferCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestSaleOrderSummary(OfferCommon):
    """O5, O6: the quotation tells the salesperson what this partner is offered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls._campaign(discount=2.5)
        cls.offer = cls._offered(cls.acme_in, 800, cls.campaign)

    def assertTold(self, order, *offers):
        """Assert that ``order`` tells of ``offers`` and of no others."""
        self.env.invalidate_all()
        lines = (order.pmm_offer_summary or "").splitlines()
        found = [offer.code for line in lines for offer in self._offers() if offer.code in line]
        self.assertEqual(sorted(found), sorted(offer.code for offer in offers))
        self.assertEqual(len(lines), len(offers))

    def test_it_says_code_discount_amount_and_day(self):
        """O6: all that is needed to use it."""
        summary = self._order(self.acme, 1).pmm_offer_summary
        self.assertEqual(
            summary.replace("\N{NO-BREAK SPACE}", " "),
            f"This partner has an offer, code {self.offer.code}: 2.5 % off an order of at least"
            " $ 200.00 until 04/30/2026.",
        )

    def test_it_is_for_the_company_and_its_people(self):
        """O6: not for other partners."""
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        self.assertTold(self._order(self.acme, 1), self.offer)
        self.assertTold(self._order(contact, 1), self.offer)
        for partner in (self.bolt, self.stranger):
            self.assertTold(self._order(partner, 1))

    def test_it_follows_the_customer(self):
        """O6: also before the quotation is saved."""
        order = self.env["sale.order"].new({"partner_id": self.bolt.id})
        self.assertFalse(order.pmm_offer_summary)
        order.partner_id = self.acme
        self.assertIn(self.offer.code, order.pmm_offer_summary)
        self.assertFalse(self.env["sale.order"].new({}).pmm_offer_summary)

    def test_only_on_quotations(self):
        """O6: draft and sent; what is confirmed or cancelled needs no hint."""
        order = self._order(self.acme, 1)
        for state, told in (("draft", True), ("sent", True), ("sale", False), ("cancel", False)):
            order.state = state
            with self.subTest(state):
                self.assertTold(order, *([self.offer] if told else []))

    def test_only_open_offers_that_are_not_on_it(self):
        """O6: neither used, nor expired, nor already entered here."""
        order, other = self._order(self.acme, 1000), self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        self.assertTold(order)
        self.assertTold(other, self.offer)
        order.action_confirm()
        self.assertTold(other)
        order._action_cancel()
        self.assertTold(other, self.offer)
        with freeze_time("2026-04-30"):
            self.assertTold(other, self.offer)
        with freeze_time("2026-05-01"):
            self.assertTold(other)

    def test_several_offers(self):
        """O7: one line each."""
        self._campaign(name="Second", discount=5)
        self.program._run()
        offers = self._offers(enrollment=self.acme_in)
        self.assertEqual(len(offers), 2)
        self.assertTold(self._order(self.acme, 1), *offers)

    def test_not_in_another_company(self):
        """X10: its quotations cannot use it."""
        company = self.setup_other_company()["company"]
        self.env.user.company_ids |= company
        self.assertTold(self._order(self.acme, 1, company_id=company.id))

    def test_a_list_of_quotations_asks_once(self):
        """X13: one search for all of them."""
        orders = self.env["sale.order"]
        for partner in (self.acme, self.bolt, self.stranger) * 3:
            orders |= self._order(partner, 1)
        counts = []
        for some in (orders[:1], orders[:1], orders):
            with self._counted(counts):
                some.mapped("pmm_offer_summary")
        self.assertEqual(counts[1], counts[2])
