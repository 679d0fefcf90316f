from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import OfferCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmOffer(OfferCommon):
    """O2, O4: who gets an offer, when, and of how much."""

    # === HOW CLOSE IS CLOSE === #

    def test_boundaries_of_each_band(self):
        """DESIGN 3.8: on each floor and on each “close” limit, one cent below and above it."""
        cases = {
            "0.01": None,
            "749.99": None,
            "750.00": 250.0,
            "750.01": 249.99,
            "999.99": 0.01,
            "1000.00": None,  # in the band; 4 000 are missing to the next one
            "1000.01": None,
            "3749.99": None,
            "3750.00": 1250.0,
            "4999.99": 0.01,
            "5000.00": None,
            "5000.01": None,
            "90000.00": None,
        }
        members = {text: self._partner(text, float(text)) for text in cases}
        self._campaign()
        self.assertEqual(self.program._run()["offers"], 5)
        for text, missing in cases.items():
            with self.subTest(reached=text):
                self.assertOffered(members[text], missing)

    def test_close_is_what_the_campaign_says(self):
        """O4: 10 % of 1 000 are 100."""
        near, far = self._partner("Near", 900), self._partner("Far", 899.99)
        campaign = self._campaign(near=0.1)
        self.program._run()
        self.assertOffered(near, 100)
        self.assertOffered(far, None)
        campaign.near = 0.1001
        self.program._run()
        self.assertOffered(far, 100.01)

    def test_no_business_and_returned_business(self):
        """O4: who has bought nothing, or returned it all, is close to nothing."""
        idle, returned = self._partner("Idle"), self._partner("Returned")
        self._refund(self._invoice(returned.partner_id, "2026-04-03", 800), "2026-04-04")
        negative = self._partner("Negative")
        self._invoice(negative.partner_id, "2026-04-03", 800, move_type="out_refund")
        self._campaign(near=0.9999)
        self.assertEqual(self.program._run()["offers"], 0)
        for enrollment in (idle, returned, negative):
            self.assertOffered(enrollment, None)

    def test_the_next_band_must_grant_more(self):
        """O2: nobody is drawn into a band of the same or a lower rate."""
        for number, (bands, missing) in enumerate(
            (
                (((0, 0.05), (1000, 0.05)), None),
                (((0, 0.05), (1000, 0.049999)), None),
                (((0, 0.05), (1000, 0.050001)), 100),
                # the one above counts, not the best one
                (((0, 0.05), (1000, 0.04), (1010, 0.20)), None),
                (((0, 0),), None),
                (((0, 0), (1000, 0.000001)), 100),
            )
        ):
            program = self._program(f"Programme {number}")
            rule = self._plan(self._bands(*bands), program=program).rule_ids
            enrollment = self._partner(f"Partner {number}", 900, program=program)
            self._campaign(rule)
            program._run()
            with self.subTest(bands=bands):
                self.assertOffered(enrollment, missing)

    def test_missing_is_rounded_up_to_the_currency(self):
        """R45, S12: an order of this much does reach the band; coins of 0.05, whole units."""
        for code, rounding, reached, missing in (
            ("PMA", 0.01, 800.00, 111.12),  # 800 × 1.1111 = 888.88 exactly
            ("PMB", 0.05, 800.00, 111.15),
            ("PMC", 1, 800.00, 112.0),
            ("PMD", 0.01, 800.01, 111.11),  # 888.891111, that is 111.108889
            ("PME", 0.05, 800.03, 111.10),  # 111.086667
            ("PMF", 1, 899.99, 1.0),  # 0.021111 are missing
            ("PMG", 0.001, 800.01, 111.109),
        ):
            currency = self._currency(code, {"2025-12-01": 1.1111}, rounding)
            program = self._program(code, currency_id=currency.id)
            rule = self._plan(self._bands((0, 0), (1000, 0.1)), program=program).rule_ids
            enrollment = self._partner(code, reached, program=program)
            self._campaign(rule)
            program._run()
            with self.subTest(code):
                self.assertOffered(enrollment, missing)
                offer = self._offers(enrollment=enrollment)
                self.assertEqual(offer.currency_id, currency)

    def test_the_offer_keeps_the_terms_it_was_made_with(self):
        """O4, R42: what was reached, where the band starts, its rate, the discount."""
        campaign = self._campaign(discount=2.5)
        offer = self._offered(self.acme_in, 4000, campaign)
        self.assertRecordValues(
            offer,
            [
                {
                    "campaign_id": campaign.id,
                    "program_id": self.program.id,
                    "enrollment_id": self.acme_in.id,
                    "partner_id": self.acme.id,
                    "period_id": self._period("2026-04").id,
                    "company_id": self.company.id,
                    "currency_id": self.currency.id,
                    "rule_id": self.rule.id,
                    "basis_amount": 4000,
                    "floor_amount": 5000,
                    "threshold_amount": 1000,
                    "rate": 0.10,
                    "discount": 2.5,
                }
            ],
        )

    # === WHAT COUNTS === #

    def test_only_the_period_of_today_counts(self):
        """O4: March and May are other stories."""
        for day, missing in (
            ("2026-03-31", None),
            ("2026-04-01", 200),
            ("2026-04-30", 200),
            ("2026-05-01", None),
        ):
            enrollment = self._partner(day, 800, day)
            self._campaign(name=day)
            self.program._run()
            with self.subTest(day=day):
                self.assertEqual(
                    set(self._offers(enrollment=enrollment).mapped("threshold_amount")),
                    {missing} - {None},
                )

    def test_drafts_and_cancelled_documents_do_not_count(self):
        """O4: only what is posted."""
        self._invoice(self.acme, "2026-04-10", 800, post=False)
        move = self._invoice(self.bolt, "2026-04-10", 800)
        move.button_draft()
        move.button_cancel()
        self._campaign()
        self.assertEqual(self.program._run()["offers"], 0)
        move.button_draft()
        move.action_post()
        self.assertEqual(self.program._run()["offers"], 1)
        self.assertOffered(self.bolt_in, 200)

    def test_role_of_the_rule(self):
        """R2: what a partner buys counts for a rule on purchases, not what it refers."""
        self._campaign()
        self._invoice(self.acme, "2026-04-10", 900, pmm_referrer_id=self.bolt.id)
        self.program._run()
        self.assertOffered(self.acme_in, 100)
        self.assertOffered(self.bolt_in, None)

    def test_categories_of_the_rule(self):
        """R2: products of the categories and those below them."""
        hardware = [Command.set(self.hardware.ids)]
        self._campaign(self._plan(self._bands((0, 0), (1000, 0.1), category_ids=hardware)).rule_ids)
        lines = ((self.pump, 2, 300), (self.valve, 1, 250), (self.training, 1, 100))
        self._invoice(self.acme, "2026-04-10", *lines)
        self._invoice(self.bolt, "2026-04-10", (self.training, 1, 900))
        self.program._run()
        self.assertOffered(self.acme_in, 150)
        self.assertOffered(self.bolt_in, None)

    def test_tiers_of_the_rule(self):
        """R5: the tier at the start of the period, as for the reward."""
        gold = [Command.set(self.gold.ids)]
        self._campaign(self._plan(self._bands((0, 0), (1000, 0.1), grade_ids=gold)).rule_ids)
        early, late = self._partner("Early", 900), self._partner("Late", 900)
        past, joined = self._partner("Past", 900), self._partner("Joined", 900, start="2026-04-05")
        self._tier(early, self.gold, "2026-04-01")
        self._tier(late, self.gold, "2026-04-02")
        self._tier(past, self.gold, "2026-01-01", "2026-04-01")
        self._tier(past, self.silver, "2026-04-01")
        self._tier(joined, self.gold, "2026-04-05")
        self.program._run()
        for enrollment, missing in ((early, 100), (late, None), (past, None), (joined, 100)):
            with self.subTest(enrollment.partner_id.name):
                self.assertOffered(enrollment, missing)

    def test_returns_count_where_the_plan_says(self):
        """R32: a credit note of April on an invoice of March."""
        own = self._plan(
            self._bands((0, 0), (1000, 0.1), category_ids=[Command.set(self.hardware.ids)]),
            returns_in="own",
        )
        origin, own = self._campaign(near=0.5), self._campaign(own.rule_ids, near=0.5, name="Own")
        self._refund(self._invoice(self.acme, "2026-03-10", 300), "2026-04-02", 100)
        self._invoice(self.acme, "2026-04-10", 800)
        self.program._run()
        self.assertOffered(self.acme_in, 200, origin)
        self.assertOffered(self.acme_in, 300, own)

    def test_days_of_plan_programme_and_enrolment(self):
        """R4: what lies before their first day does not count."""
        bands = self._bands((0, 0), (1000, 0.1), role="buyer", category_ids=self.pumps.ids)
        late_plan = self._plan(bands, date_start="2026-04-10")
        campaign = self._campaign(late_plan.rule_ids, near=0.5)
        program = self._program("Young", date_start="2026-04-10")
        young = self._campaign(self._plan(bands, program=program).rule_ids, near=0.5)
        joined = self._enroll(self.stranger, "2026-04-10")
        in_young = self._enroll(self.acme, program=program)
        for partner in (self.acme, self.stranger):
            self._invoice(partner, "2026-04-09", 150)
            self._invoice(partner, "2026-04-10", 600)
        self.program._run()
        program._run()
        self.assertOffered(self.acme_in, 400, campaign)
        self.assertOffered(joined, 400, campaign)
        self.assertOffered(in_young, 400, young)

    def test_amounts_are_converted_at_the_day_of_the_document(self):
        """S12: 300 at 2 and 100 at 3 are 900."""
        euro = self._currency("PME", {"2025-12-01": 2, "2026-04-05": 3})
        program = self._program("Abroad", currency_id=euro.id)
        self._campaign(self._plan(self._bands((0, 0), (1000, 0.1)), program=program).rule_ids)
        enrollment = self._enroll(self.acme, program=program)
        self._invoice(self.acme, "2026-04-04", 300)
        self._invoice(self.acme, "2026-04-05", 100)
        program._run()
        self.assertOffered(enrollment, 100)

    def test_other_periods_than_months(self):
        """T2: a quarter runs from April to June."""
        program = self._program("Quarterly", period_scheme="quarter")
        self._campaign(self._plan(self._bands((0, 0), (1000, 0.1)), program=program).rule_ids)
        enrollment = self._enroll(self.acme, program=program)
        self._invoice(self.acme, "2026-03-31", 50)
        self._invoice(self.acme, "2026-04-01", 900)
        program._run()
        offer = self._offers(enrollment=enrollment)
        self.assertEqual((offer.threshold_amount, str(offer.date_last)), (100, "2026-06-30"))

    def test_invoices_of_another_company_do_not_count(self):
        """X10: each company has its own business with the partner."""
        company = self.setup_other_company()["company"]
        move = self._invoice(self.acme, "2026-04-10", 800, company_id=company.id)
        self.assertEqual(move.company_id, company)
        self._campaign()
        self.assertEqual(self.program._run()["offers"], 0)

    # === WHEN === #

    def test_days_of_the_campaign(self):
        """DESIGN 3.8: the first day counts, the day on which it ends does not."""
        self._invoice(self.acme, "2026-04-10", 800)
        for start, stop, number in (
            ("2026-04-14", False, 1),
            ("2026-04-15", False, 1),
            ("2026-04-16", False, 0),
            ("2026-01-01", "2026-04-15", 0),
            ("2026-01-01", "2026-04-16", 1),
        ):
            campaign = self._campaign(date_start=start, date_stop=stop)
            self.program._run()
            with self.subTest(start=start, stop=stop):
                self.assertEqual(len(campaign.offer_ids), number)

    def test_days_of_the_enrolment(self):
        """DESIGN 3.8: it runs today, or there is no offer."""
        self._campaign()
        for start, stop, missing in (
            ("2026-04-15", False, 200),
            ("2026-04-16", False, None),
            ("2026-01-01", "2026-04-15", None),
            ("2026-01-01", "2026-04-16", 200),
        ):
            name, day = f"{start} {stop}", max(start, "2026-04-14")  # a day that counts
            enrollment = self._partner(name, 800, day, start=start, stop=stop)
            self.program._run()
            with self.subTest(start=start, stop=stop):
                self.assertOffered(enrollment, missing)

    def test_what_follows_the_enrolment_does_not_count(self):
        """R4: it ends tomorrow, so an invoice of tomorrow brings nobody nearer."""
        self._campaign()
        enrollment = self._partner("Leaving", 800, stop="2026-04-16")
        self._invoice(enrollment.partner_id, "2026-04-16", 100)
        self.program._run()
        self.assertOffered(enrollment, 200)

    def test_drafts_closed_and_archived_campaigns_make_none(self):
        """O1: only what somebody has activated."""
        self._invoice(self.acme, "2026-04-10", 800)
        self._campaign(activate=False)
        self._campaign().action_close()
        self._campaign().active = False
        self.assertEqual(self.program._run()["offers"], 0)
        self._run_cron()
        self.assertFalse(self._offers())

    def test_closed_periods_get_none(self):
        """DESIGN 3.3: what is decided needs no offer."""
        self._invoice(self.acme, "2026-04-10", 800)
        self._campaign()
        # no button closes a period that runs
        self._period("2026-04").sudo().state = "closed"
        self.assertEqual(self.program._run()["offers"], 0)

    def test_a_plan_that_has_ended_makes_none(self):
        """R4: orders after its end do not count for the band, so nobody gets nearer to it."""
        self._invoice(self.acme, "2026-04-10", 800)
        campaign = self._campaign()
        self.plan.date_stop = "2026-04-15"
        self.assertEqual(self.program._run()["offers"], 0)
        self.plan.date_stop = "2026-04-16"
        self.assertEqual(self.program._run()["offers"], 1)
        self.assertEqual(str(campaign.offer_ids.date_last), "2026-04-15")

    def test_a_closed_plan_makes_none(self):
        """R4: closing ends it today."""
        self._invoice(self.acme, "2026-04-10", 800)
        self._campaign()
        self.plan.action_close()
        self.assertEqual(self.program._run()["offers"], 0)

    def test_a_plan_back_in_draft_makes_none(self):
        """R4: its bands can be changed, and grant nothing."""
        self._invoice(self.acme, "2026-04-10", 800)
        self._campaign()
        self.plan.action_draft()
        self.assertEqual(self.program._run()["offers"], 0)

    def test_today_is_that_of_the_programme(self):
        """DESIGN 4: it is 22:30 UTC on 30 April: in Vienna May has begun."""
        campaign = self._campaign()
        self._invoice(self.acme, "2026-04-10", 800)
        self._invoice(self.bolt, "2026-05-01", 900)
        self.program.tz = "Europe/Vienna"
        with freeze_time("2026-04-30 22:30:00"):
            self.program._run()
        self.assertEqual(campaign.offer_ids.mapped("partner_id"), self.bolt)
        self.assertEqual(str(campaign.offer_ids.date_start), "2026-05-01")

    def test_valid_until_period_or_enrolment_ends(self):
        """DESIGN 3.8: whichever is first; the coupon's date is the last day."""
        self._campaign(date_stop="2026-04-17")
        for stop, last in (
            (False, "2026-04-30"),
            ("2026-04-16", "2026-04-15"),
            ("2026-04-30", "2026-04-29"),
            ("2026-05-01", "2026-04-30"),
            ("2026-05-02", "2026-04-30"),
        ):
            enrollment = self._partner(str(stop), 800, stop=stop)
            self.program._run()
            offer = self._offers(enrollment=enrollment)
            with self.subTest(stop=stop):
                self.assertEqual(str(offer.date_last), last)
                self.assertEqual(str(offer.card_id.expiration_date), last)
                self.assertLess(offer.date_last, offer.date_stop)

    # === ONCE === #

    def test_a_second_run_makes_nothing_new(self):
        """DESIGN 3.2: whatever has happened to the first one."""
        offer = self._offered(self.acme_in)
        campaign = offer.campaign_id
        self.assertEqual(self.program._run()["offers"], 0)
        self._invoice(self.acme, "2026-04-11", 50)  # nearer
        self.assertEqual(self.program._run()["offers"], 0)
        order = self._order(self.acme, 1000)
        self._enter(order, offer.code)
        order.action_confirm()
        self.assertEqual(offer.state, "used")
        self.assertEqual(self.program._run()["offers"], 0)
        self.assertIn("Nobody else", campaign.action_generate()["params"]["message"])
        self._run_cron()
        # in the next band, close to the one after it: still the same period
        self._invoice(self.acme, "2026-04-12", 3500)
        self.assertEqual(self.program._run()["offers"], 0)
        self.assertEqual(self._offers(), offer)

    def test_the_database_refuses_a_second_one(self):
        """DESIGN 3.2: a unique index stands behind it."""
        offer = self._offered(self.acme_in)
        vals = offer.sudo().copy_data({"campaign_id": offer.campaign_id.id})[0]
        self.assertRefused(
            lambda: self.env["pmm.offer"].sudo().create(vals), "already has its offer"
        )

    def test_each_campaign_and_each_period_has_its_own(self):
        """O7: once per campaign and period."""
        first, second = self._campaign(), self._campaign(name="Second", discount=5)
        self._invoice(self.acme, "2026-04-10", 800)
        self._invoice(self.acme, "2026-05-10", 900)
        self.assertEqual(self.program._run()["offers"], 2)
        with freeze_time("2026-05-15"):
            self.assertEqual(self.program._run()["offers"], 2)
            self.assertEqual(self.program._run()["offers"], 0)
        for campaign in (first, second):
            offers = campaign.offer_ids.sorted("id")
            self.assertEqual(offers.mapped("threshold_amount"), [200, 100])
            self.assertEqual(offers.period_id.mapped("name"), ["2026-04", "2026-05"])
        self.assertEqual(len(set(self._offers().mapped("code"))), 4)

    def test_who_comes_close_later_gets_it_later(self):
        """O2: the others' offers stay as they are."""
        campaign = self._campaign()
        self._invoice(self.acme, "2026-04-10", 800)
        self._invoice(self.bolt, "2026-04-10", 100)
        self.assertEqual(self.program._run()["offers"], 1)
        self._invoice(self.bolt, "2026-04-14", 800)
        self.assertEqual(self.program._run()["offers"], 1)
        self.assertEqual(campaign.offer_ids.partner_id, self.acme | self.bolt)

    def test_two_enrolments_of_one_company(self):
        """T1: in two programmes, one offer in each."""
        program = self._program("Second")
        second = self._enroll(self.acme, program=program)
        rule = self._plan(self._bands((0, 0), (1000, 0.1)), program=program).rule_ids
        self._campaign()
        self._campaign(rule)
        self._invoice(self.acme, "2026-04-10", 800)
        self.program._run()
        program._run()
        self.assertOffered(self.acme_in, 200)
        self.assertOffered(second, 200)

    # === THE WAYS TO RUN === #

    def test_the_run_tells_how_many(self):
        """R40: the button of the programme."""
        self._campaign()
        self._invoice(self.acme, "2026-04-10", 800)
        self.assertIn("New offers: 1.", self.program.action_run()["params"]["message"])
        self.assertIn("New offers: 0.", self.program.action_run()["params"]["message"])

    def _second_programme(self, **vals):
        """Return the enrolment of Bolt in one more programme with a campaign; 900 of 1 000."""
        program = self._program("Second", **vals)
        self._campaign(self._plan(self._bands((0, 0), (1000, 0.1)), program=program).rule_ids)
        self._invoice(self.bolt, "2026-04-10", 900)
        return self._enroll(self.bolt, program=program)

    def test_the_cron_makes_offers_of_all_programmes(self):
        """O2: on what has been invoiced by now, also where nothing has been run yet."""
        second = self._second_programme()
        self._campaign()
        self._invoice(self.acme, "2026-04-10", 800)
        self._run_cron()
        self.assertOffered(self.acme_in, 200)
        self.assertOffered(second, 100)

    def test_nothing_is_offered_on_stale_figures(self):
        """O4: an invoice of a minute ago has reached the band already."""
        campaign = self._campaign()
        for partner, make in ((self.acme, campaign.action_generate), (self.bolt, self._run_cron)):
            self._invoice(partner, "2026-04-10", 800)
            self.env["pmm.credit"]._fill_dirty()
            self._invoice(partner, "2026-04-15", 200)
            make()
        self.assertFalse(self._offers())

    def test_a_missing_exchange_rate_is_told(self):
        """DESIGN 3.9: no offer on half of the figures; the cron goes on with the others."""
        euro = self._currency("PME", {"2026-04-12": 1})
        second = self._second_programme(currency_id=euro.id)
        campaign = second.program_id.campaign_ids
        self._invoice(self.bolt, "2026-04-13", 900)
        self.assertRefused(campaign.action_generate, "There is no exchange rate .* 2026-04-10")
        self._campaign()
        self._invoice(self.acme, "2026-04-10", 800)
        self._run_cron()
        self.assertOffered(second, None)
        self.assertOffered(self.acme_in, 200)

    def test_a_programme_in_calculation_waits(self):
        """DESIGN 3.2: the cron passes it over, the button says so."""
        campaign = self._campaign()
        self._invoice(self.acme, "2026-04-10", 800)
        Program = type(self.env["pmm.program"])
        self.patch(Program, "_try_lock_for_run", lambda programs: programs.browse())
        self.assertRefused(campaign.action_generate, "is being calculated right now")
        self._run_cron()
        self.assertFalse(self._offers())
