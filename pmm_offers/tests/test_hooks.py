from odoo.tests import freeze_time, tagged

from ..hooks import uninstall_hook
from .common import OfferCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestHooks(OfferCommon):
    """Uninstalling leaves Odoo's own data intact, and no codes that work for everybody."""

    def test_uninstalling_archives_our_coupon_programmes_only(self):
        """DESIGN 6: without this addon nobody checks any more whose code it is."""
        offer = self._offered(self.acme_in)
        closed, archived = self._campaign(name="Closed"), self._campaign(name="Archived")
        closed.action_close()
        archived.active = False
        other = self.env["loyalty.program"].create(
            {"name": "Other", "program_type": "coupons", "company_id": self.company.id}
        )
        ours = (offer.campaign_id | closed | archived).loyalty_program_id
        self.assertEqual(ours.mapped("active"), [True, True, True])
        uninstall_hook(self.env)
        self.assertEqual(ours.mapped("active"), [False, False, False])
        self.assertTrue(other.active)
        self.assertTrue(offer.card_id.exists())
        status = self._order(self.acme, 1000)._try_apply_code(offer.code)
        self.assertTrue(status["not_found"])

    def test_uninstalling_without_campaigns(self):
        """DESIGN 6: nothing to do."""
        self.env["pmm.offer.campaign"].search([]).unlink()
        uninstall_hook(self.env)
