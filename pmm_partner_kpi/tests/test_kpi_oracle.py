import os
import random
from datetime import datetime

from odoo.tests import freeze_time, tagged

from .fact_oracle import expected_facts, stored_facts
from .kpi_oracle import KpiOracle
from .oracle import stored_measurements
from .oracle_documents import DocumentsByChance
from .oracle_events import EventsByChance
from .oracle_setup import CONDITIONS, FORMULAS, OracleSetup
from .oracle_world import BOUNDARIES, StructureByChance

SEED = int(os.environ.get("PMM_SEED") or 20260415)
EVENTS = int(os.environ.get("PMM_EVENTS") or 24)  # documents of each kind to begin with


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 11:30:00")
class TestKpiOracle(EventsByChance, DocumentsByChance, StructureByChance, OracleSetup):
    """K4, K9, K13, R51: every sales KPI, at every stage, is that of a slow oracle, to the cent.

    ``PMM_SEED=123`` replays one world, ``PMM_EVENTS=60`` makes it larger.
    """

    # === COMPARING === #

    def _check(self, step):
        note = f"step “{step}”; replay with PMM_SEED={SEED} PMM_EVENTS={EVENTS}"
        for program in self.programs:
            program._run()
        self.env.invalidate_all()
        facts = self.oracle.facts()
        self._compare(stored_facts(self.env), expected_facts(facts), f"credits, {note}")
        results = self.oracle.measurements(facts, datetime(2026, 4, 15, 11, 30))
        expected = results | self.published
        self._compare(stored_measurements(self.env), expected, f"results, {note}")
        for program in self.programs:
            self.assertFalse(any(program._run().values()), f"second run, {note}")
        self._renew_statistics()
        return facts, results

    def _renew_statistics(self):
        """Tell the planner of rows that nobody else sees.

        After other tests autovacuum may have found the tables empty; Odoo's own queries then
        take seconds each.
        """
        self.env.flush_all()
        self.env.cr.execute(
            "ANALYZE account_move, account_move_line, account_partial_reconcile, account_payment,"
            " sale_order, sale_order_line"
        )

    def _compare(self, found, expected, note):
        """Assert that both are equal; say the first differences, not all."""
        if found == expected:
            return
        wrong = [key for key in {**expected, **found} if found.get(key) != expected.get(key)]
        wrong.sort(key=str)  # what replaces what stands beside it
        lines = [
            f"{key}: expected {expected.get(key)}, found {found.get(key)}" for key in wrong[:16]
        ]
        self.fail("\n".join([f"{len(wrong)} differences in {note}", *lines]))

    def test_random_world_is_that_of_the_oracle(self):
        """K4, K9, K13, R51: booked, invoiced, paid, shared; each step compared as a whole."""
        self.random = random.Random(SEED)
        self.oracle = KpiOracle(self.env, CONDITIONS, FORMULAS)
        self.published = {}
        self.moves, self.orders = self.env["account.move"], self.env["sale.order"]
        self.payments = self.env["account.payment"]
        for _ in range(EVENTS):
            self._direct_invoice()
            self._new_order()
        self._structure()
        self._targets()
        self._renew_statistics()
        self._pay_down_some(EVENTS // 5)
        self._invoice_orders(EVENTS // 2)
        self._check("booked and invoiced")
        self._pay_some(EVENTS)
        self._refund_some(EVENTS // 4)
        facts, results = self._check("paid and refunded")
        self._assert_rich(facts, results)

        self._complete_master_data()
        self._move_territories()
        self._unreconcile_some(EVENTS // 6)
        self._reset_some(EVENTS // 3)
        self._change_orders(EVENTS // 3)
        self._correct_some(EVENTS // 4)
        self._check("documents changed")
        self._suspend_some(4)
        self._restructure()
        self._check("structure changed")

        self._change_costs()
        self._change_salespeople(EVENTS // 3)
        self._reset_some(EVENTS // 3, run_between=True)
        self._cancel_and_confirm(EVENTS // 8, run_between=True)
        self._invoice_orders(EVENTS // 4)
        self._credit_from_orders(EVENTS // 6)
        self._retype_credit_notes(EVENTS // 6)
        self._refund_some(EVENTS // 6)
        self._pay_some(EVENTS // 4)
        for _ in range(EVENTS // 5):
            self._direct_invoice()
            self._new_order()
        self._check("new costs and salespeople")

        self._close_january()
        self._reset_some(EVENTS // 5)
        self._unreconcile_some(EVENTS // 6)
        self._enroll(self.stranger, "2026-03-15")
        self._resume_some(first=BOUNDARIES[3])
        self._check("January closed, documents came late")
        self._assert_nothing_to_mend()

    def _close_january(self):
        before = stored_measurements(self.env)
        self._period("2026-01").action_close()
        ours = set(self.program.enrollment_ids.ids)
        self.published = {k: v for k, v in before.items() if k[2] == "2026-01" and k[1] in ours}

    def _assert_rich(self, facts, results):
        """Assert that the world has something of everything that it is to try."""
        kinds = {(fact.stage, fact.role) for fact in facts}
        self.assertEqual(len(kinds), 12, f"too poor a world: {sorted(kinds)}; PMM_SEED={SEED}")
        states = {result[3] for result in results.values()}
        self.assertEqual(states, {"none", "open", "reached", "missed"}, f"PMM_SEED={SEED}")

    def _assert_nothing_to_mend(self):
        Credit = self.env["pmm.credit"]
        for model in ("account.move", "sale.order"):
            mended = Credit._fill_range(1, Credit._last_of(model), model)
            self.assertEqual(mended, 0, f"hooks missed something ({model}); PMM_SEED={SEED}")
