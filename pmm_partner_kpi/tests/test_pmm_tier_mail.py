from lxml import html

from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .benefit_common import BenefitCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmTierMail(BenefitCommon):
    """T11: who is told of a tier, when, and what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.tier_mails = True
        cls.env["res.lang"]._activate_lang("ru_RU")
        cls.ann, cls.boris, cls.carl, cls.dora = cls.env["res.partner"].create(
            [
                {"name": n, "email": f"{n.lower()}@acme.example", "parent_id": cls.acme.id}
                for n in ("Ann", "Boris", "Carl", "Dora")
            ]
        )
        cls.boris.lang = "ru_RU"
        cls.env["pmm.partner.role"].create(
            [
                {"contact_id": person.id, "role": role}
                for person, role in (
                    (cls.ann, "owner"),
                    (cls.ann, "sales"),
                    (cls.boris, "sales"),
                    (cls.carl, "finance"),
                    (cls.dora, "learner"),
                )
            ]
        )
        cls.both = cls.env["pmm.tier.benefit"].create(
            [
                {"program_tier_id": rung.id, "kind": "text", "name": "Training"}
                for rung in cls.silver_rung | cls.gold_rung
            ]
        )

    def _mails(self, partner=None):
        """Return {name of the reader: mail} of the mails that wait."""
        mails = self.env["mail.mail"].search([("model", "=", "pmm.enrollment")], order="id")
        return {person.name: mail for mail in mails for person in mail.recipient_ids}

    def _words(self, mail):
        # without what the layout repeats for the list of messages
        [body] = html.fromstring(str(mail.body_html)).xpath("//div[@style='font-size: 14px;']")
        return " ".join(body.text_content().split())

    def test_owners_and_sales_read_what_changes(self):
        """T11: from which tier to which, since when, why; gained, lost, kept; no money."""
        row = self._tier(self.acme_in, self.silver, "2026-03-01")
        self.env["mail.mail"].search([]).unlink()
        row.write({"date_stop": "2026-04-10"})
        self._tier(self.acme_in, self.gold, "2026-04-10", cause="Revenue of 10,000 reached")
        mails = self._mails()
        self.assertEqual(set(mails), {"Ann", "Boris"})
        mail = mails["Ann"]
        self.assertEqual(mail.subject, "Resellers: your tier is now Gold")
        words = self._words(mail)
        for expected in ("Silver", "04/10/2026"):
            self.assertIn(expected, words)
        # our note on the tier is ours
        self.assertNotIn("Revenue of 10,000 reached", words)
        gained, rest = words.split("No longer included")
        lost, kept = rest.split("Stays as it is")
        self.assertIn("Pricelist: Gold", gained)
        self.assertIn("Pricelist: Silver", lost)
        self.assertIn("Training", kept)
        self.assertNotIn("Training", gained + lost)
        self.assertIn("Tier: Silver → Gold, since 04/10/2026.", self._notes(self.acme_in))

    def test_only_what_is_given_is_told(self):
        """T8, T11: a pricelist that another programme keeps, or that only applies elsewhere."""
        self.env["res.company"].create({"name": "Other"})
        shared = self.env["product.pricelist"].create({"name": "Shared", "company_id": False})
        second = self._other_program(sequence=20, tier_mails=True)
        _lower, upper = self._ladder(second, self.env["product.pricelist"], shared)
        upper.benefit_ids = [Command.create({"kind": "text", "name": "Showroom kit"})]
        other_in = self._enroll(self.acme, program=second)
        leading = self._tier(self.acme_in, self.gold)
        self.env["mail.mail"].search([]).unlink()
        row = self._tier(other_in, self.gold)
        words = self._words(self._mails()["Ann"])
        self.assertIn("Showroom kit", words)
        self.assertNotIn("Shared", words)
        # what would be lost is what is there
        day = row._fields["date_start"].to_date("2026-07-01")
        self.env["mail.mail"].search([]).unlink()
        other_in._warn_of_downgrade({other_in: (day, self.silver)})
        words = self._words(self._mails()["Ann"])
        self.assertIn("Showroom kit", words)
        self.assertNotIn("Shared", words)
        self.env["mail.mail"].search([]).unlink()
        self._write(row, grade_id=self.silver.id)
        words = self._words(self._mails()["Ann"])
        self.assertIn("Showroom kit", words.split("No longer included")[1])
        self.assertNotIn("Shared", words)
        # where nothing stands in the way it is told
        leading.unlink()
        self.env["mail.mail"].search([]).unlink()
        self._write(row, grade_id=self.gold.id)
        gained = self._words(self._mails()["Ann"]).split("New for you")[1]
        self.assertIn("Pricelist: Shared", gained)
        self.env["mail.mail"].search([]).unlink()
        shared.active = False
        self._write(row, grade_id=self.silver.id)
        lost = self._words(self._mails()["Ann"]).split("No longer included")[1]
        self.assertIn("Pricelist: Shared", lost)
        self.env["mail.mail"].search([]).unlink()
        self._write(row, grade_id=self.gold.id)
        self.assertNotIn("Shared", self._words(self._mails()["Ann"]))

    def test_a_tier_for_all_has_no_requirements_to_meet(self):
        """T11: the mail and the note say so instead."""
        self.gold_rung.requirement_ids = [Command.create({"kpi_id": self.kpi.id})]
        self.program.tier_mode = "automatic"
        self.program._run()
        self._settle()
        self.assertEqual(self.acme_in.grade_id, self.silver)
        for words in (self._words(self._mails()["Ann"]), self._notes(self.acme_in)):
            self.assertIn("Open to every partner of the programme", words)
            self.assertNotIn("Requirements met", words)

    def test_each_reads_in_the_own_language(self):
        """T11: subject, wording and dates of the reader, whoever writes the tier."""
        template = self.env.ref("pmm_partner_kpi.mail_template_tier_changed")
        russian = template.with_context(lang="ru_RU")
        russian.subject = f"Уровень: {template.subject}"
        russian.body_html = template.body_html.replace("Hello", "Здравствуйте")
        self.gold.with_context(lang="ru_RU").name = "Золото"
        self.both.with_context(lang="ru_RU").name = "Обучение"
        self._tier(self.acme_in, self.gold, "2026-04-10")
        mails = self._mails()
        self.assertTrue(mails["Boris"].subject.startswith("Уровень: Resellers: "))
        self.assertTrue(mails["Boris"].subject.endswith("Золото"))
        self.assertEqual(mails["Ann"].subject, "Resellers: your tier is now Gold")
        self.assertIn("Здравствуйте", self._words(mails["Boris"]))
        self.assertIn("Обучение", self._words(mails["Boris"]))
        self.assertIn("10.04.2026", self._words(mails["Boris"]))
        self.assertIn("Training", self._words(mails["Ann"]))
        self.assertNotIn("Обучение", self._words(mails["Ann"]))

    def test_without_roles_the_company_reads(self):
        """T11: and without any address, a note says so, and the tier is given."""
        self.acme.pmm_role_ids.unlink()
        self._tier(self.acme_in, self.gold)
        self.assertEqual(set(self._mails()), {"Acme Trading"})
        self._tier(self.bolt_in, self.gold)
        self.assertEqual(set(self._mails()), {"Acme Trading"})
        self.assertIn("enter an e-mail address", self._notes(self.bolt_in))
        self.assertHas(self.bolt, self.gold_list, self.gold)

    def test_a_tier_is_told_once(self):
        """T11: not for what stays the same today, nor a second time."""
        row = self._tier(self.acme_in, self.gold)
        self._run_cron("ir_cron_benefits")
        row.write({"date_start": "2026-02-01", "cause": "corrected"})
        self._settle()
        self._tier(self.acme_in, self.silver, "2026-01-01", "2026-02-01")
        self.assertEqual(len(self._mails()["Ann"]), 1)
        self.assertEqual(self.env["mail.mail"].search_count([("model", "=", "pmm.enrollment")]), 2)

    def test_steps_in_between_are_not_told(self):
        """T11: end one tier, begin another: one change."""
        row = self._tier(self.acme_in, self.silver)
        self.env["mail.mail"].search([]).unlink()
        self.acme_in.write(
            {
                "tier_ids": [
                    Command.update(row.id, {"date_stop": "2026-04-15"}),
                    Command.create({"grade_id": self.gold.id, "date_start": "2026-04-15"}),
                ]
            }
        )
        self._settle()
        mails = self._mails()
        self.assertEqual(len(mails), 2)
        self.assertEqual(mails["Ann"].subject, "Resellers: your tier is now Gold")
        self.assertIn("Silver", self._words(self._mails()["Ann"]))

    def test_a_future_tier_is_told_on_its_day(self):
        """T11: the day before nobody, on the day everybody."""
        self._tier(self.acme_in, self.gold, "2026-05-01")
        for day, count in (("2026-04-30", 0), ("2026-05-01", 2), ("2026-05-02", 2)):
            with freeze_time(day):
                self.env.invalidate_all()
                self._run_cron("ir_cron_benefits")
            self.assertEqual(len(self._mails()), count, day)

    def test_the_end_of_a_tier_is_told(self):
        """T11: to no tier."""
        row = self._tier(self.acme_in, self.gold, "2026-02-01")
        self.env["mail.mail"].search([]).unlink()
        self._write(row, date_stop="2026-04-15")
        mail = self._mails()["Ann"]
        self.assertEqual(mail.subject, "Resellers: your tier Gold has ended")
        self.assertIn("04/15/2026", self._words(mail))

    def test_who_is_not_told(self):
        """T11: programmes that do not mail, tiers taken over from another system."""
        self._tier(self.acme_in, self.silver, origin="imported")
        self.assertFalse(self._mails())
        self.assertIn("Tier: no tier → Silver", self._notes(self.acme_in))
        self.program.tier_mails = False
        self._tier(self.bolt_in, self.silver)
        self.assertFalse(self._mails())

    def test_a_broken_template_stops_nothing(self):
        """T11: the tier is given, the enrolment says what went wrong."""
        template = self.env.ref("pmm_partner_kpi.mail_template_tier_changed")
        template.subject = "{{ 1 / (0 if ctx.get('pmm_tier') else 1) }}"
        with mute_logger(
            "odoo.addons.pmm_partner_kpi.models.pmm_enrollment_tier_mail",
            "odoo.addons.mail.models.mail_render_mixin",
        ):
            self._tier(self.acme_in, self.gold)
        self.assertFalse(self._mails())
        self.assertIn("could not be written", self._notes(self.acme_in))
        self.assertHas(self.acme, self.gold_list, self.gold)

    def test_a_preview_of_the_template_shows_something(self):
        """T11: an administrator opens it without any change of a tier."""
        for name in ("changed", "warning"):
            template = self.env.ref(f"pmm_partner_kpi.mail_template_tier_{name}")
            body = template._render_field("body_html", self.acme_in.ids)[self.acme_in.id]
            self.assertIn("Acme Trading", body)

    def test_the_warning_says_what_is_missing_by_when(self):
        """T11: unmet requirements of the tier, and what would be lost."""
        self._tier(self.acme_in, self.gold)
        self.env["mail.mail"].search([]).unlink()
        met, unmet, yes_no = self.env["pmm.tier.requirement"].create(
            [
                {"program_tier_id": self.gold_rung.id, "kpi_id": self.kpi.id, "threshold": 100},
                {"program_tier_id": self.gold_rung.id, "kpi_id": self.kpi.id, "threshold": 10000},
                {"program_tier_id": self.gold_rung.id, "kind": "check", "name": "Has a showroom"},
            ]
        )
        self.env["pmm.tier.standing"].sudo().create(
            [
                {
                    "enrollment_id": self.acme_in.id,
                    "requirement_id": requirement.id,
                    "program_id": self.program.id,
                    "partner_id": self.acme.id,
                    "company_id": self.company.id,
                    "date_start": "2026-01-01",
                    "date_stop": "2027-01-01",
                    "has_value": True,
                    "value": value,
                    "required": requirement.threshold,
                    "met": requirement == met,
                }
                for requirement, value in ((met, 9500), (unmet, 9500), (yes_no, 0))
            ]
        )
        day = self.env["pmm.enrollment.tier"]._fields["date_start"].to_date("2026-07-01")
        self.env["pmm.enrollment"]._warn_of_downgrade({self.acme_in: (day, self.silver)})
        mail = self._mails()["Ann"]
        self.assertEqual(mail.subject, "Resellers: your tier Gold ends on 07/01/2026")
        words = self._words(mail)
        for expected in ("9,500.00", "10,000.00", "Has a showroom", "Silver", "Pricelist: Gold"):
            self.assertIn(expected, words)
        self.assertEqual(words.count("Revenue"), 1)
        self.assertIn("Warned of the tier on 07/01/2026: Gold → Silver", self._notes(self.acme_in))

    def test_the_warning_keeps_internal_figures(self):
        """T11, DESIGN 6: of KPIs that are not for partners it says what is asked for, no more."""
        self._tier(self.acme_in, self.gold)
        self.env["mail.mail"].search([]).unlink()
        self.kpi.is_internal = True
        points = self._kpi(
            "Activity",
            source="points",
            points_line_ids=[Command.create({"counted_kpi_id": self.kpi.id})],
        )
        points.is_internal = True
        self.program.points_kpi_id = points
        requirements = self.env["pmm.tier.requirement"].create(
            [
                {"program_tier_id": self.gold_rung.id, "kpi_id": self.kpi.id, "threshold": 10000},
                {"program_tier_id": self.gold_rung.id, "kind": "points", "threshold": 800},
            ]
        )
        self.env["pmm.tier.standing"].sudo().create(
            [
                {
                    "enrollment_id": self.acme_in.id,
                    "requirement_id": requirement.id,
                    "program_id": self.program.id,
                    "partner_id": self.acme.id,
                    "company_id": self.company.id,
                    "date_start": "2026-01-01",
                    "date_stop": "2027-01-01",
                    "has_value": True,
                    "value": 654,
                    "required": requirement.threshold,
                    "met": False,
                }
                for requirement in requirements
            ]
        )
        day = self.env["pmm.enrollment.tier"]._fields["date_start"].to_date("2026-07-01")
        self.env["pmm.enrollment"]._warn_of_downgrade({self.acme_in: (day, self.silver)})
        words = self._words(self._mails()["Ann"])
        self.assertIn("10,000.00", words)
        self.assertIn("800", words)
        self.assertNotIn("654", words)
