from psycopg2 import errors

from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import RewardCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPartnerMerge(RewardCommon):
    """P12: what merged partners have earned stays, and nothing is paid twice."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._plan(cls._rate(0.1), cls._bands((0, 0.01), (100, 0.05)), date_start="2026-01-01")

    def _earned(self, enrollment):
        return self.currency.round(sum(enrollment.entry_ids.mapped("amount")))

    def test_earned_before_stays_and_later_counts_once(self):
        """P12: closed, stated, billed and open periods; bands; the proof before and after."""
        invoice = self._invoice(self.acme, "2026-02-10", 150)
        self._invoice(self.bolt, "2026-02-10", 80)
        self._invoice(self.acme, "2026-04-14", 90)
        self._invoice(self.bolt, "2026-04-14", 90)
        self._close("2026-01")
        statements = self._state("2026-02")
        self._post()
        statements.filtered(lambda s: s.partner_id == self.acme)._create_bills()
        self.assertProof()
        entries = self.env["pmm.reward.entry"].search([])
        before = {entry.id: (entry.amount, entry.enrollment_id.id) for entry in entries}
        self._merge(self.acme, into=self.bolt)
        self.assertProof()
        figures = self.program._run()
        self.assertEqual((figures["credits"], figures["entries"]), (0, 0))
        entries = self.env["pmm.reward.entry"].search([])
        self.assertEqual(
            {entry.id: (entry.amount, entry.enrollment_id.id) for entry in entries}, before
        )
        self.assertEqual(entries.partner_id, self.bolt)
        self.assertEqual(statements.partner_id, self.bolt)
        # what is bought from now on goes on where the partner that stays was: 90 + 20
        acme, bolt = self._earned(self.acme_in), self._earned(self.bolt_in)
        self._invoice(self.bolt, "2026-04-15", 20)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), acme)
        self.assertEqual(self._earned(self.bolt_in), bolt + 2 + 0.1 + 0.5)
        # a late credit note takes back what its invoice earned, where it was earned
        self._refund(invoice, "2026-04-15", 60)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), self.currency.round(acme - 6 - 2.5 - 0.1))
        self.assertEqual(self._earned(self.bolt_in), bolt + 2.6)
        self._post()
        self.assertProof()

    def test_drill_down_of_entries(self):
        """P12: the credits behind a reward are those that it is computed from."""
        self._invoice(self.acme, "2026-04-14", 90)
        self._invoice(self.bolt, "2026-04-14", 50)
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        for enrollment, amount in ((self.acme_in, 90), (self.bolt_in, 50)):
            for entry in enrollment.entry_ids:
                credits = self.env["pmm.credit"].search(entry._credit_domain())
                self.assertEqual(credits.mapped("amount"), [amount])

    def test_segments(self):
        """R47, P12: a rule for a segment goes on looking at who each partner was."""
        segment = self.env["pmm.segment"].create({"name": "Key", "company_id": self.company.id})
        self.env["pmm.segment.member"].create(
            {"segment_id": segment.id, "partner_id": self.acme.id, "date_start": "2026-01-01"}
        )
        self._plan(self._rate(0.5, segment_ids=[(6, 0, segment.ids)]), name="Key partners")
        for partner in (self.acme, self.bolt):
            self._invoice(partner, "2026-04-14", 100)
        self.program._run()
        self.assertEqual((self._earned(self.acme_in), self._earned(self.bolt_in)), (61, 11))
        self._merge(self.acme, into=self.bolt)
        self.assertEqual(self.program._run()["entries"], 0)
        self._invoice(self.bolt, "2026-04-15", 100)
        self.program._run()
        self.assertEqual((self._earned(self.acme_in), self._earned(self.bolt_in)), (61, 76))

    def test_both_begin_today(self):
        """P12: where rewards hang on it the enrolment stays for a day, without sales."""
        self.acme_in.date_start = "2026-04-15"
        self._invoice(self.acme, "2026-04-15", 100)
        self.program._run()
        self.assertEqual(self._earned(self.acme_in), 11)
        self._merge(self.acme, into=self.bolt)
        self.program._run()
        self.assertEqual(str(self.acme_in.date_stop), "2026-04-16")
        self.assertEqual(self._earned(self.acme_in), 0)
        self.assertEqual(self._earned(self.bolt_in), 11)

    def test_ledgers_are_shut_outside_a_merge(self):
        """DESIGN 3.3: only the partner changes, only while two are merged."""
        self._invoice(self.acme, "2026-02-10", 100)
        self.program._run()
        self._post()
        for statement in (
            "UPDATE pmm_reward_entry SET amount = 0",
            "UPDATE pmm_reward_entry SET revision = revision + 7",
            "UPDATE pmm_reward_posting SET entry_id = entry_id + 1",
        ):
            for setting in ("off", "on"):
                with self.subTest(f"{statement} {setting}"):
                    self.env.cr.execute(
                        "SELECT set_config('pmm.partner_merge', %s, TRUE)", [setting]
                    )
                    with (
                        mute_logger("odoo.sql_db"),
                        self.assertRaises(errors.RestrictViolation),
                        self.env.cr.savepoint(),
                    ):
                        self.env.cr.execute(statement)
