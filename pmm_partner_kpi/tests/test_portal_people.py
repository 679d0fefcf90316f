from odoo.exceptions import AccessError
from odoo.http import Request
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon
from .portal_common import PortalCommon

PEOPLE = "/my/programme/people"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPortalPeople(PortalCommon, PmmCommon, HttpCase):
    """P2: owners give and take the roles of their own people."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.owner, cls.sales = cls.people["owner"], cls.people["sales"]
        cls.outsider = cls._person("outsider", cls.bolt, "owner")
        cls.adam = cls._user("Adam Manager", "pmm_partner_kpi.group_pmm_user")
        cls.acme_in.user_id = cls.adam

    def _post(self, user, url, **data):
        self.authenticate(user.login, user.login)
        return self.url_open(url, data={"csrf_token": Request.csrf_token(self), **data})

    def _give(self, user, person, *roles):
        return self._post(user, f"{PEOPLE}/{person.id}", role=list(roles))

    def _add(self, user, name, email, *roles):
        return self._post(user, f"{PEOPLE}/add", name=name, email=email, role=list(roles))

    def _roles(self, person):
        self.env.invalidate_all()
        found = self.env["pmm.partner.role"].search([("contact_id", "=", person.id)])
        return set(found.mapped("role"))

    def test_page_is_the_owners(self):
        """P2: people with their roles for owners; all others are sent to the overview."""
        for role, user in self.people.items():
            with self.subTest(role):
                response = self._open(user, PEOPLE)
                self.assertEqual("o_pmm_person" in response.text, role == "owner")
                self.assertEqual("People" in self._tabs(user), role == "owner")
        vals = {"name": "Ramp", "type": "delivery", "parent_id": self.acme.id}
        self.env["res.partner"].create(vals)
        page = self._content(self.owner, PEOPLE)
        names = page.xpath(".//form[hasclass('o_pmm_person')]//div[hasclass('fw-bold')]/text()")
        # neither the company nor its delivery address
        self.assertEqual(set(names), {user.name for user in self.people.values()})
        self.assertNotIn(self.outsider.name, self._words(page))

    def test_owner_gives_and_takes(self):
        """P2: exactly what is ticked; told on the enrolment, with the owner as author."""
        none = self.people["none"].partner_id
        self.assertNotIn("Saved.", self._open(self.owner, PEOPLE).text)
        self.assertIn("Saved.", self._give(self.owner, none, "sales", "learner").text)
        self.assertEqual(self._roles(none), {"sales", "learner"})
        self._give(self.owner, none, "finance")
        self.assertEqual(self._roles(none), {"finance"})
        self._give(self.owner, none)
        self.assertFalse(self._roles(none))
        notes = self.acme_in.message_ids.filtered(lambda m: "changed by the partner" in m.body)
        self.assertEqual(len(notes), 3)
        self.assertIn("none → Sales, Learner", notes[-1].body)
        self.assertEqual(notes.author_id, self.owner.partner_id)
        self.assertEqual(notes.subtype_id, self.env.ref("mail.mt_note"))
        self.assertNotIn(self.owner.partner_id, self.acme_in.message_partner_ids)
        # nothing changed, nothing told
        self._give(self.owner, none)
        self.assertEqual(len(self.acme_in.message_ids & notes), 3)

    def test_last_owner_stays(self):
        """P2: neither oneself nor another one; with a second owner it goes."""
        partner = self.owner.partner_id
        response = self._give(self.owner, partner, "sales")
        self.assertIn("is the last owner", response.text)
        self.assertNotIn("Saved.", response.text)
        self.assertEqual(self._roles(partner), {"owner"})
        self._give(self.owner, self.sales.partner_id, "owner", "sales")
        self._give(self.sales, partner)
        self.assertFalse(self._roles(partner))
        self.assertNotIn("o_pmm_person", self._open(self.owner, PEOPLE).text)
        self.assertIn("is the last owner", self._give(self.sales, self.sales.partner_id).text)

    def test_others_change_nothing(self):
        """DESIGN 3.6: neither other roles, owners elsewhere, nor employees; no invented role."""
        none = self.people["none"].partner_id
        double = self._user("double", "base.group_user")
        double.partner_id.parent_id = self.acme
        self._grant(double, "owner")
        for user in (self.sales, self.people["finance"], self.outsider, double):
            with self.subTest(user.login):
                self.assertEqual(self._give(user, none, "owner").status_code, 404)
                if user != self.outsider:
                    added = self._add(user, "New", "new@acme.example", "owner")
                    self.assertEqual(added.status_code, 404)
        for person in (self.outsider.partner_id, self.bolt, self.adam.partner_id):
            self.assertEqual(self._give(self.owner, person, "owner").status_code, 404)
        self.assertEqual(self._give(self.owner, self.acme.browse(999999)).status_code, 404)
        self.assertFalse(self._roles(none))
        self._give(self.owner, none, "admin", "sales")
        self.assertEqual(self._roles(none), {"sales"})
        self.authenticate(self.owner.login, self.owner.login)
        with mute_logger("odoo.http"):
            response = self.url_open(f"{PEOPLE}/{none.id}", data={"role": "owner"})
        self.assertEqual(response.status_code, 400)

    def test_role_is_asked_for_each_time(self):
        """DESIGN 3.6: who was owner a moment ago is none now, also by direct call."""
        Role = self.env["pmm.partner.role"]
        self.assertEqual(Role.with_user(self.owner)._company_of_owner(), self.acme)
        Role.search([("contact_id", "=", self.owner.partner_id.id)]).unlink()
        for user in (self.owner, self.sales, self.adam):
            with self.assertRaises(AccessError):
                Role.with_user(user)._company_of_owner()

    def test_owner_adds_a_person(self):
        """P2: a contact of the company, the roles, and a task for the account manager."""
        self._add(self.owner, "Nina New", " Nina@Acme.example ", "sales")
        nina = self.env["res.partner"].search([("name", "=", "Nina New")])
        self.assertRecordValues(
            nina,
            [{"parent_id": self.acme.id, "email": "nina@acme.example", "is_company": False}],
        )
        self.assertEqual(self._roles(nina), {"sales"})
        self.assertFalse(nina.user_ids)
        [activity] = self.acme_in.activity_ids
        self.assertEqual(activity.user_id, self.adam)
        self.assertIn("portal access to Nina New", activity.summary)
        # once, also when the roles change
        self._give(self.owner, nina, "sales", "finance")
        self.assertEqual(len(self.acme_in.activity_ids), 1)
        # who has access needs none
        self._give(self.owner, self.people["none"].partner_id, "sales")
        self.assertEqual(len(self.acme_in.activity_ids), 1)

    def test_adding_refuses(self):
        """P2: no address, half an address, one that is known here; what was typed stays."""
        self.sales.partner_id.email = "sue@acme.example"
        number = len(self.acme.child_ids)
        for name, email, sentence in (
            ("", "new@acme.example", "Enter the name"),
            ("New", "new-acme", "complete e-mail address"),
            ("New", "SUE@acme.example", "is the address of"),
        ):
            response = self._add(self.owner, name, email, "sales")
            self.assertIn(sentence, response.text)
            self.assertIn(f'value="{email}"', response.text)
        self.env.invalidate_all()
        self.assertEqual(len(self.acme.child_ids), number)
        # another company's person with the same address is none of their business
        self.outsider.partner_id.email = "both@world.example"
        self._add(self.owner, "Both", "both@world.example")
        self.assertIn("Both", self.acme.child_ids.mapped("name"))
