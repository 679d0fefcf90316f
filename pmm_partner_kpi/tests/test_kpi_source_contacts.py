from odoo.tests import freeze_time, tagged

from .common import PmmCommon
from .facts_common import FactsCommon

AUCKLAND = "Pacific/Auckland"  # 13 hours before UTC until 5 April 2026


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 12:00:00")
class TestKpiSourceContacts(FactsCommon, PmmCommon):
    """K5: meetings held and activities done."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meetings = cls._kpi("Meetings", source="meetings")
        cls.activities = cls._kpi("Activities", source="activities")
        cls.ann, cls.ben = cls._contact("Ann", cls.acme), cls._contact("Ben", cls.acme)

    # === MEETINGS === #

    def test_meeting_counts_once_per_partner(self):
        """K5: two people of one company are one meeting; of two companies, one for each."""
        cleo = self._contact("Cleo", self.bolt)
        meeting = self._meeting(self.ann | self.ben | cleo, "2026-02-10 09:00:00")
        self.assertEqual(self._actuals(self.meetings), {"2026-02": 1})
        self.assertEqual(self._actuals(self.meetings, self.bolt_in, run=False), {"2026-02": 1})
        self.assertEqual(self._facts_of(self.meetings, "2026-02"), meeting)
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-01-01", False))
        self.meetings.scope = "group"
        self.assertEqual(self._actuals(self.meetings), {"2026-02": 1})

    def test_meetings_that_were_not_held(self):
        """K5: over at this second counts, a second later not; archived and declined do not."""
        self._meeting(self.ann, "2026-04-15 11:00:00", "2026-04-15 12:00:00")
        self._meeting(self.ann, "2026-04-15 11:00:00", "2026-04-15 12:00:01")
        self._meeting(self.ann, "2026-04-10 09:00:00").active = False
        declined = self._meeting(self.ann, "2026-04-10 09:00:00")
        declined.attendee_ids.state = "declined"
        whole_day = {"allday": True, "start_date": "2026-04-14", "stop_date": "2026-04-14"}
        self._meeting(self.ann, "2026-04-14 08:00:00", "2026-04-14 18:00:00", **whole_day)
        whole_day = {"allday": True, "start_date": "2026-04-15", "stop_date": "2026-04-15"}
        self._meeting(self.ann, "2026-04-15 08:00:00", "2026-04-15 11:00:00", **whole_day)
        self.assertEqual(self._actuals(self.meetings), {"2026-04": 2})

    def test_day_of_a_meeting(self):
        """DESIGN 4: by the programme's clock; a whole day is the day that it says."""
        self._meeting(self.ann, "2026-02-28 10:59:59")
        self._meeting(self.ann, "2026-02-28 11:00:00")
        whole_day = {"allday": True, "start_date": "2026-02-28", "stop_date": "2026-02-28"}
        self._meeting(self.ann, "2026-02-28 08:00:00", "2026-02-28 18:00:00", **whole_day)
        self.assertEqual(self._actuals(self.meetings), {"2026-02": 3})
        self.program.tz = AUCKLAND
        self.assertEqual(self._actuals(self.meetings), {"2026-02": 2, "2026-03": 1})

    def test_organiser_of_another_company(self):
        """DESIGN 3.5: a colleague of another company of ours meets for that one."""
        other = self.env["res.company"].create({"name": "Other"})
        abroad = self._user("abroad", "base.group_user")
        abroad.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        self._meeting(self.ann, "2026-02-10 09:00:00", user_id=abroad.id)
        self.assertEqual(self._actuals(self.meetings), {})
        abroad.company_ids |= self.company
        self.assertEqual(self._actuals(self.meetings), {"2026-02": 1})

    # === ACTIVITIES === #

    def test_activities_of_a_partner(self):
        """K5: on the company, its people, enrolment and documents; nobody else's, none open."""
        invoice = self._invoice(self.acme, "2026-02-01", 5)
        order = self.env["sale.order"].create({"partner_id": self.ann.id})
        lead = self.env["crm.lead"].create({"name": "Lead", "partner_id": self.ben.id})
        done = self.env["mail.activity"]
        for record in (self.acme, self.ann, self.acme_in, invoice, order, lead):
            done |= self._done_activity(record, "2026-02-10")
        self._done_activity(self.bolt, "2026-02-10")
        self._done_activity(self.program, "2026-02-10")
        self.acme.activity_schedule("mail.mail_activity_data_todo", user_id=self.clerk.id)
        self.assertEqual(self._actuals(self.activities), {"2026-02": 6})
        self.assertEqual(self._facts_of(self.activities, "2026-02"), done)

    def test_day_of_an_activity(self):
        """DESIGN 4: by the programme's clock, as long as nobody touched it on a later day."""
        self._done_activity(self.acme, "2026-02-28", "2026-02-28 10:59:59")
        self._done_activity(self.acme, "2026-02-28", "2026-02-28 11:00:00")
        self._done_activity(self.acme, "2026-02-28", "2026-03-20 12:00:00")
        self.assertEqual(self._actuals(self.activities), {"2026-02": 3})
        self.program.tz = AUCKLAND
        self.assertEqual(self._actuals(self.activities), {"2026-02": 2, "2026-03": 1})

    def test_activities_of_another_company(self):
        """DESIGN 3.5: the document's company decides; where it has none, who did it."""
        other = self.env["res.company"].create({"name": "Other"})
        abroad = self._user("abroad", "base.group_user")
        abroad.write({"company_id": other.id, "company_ids": [(6, 0, other.ids)]})
        self._done_activity(self.acme, "2026-02-10").sudo().user_id = abroad
        lead = self.env["crm.lead"].create(
            {"name": "Lead", "partner_id": self.acme.id, "company_id": other.id, "team_id": False}
        )
        self._done_activity(lead.sudo(), "2026-02-11")
        self.env.flush_all()
        self.assertEqual(self._actuals(self.activities), {})

    def test_growth(self):
        """K13: last year counts, also before the enrolment."""
        self.activities.compare = "value"
        for day in ("2025-02-10", "2026-02-10", "2026-02-11", "2026-02-12"):
            self._done_activity(self.acme, day)
        self.assertEqual(self._actuals(self.activities)["2026-02"], 2)
