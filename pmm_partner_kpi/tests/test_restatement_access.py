from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from .common import PmmCommon
from .portal_common import PortalCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestRestatementAccess(PortalCommon, PmmCommon, HttpCase):
    """K11, DESIGN 3.5: who sees what changed after a period was closed, and how."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        invoice = cls._invoice(cls.acme, "2026-03-10", 1000)
        cls._invoice(cls.bolt, "2026-03-10", 7)
        cls._close("2026-01", "2026-02", "2026-03")
        cls._refund(invoice, "2026-03-20", 100)
        cls._invoice(cls.bolt, "2026-03-20", 1)
        cls.program._run()
        cls.changes = cls.env["pmm.kpi.restatement"].search([], order="id")
        cls.own = cls.changes.filtered(lambda change: change.partner_id == cls.acme)

    def test_people_of_the_partner_read_their_own(self):
        """P2: who sees results sees what changed in them, by page and by RPC; nobody changes it."""
        for role in ("owner", "finance", "sales"):
            with self.subTest(role):
                user = self.people[role]
                self.assertReads(user, "pmm.kpi.restatement", self.own, "difference")
                self.assertChangesNothing(user, self.own, {"difference": 1})
        for role in ("learner", "none"):
            with self.subTest(role):
                mine = self.env["pmm.kpi.restatement"].with_user(self.people[role])
                self.assertFalse(mine.search([]))

    def test_portal_shows_both_figures(self):
        """K11: published and now stand side by side; where nothing changed there is one figure."""
        results = self._results(self.people["sales"], "/my/programme/results")
        march = [text for text in results if "Published" in text]
        self.assertEqual(len(march), 1)
        self.assertIn("1,000.00", march[0])
        self.assertIn("Published $ 1,000.00 · now $ 900.00", march[0].replace("\xa0", " "))

    def test_pilot_is_not_shown(self):
        """P10: what a pilot had published, and what changed in it, stays with us."""
        user = self.people["owner"]
        mine = self.env["pmm.kpi.restatement"].with_user(user)
        self.assertTrue(mine.search([]))
        self.env.cr.execute(
            "UPDATE pmm_enrollment SET is_shadow = TRUE WHERE id = %s", [self.acme_in.id]
        )
        self.env.invalidate_all()
        self.assertFalse(mine.search([]))

    def test_internal_kpis_stay_inside(self):
        """DESIGN 6: what changed in a KPI that is not for partners is not told by any call."""
        user = self.people["owner"]
        mine = self.env["pmm.kpi.restatement"].with_user(user)
        self.assertTrue(mine.search([]))
        self.kpi.is_internal = True
        self.assertFalse(mine.search([]))
        self.own.invalidate_recordset()
        with self.assertRaises(AccessError):
            self.own.with_user(user).read(["difference"])

    def test_account_manager_and_other_company(self):
        """DESIGN 3.5: own partners only, no other company; managers and accounting see all."""
        user = self._user("adam", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = user
        for reader, expected in (
            (user, self.own),
            (self._user("manager", "pmm_partner_kpi.group_pmm_manager"), self.changes),
            (self._user("accountant", "account.group_account_user"), self.changes),
        ):
            with self.subTest(reader.login):
                Change = self.env["pmm.kpi.restatement"].with_user(reader)
                found = Change.search([], order="id")
                self.assertEqual(found, expected)
                credits = self.env["pmm.credit"].with_user(reader)
                action = found[0].action_view_credits()
                self.assertEqual(sum(credits.search(action["domain"]).mapped("amount")), -100)
        other = self.env["res.company"].create({"name": "Other"})
        abroad = self._user("abroad", "pmm_partner_kpi.group_pmm_admin")
        abroad.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.assertFalse(self.env["pmm.kpi.restatement"].with_user(abroad).search([]))
