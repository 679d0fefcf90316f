from odoo.tests import freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmCredit(PmmCommon):
    """K4, K12: sales credits say what the documents say, by appended differences."""

    def test_invoice_credits_its_buyer(self):
        """K4: each product line of a posted invoice is a credit of the buyer."""
        invoice = self._invoice(self.acme, "2026-02-03", 100, (self.training, 2, 25))
        self.program._run()
        self.assertCredits(
            self.acme,
            [
                (invoice.name, "buyer", "2026-02-03", 100.0, "new"),
                (invoice.name, "buyer", "2026-02-03", 50.0, "new"),
            ],
        )
