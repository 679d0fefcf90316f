from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.portal_common import PortalCommon

from .common import OfferCommon

BUYERS = ("owner", "finance", "sales")
HIDDEN = ("pmm.offer.campaign", "loyalty.card", "loyalty.program", "loyalty.reward")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalAccess(PortalCommon, OfferCommon):
    """P2, X10, DESIGN 3.5, 3.6: what people of a partner company read and change by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.rival = cls._person("rival", cls.bolt, "owner", "finance", "sales")
        cls.outsider = cls._person("outsider", cls.stranger, "owner", "finance", "sales")
        cls.campaign = cls._campaign()
        cls._campaign(name="Second", discount=5)
        cls._invoice(cls.bolt, "2026-04-10", 900)
        cls._offered(cls.acme_in, 800, cls.campaign)
        # in the order in which they are read
        Offer = cls.env["pmm.offer"]
        cls.own = Offer.search([("partner_id", "=", cls.acme.id)])
        cls.theirs = Offer.search([("partner_id", "=", cls.bolt.id)])

    def test_those_who_buy_read_the_offers_of_their_company(self):
        """P2: owner, finance and sales; learners and people without a role read none."""
        none = self.env["pmm.offer"]
        self.assertEqual((len(self.own), len(self.theirs)), (2, 2))
        for role, user in self.people.items():
            with self.subTest(role=role):
                seen = self.own if role in BUYERS else none
                self.assertReads(user, "pmm.offer", seen, "threshold_amount")
        self.assertReads(self.rival, "pmm.offer", self.theirs, "threshold_amount")
        self.assertReads(self.outsider, "pmm.offer", none)

    def test_a_role_acts_at_once(self):
        """P2: granted and taken away; nobody has a role in a company left behind."""
        user = self.people["none"]
        Offer = self.env["pmm.offer"].with_user(user)
        self.assertFalse(Offer.search([]))
        role = self._grant(user, "sales")
        self.assertEqual(Offer.search([]), self.own)
        role.role = "learner"
        self.assertFalse(Offer.search([]))
        role.role = "owner"
        user.partner_id.parent_id = self.stranger
        self.assertFalse(Offer.search([]))

    def test_what_may_be_read_is_read_with_all_it_says(self):
        """X8: columns, status, sentence; not the order, which is for salespeople."""
        Offer = self.env["pmm.offer"].with_user(self.people["sales"])
        names = set(Offer.fields_get())
        self.assertNotIn("order_id", names)
        self.assertLessEqual({"code", "state", "sentence", "date_last"}, names)
        for row in Offer.search_read([], list(names)):
            self.assertEqual(row["state"], "open")
            self.assertIn("Order for", row["sentence"])
        self.assertEqual(Offer.search([("state", "=", "open")]), self.own)
        self.assertFalse(Offer.search([("state", "!=", "open")]))

    def test_codes_of_others_cannot_be_guessed_by_filters(self):
        """DESIGN 3.5: not by a domain, an order or a relation."""
        for user in (self.people["learner"], self.outsider):
            Offer = self.env["pmm.offer"].with_user(user)
            for domain in (
                [("code", "=like", "0%")],
                [("enrollment_id.partner_id", "=", self.bolt.id)],
                [("card_id.code", "!=", False)],
                [("campaign_id.offer_ids.code", "!=", False)],
            ):
                with self.subTest(user=user.login, domain=str(domain)):
                    try:
                        found = Offer.search(domain)
                    except AccessError:
                        continue
                    self.assertFalse(found)

    def test_coupons_and_campaigns_are_out_of_reach(self):
        """DESIGN 3.5: also by way of the offers that one may read."""
        for user in (*self.people.values(), self.rival):
            for model in HIDDEN:
                Model = self.env[model].with_user(user)
                record = self.env[model].sudo().search([], limit=1).with_user(user)
                self.assertTrue(record)
                for call in (
                    lambda Model=Model: Model.search([]),
                    lambda Model=Model: Model.search_count([]),
                    lambda record=record: record.read(["display_name"]),
                ):
                    with self.subTest(f"{user.login} {model}"), self.assertRaises(AccessError):
                        call()
        mine = self.own[:1].with_user(self.people["owner"])
        for name in ("card_id", "campaign_id"):
            self.env.invalidate_all()
            with self.assertRaises(AccessError):
                mine[name].read(["write_date"])

    def test_nothing_can_be_changed(self):
        """DESIGN 3.6: neither threshold, nor discount, nor date."""
        for user in (self.people["owner"], self.people["learner"], self.rival):
            for vals in ({"threshold_amount": 1}, {"discount": 90}, {"date_stop": "2030-01-01"}):
                self.assertChangesNothing(user, self.own[:1], vals)

    def test_visitors_read_nothing(self):
        """X10: who is not logged in has no access at all."""
        public = self.env.ref("base.public_user")
        for model in ("pmm.offer", *HIDDEN):
            with self.subTest(model), self.assertRaises(AccessError):
                self.env[model].with_user(public).search_count([])
