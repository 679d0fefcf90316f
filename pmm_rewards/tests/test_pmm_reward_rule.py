from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestDocumentRate(RewardCommon):
    """R1, R9: a share of each document, rounded once per document."""

    def _assert_documents(self, enrollment, expected):
        """Assert what each document has earned: {document: amount}, zeros left out."""
        earned = {}
        for entry in self._entries(enrollment):
            earned[entry.document_name] = earned.get(entry.document_name, 0) + entry.amount
        found = {name: round(amount, 6) for name, amount in earned.items() if round(amount, 6)}
        self.assertEqual(found, {move.name: amount for move, amount in expected.items()})

    def test_reward_is_base_times_rate(self):
        """R1: 5 % of 1 000 are 50, for the partner who bought and for nobody else."""
        self._plan(self._rate(0.05))
        invoice = self._invoice(self.acme, "2026-02-03", 1000)
        self._invoice(self.stranger, "2026-02-03", 1000)
        self.program._run()
        self.assertLedger(self.acme_in, [("2026-02", "2026-02", invoice.name, 50.0)])
        self.assertEqual(len(self._entries()), 1)
        entry = self._entries()
        self.assertEqual(entry.kind, "accrual")
        self.assertEqual(entry.basis_amount, 1000)
        self.assertEqual((entry.document_model, entry.document_id), ("account.move", invoice.id))
        self.assertEqual(entry.partner_id, self.acme)
        self.assertEqual(entry.state, "accrued")

    def test_each_document_is_rounded_for_itself(self):
        """R45: 5 % of 10.10 are 0.505: two documents earn 0.51 each."""
        self._plan(self._rate(0.05))
        first = self._invoice(self.acme, "2026-02-03", 10.10)
        second = self._invoice(self.acme, "2026-02-03", 10.10)
        self.program._run()
        self._assert_documents(self.acme_in, {first: 0.51, second: 0.51})

    def test_lines_of_one_document_are_rounded_together(self):
        """R45: two lines of 10.10 on one document earn 1.01, not 1.02."""
        self._plan(self._rate(0.05))
        invoice = self._invoice(self.acme, "2026-02-03", 10.10, 10.10)
        self.program._run()
        self._assert_documents(self.acme_in, {invoice: 1.01})

    def test_less_than_half_a_cent_earns_nothing(self):
        """R45: 5 % of 0.09 is below half a cent, of 0.10 is half a cent."""
        self._plan(self._rate(0.05))
        self._invoice(self.acme, "2026-02-03", 0.09)
        enough = self._invoice(self.acme, "2026-02-03", 0.10)
        self.program._run()
        self._assert_documents(self.acme_in, {enough: 0.01})

    def test_categories_count_with_those_below_them(self):
        """R9: hardware counts valves and, one level down, pumps; never services."""
        self._plan(self._rate(0.10, category_ids=[Command.set(self.hardware.ids)]))
        mixed = self._invoice(
            self.acme, "2026-02-03", 100, (self.valve, 2, 25), (self.training, 1, 999)
        )
        self._invoice(self.acme, "2026-02-04", (self.training, 1, 500))
        self.program._run()
        self._assert_documents(self.acme_in, {mixed: 15.0})

    def test_a_category_does_not_count_the_one_above(self):
        """R9: a rule for pumps leaves other hardware out."""
        self._plan(self._rate(0.10, category_ids=[Command.set(self.pumps.ids)]))
        self._invoice(self.acme, "2026-02-03", (self.valve, 1, 70))
        pump = self._invoice(self.acme, "2026-02-03", 30, (self.valve, 1, 70))
        self.program._run()
        self._assert_documents(self.acme_in, {pump: 3.0})

    def test_taxes_earn_nothing(self):
        """R8: the untaxed amount is the base."""
        tax = self.env["account.tax"].create({"name": "20", "amount": 20, "amount_type": "percent"})
        self._plan(self._rate(0.10))
        invoice = self._invoice(self.acme, "2026-02-03", 100, post=False)
        invoice.invoice_line_ids.tax_ids = tax
        invoice.action_post()
        self.program._run()
        self.assertEqual(invoice.amount_total, 120)
        self._assert_documents(self.acme_in, {invoice: 10.0})

    def test_referrer_and_buyer_rules_count_their_own_role(self):
        """R11: Acme refers what Bolt buys: each rule pays its own role, once."""
        self._plan(self._rate(0.05), self._rate(0.02, role="referrer"))
        invoice = self._invoice(self.bolt, "2026-02-03", 1000, pmm_referrer_id=self.acme.id)
        own = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self._assert_documents(self.acme_in, {invoice: 20.0, own: 5.0})
        self._assert_documents(self.bolt_in, {invoice: 50.0})

    def test_tier_is_that_of_the_document_date(self):
        """T2, DESIGN 3.8: Silver up to 9 March, Gold from the 10th, on both sides of the change."""
        self._tier(self.acme_in, self.silver, "2026-02-01", "2026-03-10")
        self._tier(self.acme_in, self.gold, "2026-03-10")
        silver = self._rate(0.01, name="Silver", grade_ids=[Command.set(self.silver.ids)])
        gold = self._rate(0.10, name="Gold", grade_ids=[Command.set(self.gold.ids)])
        self._plan(silver, gold)
        self._invoice(self.acme, "2026-01-31", 100)  # no tier at all
        first = self._invoice(self.acme, "2026-02-01", 100)
        last = self._invoice(self.acme, "2026-03-09", 100)
        change = self._invoice(self.acme, "2026-03-10", 100)
        self._invoice(self.bolt, "2026-03-10", 100)  # no tier ever
        self.program._run()
        self._assert_documents(self.acme_in, {first: 1.0, last: 1.0, change: 10.0})
        self.assertFalse(self._entries(self.bolt_in))

    def test_a_rule_for_several_tiers_pays_once(self):
        """R9: Gold or Silver: a document of either earns once."""
        self._tier(self.acme_in, self.silver, "2026-01-01", "2026-03-01")
        self._tier(self.acme_in, self.gold, "2026-03-01")
        self._plan(self._rate(0.10, grade_ids=[Command.set((self.gold | self.silver).ids)]))
        one = self._invoice(self.acme, "2026-02-28", 100)
        two = self._invoice(self.acme, "2026-03-01", 200)
        self.program._run()
        self._assert_documents(self.acme_in, {one: 10.0, two: 20.0})

    def test_refund_takes_back_at_the_tier_of_the_invoice(self):
        """R32: sold as Silver, returned as Gold: what was granted is taken back."""
        self._tier(self.acme_in, self.silver, "2026-01-01", "2026-03-10")
        self._tier(self.acme_in, self.gold, "2026-03-10")
        self._plan(
            self._rate(0.01, name="S", grade_ids=[Command.set(self.silver.ids)]),
            self._rate(0.10, name="G", grade_ids=[Command.set(self.gold.ids)]),
        )
        invoice = self._invoice(self.acme, "2026-02-10", 100)
        self._refund(invoice, "2026-04-01")
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0)

    def test_plan_dates_are_half_open(self):
        """DESIGN 3.8: the first day earns, the day of the end does not."""
        self._plan(self._rate(0.10), date_start="2026-02-10", date_stop="2026-03-10")
        self._invoice(self.acme, "2026-02-09", 100)
        first = self._invoice(self.acme, "2026-02-10", 200)
        last = self._invoice(self.acme, "2026-03-09", 300)
        self._invoice(self.acme, "2026-03-10", 400)
        self.program._run()
        self._assert_documents(self.acme_in, {first: 20.0, last: 30.0})

    def test_two_plans_share_a_day_nowhere(self):
        """R36: the second plan starts where the first stops; each day earns once."""
        self._plan(self._rate(0.10), date_start="2026-01-01", date_stop="2026-03-01")
        self._plan(self._rate(0.20), date_start="2026-03-01", name="Spring")
        old = self._invoice(self.acme, "2026-02-28", 100)
        new = self._invoice(self.acme, "2026-03-01", 100)
        self.program._run()
        self._assert_documents(self.acme_in, {old: 10.0, new: 20.0})

    def test_enrolment_dates_are_half_open(self):
        """DESIGN 3.8: the first day of an enrolment earns, the day of its end does not."""
        self.acme_in.write({"date_start": "2026-02-10", "date_stop": "2026-03-10"})
        self._plan(self._rate(0.10))
        self._invoice(self.acme, "2026-02-09", 100)
        first = self._invoice(self.acme, "2026-02-10", 200)
        last = self._invoice(self.acme, "2026-03-09", 300)
        self._invoice(self.acme, "2026-03-10", 400)
        self.program._run()
        self._assert_documents(self.acme_in, {first: 20.0, last: 30.0})

    def test_two_enrolments_of_a_partner_earn_each_in_its_time(self):
        """P12: a partner who comes back earns on the new enrolment."""
        self.acme_in.date_stop = "2026-02-01"
        again = self._enroll(self.acme, "2026-03-01")
        self._plan(self._rate(0.10))
        old = self._invoice(self.acme, "2026-01-31", 100)
        self._invoice(self.acme, "2026-02-15", 100)
        new = self._invoice(self.acme, "2026-03-01", 100)
        self.program._run()
        self._assert_documents(self.acme_in, {old: 10.0})
        self._assert_documents(again, {new: 10.0})

    def test_nothing_before_the_programme_starts(self):
        """DESIGN 4 (cut-over): the day before the programme's start earns nothing."""
        program = self._program("Spring", date_start="2026-02-10")
        enrollment = self._enroll(self.acme, "2026-01-01", program=program)
        self._plan(self._rate(0.10), program=program, date_start="2026-01-01")
        self._invoice(self.acme, "2026-02-09", 100)
        first = self._invoice(self.acme, "2026-02-10", 200)
        program._run()
        self._assert_documents(enrollment, {first: 20.0})

    def test_a_draft_plan_earns_nothing(self):
        """R36: only active plans are calculated."""
        self._plan(self._rate(0.10), activate=False)
        self._invoice(self.acme, "2026-02-10", 200)
        self.program._run()
        self.assertFalse(self._entries())

    def test_a_document_in_another_currency_counts_in_company_currency(self):
        """S12: at the rate at which it was booked."""
        foreign = self._currency("PMA", {"2026-01-01": 2.0, "2026-02-10": 4.0})
        self._plan(self._rate(0.10))
        before = self._invoice(self.acme, "2026-02-09", 100, currency_id=foreign.id)
        after = self._invoice(self.acme, "2026-02-10", 100, currency_id=foreign.id)
        self.program._run()
        self._assert_documents(self.acme_in, {before: 5.0, after: 2.5})


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPeriodBands(RewardCommon):
    """R3, R4: bands on the revenue of a partner in a period."""

    THREE = ((0, 0.10), (100, 0.20), (300, 0.30))

    def test_revenue_is_added_up_over_the_documents(self):
        """R4: two invoices of 1 900 earn what one of 3 800 earns: 1 100.00."""
        self._plan(self._bands(*self.THREE))
        self._invoice(self.acme, "2026-02-01", 1900)
        self._invoice(self.acme, "2026-02-28", 1900)
        self._invoice(self.bolt, "2026-02-10", 1000)
        self.program._run()
        self.assertLedger(self.acme_in, [("2026-02", "2026-02", False, 1100.0)])
        self.assertLedger(self.bolt_in, [("2026-02", "2026-02", False, 260.0)])

    def test_each_period_starts_from_the_first_band(self):
        """DESIGN 3.8: the last day of January and the first of February are two periods."""
        self._plan(self._bands(*self.THREE))
        self._invoice(self.acme, "2026-01-31", 300)
        self._invoice(self.acme, "2026-02-01", 300)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-01"), 50)
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 50)

    def test_a_quarter_is_one_period(self):
        """R4: in a quarterly programme January and March add up, April does not."""
        program = self._program("Quarterly", period_scheme="quarter")
        enrollment = self._enroll(self.acme, program=program)
        self._plan(self._bands(*self.THREE), program=program)
        for day in ("2026-01-01", "2026-03-31", "2026-04-01"):
            self._invoice(self.acme, day, 300)
        program._run()
        self.assertEqual(self._earned(enrollment, "2026-Q1"), 50 + 90)
        self.assertEqual(self._earned(enrollment, "2026-Q2"), 50)

    def test_negative_revenue_earns_0(self):
        """R32: more returned than bought in the period of the credit note: 0, not less."""
        self._plan(self._bands(*self.THREE), returns_in="own")
        invoice = self._invoice(self.acme, "2026-01-31", 300)
        self._refund(invoice, "2026-02-01")
        self._invoice(self.acme, "2026-02-05", 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-01"), 50)
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 0)

    def test_tier_is_that_of_the_start_of_the_period(self):
        """DESIGN 4: Gold from 2 February counts for bands from March on."""
        self._tier(self.acme_in, self.gold, "2026-02-02")
        self._plan(self._bands((0, 0.10), grade_ids=[Command.set(self.gold.ids)]))
        self._tier(self.bolt_in, self.gold, "2026-02-01", "2026-03-01")
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-02-20", 100)
            self._invoice(partner, "2026-03-20", 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in, "2026-02"), 0)
        self.assertEqual(self._earned(self.acme_in, "2026-03"), 10)
        self.assertEqual(self._earned(self.bolt_in, "2026-02"), 10)
        self.assertEqual(self._earned(self.bolt_in, "2026-03"), 0)

    def test_tier_of_who_joins_within_a_period_is_that_of_the_first_day(self):
        """DEVELOP: the tier at the start of the enrolment where that is later."""
        late = self._enroll(self.stranger, "2026-02-10")
        self._tier(late, self.gold, "2026-02-10")
        self.bolt_in.date_start = "2026-02-10"
        self._tier(self.bolt_in, self.gold, "2026-02-11")
        self._plan(self._bands((0, 0.10), grade_ids=[Command.set(self.gold.ids)]))
        for partner in (self.stranger, self.bolt):
            self._invoice(partner, "2026-02-20", 100)
        self.program._run()
        self.assertEqual(self._earned(late), 10)
        self.assertEqual(self._earned(self.bolt_in), 0)

    def test_tier_where_the_programme_starts_within_a_period(self):
        """DEVELOP: the tier at the start of the programme where that is later."""
        program = self._program("Mid", date_start="2026-02-10")
        acme = self._enroll(self.acme, "2026-01-01", program=program)
        bolt = self._enroll(self.bolt, "2026-01-01", program=program)
        self._tier(acme, self.gold, "2026-02-10")
        self._tier(bolt, self.gold, "2026-01-01", "2026-02-10")
        self._plan(self._bands((0, 0.10), grade_ids=[Command.set(self.gold.ids)]), program=program)
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-02-20", 100)
        program._run()
        self.assertEqual(self._earned(acme), 10)
        self.assertEqual(self._earned(bolt), 0)

    def test_only_what_lies_in_plan_and_enrolment_counts(self):
        """DESIGN 3.8: revenue before the plan or after the enrolment lifts nobody."""
        self._plan(self._bands(*self.THREE), date_start="2026-02-10", date_stop="2026-02-20")
        self.bolt_in.date_stop = "2026-02-15"
        for partner in (self.acme, self.bolt):
            for day in ("2026-02-09", "2026-02-10", "2026-02-14", "2026-02-15"):
                self._invoice(partner, day, 100)
            for day in ("2026-02-19", "2026-02-20"):
                self._invoice(partner, day, 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 10 + 40 + 30)
        self.assertEqual(self._earned(self.bolt_in), 10 + 20)

    def test_floors_are_compared_before_rounding(self):
        """R45: the unrounded sum of the period is cut into slices, and rounded once."""
        self._plan(self._bands((0, 0.05), (0.10, 0.15)))
        for price in (0.05, 0.05, 0.03):  # 0.10 × 5 % + 0.03 × 15 % = 0.0095
            self._invoice(self.acme, "2026-02-10", price)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 0.01)

    def test_categories_and_roles_filter_bands_too(self):
        """R9: only pumps that Acme referred count."""
        vals = {"role": "referrer", "category_ids": [Command.set(self.pumps.ids)]}
        self._plan(self._bands(*self.THREE, **vals))
        self._invoice(self.acme, "2026-02-10", 5000)
        self._invoice(
            self.bolt, "2026-02-10", 3800, (self.valve, 1, 70), pmm_referrer_id=self.acme.id
        )
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 1100)
        self.assertEqual(self._earned(self.bolt_in), 0)


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestBothKinds(RewardCommon):
    """DESIGN 2: kinds in SQL and kinds in Python pass the same table of cases."""

    # prices of single-document months that both kinds round; half units among them
    PRICES = (0.09, 0.10, 10.10, 99.99, 100, 123.45, 0.30, 3333.33, 1000000.01, 47.5, 2.55)

    def _assert_agree(self, rates, currency=None, expected=None, prices=PRICES, day="2026-02-10"):
        """Assert that the rate rule in SQL and one band from 0 in Python grant the same."""
        for rate in rates:
            name = f"{currency and currency.name} {rate}"
            program = self._program(name, **({"currency_id": currency.id} if currency else {}))
            plan = self._plan(self._rate(rate), self._bands((0, rate)), program=program)
            enrollments = []
            for index, price in enumerate(prices):
                partner = self.env["res.partner"].create(
                    {"name": f"{name} {index}", "is_company": True}
                )
                enrollments.append(self._enroll(partner, program=program))
                self._invoice(partner, day, price)
            program._run()
            by_rate, by_bands = plan.rule_ids
            found = [self._earned(enrolled, rule=by_rate) for enrolled in enrollments]
            banded = [self._earned(enrolled, rule=by_bands) for enrolled in enrollments]
            self.assertEqual(found, banded, f"rate {rate}")
            self.assertTrue(any(found))
            if expected:
                self.assertEqual(found, expected)

    def test_both_kinds_agree_in_company_currency(self):
        """R1, R3: one band from 0 is a rate."""
        expected = [0.0, 0.01, 0.51, 5.0, 5.0, 6.17, 0.02, 166.67, 50000.0, 2.38, 0.13]
        self._assert_agree([0.05], expected=expected)
        self._assert_agree([0.123456, 1])

    def test_both_kinds_agree_in_a_currency_of_whole_units(self):
        """S12: 130.55 of it are one of ours on the day; results are whole units."""
        yen = self._currency("PMJ", {"2026-01-01": 99.0, "2026-02-10": 130.55}, rounding=1)
        self._assert_agree([0.05, 0.333333], yen)
        half = self._currency("PMH", {"2026-01-01": 1.0}, rounding=1)
        self._assert_agree([0.05], half, [0, 1, 1, 5, 25], prices=(9.99, 10, 29.99, 100, 490))

    def test_both_kinds_agree_in_a_currency_rounded_to_5_cents(self):
        """S12: 0.025 is rounded up to 0.05, 0.0249 down to 0."""
        franc = self._currency("PMF", {"2026-01-01": 1.0}, rounding=0.05)
        cases = [0.0, 0.05, 5.0, 5.05, 50.05]
        self._assert_agree([0.05], franc, cases, prices=(0.49, 0.50, 100.49, 100.50, 1001))

    def test_both_kinds_agree_at_awkward_rates(self):
        """S12: rates with many digits, above and below 1."""
        for number, rate in enumerate((0.916338, 1.0957, 0.333333333333, 7.0, 0.000147)):
            currency = self._currency(f"PM{number}", {"2026-02-01": rate})
            self._assert_agree([0.05], currency)

    def test_each_document_is_converted_at_the_rate_of_its_day(self):
        """S12: the day before a new rate, the day of it, and a rate of the future."""
        euro = self._currency(
            "PME", {"2026-01-01": 0.5, "2026-02-10": 0.8, "2026-02-20": 2.0, "2026-05-01": 9.0}
        )
        program = self._program("Euro", currency_id=euro.id)
        enrollment = self._enroll(self.acme, program=program)
        plan = self._plan(self._rate(0.10), self._bands((0, 0.10)), program=program)
        for day in ("2026-02-09", "2026-02-10", "2026-02-19", "2026-02-20"):
            self._invoice(self.acme, day, 100)
        program._run()
        entries = self._entries(enrollment, rule=plan.rule_ids[0]).sorted("date")
        self.assertEqual(entries.mapped("amount"), [5.0, 8.0, 8.0, 20.0])
        self.assertEqual(entries.currency_id, euro)
        self.assertEqual(self._earned(enrollment, rule=plan.rule_ids[1]), 41.0)

    def test_a_refund_is_converted_at_the_rate_of_the_day_by_which_it_counts(self):
        """S12, R32: by the original invoice's day nothing is left; by its own day a rest."""
        for returns_in, expected in (("origin", 0.0), ("own", 5.0 - 20.0)):
            euro = self._currency(f"P{returns_in[:2]}", {"2026-01-01": 0.5, "2026-02-20": 2.0})
            program = self._program(returns_in, currency_id=euro.id)
            enrollment = self._enroll(self.acme, program=program)
            self._plan(self._rate(0.10), program=program, returns_in=returns_in)
            with self.subTest(returns_in=returns_in):
                invoice = self._invoice(self.acme, "2026-02-09", 100)
                self._refund(invoice, "2026-02-20")
                program._run()
                self.assertEqual(self._earned(enrollment), expected)
            (invoice | invoice.reversal_move_ids).button_draft()
