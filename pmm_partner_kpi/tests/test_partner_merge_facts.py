from odoo.tests import freeze_time, tagged

from .facts_common import FactsCommon
from .merge_common import MergeCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 12:00:00")
class TestPartnerMergeFacts(FactsCommon, MergeCommon):
    """P12: what is no sale does not remember whose it was before two partners were merged."""

    def test_meetings_count_once_and_closed_periods_stay(self):
        """P12: closed: both as published; open: all for the partner that stays."""
        meetings = self._kpi("Meetings", source="meetings")
        revenue = self._kpi("Sales", code="sales")
        meetings.code = "meetings"
        both = self._kpi("Both", source="formula", formula="sales + meetings")
        self._invoice(self.acme, "2026-03-10", 100)
        for partner, days in ((self.acme, (10, 11)), (self.bolt, (10, 11, 12))):
            for day in days:
                self._meeting(partner, f"2026-03-{day} 09:00:00")
        self._meeting(self.acme, "2026-04-10 09:00:00")
        self.program._run()
        self._close("2026-01", "2026-02", "2026-03")
        self._merge(self.acme, into=self.bolt)
        self._meeting(self.bolt, "2026-04-15 09:00:00")
        self.program._run()
        found = {
            (enrollment, kpi, period): self._actual(enrollment, period, kpi)
            for enrollment in (self.acme_in, self.bolt_in)
            for kpi in (meetings, both)
            for period in ("2026-03", "2026-04")
        }
        self.assertEqual(
            list(found.values()),
            # meetings in March and April, then with sales: what was Acme's, what is Bolt's
            [2, 0, 102, 0, 3, 2, 3, 2],
        )
        self.assertFalse(self.env["pmm.kpi.restatement"].search([]))
        # sales do remember, so a late one is noted as before
        self.env["account.move"].search([("amount_total", "=", 100)]).button_draft()
        self.program._run()
        changes = self.env["pmm.kpi.restatement"].search([("kpi_id", "in", (revenue | both).ids)])
        self.assertEqual(changes.mapped("kpi_id"), revenue)
