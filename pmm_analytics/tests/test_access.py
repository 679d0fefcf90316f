from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import FactsCommon

PEOPLE = {
    "internal": "base.group_user",
    "portal": "base.group_portal",
    "user": "pmm_partner_kpi.group_pmm_user",
    "manager": "pmm_partner_kpi.group_pmm_manager",
    "accountant": "account.group_account_invoice",
}


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(FactsCommon):
    """DESIGN 3.5, 6, X10: who reads which facts; nobody writes any."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = {login: cls._user(f"pmm_{login}", group) for login, group in PEOPLE.items()}
        cls.acme_in.user_id = cls.people["user"]
        cls.bolt_in.user_id = cls.people["manager"]
        cls._invoice(cls.acme, "2026-02-05", 2000)
        cls._invoice(cls.bolt, "2026-02-05", 500)
        cls.program._run()

    def _seen(self, login):
        """Return the partners that a person finds, with what their revenue adds up to."""
        Facts = self.env["pmm.partner.facts"].with_user(self.people[login])
        return dict(Facts._read_group([], ["partner_id"], ["revenue:sum"]))

    def test_rights_on_the_model(self):
        """DESIGN 6: read only, for programme people and accounting."""
        for login in PEOPLE:
            Facts = self.env["pmm.partner.facts"].with_user(self.people[login])
            found = [
                right for right in ("read", "write", "create", "unlink") if Facts.has_access(right)
            ]
            with self.subTest(login=login):
                self.assertEqual(
                    found, ["read"] if login in ("user", "manager", "accountant") else []
                )

    def test_a_user_sees_own_partners(self):
        """X10: by list, group and record."""
        self.assertEqual(self._seen("user"), {self.acme: 2000})
        foreign = self._facts(self.bolt_in, "2026-02").with_user(self.people["user"])
        for action in (
            lambda: foreign.read(["revenue"]),
            foreign.action_open_enrollment,
            lambda: foreign.export_data(["revenue"]),
        ):
            self.assertRefused(action)
        own = self._facts(self.acme_in, "2026-02").with_user(self.people["user"])
        self.assertEqual(own.action_open_enrollment()["res_id"], self.acme_in.id)
        self.assertEqual(own.revenue, 2000)
        self.acme_in.user_id = self.people["manager"]
        self.env.flush_all()
        self.assertEqual(self._seen("user"), {})

    def test_managers_and_accountants_see_all(self):
        """DESIGN 6: managers and accounting work for all partners."""
        for login in ("manager", "accountant"):
            with self.subTest(login=login):
                self.assertEqual(self._seen(login), {self.acme: 2000, self.bolt: 500})

    def test_others_see_nothing(self):
        """DESIGN 3.5: neither colleagues without the right nor partners."""
        row = self._facts(self.acme_in, "2026-02")
        for login in ("internal", "portal"):
            theirs = row.with_user(self.people[login])
            for action in (
                lambda login=login: self._seen(login),
                lambda theirs=theirs: theirs.read(["revenue"]),
                theirs.action_open_enrollment,
                lambda theirs=theirs: theirs.formatted_read_group([], [], ["revenue:sum"]),
            ):
                with self.subTest(login=login), self.assertRaises(AccessError):
                    action()

    def test_another_company_is_out_of_sight(self):
        """X10: no company sees another's figures."""
        company = self.setup_other_company()["company"]
        program = (
            self.env["pmm.program"]
            .sudo()
            .create({"name": "Other", "company_id": company.id, "date_start": "2026-01-01"})
        )
        self.env["pmm.enrollment"].sudo().create(
            {"program_id": program.id, "partner_id": self.stranger.id, "date_start": "2026-01-01"}
        )
        program.sudo()._ensure_periods()
        self.env.flush_all()
        for login in ("manager", "accountant"):
            self.assertEqual(set(self._seen(login)), {self.acme, self.bolt})
        manager = self.people["manager"]
        manager.sudo().company_ids = [Command.link(company.id)]
        Facts = self.env["pmm.partner.facts"].with_user(manager)
        both = Facts.with_context(allowed_company_ids=(self.company | company).ids)
        self.assertEqual(both.search([]).partner_id, self.acme | self.bolt | self.stranger)
        self.assertEqual(
            Facts.with_context(allowed_company_ids=company.ids).search([]).partner_id, self.stranger
        )

    def test_public_methods_are_these(self):
        """DESIGN 6: every public method is an endpoint for everybody who can log in."""
        found = {
            name
            for base in self.env.registry["pmm.partner.facts"].mro()
            if base.__module__.startswith("odoo.addons.pmm_analytics")
            for name, value in vars(base).items()
            if callable(value) and not name.startswith("_")
        }
        self.assertEqual(found, {"action_open_enrollment"})
