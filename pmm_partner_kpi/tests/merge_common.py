from .common import PmmCommon


class MergeCommon(PmmCommon):
    """KPIs of all scopes, a third company, and a merge that moves no figure."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.origin_kpi = cls._kpi("Net of origin", returns_in="origin")
        cls.grouped = cls._kpi("Group", scope="group")
        cls.tree = cls._kpi("Tree", scope="tree")
        cls.carol = cls.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        cls.acme_id = cls.acme.id

    def _facts(self):
        """Return all results by enrolment, KPI and period, zeros left out."""
        self.env.flush_all()
        return {
            (r.enrollment_id.id, r.kpi_id.name, r.period_id.name): r.actual
            for r in self.env["pmm.kpi.measurement"].search([])
            if r.actual
        }

    def _merge_unchanged(self, *sources, into):
        """Merge; assert that no figure moves, no credit is added and the sweep finds nothing."""
        programs = self.env["pmm.program"].search([])
        for program in programs:
            program._run()
        before = self._facts()
        self._merge(*sources, into=into)
        for program in programs:
            self.assertEqual(program._run()["credits"], 0)
        self.assertEqual(self._facts(), before)
        last = max(self.env["account.move"].search([]).ids, default=1)
        self.assertEqual(self.env["pmm.credit"]._fill_range(1, last), 0, "relation = table")

    def _actual(self, enrollment, period="2026-04", kpi=None):
        return self._measurement(enrollment, period, kpi).actual
