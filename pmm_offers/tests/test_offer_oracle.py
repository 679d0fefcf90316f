import os
import random
from datetime import date, timedelta
from decimal import Decimal

from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from . import oracle
from .common import OfferCommon

SEED = int(os.environ.get("PMM_SEED", "20260415"))
EVENTS = int(os.environ.get("PMM_EVENTS", "100"))
FIRST, LAST = date(2026, 3, 20), date(2026, 5, 12)
CENT = Decimal("0.01")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestOfferOracle(OfferCommon):
    """O2, O4, DESIGN 3.2: whatever happens, who is close gets one offer, of the right amount.

    ``PMM_SEED=7`` replays another world, ``PMM_EVENTS=200`` makes it longer.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.euro = cls._currency(
            "PMX",
            {"2025-12-01": 0.9163, "2026-04-05": 1.0957, "2026-04-20": 0.75, "2026-05-01": 2.0},
            rounding=0.05,
        )
        cls.abroad = cls._program("Abroad", currency_id=cls.euro.id, period_scheme="quarter")
        cls.abroad.date_start = "2026-01-10"
        cls.carl = cls.env["res.partner"].create({"name": "Carl & Co", "is_company": True})
        hardware, services = [Command.set(cls.hardware.ids)], [Command.set(cls.services.ids)]
        plans = cls._plan(
            cls._bands((0, 0.01), (250, 0.03), (600, 0.08), (900, 0.08), category_ids=hardware),
            cls._bands((0, 0), (300, 0.02), (700, 0.05), name="Services", category_ids=services),
            cls._bands((0, 0), (400, 0.05), name="Gold", grade_ids=[Command.set(cls.gold.ids)]),
        ) | cls._plan(
            cls._bands((0, 0.01), (333.35, 0.02), (1500, 0.01), (2000, 0.06)),
            program=cls.abroad,
            returns_in="own",
            date_start="2026-03-25",
            date_stop="2026-05-10",
        )
        cls.campaigns = cls.env["pmm.offer.campaign"]
        for number, rule in enumerate(plans.rule_ids):
            cls.campaigns |= cls._campaign(rule, name=f"Campaign {number}", near=0.5, discount=5)
        cls.campaigns |= cls._campaign(
            name="Short", near=0.2, date_start="2026-04-03", date_stop="2026-05-06"
        )
        cls.enrolled = cls.acme_in | cls.bolt_in | cls._enroll(cls.carl, "2026-04-04")
        cls.enrolled |= cls._enroll(cls.acme, program=cls.abroad)
        cls.enrolled |= cls._enroll(cls.bolt, "2026-04-01", program=cls.abroad)
        cls.enrolled |= cls._enroll(cls.stranger, "2026-01-01", "2026-05-03", program=cls.abroad)
        for number in range(8):
            enrollment = cls._partner(f"Partner {number}")
            cls.enrolled |= enrollment | cls._enroll(enrollment.partner_id, program=cls.abroad)
        for enrollment in cls.enrolled[::2]:
            cls._tier(enrollment, cls.silver, "2026-01-01", "2026-04-01")
            cls._tier(enrollment, cls.gold, "2026-04-01")

    def setUp(self):
        super().setUp()
        self.source = random.Random(SEED)  # fixed: a failure must be replayed
        self.partners = self.enrolled.partner_id
        self.documents = self.env["account.move"]
        self.made = {}  # {offer: its values when it was made}
        self.log = []
        self.today = FIRST

    # === THE WORLD === #

    def _day(self):
        """Return a day of the last three weeks, mostly of this month."""
        return (self.today - timedelta(days=self.source.choice((0, 0, 1, 2, 5, 9, 21)))).isoformat()

    def _price(self):
        return round(self.source.choice((10, 100, 400)) * self.source.random(), 2) or 0.01

    def _pick(self, *types, state="posted"):
        found = self.documents.filtered(lambda m: m.move_type in types and m.state == state)
        return self.source.choice(found) if found else found

    def event_invoices(self):
        for _ in range(3):
            self._random_invoice()

    def _random_invoice(self):
        products = (self.pump, self.valve, self.training)
        lines = [
            (self.source.choice(products), self.source.randint(1, 2), self._price())
            for _ in range(self.source.randint(1, 2))
        ]
        partner = self.source.choice(self.partners)
        vals = {}
        if self.source.random() < 0.4:
            vals["pmm_referrer_id"] = self.source.choice(self.partners - partner).id
        if self.source.random() < 0.1:
            vals["currency_id"] = self.euro.id
        self.documents |= self._invoice(partner, self._day(), *lines, **vals)

    def event_boundary(self):
        """Bring somebody exactly to a floor or to the “close” limit, or one cent off it."""
        campaign = self.source.choice(
            self.campaigns.filtered(lambda c: c.program_id == self.program)
        )
        rule = campaign.rule_id
        period = self._period(self.today.strftime("%Y-%m"))
        had = campaign.offer_ids.filtered(lambda offer: offer.period_id == period)
        enrollment = self.source.choice(self.program.enrollment_ids - had.enrollment_id)
        floor = Decimal(str(self.source.choice(rule.band_ids[1:]).floor))
        goal = floor * self.source.choice((1, 1 - Decimal(str(campaign.near))))
        goal += self.source.choice((-CENT, 0, 0, CENT))
        price = goal - oracle.counts(rule, enrollment, period)
        if price <= 0:
            return
        product = self.training if rule.category_ids == self.services else self.pump
        line = (product, 1, float(round(price, 2)))
        self.documents |= self._invoice(enrollment.partner_id, self.today.isoformat(), line)

    def event_refund(self):
        if move := self._pick("out_invoice"):
            self.documents |= self._refund(move, self.today.isoformat())

    def event_partial_refund(self):
        if move := self._pick("out_invoice"):
            self.documents |= self._refund(move, self.today.isoformat(), self._price())

    def event_repost(self):
        if move := self._pick("out_invoice", "out_refund"):
            how = self.source.choice(("day", "price", "nothing"))
            if how == "price" and move.invoice_line_ids.sale_line_ids:
                return  # below what the coupon takes off
            day = self._day() if how == "day" else None
            self._repost(move, day, self._price() if how == "price" else None)

    def event_cancel(self):
        if move := self._pick("out_invoice"):
            move.button_draft()
            move.button_cancel()

    def event_tier(self):
        enrollment = self.source.choice(self.enrolled)
        day = FIRST + timedelta(days=self.source.randrange(40))
        enrollment.tier_ids.unlink()
        self._tier(enrollment, self.silver, "2025-12-01", day)
        self._tier(enrollment, self.gold, day)

    def event_enrolment_end(self):
        enrollment = self.source.choice(self.enrolled)
        ends = [self.today + timedelta(days=number) for number in (-5, 0, 1, 20)]
        enrollment.date_stop = self.source.choice(
            [False, *(day for day in ends if day > enrollment.date_start)]
        )

    def event_campaign(self):
        campaign = self.source.choice(self.campaigns)
        if campaign.state == "active":
            campaign.action_close()
        else:
            campaign.action_activate()

    def event_near(self):
        self.source.choice(self.campaigns).near = self.source.choice((0.1, 0.3333, 0.5, 0.9))

    def event_order(self):
        """Somebody uses an open offer; the order is invoiced, its discount is no purchase."""
        offers = self.env["pmm.offer"].search([("state", "=", "open")])
        if not offers:
            return
        offer = self.source.choice(offers)
        price = float(round(Decimal(str(offer.threshold_amount)) * 2 + 1, 2))
        order = self._order(offer.partner_id, price)
        if "error" not in order._try_apply_code(offer.code):
            for card, rewards in order._get_claimable_rewards().items():
                order._apply_program_reward(rewards, card)
            self.assertEqual(len(order.order_line), 2, self._message())
        order.action_confirm()
        invoice = order._create_invoices(final=True)
        invoice.invoice_date = self.today
        invoice.action_post()
        self.documents |= invoice

    # === THE CHECKS === #

    def _message(self):
        return f"PMM_SEED={SEED}, {self.today}, after {len(self.log)}: {', '.join(self.log[-8:])}"

    def _values(self, offer):
        return offer.read(["threshold_amount", "date_stop", "code", "card_id", "discount"])[0]

    def _check(self):
        """Run all programmes and compare what is new with the oracle; return how many are."""
        programs = self.program | self.abroad
        expected = {}
        for campaign in self.campaigns:
            had = campaign.offer_ids.filtered(
                lambda offer: offer.period_id.date_start <= self.today < offer.period_id.date_stop
            )
            for enrollment, terms in oracle.offers(campaign, self.today).items():
                if enrollment not in had.enrollment_id:
                    expected[campaign.name, enrollment] = terms
        before = self._offers()
        for program in programs:
            program._run()
        new = self._offers() - before
        found = {
            (offer.campaign_id.name, offer.enrollment_id): (
                Decimal(str(offer.threshold_amount)),
                Decimal(str(offer.floor_amount)),
                Decimal(str(offer.rate)),
                offer.date_stop,
            )
            for offer in new
        }
        self.assertEqual(found, expected, self._message())
        self.assertEqual(len(new), len(found), self._message())
        for program in programs:
            program._run()
        self.assertEqual(self._offers(), before | new, self._message())
        for offer, values in self.made.items():
            self.assertEqual(self._values(offer), values, self._message())
        self.made |= {offer: self._values(offer) for offer in new}
        return len(new)

    def test_offers_equal_the_recomputation_from_the_documents(self):
        """O2, O4: invoices, returns, tiers, ends, campaigns, orders that use offers, at random."""
        weights = {
            self.event_invoices: 30,
            self.event_boundary: 25,
            self.event_refund: 4,
            self.event_partial_refund: 6,
            self.event_repost: 8,
            self.event_cancel: 4,
            self.event_tier: 4,
            self.event_enrolment_end: 4,
            self.event_campaign: 3,
            self.event_near: 4,
            self.event_order: 10,
        }
        compared = 0
        days = (LAST - FIRST).days
        for number in range(1, EVENTS + 1):
            self.today = FIRST + timedelta(days=number * days // EVENTS)
            with freeze_time(self.today):
                self.env.invalidate_all()
                (self.program | self.abroad)._ensure_periods()
                event = self.source.choices(list(weights), weights.values())[0]
                self.log.append(event.__name__[6:])
                event()
                if number % 4 == 0 or event == self.event_boundary:
                    compared += self._check()
        with freeze_time(LAST):
            self.env.invalidate_all()
            compared += self._check()
            used = self.env["pmm.offer"].search_count([("state", "=", "used")])
        self.assertGreater(compared, EVENTS / 10, f"PMM_SEED={SEED}: the world is nearly empty")
        self.assertGreater(used, 0, f"PMM_SEED={SEED}: no offer was used")
