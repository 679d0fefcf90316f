from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import OfferCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAudience(OfferCommon):
    """A5, C7: campaigns for some segments, and never for a pilot."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.segment = cls.env["pmm.segment"].create({"name": "Key", "company_id": cls.company.id})
        cls.key, cls.other = cls._partner("Key", 800), cls._partner("Other", 800)

    def _member(self, start, stop=False):
        self.segment.member_ids.unlink()
        return self.env["pmm.segment.member"].create(
            {
                "segment_id": self.segment.id,
                "partner_id": self.key.partner_id.id,
                "date_start": start,
                "date_stop": stop,
            }
        )

    def test_only_members_of_the_day(self):
        """A5, DESIGN 3.8: in from tomorrow or out from today: no offer; in today: an offer."""
        campaign = self._campaign(segment_ids=[Command.set(self.segment.ids)])
        for start, stop in (("2026-04-16", False), ("2026-04-01", "2026-04-15")):
            self._member(start, stop)
            self.assertEqual(self.program._run()["offers"], 0)
        self._member("2026-04-15", "2026-04-16")
        self.assertEqual(self.program._run()["offers"], 1)
        self.assertOffered(self.key, 200, campaign)
        self.assertOffered(self.other, None, campaign)

    def test_archived_segment_is_no_less_an_audience(self):
        """A5: archiving the segment does not offer to everybody."""
        self._campaign(segment_ids=[Command.set(self.segment.ids)])
        self.segment.active = False
        self.env.invalidate_all()
        self.assertEqual(self.program._run()["offers"], 0)

    def test_segment_of_a_campaign_stays(self):
        """A5: deleting the audience is refused with a sentence."""
        self._campaign(segment_ids=[Command.set(self.segment.ids)])
        self.assertRefused(self.segment.unlink, "Offer campaigns are for")

    def test_pilot_gets_no_offers(self):
        """C7: nobody of a pilot is offered anything."""
        trial = self._program("Trial", is_pilot=True)
        rule = self._plan(
            self._bands((0, 0.01), (1000, 0.05), name="Growth"), program=trial
        ).rule_ids
        shadow = self._enroll(self.key.partner_id, program=trial)
        campaign = self._campaign(rule)
        self.assertEqual(trial._run()["offers"], 0)
        self.assertOffered(shadow, None, campaign)
