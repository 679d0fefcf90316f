from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged

from ..hooks import post_init_hook
from .common import LeadCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestLeadAssignment(LeadCommon):
    """A12: where leads were and when partners answered, kept as it happens."""

    def setUp(self):
        super().setUp()
        self._marked()

    def test_what_happens_marks_the_partner(self):
        """DESIGN 1: whatever decides on a figure marks the enrolment, nothing else does."""
        lead = self._lead(self.acme)
        self.assertEqual(self._marked(), self.acme_in)
        for vals, expected in (
            ({"name": "Renamed"}, self.acme_in.browse()),
            ({"expected_revenue": 5}, self.acme_in.browse()),
            ({"stage_id": self.won_stage.id}, self.acme_in),
            ({"date_closed": "2026-02-20 12:00:00"}, self.acme_in),
            ({"date_partner_assign": "2026-02-09"}, self.acme_in),
            ({"partner_assigned_id": self.bolt.id}, self.acme_in | self.bolt_in),
        ):
            with self.subTest(vals):
                lead.write(vals)
                self.assertEqual(self._marked().sorted("id"), expected.sorted("id"))
        lead.unlink()
        self.assertEqual(self._marked().sorted("id"), (self.acme_in | self.bolt_in).sorted("id"))

    def test_answers_mark_the_partner(self):
        """DESIGN 1: for people without any right on programmes; a second message does not."""
        lead = self._lead(self.acme)
        self._marked()
        person = self.acme_person.partner_id
        for expected in (self.acme_in, self.acme_in.browse()):
            lead.message_post(body="Hello", author_id=person.id, message_type="comment")
            self.assertEqual(self._marked(), expected)

    def test_leads_merged(self):
        """A12: one lead is left, and where it was is known; a partner received it once."""
        first = self._lead(self.acme, "2026-02-10 12:00:00", kind="opportunity")
        second = self._lead(self.acme, "2026-02-12 12:00:00")
        third = self._lead(self.bolt, "2026-02-12 12:00:00")
        self.assertEqual(self._figures(self.received), {"2026-02": 2})
        kept = (first | second | third).merge_opportunity()
        rows = self._rows(kept)
        self.assertEqual(len(rows), 3)
        self.assertEqual(rows.filtered(lambda row: not row.left_at).partner_id, self.acme)
        self.assertEqual(self._figures(self.received), {"2026-02": 1})
        self.assertEqual(self._figures(self.received, self.bolt_in), {"2026-02": 1})

    def test_merged_into_one_of_nobody(self):
        """A12: the partner of the merged lead has the one that is left, since its own day."""
        kept = self._lead(self.env["res.partner"], kind="opportunity")
        lead = self._lead(self.acme, "2026-02-12 12:00:00")
        (kept | lead).merge_opportunity()
        self.assertEqual(len(self._rows(kept)), 1)
        self.assertEqual(kept.partner_assigned_id, self.acme)
        self.assertEqual(self._figures(self.received), {"2026-02": 1})

    def test_partners_merged(self):
        """P12: the leads of the one that goes are those of the one that stays."""
        lead = self._lead(self.stranger)
        self._merge(self.stranger, into=self.acme)
        self.assertEqual(self._rows(lead).partner_id, self.acme)

    def test_leads_from_before(self):
        """A12: leads that partners had already count by Odoo's day; nothing is known of answers."""
        lead = self._lead(self.acme, "2026-02-10 12:00:00")
        own = self._lead(self.acme, "2026-02-10 12:00:00")
        own.tag_ids = self.env.ref("website_crm_partner_assign.tag_portal_lead_own_opp")
        self._rows(lead | own).sudo().unlink()
        self.env.flush_all()
        post_init_hook(self.env)
        post_init_hook(self.env)
        self.env.invalidate_all()
        rows = self._rows(lead | own)
        self.assertEqual(rows.mapped("is_own"), [False, True])
        self.assertEqual(str(rows[0].assigned_on), "2026-02-10")
        self.acme_in._mark_to_measure()
        self.assertEqual(self._figures(self.received), {"2026-02": 1})
        self.assertEqual(self._figures(self.answered), {})
        self._win(lead)
        lead.pmm_won_at = False
        self.env.flush_all()
        post_init_hook(self.env)
        self.env.invalidate_all()
        self.assertEqual(self._figures(self.won), {"2026-02": 1})

    def test_who_may_read_it(self):
        """X10: own partners, managers all; nobody writes; partners read nothing."""
        lead, other = self._lead(self.acme), self._lead(self.bolt)
        user = self._user("leaduser", "pmm_partner_kpi.group_pmm_user")
        manager = self._user("leadmanager", "pmm_partner_kpi.group_pmm_manager")
        self.acme_in.user_id = user
        rows = self._rows(lead | other)
        Rows = self.env["pmm.lead.assignment"]
        domain = [("id", "in", rows.ids)]
        self.assertEqual(Rows.with_user(user).search(domain).lead_id.ids, lead.ids)
        self.assertEqual(len(Rows.with_user(manager).search(domain)), 2)
        names = Rows.with_user(user).search(domain).web_read({"lead_id": {}, "hours": {}})
        self.assertEqual(len(names), 1)
        for nobody in (self.acme_person, self._user("leadnobody", "base.group_user")):
            with self.assertRaises(AccessError):
                Rows.with_user(nobody).search(domain)
        with self.assertRaises(AccessError):
            rows[0].with_user(manager).write({"left_at": False})
        other_company = self.env["res.company"].create({"name": "Other"})
        lead.company_id = other_company
        self.assertFalse(Rows.with_user(user).search(domain))

    def test_seller_without_rights_in_programmes(self):
        """X10: whoever works on leads needs no right on programmes."""
        seller = self._user("seller", "sales_team.group_sale_salesman_all_leads")
        lead = self.env["crm.lead"].with_user(seller).create({"name": "New"})
        lead.partner_assigned_id = self.acme
        lead.stage_id = self.won_stage
        self.assertEqual(self._rows(lead).partner_id, self.acme)
        lead.partner_assigned_id = False
        self.assertTrue(self._rows(lead).left_at)
