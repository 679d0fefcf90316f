from odoo.tests import freeze_time, tagged

from .common import OfferCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmOfferState(OfferCommon):
    """O5: what an offer is made of, its status, and what it says."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls._campaign()

    # === THE COUPON === #

    def test_the_coupon_is_the_companys(self):
        """O4: one point, for the commercial partner, of the campaign's programme."""
        offer = self._offered(self.acme_in)
        card = offer.card_id
        self.assertRecordValues(
            card,
            [
                {
                    "program_id": self.campaign.loyalty_program_id.id,
                    "partner_id": self.acme.id,
                    "points": 1,
                    "code": offer.code,
                    "active": True,
                }
            ],
        )
        self.assertEqual(str(card.expiration_date), "2026-04-30")
        self.assertTrue(offer.code)

    def test_nobody_is_mailed_and_no_chatter_written(self):
        """O11: with the context of a real run, not that of tests."""
        env = self.env(context={})
        self._invoice(self.acme, "2026-04-10", 800)
        self.cr.precommit.run()
        mails, messages = (self.env[model].search([]) for model in ("mail.mail", "mail.message"))
        env["pmm.program"].browse(self.program.id)._run()
        self.env.flush_all()
        self.cr.precommit.run()
        offer = self._offers()
        self.assertTrue(offer)
        self.assertEqual(self.env["mail.mail"].search([]), mails)
        new = self.env["mail.message"].search([]) - messages
        self.assertFalse(
            new.filtered(lambda message: message.model in ("loyalty.card", "res.partner"))
        )
        self.assertFalse(offer.card_id.message_ids)
        self.assertFalse(offer.card_id.message_follower_ids)

    def test_the_coupon_of_an_offer_cannot_be_deleted(self):
        """DESIGN 3.3: what was promised stays."""
        offer = self._offered(self.acme_in)
        self.assertRefused(offer.card_id.sudo().unlink)

    # === STATUS === #

    def _four(self):
        """Return offers: open, used, expired, and used before it expired."""
        found = self.env["pmm.offer"]
        for name, stop in (("O", False), ("U", False), ("E", "2026-04-20"), ("X", "2026-04-20")):
            enrollment = self._partner(name, 800, stop=stop)
            self.program._run()
            offer = self._offers(enrollment=enrollment)
            if name in "UX":
                order = self._order(enrollment.partner_id, 1000)
                self._enter(order, offer.code)
                order.action_confirm()
            found |= offer
        return found

    def test_status_and_its_search_agree(self):
        """O5: both ways, with all operators."""
        offers = self._four()
        Offer = self.env["pmm.offer"]
        for day, states in (
            ("2026-04-19", ["open", "used", "open", "used"]),
            ("2026-04-20", ["open", "used", "expired", "used"]),
            ("2026-04-30", ["open", "used", "expired", "used"]),
            ("2026-05-01", ["expired", "used", "expired", "used"]),
        ):
            with freeze_time(day):
                self.env.invalidate_all()
                self.assertEqual(offers.mapped("state"), states, day)
                for state in ("open", "used", "expired"):
                    of_state = offers.filtered(lambda offer, state=state: offer.state == state)
                    for domain, expected in (
                        ([("state", "=", state)], of_state),
                        ([("state", "in", [state])], of_state),
                        ([("state", "!=", state)], offers - of_state),
                        ([("state", "not in", [state])], offers - of_state),
                        (["!", ("state", "=", state)], offers - of_state),
                    ):
                        with self.subTest(day=day, domain=str(domain)):
                            self.assertEqual(Offer.search(domain, order="id"), offers & expected)
                for several in (["open", "used"], ["open", "expired"], ["used", "expired"], []):
                    expected = offers.filtered(lambda offer, s=several: offer.state in s)
                    with self.subTest(day=day, several=several):
                        found = Offer.search([("state", "in", several)], order="id")
                        self.assertEqual(found, expected)
                        found = Offer.search([("state", "not in", several)], order="id")
                        self.assertEqual(found, offers - expected)
                self.assertFalse(Offer.search([("state", "=", False)]))
                self.assertEqual(Offer.search([("state", "!=", False)], order="id"), offers)

    def test_status_of_what_is_archived(self):
        """O5: archived coupons, programmes and campaigns do not hide how an offer stands."""
        offers = self._four()
        offers.card_id.sudo().active = False
        self.program.active = self.campaign.active = False
        Offer = self.env["pmm.offer"]
        with freeze_time("2026-04-20"):
            self.env.invalidate_all()
            for state in ("open", "used", "expired"):
                found = Offer.search([("state", "=", state)], order="id")
                expected = offers.filtered(lambda offer, state=state: offer.state == state)
                with self.subTest(state):
                    self.assertTrue(expected)
                    self.assertEqual(found, expected)

    def test_status_follows_the_day_of_the_programme(self):
        """DESIGN 4: it is 22:30 UTC on 30 April: in Vienna May has begun."""
        offer = self._offered(self.acme_in)
        with freeze_time("2026-04-30 22:30:00"):
            offer.invalidate_recordset()
            self.assertEqual(offer.state, "open")
            self.program.tz = "Europe/Vienna"
            offer.invalidate_recordset()
            self.assertEqual(offer.state, "expired")
            self.assertEqual(self._offers().search([("state", "=", "expired")]), offer)

    def test_used_offers_name_the_order(self):
        """O5: the order that the coupon is on, also while it is a quotation."""
        offer = self._offered(self.acme_in)
        self.assertFalse(offer.order_id)
        order = self._order(self.acme, 1000)
        self._enter(order, offer.code)
        offer.invalidate_recordset()
        self.assertEqual((offer.order_id, offer.state), (order, "open"))
        order.action_confirm()
        offer.invalidate_recordset()
        self.assertEqual((offer.order_id, offer.state), (order, "used"))

    def test_the_order_that_used_it_goes_before_later_quotations(self):
        """O5: “used on” is the confirmed order, not a quotation that also has the code."""
        offer = self._offered(self.acme_in)
        order, quotation = self._order(self.acme, 1000), self._order(self.acme, 900)
        for each in (order, quotation):
            self._enter(each, offer.code)
        order.action_confirm()
        offer.invalidate_recordset()
        self.assertEqual(offer.order_id, order)

    # === THE SENTENCE === #

    def test_sentence_says_what_to_do_and_what_for(self):
        """O5: amount, day, band, rate, discount."""
        self.plan.action_draft()
        self.rule.band_ids.sorted("floor")[1].rate = 0.0525
        self.plan.action_activate()
        offer = self._offered(self.acme_in, 765.5, self._campaign(discount=2.5, name="Half"))
        sentence = " ".join(offer.sentence.replace("\N{NO-BREAK SPACE}", " ").split())
        self.assertEqual(
            sentence,
            "Order for $ 234.50 more by 04/30/2026 and reach the band of 5.25 % from $ 1,000.00 on"
            " (Growth). With your code you get 2.5 % off that order.",
        )

    def test_sentence_is_in_the_readers_language(self):
        """O11: numbers, days and names as this reader writes them."""
        self.env["res.lang"]._activate_lang("de_DE")
        self.plan.action_draft()
        self.rule.with_context(lang="de_DE").name = "Wachstum"
        self.plan.action_activate()
        offer = self._offered(self.acme_in, 4000, self._campaign(discount=2.5, name="Half"))
        sentence = offer.with_context(lang="de_DE").sentence.replace("\N{NO-BREAK SPACE}", " ")
        for words in ("1.000,00", "5.000,00", "30.04.2026", "Wachstum", "2,5 %", "10 %"):
            self.assertIn(words, sentence)
        english = offer.sentence
        for words in ("1,000.00", "5,000.00", "04/30/2026", "Growth", "2.5"):
            self.assertIn(words, english)

    def test_percents_are_written_without_idle_zeros(self):
        """O5: as people write them."""
        for percent, expected in (
            (2, "2 %"),
            (10, "10 %"),
            (100, "100 %"),
            (2.5, "2.5 %"),
            (0.07 * 100, "7 %"),
            (0.012346 * 100, "1.2346 %"),
            (0.01, "0.01 %"),
        ):
            found = self.env["pmm.offer"]._format_percent(percent)
            self.assertEqual(found.replace("\N{NO-BREAK SPACE}", " "), expected)
