from odoo.tests import freeze_time, tagged

from .common import LeadCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestQuotationOdds(LeadCommon):
    """K18: what an opportunity says of itself goes before the odds of the programme."""

    def _quoted(self):
        self.program._run()
        return self._measurement(self.acme_in, "2026-04").quotations

    def test_odds_of_the_opportunity(self):
        """K18: 70 % instead of 30 %; lost is nothing; 0 % in the programme leaves all out."""
        if "opportunity_id" not in self.env["sale.order"]._fields:
            self.skipTest("sale_crm is not installed")
        quote = self._sale(self.acme, "2026-04-10 10:00:00", 100, confirm=False)
        self.assertEqual(self._quoted(), 30)
        lead = self.env["crm.lead"].create(
            {"name": "Pumps", "type": "opportunity", "partner_id": self.acme.id}
        )
        lead.probability = 70
        quote.opportunity_id = lead
        self.assertEqual(self._quoted(), 70)
        lead.action_set_lost()
        self.assertEqual(self._quoted(), 0)
        lead.action_unarchive()
        lead.probability = 70
        self.program.quotation_odds = 0
        self.assertEqual(self._quoted(), 0)
