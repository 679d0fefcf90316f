from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestBadInput(RewardCommon):
    """DESIGN 3.9: bad configuration is refused with a sentence, before anything is written."""

    def _assert_not_activated(self, *rules, pattern, **vals):
        """Assert that a plan of ``rules`` cannot be made active, and stays a draft."""
        plan = self._plan(*rules, activate=False, **vals)
        self.assertRefused(plan.action_activate, pattern)
        self.assertEqual(plan.state, "draft")
        self._invoice(self.acme, "2026-02-10", 1000)
        self.program._run()
        self.assertFalse(self._entries())

    def _assert_no_plan(self, *rules, pattern=".", **vals):
        """Assert that a plan of ``rules`` cannot even be saved."""
        plans = self.env["pmm.reward.plan"].search_count([])
        self.assertRefused(lambda: self._plan(*rules, activate=False, **vals), pattern)
        self.assertEqual(self.env["pmm.reward.plan"].search_count([]), plans)
        self.assertFalse(self.env["pmm.reward.rule"].search([]))

    # === RULES AND BANDS === #

    def test_a_plan_without_rules_is_not_activated(self):
        """DESIGN 3.9: add a rule first."""
        self._assert_not_activated(pattern="(?i)add at least one")

    def test_a_rate_of_0_is_not_activated(self):
        """DESIGN 3.9: enter a rate."""
        self._assert_not_activated(self._rate(0), pattern="(?i)enter the share")

    def test_a_rule_without_a_rate_is_not_activated(self):
        """DESIGN 3.9: none is not 0 %, and neither is a rule."""
        self._assert_not_activated(
            {"name": "No rate", "kind": "document_rate"}, pattern="(?i)enter the share"
        )

    def test_rates_outside_0_to_100_percent_are_refused(self):
        """DESIGN 3.8: 100 % is the most, 100.0001 % too much, below 0 nothing."""
        for rate in (1.000001, 5, -0.01):
            with self.subTest(rate=rate):
                self._assert_no_plan(self._rate(rate), pattern="100")
                self._assert_no_plan(self._bands((0, rate)), pattern="100")
        self.assertEqual(self._plan(self._rate(1)).state, "active")
        self.assertEqual(self._plan(self._bands((0, 1))).state, "active")

    def test_bands_that_are_empty_are_not_activated(self):
        """DESIGN 3.9: enter the first band."""
        self._assert_not_activated(self._bands(), pattern="(?i)enter the first one")

    def test_bands_without_one_from_0_are_not_activated(self):
        """DESIGN 3.9: what lies below the first floor must not silently earn nothing."""
        self._assert_not_activated(self._bands((0.01, 0.1)), pattern="(?i)start at 0")

    def test_two_bands_from_the_same_floor_are_refused(self):
        """DESIGN 3.9: two rates for one amount."""
        self._assert_no_plan(
            self._bands((0, 0.1), (100, 0.2), (100, 0.3)), pattern="(?i)same amount"
        )

    def test_a_negative_floor_is_refused(self):
        """DESIGN 3.9: nothing is earned below 0."""
        self._assert_no_plan(self._bands((-1, 0.1), (0, 0.2)), pattern="below 0")

    def test_one_bad_rule_among_good_ones_keeps_the_plan_a_draft(self):
        """DESIGN 3.9: all or nothing."""
        self._assert_not_activated(self._rate(0.1), self._bands((5, 0.1)), pattern="(?i)start at 0")

    def test_one_bad_plan_among_good_ones_activates_none(self):
        """DESIGN 3.9: all or nothing."""
        good = self._plan(self._rate(0.1), activate=False)
        bad = self._plan(activate=False, name="Bad")
        self.assertRefused((good | bad).action_activate, "Bad")
        self.assertEqual((good | bad).mapped("state"), ["draft", "draft"])

    # === PLANS === #

    def test_a_plan_ends_after_it_starts(self):
        """DESIGN 3.8: the same day is no day at all; the next one is one."""
        for stop in ("2026-02-09", "2026-02-10"):
            self._assert_no_plan(self._rate(0.1), date_start="2026-02-10", date_stop=stop)
        self._plan(self._rate(0.1), date_start="2026-02-10", date_stop="2026-02-11")

    def test_the_same_rule_twice_for_the_same_days_is_refused(self):
        """DESIGN 3.9: a copied plan would pay twice; one that starts where it ends would not."""
        self._plan(self._rate(0.1), date_stop="2026-03-01")
        twin = self._plan(self._rate(0.2), activate=False, date_start="2026-02-28")
        self.assertRefused(twin.action_activate, "(?i)twice")
        self.assertEqual(twin.state, "draft")
        twin.date_start = "2026-03-01"
        twin.action_activate()
        self._invoice(self.acme, "2026-02-28", 100)
        self._invoice(self.acme, "2026-03-01", 100)
        self.program._run()
        self.assertEqual(self._entries().sorted("date").mapped("amount"), [10, 20])

    def test_rules_that_grant_different_things_may_overlap(self):
        """R11: another role, category, tier or kind stacks."""
        self._plan(self._rate(0.1))
        for number, vals in enumerate(
            (
                self._rate(0.1, role="referrer"),
                self._rate(0.1, category_ids=[Command.set(self.pumps.ids)]),
                self._rate(0.1, grade_ids=[Command.set(self.gold.ids)]),
                self._bands((0, 0.1)),
            )
        ):
            self.assertEqual(self._plan(vals, name=f"More {number}").state, "active")

    def test_a_copy_starts_where_the_original_ends(self):
        """R36: changed terms are a new plan; it can be activated as it is."""
        plan = self._plan(self._bands((0, 0.1), (100, 0.2)), date_stop="2026-03-01")
        copy = plan.copy()
        self.assertEqual((copy.state, str(copy.date_start)), ("draft", "2026-03-01"))
        self.assertEqual(copy.name, f"{plan.name} (copy)")
        self.assertEqual(plan.copy({"name": "Next year"}).name, "Next year")
        self.assertEqual(copy.rule_ids.band_ids.mapped("floor"), [0, 100])
        copy.action_activate()

    def test_a_plan_without_accounts_is_not_activated(self):
        """DESIGN 3.9: what is earned could not be posted; the sentence names what is missing."""
        self.program.expense_account_id = False
        plan = self._plan(self._rate(0.1), activate=False)
        self.assertRefused(plan.action_activate, "Incentive expense")
        self.assertEqual(plan.state, "draft")

    def test_used_plans_cannot_be_a_draft_again_or_deleted(self):
        """R36: close it and copy it; without entries both are allowed."""
        plan = self._plan(self._rate(0.1))
        plan.action_draft()
        plan.action_activate()
        self._invoice(self.acme, "2026-02-10", 1000)
        self.program._run()
        self.assertRefused(plan.action_draft, "(?i)copy")
        self.assertRefused(plan.unlink, "(?i)close")
        self.assertRefused(lambda: plan.write({"state": "draft"}), "(?i)button")
        self.assertEqual(plan.state, "active")
        unused = self._plan(self._rate(0.1, role="referrer"), name="Unused")
        unused.action_draft()
        unused.unlink()

    def test_terms_of_active_and_closed_plans_stay(self):
        """R36, R37: every door to a plan, a rule or a band that counts is shut."""
        plan = self._plan(self._rate(0.1), self._bands((0, 0.1), (100, 0.2)))
        rate, bands = plan.rule_ids
        draft = self._plan(self._rate(0.5, role="referrer"), activate=False, name="Draft")
        other = self._plan(self._bands((0, 0.9), role="referrer"), activate=False, name="Other")
        band = bands.band_ids[1]
        doors = {
            "plan start": lambda: plan.write({"date_start": "2026-02-01"}),
            "plan returns": lambda: plan.write({"returns_in": "own"}),
            "plan programme": lambda: plan.write({"program_id": self._program("X").id}),
            "plan state": lambda: plan.write({"state": "draft"}),
            "plan rules": lambda: plan.write({"rule_ids": [Command.clear()]}),
            "rule rate": lambda: rate.write({"rate": 0.2}),
            "rule kind": lambda: rate.write({"kind": "period_bands"}),
            "rule role": lambda: rate.write({"role": "referrer"}),
            "rule tiers": lambda: rate.write({"grade_ids": [Command.set(self.gold.ids)]}),
            "rule categories": lambda: rate.write({"category_ids": [Command.set(self.pumps.ids)]}),
            "rule deleted": rate.unlink,
            "rule moved out": lambda: rate.write({"plan_id": draft.id}),
            "rule moved in": lambda: draft.rule_ids.write({"plan_id": plan.id}),
            "rule added": lambda: self.env["pmm.reward.rule"].create(
                {**self._rate(0.7, role="referrer"), "plan_id": plan.id}
            ),
            "rule linked": lambda: plan.write({"rule_ids": [Command.link(draft.rule_ids.id)]}),
            "band rate": lambda: band.write({"rate": 0.9}),
            "band floor": lambda: band.write({"floor": 1}),
            "band deleted": band.unlink,
            "band added": lambda: self.env["pmm.reward.band"].create(
                {"rule_id": bands.id, "floor": 5, "rate": 0.9}
            ),
            "band moved out": lambda: band.write({"rule_id": other.rule_ids.id}),
            "band moved in": lambda: other.rule_ids.band_ids.write(
                {"rule_id": bands.id, "floor": 7}
            ),
        }
        for state in ("active", "closed"):
            if state == "closed":
                plan.action_close()
            for door, open_it in doors.items():
                with self.subTest(door=door, state=state):
                    self.assertRefused(open_it)
        self.assertEqual(rate.rate, 0.1)
        self.assertEqual(bands.band_ids.mapped("rate"), [0.1, 0.2])
        plan.name = "A better name"  # words may change, terms may not

    def test_a_plan_cannot_be_made_active_by_hand(self):
        """DESIGN 3.9: nobody steps around the checks."""
        plan = self._plan(activate=False)
        self.assertRefused(lambda: plan.write({"state": "active"}), "(?i)button")
        self.assertRefused(
            lambda: self.env["pmm.reward.plan"].create(
                {"name": "X", "program_id": self.program.id, "state": "active"}
            ),
            "(?i)button",
        )
        self.assertRefused(
            lambda: (
                self.env["pmm.reward.plan"]
                .with_context(default_state="active")
                .create({"name": "X", "program_id": self.program.id})
            ),
            "(?i)button",
        )

    def test_the_end_of_a_plan_does_not_move_in_closed_periods(self):
        """DESIGN 3.3: up to the first open day; not a day before."""
        plan = self._plan(self._rate(0.1))
        self._close("2026-01", "2026-02")
        self.assertRefused(lambda: plan.write({"date_stop": "2026-02-28"}), "2026")
        plan.date_stop = "2026-03-01"

    # === PROGRAMME === #

    def test_frame_of_a_programme_stays_once_anything_is_earned(self):
        """DESIGN 3.3: another currency or period scheme would give old amounts a new meaning."""
        self._plan(self._rate(0.1))
        self._invoice(self.acme, "2026-02-10", 1000)
        self.program._run()
        euro = self._currency("PME", {"2025-01-01": 2.0})
        for vals in (
            {"currency_id": euro.id},
            {"period_scheme": "quarter"},
            {"date_start": "2026-02-01"},
        ):
            with self.subTest(vals=vals):
                self.assertRefused(lambda vals=vals: self.program.write(vals))
        self.assertEqual(self._entries().currency_id, self.currency)

    def test_accounts_of_the_wrong_kind_are_refused(self):
        """DESIGN 3.9: the accrued account is a reconcilable current liability."""
        expense = self.program.expense_account_id.copy({"reconcile": False})
        self.program.accrued_account_id = expense
        plan = self._plan(self._rate(0.1), activate=False)
        self.assertRefused(plan.action_activate, "(?i)liability")

    def test_no_exchange_rate_is_refused_and_nothing_is_written(self):
        """S12, DESIGN 3.9: Odoo would take another day's rate; the day before the first one."""
        euro = self._currency("PME", {"2026-02-10": 2.0})
        program = self._program("Euro", currency_id=euro.id)
        enrollment = self._enroll(self.acme, program=program)
        self._plan(self._rate(0.1), program=program)
        self._invoice(self.acme, "2026-02-10", 100)
        program._run()
        self.assertEqual(self._earned(enrollment), 20)
        early = self._invoice(self.acme, "2026-02-09", 100)
        sentence = self.assertRefused(program._run, "(?i)exchange rate")
        for part in ("PME", "2026-02-09", "Add it"):
            self.assertIn(part, sentence)
        self.assertEqual(self._earned(enrollment), 20)
        self.env["res.currency.rate"].create(
            {
                "currency_id": euro.id,
                "name": "2026-02-09",
                "rate": 3.0,
                "company_id": self.company.id,
            }
        )
        program._run()
        self.assertEqual(self._earned(enrollment), 50)
        self.assertEqual(self._entries(enrollment)[-1].document_id, early.id)

    def test_overlapping_enrolments_are_refused(self):
        """DESIGN 3.9: a partner would be paid twice."""
        self.assertRefused(lambda: self._enroll(self.acme, "2026-03-01"), "(?i)already enrolled")
        self.acme_in.date_stop = "2026-03-01"
        self.assertRefused(lambda: self._enroll(self.acme, "2026-02-28"), "(?i)already enrolled")
        self._enroll(self.acme, "2026-03-01")

    def test_overlapping_tiers_are_refused(self):
        """DESIGN 3.9: two tiers on one day would be two rates."""
        self._tier(self.acme_in, self.silver, "2026-01-01", "2026-03-01")
        self.assertRefused(lambda: self._tier(self.acme_in, self.gold, "2026-02-28"), "(?i)tier")
        self._tier(self.acme_in, self.gold, "2026-03-01")
