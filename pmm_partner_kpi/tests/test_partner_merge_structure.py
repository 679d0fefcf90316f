from psycopg2 import errors

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .merge_common import MergeCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPartnerMergeStructure(MergeCommon):
    """P12: groups, uplines, people and rights of partners that are merged."""

    # === STRUCTURE === #

    def test_group_membership(self):
        """P12: both in groups of their own: each keeps its days, one goes on."""
        first = self._group((self.acme, "2026-01-01", False), (self.carol, "2026-01-01", False))
        second = self._group((self.bolt, "2026-01-01", False), (self.stranger, "2026-01-01", False))
        for partner, amount in (
            (self.acme, 1),
            (self.carol, 10),
            (self.bolt, 100),
            (self.stranger, 1000),
        ):
            self._invoice(partner, "2026-04-14", amount)
        self._merge_unchanged(self.acme, into=self.bolt)
        rows = (first | second).member_ids.filtered(lambda row: row.partner_id == self.bolt)
        self.assertEqual(
            sorted((row.group_id.id, str(row.date_stop), row.former_ref) for row in rows),
            [(first.id, "2026-04-15", self.acme_id), (second.id, "False", 0)],
        )

    def test_members_of_one_group(self):
        """P12: merged within their group nothing counts twice; one outside takes the place."""
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-01-01", False))
        self._invoice(self.acme, "2026-04-14", 1)
        self._invoice(self.bolt, "2026-04-14", 10)
        self._merge_unchanged(self.acme, into=self.bolt)
        self._invoice(self.bolt, "2026-04-15", 100)
        self.program._run()
        self.assertEqual(self._actual(self.bolt_in, kpi=self.grouped), 111)
        self._merge_unchanged(self.bolt, into=self.stranger)
        self._invoice(self.stranger, "2026-04-15", 1000)
        self.program._run()
        self.assertEqual(self._actual(self.bolt_in, kpi=self.grouped), 1111)

    def test_tree(self):
        """P12: who stood below the source stands below the other; no loop is left."""
        carol_in = self._enroll(self.carol)
        self._below(carol_in, self.acme_in)
        self._below(self.acme_in, self.bolt_in)
        for partner, amount in ((self.acme, 1), (self.bolt, 10), (self.carol, 100)):
            self._invoice(partner, "2026-04-14", amount)
        self._merge_unchanged(self.acme, into=self.bolt)
        self.assertEqual(carol_in.parent_today_id, self.bolt_in)
        self._invoice(self.carol, "2026-04-15", 1000)
        self._invoice(self.bolt, "2026-04-15", 10000)
        self.program._run()
        self.assertEqual(self._actual(self.bolt_in, kpi=self.tree), 11111)
        self.assertEqual(self._actual(self.acme_in, kpi=self.tree), 101)
        self.assertFalse(self.env["pmm.enrollment.parent"].search([])._find_loops())

    def test_loop_by_merge_is_cut(self):
        """R15: bottom and top become one: the way between them ends that day."""
        carol_in = self._enroll(self.carol)
        self._below(self.acme_in, carol_in)
        self._below(carol_in, self.bolt_in)
        self._merge_unchanged(self.acme, into=self.bolt)
        rows = self.env["pmm.enrollment.parent"].search([])
        self.assertFalse(rows._find_loops())
        self.assertEqual(carol_in.parent_today_id, self.bolt_in)

    # === PEOPLE, REFERRALS, RIGHTS === #

    def test_roles(self):
        """P12: people and roles follow, each role once; no role reaches another company."""
        Role = self.env["pmm.partner.role"]
        ann, ben = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.acme.id} for name in ("Ann", "Ben")]
        )
        cleo = self.env["res.partner"].create({"name": "Cleo", "parent_id": self.bolt.id})
        for person, role in ((ann, "owner"), (ann, "sales"), (ben, "sales"), (ben, "finance")):
            Role.create({"contact_id": person.id, "role": role})
        Role.create({"contact_id": self.acme.id, "role": "owner"})
        Role.create({"contact_id": self.bolt.id, "role": "owner"})
        self._merge(ann, into=ben)
        roles = Role.search([("contact_id", "=", ben.id)])
        self.assertEqual(sorted(roles.mapped("role")), ["finance", "owner", "sales"])
        self._merge(self.acme, into=self.bolt)
        self.assertEqual(roles.partner_id, self.bolt)
        self.assertEqual(ben.commercial_partner_id, self.bolt)
        self.assertEqual(len(Role.search([("contact_id", "=", self.bolt.id)])), 1)
        abroad = self.env["res.partner"].create({"name": "Dan", "parent_id": self.carol.id})
        Role.create({"contact_id": abroad.id, "role": "owner"})
        self._merge(abroad, into=cleo)
        self.assertFalse(Role.search([("contact_id", "=", cleo.id)]))

    def test_referrer_and_buyer_become_one(self):
        """P12: what was credited stays; drafts and orders lose a referrer that buys itself."""
        self._invoice(self.acme, "2026-04-14", 100, pmm_referrer_id=self.bolt.id)
        draft = self._invoice(
            self.acme, "2026-04-14", 100, pmm_referrer_id=self.bolt.id, post=False
        )
        order = self.env["sale.order"].create(
            {"partner_id": self.acme.id, "pmm_referrer_id": self.bolt.id}
        )
        self._merge_unchanged(self.acme, into=self.bolt)
        self.assertFalse(draft.pmm_referrer_id)
        self.assertFalse(order.pmm_referrer_id)
        self.assertEqual(self._credited(self.bolt, "referrer"), 100)

    def test_merged_by_whoever_may_merge_contacts(self):
        """X14: no programme rights are needed; the chatter says what, when and by whom."""
        # Odoo's website lets salespeople merge, and no others
        groups = ("sales_team.group_sale_salesman", "base.group_partner_manager")
        clerk = self._user("clerk", *groups)
        self.acme.email = self.bolt.email = "same@example.com"
        self._invoice(self.acme, "2026-04-14", 100)
        self.program._run()
        wizard = self.env["base.partner.merge.automatic.wizard"].with_user(clerk).create({})
        wizard._merge((self.acme | self.bolt).ids, self.bolt.with_user(clerk))
        self.assertEqual(self.acme_in.partner_id, self.bolt)
        body = self.bolt_in.message_ids[:1].body
        for text in ("04/15/2026", "clerk", f"Acme Trading ({self.acme_id})", "Bolt Supplies"):
            self.assertIn(text, body)

    def test_ledger_is_shut_outside_a_merge(self):
        """DESIGN 3.3: before and after, and during it for anything but the partner."""
        self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        for setting, statement in (
            ("off", "UPDATE pmm_credit SET partner_id = company_id"),
            ("on", "UPDATE pmm_credit SET amount = 0"),
            ("on", "UPDATE pmm_credit SET date = '2026-01-01'"),
            ("on", "DELETE FROM pmm_credit"),
        ):
            with (
                self.subTest(f"{setting}: {statement}"),
                mute_logger("odoo.sql_db"),
                self.assertRefused("never changed or deleted", errors.RestrictViolation),
            ):
                if setting == "on":
                    self.env.cr.execute("SELECT set_config('pmm.partner_merge', 'on', TRUE)")
                self.env.cr.execute(statement)
        with self.assertRefused("never changed or deleted", UserError):
            self.env["pmm.credit"].sudo().search([]).write({"partner_id": self.carol.id})
