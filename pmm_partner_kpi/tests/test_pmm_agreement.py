import base64
import hashlib

from psycopg2 import errors

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon

PDF = base64.b64encode(b"%PDF-1.4 agreement")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmAgreement(PmmCommon):
    """T13: versions of an agreement, who accepted which, and what they had read."""

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

    def _accept(self, agreement, enrollment):
        Acceptance = self.env["pmm.agreement.acceptance"].sudo()
        vals = Acceptance._vals_of(agreement, "Ann Lee") | {"enrollment_id": enrollment.id}
        return Acceptance.create(vals)

    def _missing(self):
        return self.env["pmm.enrollment"].search([("agreement_missing", "=", True)])

    def test_versions_are_counted_by_programme(self):
        """T13: 1, 2, … for each; also for several at once."""
        other = self.program.copy({"name": "Other"})
        first, second = self._agreement(), self._agreement()
        self.assertEqual((first.version, second.version), (1, 2))
        self.assertEqual(self._agreement(program_id=other.id).version, 1)
        both = self.env["pmm.agreement"].create([{"program_id": self.program.id}] * 2)
        self.assertEqual(both.mapped("version"), [3, 4])

    def test_the_latest_that_has_begun_is_in_force(self):
        """T13: on its first day, not the day before; drafts never are."""
        first = self._agreement()
        second = self._agreement(date_from="2026-05-01")
        self._agreement(publish=False)
        in_force = self.env["pmm.agreement"]._in_force
        for now, expected in (("2026-04-30", first), ("2026-05-01", second)):
            with freeze_time(now):
                self.assertEqual(in_force(self.program), {self.program: expected})
        with freeze_time("2025-12-31"):
            self.assertFalse(in_force(self.program))
        with freeze_time("2026-04-30 22:00:00"):
            self.program.tz = "Asia/Tokyo"
            self.assertEqual(in_force(self.program), {self.program: second})

    def test_a_new_version_asks_again(self):
        """T13: who has not accepted the one in force is found; who has left is not asked."""
        self.assertFalse(self._missing())
        first = self._agreement()
        self.assertEqual(self._missing(), self.acme_in | self.bolt_in)
        self._accept(first, self.acme_in)
        self.assertEqual(self._missing(), self.bolt_in)
        self.assertEqual((first.acceptance_count, first.missing_count), (1, 1))
        action = first.action_view_missing()
        self.assertEqual(self.env["pmm.enrollment"].search(action["domain"]), self.bolt_in)
        self._agreement()
        self.env.invalidate_all()
        self.assertTrue(self.acme_in.agreement_missing)
        self.assertEqual(self._missing(), self.acme_in | self.bolt_in)
        self.bolt_in.date_stop = "2026-04-15"
        self.assertEqual(self._missing(), self.acme_in)
        self.assertEqual(
            self.env["pmm.enrollment"].search([("agreement_missing", "=", False)]), self.bolt_in
        )

    def test_pilots_are_not_asked(self):
        """C7, T13: who sees nothing of the programme has nothing to accept."""
        self.program.is_pilot = True
        shadow = self._enroll(self.env["res.partner"].create({"name": "Try", "is_company": True}))
        self._agreement()
        self.assertEqual(self._missing(), self.acme_in | self.bolt_in)
        self.assertFalse(shadow.agreement_missing)

    def test_what_is_not_required_reminds_nobody(self):
        """T13: it is there to be read."""
        self._agreement(required=False)
        self.assertFalse(self._missing())
        self.assertFalse(self.acme_in.agreement_missing)

    def test_published_texts_stay(self):
        """DESIGN 3.3: not the text, its translations, the file or the day; nor is it deleted."""
        self.env["res.lang"]._activate_lang("fr_FR")
        draft = self._agreement(publish=False, file=PDF, file_name="terms.pdf")
        draft.body = "<p>Be very fair.</p>"
        draft.action_publish()
        for change in (
            lambda: draft.write({"body": "<p>Be unfair.</p>"}),
            lambda: draft.with_context(lang="fr_FR").write({"body": "<p>Injuste</p>"}),
            lambda: draft.update_field_translations(
                "body", {"fr_FR": {"Be very fair.": "Injuste"}}
            ),
            lambda: draft.write({"file": False}),
            lambda: draft.write({"date_from": "2026-02-01"}),
            lambda: draft.write({"state": "draft"}),
            draft.action_publish,
            draft.unlink,
        ):
            with self.assertRefused("its text stays"):
                change()

    def test_published_by_the_button_only(self):
        """DESIGN 3.6: with something to read, by a manager."""
        manager = self._user("manager", "pmm_partner_kpi.group_pmm_manager")
        user = self._user("user", "pmm_partner_kpi.group_pmm_user")
        empty = self._agreement(publish=False, body=False)
        with self.assertRefused("nothing to accept"):
            empty.action_publish()
        with self.assertRefused("with its button"):
            empty.with_user(manager).state = "published"
        with self.assertRaises(AccessError):
            empty.with_user(user).action_publish()
        empty.file = PDF
        empty.with_user(manager).action_publish()
        self.assertEqual(empty.state, "published")

    def test_file_is_a_pdf(self):
        """X10: nothing else is handed out."""
        with self.assertRefused("is no PDF file", ValidationError):
            self._agreement(file=base64.b64encode(b"<script>"), file_name="terms.html")

    def test_acceptance_says_what_was_read(self):
        """T13: the checksum is that of the text in the reader's language, and of the file."""
        self.env["res.lang"]._activate_lang("fr_FR")
        agreement = self._agreement(publish=False, file=PDF)
        agreement.update_field_translations("body", {"fr_FR": {"Be fair.": "Soyez juste."}})
        agreement.action_publish()
        english = self._accept(agreement, self.acme_in)
        french = self.env["pmm.agreement.acceptance"].with_context(lang="fr_FR")
        vals = french._vals_of(agreement, "Ann Lee")
        self.assertEqual((english.lang, vals["lang"]), ("en_US", "fr_FR"))
        for lang, digest in (("en_US", english.digest), ("fr_FR", vals["digest"])):
            text, file = digest.split()
            body = agreement.with_context(lang=lang).body
            self.assertEqual(text, hashlib.sha256(body.encode()).hexdigest())
            self.assertEqual(file, hashlib.sha1(base64.b64decode(PDF)).hexdigest())
        self.assertNotEqual(english.digest, vals["digest"])

    def test_acceptances_stay(self):
        """DESIGN 3.3: once, never changed or deleted, by no way; the enrolment stays, too."""
        acceptance = self._accept(self._agreement(), self.acme_in)
        self.env.flush_all()
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self._accept(acceptance.agreement_id, self.acme_in)
        for change in (lambda: acceptance.write({"typed_name": "x"}), acceptance.unlink):
            with self.assertRaises(UserError):
                change()
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.RestrictViolation):
            self.env.cr.execute("UPDATE pmm_agreement_acceptance SET typed_name = 'x'")
        with self.assertRefused("has accepted an agreement"):
            self.acme_in.unlink()

    def test_signed_with_the_application(self):
        """T12, T13: what the applicant signed counts for the enrolment."""
        agreement = self._agreement()
        self.program.apply_mode = "review"
        ann = self.env["res.partner"].create({"name": "Ann", "parent_id": self.stranger.id})
        application = (
            self.env["pmm.application"]
            .sudo()
            .create(
                {
                    "program_id": self.program.id,
                    "partner_id": self.stranger.id,
                    "contact_id": ann.id,
                    "agreement_id": agreement.id,
                    "signed_name": "Ann Lee",
                    "signed_at": "2026-04-15 09:00:00",
                    "signed_by_id": self.env.uid,
                    "signed_lang": "en_US",
                    "signed_digest": agreement._digest(),
                }
            )
        )
        enrollment = application._accept("2026-05-01")
        self.assertRecordValues(
            enrollment.acceptance_ids,
            [{"agreement_id": agreement.id, "typed_name": "Ann Lee", "contact_id": ann.id}],
        )
        self.assertFalse(enrollment.agreement_missing)
