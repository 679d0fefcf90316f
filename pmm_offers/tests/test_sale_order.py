from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import OfferCommon

SALESPERSON = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestSaleOrder(OfferCommon):
    """O3: the code works on the partner company's order, from the amount on, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.campaign = cls._campaign()
        cls.offer = cls._offered(cls.acme_in, 800, cls.campaign)  # 200 are missing
        cls.seller = cls._user("seller", SALESPERSON)

    # === FOR WHOM === #

    def test_the_code_works_for_the_company_and_its_people(self):
        """O3: contacts, their departments, and addresses belong to the company."""
        contact = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        address = self.env["res.partner"].create(
            {"name": "Depot", "parent_id": contact.id, "type": "delivery"}
        )
        for partner in (self.acme, contact, address):
            with self.subTest(partner.name):
                self.assertWorks(self._order(partner, 1000), self.offer, 20)

    def test_the_code_works_for_nobody_else(self):
        """O3: other partners of the programme, strangers, subsidiaries: no way leads there."""
        subsidiary, person = self.env["res.partner"].create(
            [
                {"name": "Acme East", "is_company": True, "parent_id": self.acme.id},
                {"name": "Private person"},
            ]
        )
        for partner in (self.bolt, self.stranger, subsidiary, person):
            with self.subTest(partner.name):
                order = self._order(partner, 1000)
                self.assertWorksNot(order, self.offer, "is an offer to another company")

    def test_it_is_refused_on_confirmed_orders_of_others(self):
        """O3: coupons can be entered until an order is locked."""
        order = self._order(self.bolt, 1000)
        order.action_confirm()
        self.assertWorksNot(order, self.offer, "is an offer to another company")
        self.assertEqual(self.offer.state, "open")

    def test_lines_written_from_outside_do_not_survive(self):
        """O3: a reward line that somebody writes by a call goes at the next update."""
        reward = self.campaign.loyalty_program_id.reward_ids
        for points in (0, 1):
            order = self._order(self.bolt, 1000)
            order.order_line = [
                Command.create(
                    {
                        "product_id": reward.discount_line_product_id.id,
                        "name": "Gift",
                        "price_unit": -20,
                        "reward_id": reward.id,
                        "coupon_id": self.offer.card_id.id,
                        "points_cost": points,
                    }
                )
            ]
            order.applied_coupon_ids = self.offer.card_id
            order.action_confirm()
            self.assertEqual(self._discount(order), 0)
            self.assertEqual(order.amount_total, 1000)
            self.assertEqual(self.offer.card_id.points, 1)

    def test_editing_the_coupon_helps_nobody_else(self):
        """O3: salespeople may write coupons; the offer says for whom it is, and until when."""
        card = self.offer.card_id.with_user(self.seller)
        order = self._order(self.bolt, 1000)
        for vals in (
            {"partner_id": self.bolt.id},
            {"partner_id": False},
            {"points": 50},
            {"code": "FREE-FOR-ALL"},
        ):
            card.write(vals)
            with self.subTest(str(vals)):
                status = order._try_apply_code(card.code)
                self.assertIn("is an offer to another company", status["error"])
                self.assertFalse(order._get_claimable_rewards(forced_coupons=card))
        card.expiration_date = "2027-01-01"
        with freeze_time("2026-05-01"):
            status = self._order(self.acme, 1000)._try_apply_code(card.code)
            self.assertIn("has expired", status["error"])

    def test_a_salesperson_without_rights_in_pmm(self):
        """O3: whoever writes the quotation can use the code; others' offers stay closed."""
        self.assertFalse(self.env["pmm.offer"].with_user(self.seller).has_access("read"))
        order = self._order(self.acme, 1000, user_id=self.seller.id).with_user(self.seller)
        self.assertWorks(order, self.offer, 20)
        order.action_confirm()
        self.assertEqual(self._discount(order), 20)
        self.assertEqual(self.offer.state, "used")
        other = self._order(self.bolt, 1000, user_id=self.seller.id).with_user(self.seller)
        self.assertWorksNot(other, self.offer, "is an offer to another company")
        small = self._order(self.acme, 1, user_id=self.seller.id).with_user(self.seller)
        self.assertIn("needs an order of at least", small._try_apply_code(self.offer.code)["error"])

    def test_another_odoo_company_does_not_take_it(self):
        """X10: the offer is of the company of the programme."""
        company = self.setup_other_company()["company"]
        self.env.user.company_ids |= company
        order = self._order(self.acme, 1000, company_id=company.id)
        self.assertEqual(order.company_id, company)
        status = order._try_apply_code(self.offer.code)
        self.assertEqual(list(status), ["error"])
        self.assertIn(f"This code is an offer of {self.company.name}", status["error"])
        card = self.offer.card_id
        self.assertFalse(order._get_claimable_rewards(forced_coupons=card))
        reward = card.program_id.reward_ids
        self.assertIn("error", order._apply_program_reward(reward, card))

    # === FROM WHAT AMOUNT ON === #

    def test_threshold_on_below_and_above(self):
        """DESIGN 3.8: 200 are missing."""
        low = self._order(self.acme, 199.99)
        self.assertWorksNot(low, self.offer, r"at least \$.200\.00 .* comes to \$.199\.99")
        self.assertWorks(self._order(self.acme, 200), self.offer, 4)
        self.assertWorks(self._order(self.acme, 200.01), self.offer, 4)

    def test_several_lines_add_up(self):
        """O3: quantities, prices, discounts of the lines."""
        order = self._order(self.acme, (self.pump, 2, 60), (self.training, 1, 100))
        order.order_line[0].discount = 16.68  # 99.98
        self.assertWorksNot(order, self.offer, "at least")
        order.order_line[0].discount = 16.67  # 100.00
        self.assertWorks(order, self.offer, 4)

    def test_notes_sections_and_empty_orders(self):
        """O3: they order nothing."""
        order = self._order(self.acme)
        order.order_line = [
            Command.create({"display_type": "line_section", "name": "Section"}),
            Command.create({"display_type": "line_note", "name": "Note"}),
        ]
        status = order._try_apply_code(self.offer.code)
        self.assertIn("comes to $\N{NO-BREAK SPACE}0.00", status["error"])

    def test_threshold_is_before_taxes(self):
        """O3: whether prices include the tax or not."""
        outside = self.env["account.tax"].create(
            {"name": "20 %", "amount": 20, "price_include_override": "tax_excluded"}
        )
        inside = self.env["account.tax"].create(
            {"name": "25 % incl.", "amount": 25, "price_include_override": "tax_included"}
        )
        for tax, too_low, enough in ((outside, 199.99, 200), (inside, 249.98, 250)):
            order = self._order(self.acme, too_low)
            order.order_line.tax_ids = tax
            with self.subTest(tax.name):
                self.assertGreater(order.amount_total, 200)
                self.assertWorksNot(order, self.offer, "at least")
                order.order_line.price_unit = enough
                self._enter(order, self.offer.code)
                self.assertEqual(self._discount(order), 4)

    def test_rewards_of_other_programmes_do_not_count(self):
        """O3: neither what they take off nor what they give for free."""
        free = self.env["loyalty.program"].create(
            {
                "name": "Free valve, 50 off",
                "program_type": "promotion",
                "trigger": "auto",
                "applies_on": "current",
                "company_id": self.company.id,
                "rule_ids": [Command.create({"reward_point_amount": 1})],
                "reward_ids": [
                    Command.create(
                        {
                            "reward_type": "discount",
                            "discount_mode": "per_order",
                            "discount": 50,
                            "discount_applicability": "specific",
                            "discount_product_ids": [Command.set(self.pump.ids)],
                        }
                    )
                ],
            }
        )
        order = self._order(self.acme, 200)
        order._update_programs_and_rewards()
        for card, rewards in order._get_claimable_rewards().items():
            order._apply_program_reward(rewards, card)
        self.assertEqual(order.order_line.reward_id, free.reward_ids)
        self.assertEqual(order.amount_untaxed, 150)
        self._enter(order, self.offer.code)
        self.assertIn(self.offer.card_id, order.order_line.coupon_id)
        self.assertEqual(order.order_line.reward_id, free.reward_ids | self._reward())

    def _reward(self):
        return self.campaign.loyalty_program_id.reward_ids

    def test_down_payments_do_not_count(self):
        """O3: they are no order of anything."""
        order = self._order(self.acme, 150, 40)
        order.order_line[1].is_downpayment = True
        self.assertWorksNot(order, self.offer, r"comes to \$.150\.00")
        order.order_line[0].price_unit = 200
        self._enter(order, self.offer.code)

    def test_only_the_categories_of_the_rule_count(self):
        """O3: hardware and what is below it."""
        hardware = [Command.set(self.hardware.ids)]
        rule = self._plan(self._bands((0, 0), (1000, 0.1), category_ids=hardware)).rule_ids
        campaign = self._campaign(rule, name="Hardware")
        self._invoice(self.bolt, "2026-04-10", 800)
        self.program._run()
        offer = self._offers(campaign, self.bolt_in)
        order = self._order(self.bolt, (self.training, 1, 5000), (self.pump, 1, 100))
        self.assertWorksNot(order, offer, r"comes to \$.100\.00")
        order.order_line = [
            Command.create({"product_id": self.valve.id, "price_unit": 99.99, "tax_ids": False})
        ]
        self.assertWorksNot(order, offer, r"comes to \$.199\.99")
        order.order_line[-1].price_unit = 100
        self.assertWorks(order, offer, 104)  # off the whole order

    def test_orders_in_another_currency_are_converted(self):
        """S12: at today's rate, 2 of theirs for 1 of ours."""
        euro = self._currency("PME", {"2026-01-01": 3, "2026-04-01": 2, "2026-04-16": 4})
        pricelist = self.env["product.pricelist"].create({"name": "Euro", "currency_id": euro.id})
        order = self._order(self.acme, 399.98, pricelist_id=pricelist.id)
        self.assertEqual(order.currency_id, euro)
        self.assertWorksNot(order, self.offer, r"at least \$.200\.00 .* comes to \$.199\.99")
        order.order_line.price_unit = 400
        self.assertWorks(order, self.offer, 8)

    def test_programmes_in_another_currency(self):
        """S12: the threshold is in the currency of the programme."""
        euro = self._currency("PME", {"2025-12-01": 2})
        program = self._program("Abroad", currency_id=euro.id)
        rule = self._plan(self._bands((0, 0), (1000, 0.1)), program=program).rule_ids
        campaign = self._campaign(rule)
        self._enroll(self.bolt, program=program)
        self._invoice(self.bolt, "2026-04-10", 400)
        program._run()
        offer = campaign.offer_ids
        self.assertEqual((offer.threshold_amount, offer.currency_id), (200, euro))
        self.assertWorksNot(self._order(self.bolt, 99.99), offer, "at least")
        self.assertWorks(self._order(self.bolt, 100), offer, 2)

    # === UNTIL WHEN === #

    def test_the_last_day_and_the_day_after(self):
        """DESIGN 3.8: April ends on the 30th."""
        with freeze_time("2026-04-30"):
            self.assertWorks(self._order(self.acme, 1000), self.offer, 20)
        with freeze_time("2026-05-01"):
            self.assertWorksNot(self._order(self.acme, 1000), self.offer, "has expired")

    def test_an_offer_that_expires_on_the_quotation(self):
        """O3: what counts is the day of the confirmation."""
        order, late = self._order(self.acme, 1000), self._order(self.acme, 1000)
        for each in (order, late):
            self._enter(each, self.offer.code)
        with freeze_time("2026-05-01"):
            late.action_confirm()
            self.assertEqual(self._discount(late), 0)
            self.assertEqual(self.offer.card_id.points, 1)
        with freeze_time("2026-04-30"):
            order.action_confirm()
            self.assertEqual(self._discount(order), 20)

    # === WHAT CHANGES AFTER THE CODE === #

    def test_discount_follows_the_lines(self):
        """O3: more is ordered, more is taken off."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.order_line[0].price_unit = 3000
        order._update_programs_and_rewards()
        self.assertEqual(self._discount(order), 60)

    def test_reward_goes_when_the_order_becomes_too_small(self):
        """O3: at the next update, and at the confirmation."""
        for update in ("_update_programs_and_rewards", "action_confirm"):
            order = self._order(self.acme, 1000)
            self._enter(order, self.offer.code)
            order.order_line[0].price_unit = 200
            order._update_programs_and_rewards()
            self.assertEqual(self._discount(order), 4, "still enough")
            order.order_line[0].price_unit = 199.99
            getattr(order, update)()
            with self.subTest(update):
                self.assertEqual(self._discount(order), 0)
                self.assertEqual(order.amount_total, 199.99)
                self.assertEqual(self.offer.card_id.points, 1)
                self.assertEqual(self.offer.state, "open")

    def test_reward_goes_when_the_customer_changes(self):
        """O3: at the next update, and at the confirmation."""
        for update in (
            "_update_programs_and_rewards",
            "action_confirm",
            "action_open_reward_wizard",
        ):
            order = self._order(self.acme, 1000)
            self._enter(order, self.offer.code)
            order.partner_id = self.bolt
            getattr(order, update)()
            with self.subTest(update):
                self.assertFalse(order.order_line.reward_id)
                self.assertEqual(order.amount_total, 1000)
                self.assertEqual(self.offer.card_id.points, 1)

    def test_own_confirmed_orders_take_it_too(self):
        """O3: as with other coupons, until the order is locked."""
        order = self._order(self.acme, 1000)
        order.action_confirm()
        self.assertWorks(order, self.offer, 20)
        self.assertEqual((self.offer.state, self.offer.card_id.points), ("used", 0))

    def test_confirmed_orders_keep_it(self):
        """O3: what was granted on a confirmed order stays when it is updated later."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.action_confirm()
        with freeze_time("2026-04-16"):
            order._update_programs_and_rewards()
            self.assertEqual(self._discount(order), 20)
            self.assertEqual(self.offer.card_id.points, 0)
        self.assertEqual(self.offer.state, "used")

    # === ONCE === #

    def test_one_order_uses_it(self):
        """O3: the second order is told so."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.action_confirm()
        self.assertEqual((self._discount(order), self.offer.state), (20, "used"))
        self.assertEqual(self.offer.card_id.points, 0)
        self.assertWorksNot(self._order(self.acme, 1000), self.offer, "already been used")

    def test_the_code_works_once_per_order(self):
        """O3: entering it twice takes nothing more off."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        self.assertIn("error", order._try_apply_code(self.offer.code))
        order._update_programs_and_rewards()
        self.assertEqual(self._discount(order), 20)

    def test_two_quotations_one_order(self):
        """O3: both may carry the code until one is confirmed."""
        first, second = self._order(self.acme, 1000), self._order(self.acme, 2000)
        for order in (first, second):
            self._enter(order, self.offer.code)
        first.action_confirm()
        self.assertRefused(second.action_confirm)
        second._update_programs_and_rewards()
        self.assertEqual(self._discount(second), 0)
        second.action_confirm()
        self.assertEqual((second.amount_total, self.offer.card_id.points), (2000, 0))

    def test_confirming_two_quotations_at_once(self):
        """O3: not both get it."""
        orders = self._order(self.acme, 1000) | self._order(self.acme, 2000)
        for order in orders:
            self._enter(order, self.offer.code)
        self.assertRefused(orders.action_confirm)
        self.assertEqual(self.offer.card_id.points, 1)

    def test_cancelling_gives_it_back(self):
        """O3: to this order set back to a quotation, or to another one."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.action_confirm()
        order._action_cancel()
        self.assertEqual((self.offer.state, self.offer.card_id.points), ("open", 1))
        self.assertFalse(self.offer.order_id)
        self.assertWorks(self._order(self.acme, 500), self.offer, 10)
        order.action_draft()
        self.assertWorks(order, self.offer, 20)

    def test_a_code_that_was_entered_and_not_taken(self):
        """O3: confirming such an order keeps the coupon, and so does the closed window."""
        order = self._order(self.acme, 1000)
        status = order._try_apply_code(self.offer.code)
        self.assertEqual(dict(status), {self.offer.card_id: self._reward()})
        wizard = self.env["sale.loyalty.reward.wizard"].create({"order_id": order.id})
        wizard.action_cancel()
        order.action_confirm()
        self.assertTrue(self.offer.card_id.exists())
        self.assertEqual((self.offer.card_id.points, self.offer.state), (1, "open"))
        self.assertWorks(self._order(self.acme, 500), self.offer, 10)

    def test_removing_the_reward_line_and_the_quotation(self):
        """O3: the coupon is free again."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.order_line.filtered("reward_id").unlink()
        self.assertEqual(self.offer.card_id.points, 1)
        self.assertWorks(order, self.offer, 20)
        order.unlink()
        self.assertTrue(self.offer.card_id.exists())
        self.assertWorks(self._order(self.acme, 500), self.offer, 10)

    def test_copies_of_an_order_have_no_reward(self):
        """O3: a copy is a new order."""
        order = self._order(self.acme, 1000)
        self._enter(order, self.offer.code)
        order.action_confirm()
        copy = order.copy()
        self.assertFalse(copy.order_line.reward_id)
        self.assertEqual(copy.amount_total, 1000)

    def test_a_closed_campaign_keeps_its_word(self):
        """O1: offers made before stay valid until their own end."""
        self.campaign.action_close()
        self.assertWorks(self._order(self.acme, 1000), self.offer, 20)

    # === COUPONS OF OTHERS === #

    def _coupon(self, partner):
        program = self.env["loyalty.program"].create(
            {
                "name": "Ten",
                "program_type": "coupons",
                "applies_on": "current",
                "trigger": "with_code",
                "company_id": self.company.id,
                "rule_ids": [Command.clear()],
                "reward_ids": [
                    Command.clear(),
                    Command.create({"discount": 10, "discount_applicability": "order"}),
                ],
            }
        )
        return self.env["loyalty.card"].create(
            {"program_id": program.id, "partner_id": partner.id, "points": 1}
        )

    def test_ordinary_coupons_work_as_ever(self):
        """DESIGN 1: ours are ours; reserved coupons of others are Odoo's business."""
        for owner in (self.env["res.partner"], self.acme, self.bolt):
            card = self._coupon(owner)
            order = self._order(self.bolt, 100)
            self._enter(order, card.code)
            with self.subTest(owner.name):
                self.assertEqual(self._discount(order), 10)
                order.action_confirm()
                self.assertEqual((self._discount(order), card.points), (10, 0))
        order = self._order(self.acme, 100)
        self.assertTrue(order._try_apply_code("no such code")["not_found"])
        self.assertIn("error", order._try_apply_code(False))
