from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmPartnerGroup(PmmCommon):
    """R47: companies that count as one."""

    def test_one_group_at_a_time(self):
        """R47: on the border day, one day below, one above; sentence and database."""
        self._group((self.acme, "2026-01-01", "2026-02-10"))
        member = self._group((self.acme, "2026-02-10", False)).member_ids
        with self.assertRefused("in one group at a time", ValidationError):
            member.date_start = "2026-02-09"
        member.date_start = "2026-02-11"
        with self.assertOverlapInDatabase():
            self.env.cr.execute(
                "UPDATE pmm_partner_group_member SET date_start = '2026-02-09' WHERE id = %s",
                [member.id],
            )

    def test_groups_of_two_companies_do_not_meet(self):
        """R47: one group per company of ours; the company of a group with members stays."""
        other = self.env["res.company"].create({"name": "Other"})
        self._group((self.acme, "2026-01-01", False))
        group = self._group((self.acme, "2026-01-01", False), company_id=other.id)
        with self.assertRefused("its company stays", UserError):
            group.company_id = self.company

    def test_contact_is_refused(self):
        """R47: members are companies, not their people."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.acme.id})
        with self.assertRefused("Put the company into the group", ValidationError):
            self._group((person, "2026-01-01", False))

    def test_member_is_credited_without_enrolment(self):
        """R47: documents of a member are credited, and no longer once it never was one."""
        self._invoice(self.stranger, "2026-02-03", 100)
        self.program._run()
        self.assertEqual(self._credited(self.stranger), 0)
        group = self._group((self.stranger, "2026-03-01", False))
        self.program._run()
        self.assertEqual(self._credited(self.stranger), 100, "whatever its dates")
        self.assertEqual(
            self.env["pmm.credit"]._fill_range(1, self.env["account.move"].search([]).ids[0] + 99),
            0,
        )
        group.unlink()
        self.program._run()
        self.assertEqual(self._credited(self.stranger), 0)

    def test_group_of_another_company_credits_nothing_here(self):
        """R47: a group of another company of ours does not credit this one's documents."""
        other = self.env["res.company"].create({"name": "Other"})
        self._group((self.stranger, "2026-01-01", False), company_id=other.id)
        self._invoice(self.stranger, "2026-02-03", 100)
        self.program._run()
        self.assertEqual(self._credited(self.stranger), 0)

    def test_enrolment_shows_its_group(self):
        """R47: the group of today and its members, on its first day and not on the day before."""
        group = self._group((self.acme, "2026-04-15", False), (self.stranger, "2026-01-01", False))
        self.assertEqual(self.acme_in.group_id, group)
        self.assertEqual(self.acme_in.group_member_ids, group.member_ids)
        group.member_ids[0].search([("partner_id", "=", self.acme.id)]).date_start = "2026-04-16"
        self.env.invalidate_all()
        self.assertFalse(self.acme_in.group_id)

    def test_members_of_today(self):
        """R47: the list shows who belongs to it today, once, not who has left or is to come."""
        group = self._group(
            (self.acme, "2026-01-01", "2026-02-01"),
            (self.acme, "2026-04-15", False),
            (self.bolt, "2026-01-01", "2026-04-15"),
            (self.stranger, "2026-04-16", False),
        )
        self.assertEqual(group.today_partner_ids, self.acme)

    def test_manager_enters_it_in_the_form(self):
        """X15: the form of the group."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        with Form(self.env["pmm.partner.group"].with_user(manager)) as form:
            form.name = "Holding"
            with form.member_ids.new() as line:
                line.partner_id = self.acme
                line.date_start = "2026-01-01"
        self.assertEqual(form.record.member_ids.partner_id, self.acme)
