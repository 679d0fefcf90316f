from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import FactsCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPartnerFacts(FactsCommon):
    """A7, A18: one row per enrolment and period, its figures at every boundary."""

    # === WHICH ROWS === #

    def test_a_row_per_period_that_has_begun(self):
        """A18: from the programme's start to the period of today; the next one is not there yet."""
        self.program._ensure_periods()
        self.assertIn("2026-05", self.program.period_ids.mapped("name"))
        self.assertPeriods(self.acme_in, ["2026-01", "2026-02", "2026-03", "2026-04"])
        self.assertFalse(self._facts(self.acme_in).filtered("targets"))

    def test_a_period_begins_when_it_does_at_the_programme(self):
        """A18: the last hours of April at Greenwich are May in Auckland, none of the day before."""
        far = self._program("Far", tz="Pacific/Auckland")
        enrollment = self._enroll(self.acme, program=far)
        april = ["2026-01", "2026-02", "2026-03", "2026-04"]
        with freeze_time("2026-04-30 11:59:59"):  # 23:59:59 there
            far._ensure_periods()
            self.assertPeriods(enrollment, april)
        with freeze_time("2026-04-30 12:00:00"):
            self.assertPeriods(enrollment, [*april, "2026-05"])

    def test_rows_end_with_the_enrolment(self):
        """A18: half-open: an enrolment that ends on the first of a month has no row in it."""
        for start, stop, expected in (
            ("2026-02-01", "2026-03-01", ["2026-02"]),
            ("2026-01-31", "2026-03-02", ["2026-01", "2026-02", "2026-03"]),
            ("2026-02-28", "2026-03-01", ["2026-02"]),
            ("2026-04-16", False, ["2026-04"]),
            ("2026-05-01", False, []),
        ):
            with self.subTest(start=start, stop=stop):
                partner = self.env["res.partner"].create({"name": start, "is_company": True})
                self.assertPeriods(self._enroll(partner, start, stop), expected)

    def test_each_row_has_an_id_of_its_own(self):
        """A18: a list can be opened, exported and read again row by row."""
        quarterly = self._program("Quarterly", period_scheme="quarter")
        for partner in (self.acme, self.bolt, self.stranger):
            self._enroll(partner, program=quarterly)
        rows = self._facts()
        self.assertEqual(len(rows), 2 * 4 + 3 * 2)
        self.assertEqual(len(set(rows.ids)), len(rows))
        for row in rows:
            again = self.env["pmm.partner.facts"].search([("id", "=", row.id)])
            self.assertEqual(again, row)
        self.assertEqual(len(rows.export_data(["enrollment_id", "revenue"])["datas"]), len(rows))

    def test_a_pilot_has_no_rows(self):
        """A7, C7: neither sales nor rewards of a pilot; the live enrolment beside it has both."""
        trial = self._program("Trial", is_pilot=True)
        self._enroll(self.acme, program=trial)
        self._invoice(self.acme, "2026-02-10", 100)
        trial._run()
        self.assertFalse(self._facts(program=trial))
        self.assertFacts(self.acme_in, "2026-02", revenue=100)

    # === REVENUE === #

    def test_revenue_on_the_borders_of_a_period(self):
        """A18: half-open: the last day of the month before and the first of the next are out."""
        for day, price in (
            ("2026-01-31", 1),
            ("2026-02-01", 20),
            ("2026-02-28", 300),
            ("2026-03-01", 4000),
        ):
            self._invoice(self.acme, day, price)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-01", revenue=1, documents=1)
        self.assertFacts(self.acme_in, "2026-02", revenue=320, documents=2)
        self.assertFacts(self.acme_in, "2026-03", revenue=4000, documents=1)
        self.assertFacts(self.acme_in, "2026-04", revenue=0, documents=0)
        self.assertFacts(self.bolt_in, "2026-02", revenue=0, documents=0)

    def test_revenue_on_the_borders_of_an_enrolment_and_of_the_programme(self):
        """A18: only days on which partner and programme take part."""
        late = self._enroll(self.stranger, "2026-02-10", "2026-02-20")
        for day, price in (
            ("2026-02-09", 1),
            ("2026-02-10", 20),
            ("2026-02-19", 300),
            ("2026-02-20", 4000),
        ):
            self._invoice(self.stranger, day, price)
        self.program._run()
        self.assertFacts(late, "2026-02", revenue=320, documents=2)
        program = self._program("From the tenth", date_start="2026-02-10")
        enrollment = self._enroll(self.stranger, program=program)
        program._run()
        self.assertPeriods(enrollment, ["2026-02", "2026-03", "2026-04"])
        self.assertFacts(enrollment, "2026-02", revenue=4320, documents=3)

    def test_two_enrolments_of_one_partner_in_one_period(self):
        """A18: whoever comes back in the same month has two rows, each with its own days."""
        first = self._enroll(self.stranger, "2026-02-01", "2026-02-10")
        second = self._enroll(self.stranger, "2026-02-15")
        for day, price in (("2026-02-09", 1), ("2026-02-12", 20), ("2026-02-15", 300)):
            self._invoice(self.stranger, day, price)
        self.program._run()
        self.assertFacts(first, "2026-02", revenue=1, documents=1)
        self.assertFacts(second, "2026-02", revenue=300, documents=1)

    def test_a_credit_note_lowers_the_revenue_of_its_own_period(self):
        """A18, K10: by its own date, as the KPI; the invoice that it reverses stays one."""
        invoice = self._invoice(self.acme, "2026-02-05", 1000)
        self._refund(invoice, "2026-03-05", 400)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", revenue=1000, documents=1)
        self.assertFacts(self.acme_in, "2026-03", revenue=-400, documents=0)

    def test_what_is_withdrawn_counts_no_more(self):
        """A18: an invoice that is moved or cancelled leaves nothing where it was."""
        moved, gone = (self._invoice(self.acme, "2026-02-05", 1000) for _ in range(2))
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", revenue=2000, documents=2)
        self._repost(moved, "2026-03-05")
        gone.button_draft()
        gone.button_cancel()
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", revenue=0, documents=0)
        self.assertFacts(self.acme_in, "2026-03", revenue=1000, documents=1)

    def test_what_a_partner_refers_is_the_buyers_revenue(self):
        """A13: sourced by Bolt, bought by Acme: counted once."""
        self._invoice(self.acme, "2026-02-05", 1000, pmm_referrer_id=self.bolt.id)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", revenue=1000, documents=1)
        self.assertFacts(self.bolt_in, "2026-02", revenue=0, documents=0)

    def test_each_day_converts_at_its_rate(self):
        """A18: another currency, the rate of the day, rounded once for the period."""
        krone = self._currency("PMK", {"2026-01-01": 7.4631, "2026-02-15": 8}, rounding=0.05)
        abroad = self._program("Abroad", currency_id=krone.id)
        enrollment = self._enroll(self.acme, program=abroad)
        for day in ("2026-02-13", "2026-02-14", "2026-02-15"):
            self._invoice(self.acme, day, 10.01)
        (abroad | self.program)._run()
        # 2 × 10.01 × 7.4631 + 10.01 × 8 = 229.491262
        self.assertFacts(enrollment, "2026-02", revenue=229.5, documents=3)
        self.assertFacts(self.acme_in, "2026-02", revenue=30.03, documents=3)
        self.assertEqual(self._facts(enrollment).currency_id, krone)

    def test_a_day_without_rate_leaves_the_revenue_unknown(self):
        """DESIGN 3.7: not the sum of the days that happen to have a rate."""
        krone = self._currency("PMK", {"2026-02-15": 8})
        abroad = self._program("Abroad", currency_id=krone.id)
        enrollment = self._enroll(self.acme, program=abroad)
        self._invoice(self.acme, "2026-02-14", 10)
        self._invoice(self.acme, "2026-02-20", 10)
        self._invoice(self.acme, "2026-03-20", 10)
        self.env["pmm.credit"]._fill_dirty()
        self.assertFacts(enrollment, "2026-03", revenue=80, documents=1)
        self.assertFacts(enrollment, "2026-02", documents=2)
        groups = self.env["pmm.partner.facts"]._read_group(
            [("enrollment_id", "=", enrollment.id), ("period_id.name", "=", "2026-02")],
            [],
            ["revenue:array_agg"],
        )
        self.assertEqual(groups, [([None],)])

    def test_revenue_is_that_of_the_kpi(self):
        """A18, K1: the same figure as the KPI "invoiced revenue", row by row."""
        krone = self._currency("PMK", {"2025-12-01": 7.4631}, rounding=0.05)
        abroad = self._program("Abroad", currency_id=krone.id, period_scheme="quarter")
        abroad.kpi_ids = self.kpi
        for partner in (self.acme, self.bolt):
            self._enroll(partner, "2026-01-20", program=abroad)
        for number, day in enumerate(("2026-01-19", "2026-01-20", "2026-02-28", "2026-04-01")):
            for partner in (self.acme, self.bolt):
                move = self._invoice(partner, day, 33.33 + number, (self.training, 3, 7.77))
                self._refund(move, "2026-04-02", 1.11)
        (abroad | self.program)._run()
        results = self.env["pmm.kpi.measurement"].search([("kpi_id", "=", self.kpi.id)])
        self.assertEqual(len(results), 2 * 4 + 2 * 2)
        for result in results:
            self.assertFacts(result.enrollment_id, result.period_id.name, revenue=result.actual)

    def test_a_closed_period_follows_the_documents(self):
        """A18: the KPI keeps what was published, the analysis shows what the documents say."""
        self._invoice(self.acme, "2026-01-05", 1000)
        self._target(self.acme_in, "2026-01", 2000)
        self._close("2026-01")
        self._invoice(self.acme, "2026-01-06", 1500)
        self.program._run()
        self.assertEqual(self._measurement(self.acme_in, "2026-01").actual, 1000)
        self.assertFacts(
            self.acme_in, "2026-01", revenue=2500, documents=2, targets=1, targets_reached=0
        )

    # === TIER, TARGETS === #

    def test_tier_at_the_start_of_the_period(self):
        """A18: of that day, or of the enrolment's or programme's first one where it is later."""
        self._tier(self.acme_in, self.silver, "2026-01-01", "2026-02-01")
        self._tier(self.acme_in, self.gold, "2026-02-01", "2026-03-02")
        late = self._enroll(self.stranger, "2026-02-10")
        self._tier(late, self.silver, "2026-02-10", "2026-02-11")
        tiers = [row.grade_id.name for row in self._facts(self.acme_in)]
        self.assertEqual(tiers, ["Silver", "Gold", "Gold", False])
        self.assertEqual([row.grade_id.name for row in self._facts(late)], ["Silver", False, False])

    def test_attainment_is_void_without_targets(self):
        """DESIGN 3.7, A9: no target is not 0 %; two targets of which one is reached are 50 %."""
        growth = self._kpi("Hardware", category_ids=[Command.set(self.hardware.ids)])
        self._target(self.acme_in, "2026-02", 1000)
        self._target(self.acme_in, "2026-02", 1000, kpi=growth)
        self._target(self.acme_in, "2026-03", 1000)
        self._invoice(self.acme, "2026-02-05", (self.training, 1, 600), (self.pump, 1, 400))
        self.program._run()
        self.assertFacts(self.acme_in, "2026-01", targets=0, targets_reached=0)
        self.assertFacts(self.acme_in, "2026-02", targets=2, targets_reached=1, attainment=0.5)
        self.assertFacts(self.acme_in, "2026-03", targets=1, targets_reached=0, attainment=0)
        # 1 of 3, not the mean of 50 % and 0 %; nothing for Bolt
        self.assertEqual(
            self._shares("attainment", "enrollment_id"), {self.acme_in: 1 / 3, self.bolt_in: None}
        )

    # === REWARDS === #

    def test_rewards_by_period_of_origin(self):
        """A7: what a credit note takes back lowers the period that had earned it."""
        self._plan(self._rate(0.1))
        invoice = self._invoice(self.acme, "2026-02-05", 1000)
        self._close("2026-01", "2026-02")
        self._refund(invoice, "2026-03-05", 400)
        self._invoice(self.acme, "2026-03-06", 200)
        self.program._run()
        # bands 1 % of 1,000, and nothing for March below 0
        self.assertFacts(self.acme_in, "2026-02", reward=6 + 60)
        self.assertFacts(self.acme_in, "2026-03", reward=20 + 2)
        total = sum(self._facts(self.acme_in).mapped("reward"))
        self.assertAlmostEqual(total, self._earned(self.acme_in), 6)

    def test_paid_is_what_is_on_paid_statements(self):
        """A7: stated and billed is not paid."""
        self._invoice(self.acme, "2026-01-05", 900)
        statements = self._state("2026-01")
        bill = self._bill(statements)
        self.assertFacts(self.acme_in, "2026-01", reward=9, reward_paid=0)
        self._pay(bill, "2026-04-15", 4)
        self.assertFacts(self.acme_in, "2026-01", reward=9, reward_paid=0)
        self._pay(bill, "2026-04-15")
        self.assertFacts(self.acme_in, "2026-01", reward=9, reward_paid=9)
        self.assertFacts(self.acme_in, "2026-02", reward=0, reward_paid=0)

    def test_rewards_as_a_share_of_revenue(self):
        """A7: of a group, sums are divided; void without revenue, or in several currencies."""
        for partner, day, price in (
            (self.acme, "2026-02-05", 2000),
            (self.acme, "2026-03-05", 500),
            (self.bolt, "2026-02-05", 500),
        ):
            self._invoice(partner, day, price)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", reward=60, reward_share=0.03)
        self.assertFacts(self.acme_in, "2026-04", reward=0, reward_share=0)
        by_month = self._shares("reward_share", "date_start:month")
        self.assertEqual(list(by_month.values()), [None, (60 + 5) / 2500, 5 / 500, None])
        krone = self._currency("PMK", {"2025-12-01": 7})
        abroad = self._program("Abroad", currency_id=krone.id)
        self._enroll(self.acme, program=abroad)
        abroad._run()
        self.assertEqual(
            self._shares("reward_share", "program_id"), {self.program: 70 / 3000, abroad: 0}
        )
        self.assertEqual(self._shares("reward_share", "company_id"), {self.company: None})

    # === OFFERS === #

    def test_offers_made_and_used(self):
        """O5, A7: in the period that they were made in."""
        self._offer(self.acme_in, "2026-02", used=True)
        other = self._campaign(name="Other")
        self._offer(self.acme_in, "2026-02", campaign=other)
        self._offer(self.acme_in, "2026-03", campaign=other)
        self.assertFacts(self.acme_in, "2026-01", offers=0, offers_used=0)
        self.assertFacts(self.acme_in, "2026-02", offers=2, offers_used=1, offer_share=0.5)
        self.assertFacts(self.acme_in, "2026-03", offers=1, offers_used=0, offer_share=0)
        self.assertFacts(self.bolt_in, "2026-02", offers=0, offers_used=0)

    def test_an_offer_is_used_by_the_order_that_takes_it(self):
        """O5: from the code on a confirmed quotation, back with its cancellation."""
        offer = self._offered(self.acme_in)
        order = self._order(self.acme, 1000)
        self._enter(order, offer.code)
        order.action_confirm()
        self.assertFacts(self.acme_in, "2026-04", offers=1, offers_used=1)
        order._action_cancel()
        self.assertFacts(self.acme_in, "2026-04", offers=1, offers_used=0)

    # === AROUND THE ROWS === #

    def test_a_row_has_the_dimensions_of_its_partner(self):
        """A18: programme, tier, country, account manager; an archived programme is kept."""
        self.acme.country_id = self.env.ref("base.at")
        self.acme_in.user_id = self.env.user
        self.program.active = False
        row = self._facts(self.acme_in, "2026-02")
        self.assertEqual(row.country_id, self.env.ref("base.at"))
        self.assertEqual(row.user_id, self.env.user)
        self.assertEqual(row.company_id, self.company)
        self.assertEqual(row.period_id, self._period("2026-02"))
        self.assertEqual(str(row.date_start), "2026-02-01")

    def test_a_row_opens_its_enrolment(self):
        """A2: from the figure to what it tells about."""
        row = self._facts(self.bolt_in, "2026-03")
        action = row.action_open_enrollment()
        self.assertEqual(
            (action["res_model"], action["res_id"]), (self.bolt_in._name, self.bolt_in.id)
        )

    def test_without_programmes_there_is_nothing(self):
        """DESIGN 3.7: no programme at all is no error."""
        Facts = self.env["pmm.partner.facts"]
        self.env["pmm.enrollment"].search([]).unlink()
        self.env["pmm.program"].search([]).active = False
        self.assertFalse(Facts.search([]))
        self.assertEqual(Facts._read_group([], ["program_id"], ["revenue:sum"]), [])
