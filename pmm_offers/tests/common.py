from odoo.fields import Command

from odoo.addons.pmm_rewards.tests.common import RewardCommon


class OfferCommon(RewardCommon):
    """A plan with bands of 1 % from 0, 5 % from 1 000 and 10 % from 5 000, and builders.

    Today is 2026-04-15 in all tests (freeze it with ``freeze_time("2026-04-15")`` on the class).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        (cls.pump | cls.valve | cls.training).write({"invoice_policy": "order"})
        cls.plan = cls._plan(cls._bands((0, 0.01), (1000, 0.05), (5000, 0.10), name="Growth"))
        cls.rule = cls.plan.rule_ids

    # === BUILDERS === #

    @classmethod
    def _campaign(cls, rule=None, activate=True, **vals):
        """Return a campaign on ``rule``, active unless told: up to 25 % missing, 2 % off."""
        rule = rule or cls.rule
        campaign = cls.env["pmm.offer.campaign"].create(
            {
                "name": "Next band",
                "program_id": rule.program_id.id,
                "rule_id": rule.id,
                "near": 0.25,
                "discount": 2,
                "date_start": "2026-01-01",
                **vals,
            }
        )
        if activate:
            campaign.action_activate()
        return campaign

    @classmethod
    def _partner(cls, name, reached=None, day="2026-04-10", **vals):
        """Return the enrolment of a new company that was invoiced ``reached`` on ``day``."""
        partner = cls.env["res.partner"].create({"name": name, "is_company": True})
        enrollment = cls._enroll(partner, **vals)
        if reached is not None:
            cls._invoice(partner, day, reached)
        return enrollment

    @classmethod
    def _offered(cls, enrollment, reached=800, campaign=None, day="2026-04-10"):
        """Return the offer that ``enrollment`` gets for what it has ``reached``."""
        campaign = campaign or enrollment.program_id.campaign_ids[:1] or cls._campaign()
        cls._invoice(enrollment.partner_id, day, reached)
        campaign.program_id._run()
        return cls._offers(campaign, enrollment)

    @classmethod
    def _order(cls, partner, *lines, **vals):
        """Return a quotation; a line is a price of a pump, or (product, qty, price)."""
        lines = [(cls.pump, 1, line) if not isinstance(line, tuple) else line for line in lines]
        return cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "order_line": [
                    Command.create(
                        {"product_id": product.id, "product_uom_qty": qty, "price_unit": price}
                    )
                    for product, qty, price in lines
                ],
                **vals,
            }
        )

    # === DOINGS === #

    @classmethod
    def _enter(cls, order, code):
        """Enter ``code`` on ``order`` and take the reward, with the wizards that people use."""
        wizard = order.env["sale.loyalty.coupon.wizard"].create(
            {"order_id": order.id, "coupon_code": code}
        )
        context = wizard.action_apply()["context"]
        rewards = order.env["sale.loyalty.reward.wizard"].with_context(**context).create({})
        rewards.selected_reward_id = rewards.reward_ids
        rewards.action_apply()

    def _run_cron(self):
        """Run the scheduled action of this addon as the scheduler does."""
        with self.enter_registry_test_mode():
            self.env.ref("pmm_offers.ir_cron_make_offers").sudo().method_direct_trigger()
        self.env.invalidate_all()

    # === QUESTIONS === #

    @classmethod
    def _offers(cls, campaign=None, enrollment=None):
        """Return the offers of a campaign or an enrolment, in the order of making."""
        domain = []
        if campaign:
            domain.append(("campaign_id", "=", campaign.id))
        if enrollment:
            domain.append(("enrollment_id", "=", enrollment.id))
        return cls.env["pmm.offer"].search(domain, order="id")

    @classmethod
    def _discount(cls, order):
        """Return what reward lines take off ``order``, before taxes."""
        lines = order.order_line.filtered("reward_id")
        return -order.currency_id.round(sum(lines.mapped("price_subtotal")))

    # === ASSERTIONS === #

    def assertOffered(self, enrollment, missing, campaign=None):
        """Assert the missing amount of the only offer of ``enrollment``; None for no offer."""
        found = self._offers(campaign, enrollment).mapped("threshold_amount")
        self.assertEqual(found, [] if missing is None else [missing])

    def assertWorks(self, order, offer, discount):
        """Assert that the code of ``offer`` takes ``discount`` off ``order``."""
        self._enter(order, offer.code)
        self.assertEqual(self._discount(order), discount)
        self.assertEqual(order.order_line.coupon_id, offer.card_id)

    def assertWorksNot(self, order, offer, pattern):
        """Assert that nothing makes ``offer`` work on ``order``, and that ``pattern`` says why."""
        total = order.amount_total
        status = order._try_apply_code(offer.code)
        self.assertEqual(list(status), ["error"])
        self.assertRegex(status["error"], pattern)
        self.assertRefused(lambda: self._enter(order, offer.code), pattern)
        card = offer.sudo().card_id.with_env(order.env)
        reward = card.sudo().program_id.reward_ids.with_env(order.env)
        self.assertFalse(order._get_claimable_rewards(forced_coupons=card))
        self.assertIn("error", order._apply_program_reward(reward, card))
        # what only a call from outside can do
        order.applied_coupon_ids = card
        self.assertFalse(order._get_claimable_rewards())
        order.action_open_reward_wizard()
        wizard = order.env["sale.loyalty.reward.wizard"].create({"order_id": order.id})
        self.assertFalse(wizard.reward_ids)
        wizard.selected_reward_id = reward
        self.assertRefused(wizard.action_apply)
        self.assertFalse(order.order_line.filtered("reward_id"))
        self.assertEqual(order.amount_total, total)
        order.applied_coupon_ids = False
