import base64

from odoo.http import Request
from odoo.tests import HttpCase, freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon
from .portal_common import PortalCommon

JOIN, AGREEMENT = "/my/programme/join", "/my/programme/agreement"
PDF = base64.b64encode(b"%PDF-1.4 agreement")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 10:00:00")
class TestPortalEntry(PortalCommon, PmmCommon, HttpCase):
    """T12, T13: applying, reading and accepting agreements, as people of a company do it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.write({"apply_mode": "review", "description": "<p>Sell our pumps</p>"})
        cls.people = cls._people(cls.acme)
        cls.newcomer = cls._person("newcomer", cls.stranger)

    def _post(self, user, url, **data):
        """Send a form of a page as ``user``; follow to what is shown then."""
        self.authenticate(user.login, user.login)
        self.opener.cookies["frontend_lang"] = user.lang
        token = {"csrf_token": Request.csrf_token(self)}
        return self.url_open(url, data=token | data)

    def _apply(self, user, program=None, **data):
        return self._post(user, f"{JOIN}/{(program or self.program).id}", **data)

    def _applications(self):
        return self.env["pmm.application"].search([])

    def _agreement(self, publish=True, **vals):
        agreement = self.env["pmm.agreement"].create(
            {
                "program_id": self.program.id,
                "body": "<p>Be fair.</p>",
                "date_from": "2026-01-01",
                **vals,
            }
        )
        if publish:
            agreement.action_publish()
        return agreement

    # === APPLYING === #

    def test_visitors_are_sent_to_the_login(self):
        """X10: every page asks who one is."""
        self.authenticate(None, None)
        for url in (JOIN, f"{JOIN}/{self.program.id}", AGREEMENT, f"{AGREEMENT}/1/file"):
            response = self.url_open(url, allow_redirects=False)
            self.assertIn(response.status_code, (302, 303), url)

    def test_open_programmes_are_listed(self):
        """T12: those open for application, of the user's companies, in which one is not yet."""
        closed = self.program.copy({"name": "Invited only", "apply_mode": "closed"})
        other = self.setup_other_company()["company"]
        self.env["pmm.program"].create(
            {"name": "Elsewhere", "company_id": other.id, "tz": "UTC", "apply_mode": "auto"}
        )
        self.program.write(
            {"entry_domain": "[('id', '>', 0)]", "entry_rule": "Companies that sell pumps"}
        )
        text = self._text(self.newcomer, JOIN)
        for words in ("Resellers", "Sell our pumps", "Companies that sell pumps", "write to you"):
            self.assertIn(words, text)
        self.assertNotIn(closed.name, text)
        self.assertNotIn("Elsewhere", text)
        self.assertIn("Programmes", self._tabs(self.newcomer))
        self.assertEqual(self._counter(self.newcomer), 1)
        overview = self._content(self.newcomer, "/my/programme")
        self.assertTrue(overview.xpath(f".//a[@href='{JOIN}' and hasclass('btn')]"))
        # Acme takes part
        self.assertIn(
            "no programme that you could apply for", self._text(self.people["owner"], JOIN)
        )
        self.assertNotIn("Programmes", self._tabs(self.people["owner"]))

    def test_pilots_are_not_listed(self):
        """C7, T12: what is being tried out is no offer."""
        self.program.is_pilot = True
        self.assertNotIn("Resellers", self._text(self.newcomer, JOIN))
        self.assertEqual(self._apply(self.newcomer).status_code, 404)

    def test_application_arrives(self):
        """T12: what was typed is kept, with the amount as the reader writes it."""
        self._speaks(self.newcomer, "fr_FR")
        response = self._apply(
            self.newcomer, message="We sell <b>pumps</b>", expected_revenue="12 500,50"
        )
        self.assertIn("o_pmm_application", response.text)
        self.assertNotIn("<b>pumps", response.text)
        self.assertRecordValues(
            self._applications(),
            [
                {
                    "partner_id": self.stranger.id,
                    "contact_id": self.newcomer.partner_id.id,
                    "message": "We sell <b>pumps</b>",
                    "expected_revenue": 12500.5,
                    "state": "submitted",
                }
            ],
        )
        # it waits: the programme is no longer offered, the form is gone
        self.assertEqual(self._apply(self.newcomer).status_code, 404)
        self.assertEqual(len(self._applications()), 1)

    def test_refusal_keeps_what_was_typed(self):
        """T12: in both modes; the sentence above the form, nothing stored."""
        self.program.write(
            {"entry_domain": "[('country_id.code', '=', 'FR')]", "entry_rule": "French companies"}
        )
        for mode in ("review", "auto"):
            self.program.apply_mode = mode
            response = self._apply(self.newcomer, message="Please", expected_revenue="7000")
            self.assertIn("It is for: French companies", response.text)
            self.assertIn("Please", response.text)
            self.assertIn('value="7000"', response.text)
        response = self._apply(self.newcomer, expected_revenue="a lot")
        self.assertIn("Enter the expected revenue as a number", response.text)
        self.assertFalse(self._applications())
        self.assertFalse(self.stranger.pmm_enrollment_ids)

    def test_auto_takes_in_at_once(self):
        """T12, P2: enrolled from today; who applied is the owner and sees the programme."""
        self.program.apply_mode = "auto"
        self._apply(self.newcomer)
        self.assertEqual(str(self.stranger.pmm_enrollment_ids.date_start), "2026-04-15")
        self.assertEqual(self.stranger.pmm_role_ids.contact_id, self.newcomer.partner_id)
        self.assertEqual(self.stranger.pmm_role_ids.role, "owner")
        self.assertIn("Resellers", self._text(self.newcomer, "/my/programme"))
        self.assertIn("Accepted", self._text(self.newcomer, JOIN))
        # what we write to each other there is not sent to them
        for record in (self._applications(), self.stranger.pmm_enrollment_ids):
            self.assertNotIn(self.newcomer.partner_id, record.message_partner_ids)

    def test_reason_is_read_and_withdrawing(self):
        """T12: rejected with the reason; a new one can be taken back."""
        self._apply(self.newcomer)
        self._applications()._reject("You sell in another region.")
        text = self._text(self.newcomer, JOIN)
        self.assertIn("Rejected", text)
        self.assertIn("You sell in another region.", text)
        self._apply(self.newcomer)
        waiting = self._applications().filtered(lambda a: a.state == "submitted")
        self._post(self.newcomer, f"{JOIN}/{waiting.id}/withdraw")
        waiting.invalidate_recordset()
        self.assertEqual(waiting.state, "withdrawn")
        self.assertIn("Withdrawn", self._text(self.newcomer, JOIN))

    def test_who_may_apply(self):
        """T12: anybody of a company without roles, else its owners; employees do not."""
        colleague = self._person("colleague", self.stranger)
        clerk = self._user("clerk", "base.group_user")
        alone = self._user("alone", "base.group_portal")
        for user, expected in ((colleague, 200), (alone, 200), (clerk, 404)):
            with self.subTest(user.login):
                url = f"{JOIN}/{self.program.id}"
                self.assertEqual(self._open(user, url).status_code, expected)
        self._grant(self.newcomer, "owner")
        self.assertEqual(self._apply(colleague).status_code, 404)
        self.assertNotIn("Programmes", self._tabs(colleague))
        other = self.program.copy({"name": "Second"})
        for role, user in self.people.items():
            with self.subTest(role):
                found = self._open(user, f"{JOIN}/{other.id}").status_code
                self.assertEqual(found, 200 if role == "owner" else 404)

    def test_applications_of_others_are_out_of_reach(self):
        """DESIGN 3.5: by list, by crafted id; a colleague without the role sees only own ones."""
        self._apply(self.newcomer, message="Our secret plan")
        application = self._applications()
        colleague = self._person("colleague", self.stranger)
        outsider = self._person("outsider", self.bolt, "owner")
        for user in (outsider, colleague, self.people["owner"]):
            with self.subTest(user.login):
                self.assertNotIn("secret", self._text(user, JOIN))
                response = self._post(user, f"{JOIN}/{application.id}/withdraw")
                self.assertEqual(response.status_code, 404)
        self.assertEqual(application.state, "submitted")
        self._grant(colleague, "owner")
        self.assertIn("secret", self._text(colleague, JOIN))
        for model in ("pmm.application", "pmm.agreement", "pmm.agreement.acceptance"):
            self.assertFalse(self.env[model].with_user(self.newcomer).has_access("read"))

    def test_crafted_forms(self):
        """DESIGN 3.6: what the form does not ask for is not taken; no token, no application."""
        closed = self.program.copy({"name": "Invited only", "apply_mode": "closed"})
        self.assertEqual(self._apply(self.newcomer, closed).status_code, 404)
        self.assertEqual(self._open(self.newcomer, f"{JOIN}/999999").status_code, 404)
        self._apply(
            self.newcomer,
            state="accepted",
            partner_id=self.acme.id,
            contact_id=self.people["owner"].partner_id.id,
        )
        self.assertRecordValues(
            self._applications(), [{"partner_id": self.stranger.id, "state": "submitted"}]
        )
        self._applications()._withdraw()
        self.authenticate(self.newcomer.login, self.newcomer.login)
        with mute_logger("odoo.http"):
            response = self.url_open(f"{JOIN}/{self.program.id}", data={"message": "x"})
        self.assertEqual(response.status_code, 400)

    # === AGREEMENT === #

    def test_agreement_is_signed_when_applying(self):
        """T13: box and name are asked for; the version that was shown is the one accepted."""
        agreement = self._agreement()
        self.assertIn("Be fair.", self._text(self.newcomer, f"{JOIN}/{self.program.id}"))
        signed = {"agree": "1", "typed_name": "Ann Lee", "agreement_id": agreement.id}
        for missing in ("agree", "typed_name"):
            form = {key: value for key, value in signed.items() if key != missing}
            self.assertIn("Tick the box", self._apply(self.newcomer, **form).text)
        stale = self._apply(self.newcomer, **signed | {"agreement_id": agreement.id + 1})
        self.assertIn("has changed meanwhile", stale.text)
        self.assertIn('value="Ann Lee"', stale.text)
        self.assertFalse(self._applications())
        self._apply(self.newcomer, **signed)
        enrollment = self._applications()._accept("2026-04-15")
        self.assertRecordValues(
            enrollment.acceptance_ids,
            [{"typed_name": "Ann Lee", "user_id": self.newcomer.id}],
        )

    def test_owner_accepts(self):
        """T13: the overview asks, the owner accepts, all read who did."""
        owner, sales = self.people["owner"], self.people["sales"]
        self.assertNotIn("Agreement", self._tabs(owner))
        agreement = self._agreement()
        self.assertIn("waits for you to accept it", self._text(owner, "/my/programme"))
        self.assertIn("for an owner of your company", self._text(sales, "/my/programme"))
        for role, user in self.people.items():
            with self.subTest(role):
                page = self._content(user, AGREEMENT)
                self.assertIn("Be fair.", self._words(page))
                self.assertEqual(bool(page.xpath(".//form")), role == "owner")
        signed = {"agree": "1", "typed_name": "Olga Owner", "agreement_id": agreement.id}
        url = f"{AGREEMENT}/{self.acme_in.id}"
        for user in (sales, self.people["none"], self._person("other", self.bolt, "owner")):
            self.assertEqual(self._post(user, url, **signed).status_code, 404)
        response = self._post(owner, url, agree="1", agreement_id=agreement.id, typed_name=" ")
        self.assertIn("Tick the box", response.text)
        self.assertFalse(self.acme_in.acceptance_ids)
        for _click in range(2):
            self.assertEqual(self._post(owner, url, **signed).status_code, 200)
        self.assertRecordValues(
            self.acme_in.acceptance_ids,
            [{"typed_name": "Olga Owner", "contact_id": owner.partner_id.id}],
        )
        self.assertIn("Version 1, accepted by Olga Owner", self._text(sales, AGREEMENT))
        self.assertNotIn("waits for", self._text(owner, "/my/programme"))
        # a new version asks again and shows the former acceptance
        self._agreement(body="<p>Be fairer.</p>")
        text = self._text(owner, AGREEMENT)
        self.assertIn("Be fairer.", text)
        self.assertIn("Version 1, accepted by Olga Owner", text)
        self.assertIn("waits for you", self._text(owner, "/my/programme"))

    def test_file_is_for_those_concerned(self):
        """DESIGN 3.5: people of enrolled companies and applicants; no other, no draft."""
        agreement = self._agreement(file=PDF, file_name="terms.pdf")
        draft = self._agreement(publish=False, file=PDF)
        url = f"{AGREEMENT}/{agreement.id}/file"
        outsider = self._person("outsider", self._company_without_programme())
        for user, expected in (
            (self.people["none"], 200),
            (self.newcomer, 200),
            (outsider, 404),
            (self._user("clerk", "base.group_user"), 404),
        ):
            if user == outsider:
                self.program.apply_mode = "closed"
            with self.subTest(user.login):
                response = self._open(user, url)
                self.assertEqual(response.status_code, expected)
                if expected == 200:
                    self.assertEqual(response.content, b"%PDF-1.4 agreement")
                    self.assertIn("terms.pdf", response.headers["Content-Disposition"])
                self.assertEqual(self._open(user, f"{AGREEMENT}/{draft.id}/file").status_code, 404)
        # nor by Odoo's own way to files
        plain = self._open(self.people["owner"], f"/web/content/pmm.agreement/{agreement.id}/file")
        self.assertEqual(plain.status_code, 404)

    def _company_without_programme(self):
        return self.env["res.partner"].create({"name": "Nowhere Ltd", "is_company": True})

    # === SUSPENDED, AND WHAT STAYS WITH US === #

    def test_suspended_is_said(self):
        """T12: the partner sees that it is suspended, not why we think so."""
        self.env["pmm.enrollment.suspension"].create(
            {"enrollment_id": self.acme_in.id, "date_start": "2026-04-15", "reason": "Fraud?"}
        )
        self.acme_in.leave_reason = "Not trusted"
        text = self._text(self.people["owner"], "/my/programme")
        self.assertIn("Suspended", text)
        self.assertNotIn("Fraud", text)
        mine = self.acme_in.with_user(self.people["owner"])
        for name in ("leave_reason", "suspension_ids", "acceptance_ids"):
            self.assertNotIn(name, mine.fields_get())

    def test_chatter_is_ours(self):
        """DESIGN 3.5: what is written on an enrolment or target is read by employees only."""
        target = self._target(self.acme_in, "2026-04", 100)
        employee = self._user("employee", "pmm_partner_kpi.group_pmm_manager")
        for record in (self.acme_in, target):
            message = record.with_user(employee).message_post(
                body="Watch them", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            self.assertIn(message, self.env["mail.message"].with_user(employee).search([]))
            for user in (self.people["owner"], self.people["none"]):
                with self.subTest(f"{user.login} {record._name}"):
                    found = (
                        self.env["mail.message"]
                        .with_user(user)
                        .search([("model", "=", record._name), ("res_id", "=", record.id)])
                    )
                    self.assertFalse(found)
                    fetch = {"thread_model": record._name, "thread_id": record.id}
                    for route in ("/mail/thread/messages", "/mail/chatter_fetch"):
                        response = self._open(user, route, json=self.build_rpc_payload(fetch))
                        self.assertNotIn("Watch them", response.text)
