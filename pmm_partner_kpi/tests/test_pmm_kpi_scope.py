from itertools import pairwise

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged

from ..queries.tier_facts import windows
from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmKpiScope(PmmCommon):
    """R47, R15: a KPI that counts a group, or everybody below."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.grouped = cls._kpi("Group revenue", scope="group")
        cls.tree = cls._kpi("Tree revenue", scope="tree")
        cls.carol = cls.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        cls.carol_in = cls._enroll(cls.carol)

    def _marked(self):
        """Return the enrolments that wait for being measured, and take their marks."""
        self.env.flush_all()
        Dirty = self.env["pmm.dirty"]
        ids = Dirty._peek("measure")
        Dirty._take("measure", ids)
        return self.env["pmm.enrollment"].browse(ids)

    def assertFacts(self, enrollment, period, kpi, actual):
        """Assert a result and that its drill-down lists exactly what adds up to it."""
        self.assertResult(enrollment, period, actual, kpi=kpi)
        action = self._measurement(enrollment, period, kpi).action_view_credits()
        credits = self.env["pmm.credit"].search(action["domain"])
        self.assertEqual(self.currency.round(sum(credits.mapped("amount"))), actual)

    # === GROUP === #

    def test_group_counts_on_common_days(self):
        """R47: from the day on which both are in, until the day on which one is out."""
        self._group(
            (self.acme, "2026-02-05", "2026-02-20"), (self.stranger, "2026-02-10", "2026-03-01")
        )
        for day, amount in (("09", 1), ("10", 10), ("19", 100), ("20", 1000)):
            self._invoice(self.stranger, f"2026-02-{day}", amount)
        self._invoice(self.acme, "2026-02-01", 10000)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", self.grouped, 10110)
        self.assertFacts(self.acme_in, "2026-02", self.kpi, 10000)
        self.assertFacts(self.acme_in, "2026-02", self.tree, 10000)
        self.assertFacts(self.bolt_in, "2026-02", self.grouped, 0)
        self.assertFalse(any(self.program._run().values()))

    def test_each_member_has_the_sum_of_all(self):
        """R47: members that are enrolled both count the whole group, while enrolled."""
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-01-01", False))
        self.bolt_in.date_stop = "2026-02-10"
        self._invoice(self.acme, "2026-02-09", 100)
        self._invoice(self.acme, "2026-02-10", 10)
        self._invoice(self.bolt, "2026-02-10", 1)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", self.grouped, 111)
        self.assertFacts(self.bolt_in, "2026-02", self.grouped, 100)

    def test_group_of_refunds_by_origin(self):
        """R47: the date that the KPI chooses decides on the membership."""
        self.grouped.returns_in = "origin"
        self._group((self.acme, "2026-01-01", False), (self.stranger, "2026-01-01", "2026-03-01"))
        invoice = self._invoice(self.stranger, "2026-02-10", 100)
        self._refund(invoice, "2026-03-10", 30)
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", self.grouped, 70)
        self.assertFacts(self.acme_in, "2026-03", self.grouped, 0)
        self.grouped.returns_in = "own"
        self.program._run()
        self.assertFacts(self.acme_in, "2026-02", self.grouped, 100)

    # === TREE === #

    def test_tree_counts_every_step_of_the_way(self):
        """R15: an edge on its first day, not on its last; below that only while enrolled."""
        self._below(self.acme_in, self.bolt_in, "2026-02-10", "2026-02-20")
        self._below(self.bolt_in, self.carol_in, "2026-02-12", "2026-02-18")
        self.acme_in.date_stop = "2026-02-17"
        for day, amount in (("09", 1), ("10", 2), ("11", 4), ("12", 8), ("16", 16), ("17", 32)):
            self._invoice(self.acme, f"2026-02-{day}", amount)
        self.program._run()
        self.assertFacts(self.bolt_in, "2026-02", self.tree, 30)
        self.assertFacts(self.carol_in, "2026-02", self.tree, 24)
        self.assertFacts(self.acme_in, "2026-02", self.tree, 31)
        self.assertFacts(self.bolt_in, "2026-02", self.kpi, 0)

    def test_tree_goes_on_where_the_middle_has_ended(self):
        """R15: the way counts, not whether those on it run."""
        self._below(self.acme_in, self.bolt_in)
        self._below(self.bolt_in, self.carol_in)
        self.bolt_in.date_stop = "2026-02-01"
        self._invoice(self.acme, "2026-02-10", 5)
        self.program._run()
        self.assertFacts(self.carol_in, "2026-02", self.tree, 5)

    def test_credit_counts_once_by_two_ways(self):
        """R15: a partner below in two programmes brings its sales once, and all of them."""
        other = self.program.copy({"name": "Other"})
        there = self._enroll(self.acme, "2026-02-15", program=other)
        self.acme_in.date_stop = "2026-02-20"
        self._below(self.acme_in, self.bolt_in)
        self._below(there, self.bolt_in)
        for day, amount in (("14", 1), ("17", 10), ("25", 100)):
            self._invoice(self.acme, f"2026-02-{day}", amount)
        self._invoice(self.bolt, "2026-02-25", 1000)
        self.program._run()
        self.assertFacts(self.bolt_in, "2026-02", self.tree, 1111)

    # === MARKS, WINDOWS, RATES === #

    def test_credits_mark_whoever_counts_them(self):
        """X13: a sale of a member, or of one far below, measures those that count it."""
        self._group((self.acme, "2026-01-01", False), (self.stranger, "2026-01-01", False))
        self._below(self.acme_in, self.bolt_in)
        self._below(self.bolt_in, self.carol_in)
        self.program._run()
        self._marked()
        self._invoice(self.stranger, "2026-02-10", 1)
        self.env["pmm.credit"]._fill_dirty()
        self.assertEqual(self._marked(), self.acme_in)
        self._invoice(self.acme, "2026-02-10", 1)
        self.env["pmm.credit"]._fill_dirty()
        self.assertEqual(self._marked(), self.acme_in | self.bolt_in | self.carol_in)

    def test_membership_and_scope_mark(self):
        """X13: joining, leaving and another scope measure everybody concerned."""
        group = self._group((self.acme, "2026-01-01", False))
        self._marked()
        member = self._join(group, self.stranger)
        self.assertEqual(self._marked(), self.acme_in)
        member.date_stop = "2026-03-01"
        self.assertEqual(self._marked(), self.acme_in)
        member.unlink()
        self.assertEqual(self._marked(), self.acme_in)
        self.kpi.scope = "tree"
        self.assertEqual(self._marked(), self.program.enrollment_ids)

    def test_totals_over_windows(self):
        """R47: tiers count the same, over each enrolment's own stretch of time."""
        self._group((self.acme, "2026-01-01", False), (self.stranger, "2026-01-01", False))
        self._below(self.stranger_in(), self.acme_in)
        for day, amount in (("2026-01-31", 1), ("2026-02-01", 10), ("2026-03-31", 100)):
            self._invoice(self.stranger, day, amount)
        self._invoice(self.stranger, "2026-04-01", 1000)
        self.program._run()
        stretch = windows(self.acme_in.ids, ["2026-02-01"], ["2026-04-01"])
        for kpi, total in ((self.grouped, 110), (self.tree, 110), (self.kpi, 0)):
            with self.subTest(kpi.name):
                rows = dict(self.env.execute_query(kpi._totals(self.program, stretch)))
                self.assertEqual(rows.get(self.acme_in.id), total)

    def stranger_in(self):
        """Return an enrolment of the stranger in another programme of the company."""
        return self._enroll(self.stranger, program=self.program.copy({"name": "Other"}))

    def test_rate_is_asked_for_members_too(self):
        """DESIGN 3.9: a member's sale on a day without rate is refused, not lost."""
        euro = self._foreign_currency("EUR", ("2026-02-10", 0.5))
        self.program.currency_id = euro
        self._group((self.acme, "2026-01-01", False), (self.stranger, "2026-01-01", False))
        self._invoice(self.stranger, "2026-02-10", 100)
        self.program._run()
        self.assertResult(self.acme_in, "2026-02", 50, kpi=self.grouped)
        self._invoice(self.stranger, "2026-02-09", 100)
        with self.assertRefused("There is no exchange rate", UserError):
            self.program._run()

    def test_measuring_many_takes_as_many_queries(self):
        """X13: a group and a tree of 12 take no more queries than one of 2."""
        self.program._ensure_periods()
        counts = []
        for size in (1, 2, 12):
            partners = self.env["res.partner"].create(
                [{"name": f"P{size}/{number}", "is_company": True} for number in range(size)]
            )
            self._group(*((partner, "2026-01-01", False) for partner in partners))
            enrolled = self.env["pmm.enrollment"].union(*(self._enroll(p) for p in partners))
            for lower, upper in pairwise(enrolled):
                self._below(lower, upper)
            with self._counted(counts):
                self.env["pmm.kpi.measurement"]._measure(enrolled)
        self.assertEqual(counts[1], counts[2], counts)
