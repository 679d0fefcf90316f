from odoo.tests import freeze_time, tagged

from .common import OfferCommon

MANAGER = "pmm_partner_kpi.group_pmm_manager"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmOfferCampaign(OfferCommon):
    """O1: a campaign is checked and fixed before anything of it reaches a partner."""

    # === ACTIVATING === #

    def test_activating_makes_one_coupon_programme(self):
        """O1: a draft has none; active, one discount on the whole order, on one point."""
        campaign = self._campaign(activate=False, name="Spring", discount=2.5)
        self.assertEqual(campaign.state, "draft")
        self.assertFalse(campaign.loyalty_program_id)
        self.assertTrue(campaign.action_activate())
        self.assertEqual(campaign.state, "active")
        coupons = campaign.loyalty_program_id
        self.assertRecordValues(
            coupons,
            [
                {
                    "name": "Spring",
                    "program_type": "coupons",
                    "applies_on": "current",
                    "trigger": "with_code",
                    "active": True,
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                    "portal_visible": False,
                }
            ],
        )
        self.assertRecordValues(
            coupons.reward_ids,
            [
                {
                    "reward_type": "discount",
                    "discount_mode": "percent",
                    "discount": 2.5,
                    "discount_applicability": "order",
                    "required_points": 1,
                }
            ],
        )
        self.assertFalse(coupons.rule_ids, "no code of its own")
        self.assertFalse(coupons.communication_plan_ids, "no mails of its own")
        self.assertFalse(coupons.coupon_ids, "no offer before the run")

    def test_coupon_programme_is_in_the_currency_of_the_programme(self):
        """O1, S12: and of its company."""
        euro = self._currency("PME", {"2025-12-01": 2})
        program = self._program("Abroad", currency_id=euro.id)
        rule = self._plan(self._bands((0, 0), (100, 0.1)), program=program).rule_ids
        coupons = self._campaign(rule).loyalty_program_id
        self.assertEqual(coupons.currency_id, euro)
        self.assertEqual(coupons.company_id, self.company)

    def test_activating_again_keeps_the_coupon_programme(self):
        """O1: the coupons that partners hold stay those of the campaign."""
        campaign = self._campaign()
        coupons = campaign.loyalty_program_id
        campaign.action_activate()
        campaign.action_close()
        campaign.action_activate()
        self.assertEqual(campaign.loyalty_program_id, coupons)
        self.assertEqual(
            self.env["loyalty.program"].search_count([("name", "=", campaign.name)]), 1
        )

    def test_activating_several_at_once(self):
        """O1: each campaign has coupons of its own."""
        campaigns = self._campaign(activate=False, name="One")
        campaigns |= self._campaign(activate=False, name="Two", discount=3)
        campaigns.action_activate()
        self.assertEqual(campaigns.mapped("state"), ["active", "active"])
        self.assertEqual(campaigns.loyalty_program_id.mapped("name"), ["One", "Two"])

    def test_incomplete_campaigns_are_not_activated(self):
        """DESIGN 3.9: each refusal says what to do, and leaves a draft without coupons."""
        rate = self._plan(self._rate(0.05, role="referrer")).rule_ids
        bands = self._bands((0, 0.01), (10, 0.2), category_ids=[(6, 0, self.pumps.ids)])
        draft = self._plan(bands, activate=False).rule_ids
        referred = self._plan(bands | {"role": "referrer"}).rule_ids
        closed = self._plan(bands | {"category_ids": [(6, 0, self.services.ids)]})
        closed.action_close()
        for rule, pattern in (
            (self.env["pmm.reward.rule"], "Choose a rule with bands of “Resellers” for “Next"),
            (rate, "Choose a rule with bands of “Resellers” for “Next band”"),
            (referred, "“Bands” counts what partners refer"),
            (draft, "“Rewards” is not active: nobody gets nearer to its bands. Activate it"),
            (closed.rule_ids, "“Rewards” is not active"),
        ):
            campaign = self._campaign(activate=False, rule_id=rule.id)
            with self.subTest(rule=rule.name, state=rule.plan_id.state):
                self.assertRefused(campaign.action_activate, pattern)
                self.assertEqual(campaign.state, "draft")
                self.assertFalse(campaign.loyalty_program_id)

    def test_rule_of_another_programme_is_refused(self):
        """DESIGN 3.9: when it is chosen, not only when it is activated."""
        program = self._program("Abroad")
        foreign = self._plan(self._bands((0, 0), (100, 0.1)), program=program).rule_ids
        self.assertRefused(
            lambda: self._campaign(activate=False, rule_id=foreign.id),
            "“Bands” is no rule of “Resellers”",
        )
        campaign = self._campaign(activate=False)
        self.assertRefused(lambda: campaign.write({"rule_id": foreign.id}), "is no rule of")
        self.assertRefused(lambda: campaign.write({"program_id": program.id}), "is no rule of")

    def test_limits_of_the_terms(self):
        """DESIGN 3.9: on, below and above each limit."""
        campaign = self._campaign(activate=False)
        for vals, pattern in (
            ({"discount": 0}, "above 0 and up to 100 %"),
            ({"discount": -1}, "above 0 and up to 100 %"),
            ({"discount": 100.01}, "above 0 and up to 100 %"),
            ({"near": 0}, "between 0 % and 100 %"),
            ({"near": 1}, "between 0 % and 100 %"),
            ({"date_start": "2026-05-01", "date_stop": "2026-05-01"}, "end after it starts"),
            ({"date_start": "2026-05-02", "date_stop": "2026-05-01"}, "end after it starts"),
        ):
            with self.subTest(str(vals)):
                self.assertRefused(lambda vals=vals: campaign.write(vals), pattern)
        for vals in (
            {"discount": 0.01},
            {"discount": 100},
            {"near": 0.0001},
            {"near": 0.9999},
            {"date_start": "2026-05-01", "date_stop": "2026-05-02"},
        ):
            campaign.write(vals)
            self.env.flush_all()

    # === WHAT STAYS FIXED === #

    def test_state_is_changed_by_buttons_only(self):
        """DESIGN 3.6: neither written, nor imported, nor given to a new one."""
        user = self._user("boss", MANAGER)
        campaign = self._campaign(activate=False).with_user(user)
        Campaign = self.env["pmm.offer.campaign"].with_user(user)
        vals = {
            "name": "Mine",
            "program_id": self.program.id,
            "rule_id": self.rule.id,
            "state": "active",
        }
        for attempt in (
            lambda: campaign.write({"state": "active"}),
            lambda: campaign.web_save({"state": "active"}, {}),
            lambda: Campaign.create(vals),
            lambda: Campaign.create([vals | {"state": "draft"}, vals | {"state": "closed"}]),
            lambda: Campaign.with_context(default_state="active").create(
                {key: vals[key] for key in vals.keys() - {"state"}}
            ),
            lambda: campaign.copy({"state": "active"}),
        ):
            self.assertRefused(attempt, "with their buttons")
        self.assertEqual(campaign.state, "draft")
        Campaign.create(vals | {"state": "draft"})
        campaign.action_activate()
        self.assertRefused(lambda: campaign.write({"state": "draft"}), "with their buttons")
        campaign.action_close()
        self.assertEqual(campaign.state, "closed")

    def test_coupon_programme_is_not_chosen_by_hand(self):
        """DESIGN 3.6: offers are coupons of the campaign's own programme, of nobody else's."""
        user = self._user("boss", MANAGER)
        other = self.env["loyalty.program"].create(
            {"name": "Everything", "program_type": "coupons", "company_id": self.company.id}
        )
        campaign = self._campaign(activate=False).with_user(user)
        for attempt in (
            lambda: campaign.write({"loyalty_program_id": other.id}),
            lambda: campaign.copy({"loyalty_program_id": other.id}),
            lambda: campaign.with_context(default_loyalty_program_id=other.id).copy(),
        ):
            self.assertRefused(attempt, "with their buttons")

    def test_terms_stay_once_partners_may_hold_coupons(self):
        """O1: programme, trigger, rule and discount; a draft and all else may change."""
        campaign = self._campaign(activate=False)
        campaign.discount = 3
        campaign.action_activate()
        terms = {
            "program_id": self.program.id,
            "trigger": "band_near_miss",
            "rule_id": self.rule.id,
            "discount": 4,
        }
        for press in (campaign.action_activate, campaign.action_close):
            press()
            for name, value in terms.items():
                with self.subTest(state=campaign.state, name=name):
                    self.assertRefused(
                        lambda name=name, value=value: campaign.write({name: value}),
                        "Copy it to a new campaign",
                    )
            campaign.write({"name": "Other", "near": 0.1, "date_stop": "2026-06-01", "sequence": 5})
        self.assertEqual(campaign.loyalty_program_id.reward_ids.discount, 3)

    def test_a_copy_is_a_draft_of_its_own(self):
        """O1: with the same terms, its own coupons, and no offers."""
        campaign = self._campaign()
        self._offered(self.acme_in, campaign=campaign)
        copy = campaign.copy()
        self.assertEqual(
            (copy.name, copy.state, copy.rule_id, copy.discount, copy.offer_count),
            ("Next band (copy)", "draft", self.rule, 2, 0),
        )
        self.assertEqual(campaign.copy({"name": "Next year"}).name, "Next year")
        self.assertFalse(copy.loyalty_program_id)
        copy.discount = 7
        copy.action_activate()
        self.assertNotEqual(copy.loyalty_program_id, campaign.loyalty_program_id)

    def test_a_campaign_with_offers_cannot_be_deleted(self):
        """DESIGN 3.3: what was promised can be shown; before that it can go."""
        campaign = self._campaign()
        self._offered(self.acme_in, campaign=campaign)
        empty = self._campaign(name="Empty")
        self.assertRefused(campaign.unlink, "has made offers and cannot be deleted; close it")
        self.assertRefused((campaign | empty).unlink, "“Next band” has made offers")
        (empty | self._campaign(activate=False, name="Draft")).unlink()
        self.assertTrue(campaign.exists())

    def test_changes_are_told_in_the_chatter(self):
        """DESIGN 6: state and discount are tracked with old and new value."""
        # tests switch tracking off
        campaign = self._campaign(activate=False).with_context(
            tracking_disable=False, mail_notrack=False
        )
        self.cr.precommit.run()  # ends the transaction in which it was made
        campaign.discount = 5
        campaign.action_activate()
        self.env.flush_all()
        self.cr.precommit.run()
        tracked = campaign.message_ids.tracking_value_ids.field_id.mapped("name")
        self.assertLessEqual({"discount", "state"}, set(tracked))

    # === ACTIONS === #

    def test_button_makes_offers_and_tells_how_many(self):
        """O9: of this campaign, now; nothing new is told as such."""
        campaign, other = self._campaign(), self._campaign(name="Other")
        self._invoice(self.acme, "2026-04-10", 800)
        message = campaign.action_generate()["params"]
        self.assertEqual((message["type"], message["message"]), ("success", "New offers: 1."))
        self.assertEqual(self._offers().campaign_id, campaign)
        message = campaign.action_generate()["params"]
        self.assertEqual(message["type"], "info")
        self.assertIn("Nobody else is close enough", message["message"])
        self.assertFalse(other.offer_ids)

    def test_button_of_a_campaign_that_is_not_active(self):
        """O1: refused with the remedy."""
        campaign = self._campaign(activate=False)
        self.assertRefused(campaign.action_generate, "“Next band” is not active. Activate it")
        campaign.action_activate()
        campaign.action_close()
        self.assertRefused(campaign.action_generate, "is not active")

    def test_button_lists_the_offers_of_the_campaign(self):
        """O6: and counts them."""
        campaign, other = self._campaign(), self._campaign(name="Other")
        self._offered(self.acme_in, campaign=campaign)
        action = campaign.action_view_offers()
        found = self.env[action["res_model"]].search(action["domain"])
        self.assertEqual(found, campaign.offer_ids)
        self.assertEqual((campaign.offer_count, other.offer_count), (1, 1))
        self.assertEqual(len(found), 1)
