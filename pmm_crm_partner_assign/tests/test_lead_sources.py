from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from .common import AUCKLAND, LeadCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestLeadSources(LeadCommon):
    """K5, A12: leads received, accepted, answered, won; each boundary from both sides."""

    # === RECEIVED === #

    def test_received_by_month(self):
        """K5: periods are half-open; leads and opportunities count, those of nobody do not."""
        self._lead(self.acme, "2026-01-31 23:59:59")
        self._lead(self.acme, "2026-02-01 00:00:00")
        self._lead(self.acme, "2026-02-28 23:59:59", kind="opportunity")
        self._lead(self.env["res.partner"])
        self._lead(self.stranger)
        self.assertEqual(self._figures(self.received), {"2026-01": 1, "2026-02": 2})
        self.assertEqual(self._figures(self.received, self.bolt_in), {})

    def test_midnight_of_the_programme(self):
        """DESIGN 4: the day is that of the programme's time zone, to the second."""
        self.program.tz = AUCKLAND
        lead = self._lead(self.acme, "2026-02-28 10:59:59")  # 23:59:59 in Auckland
        self._lead(self.acme, "2026-02-28 11:00:00")
        self._accept(lead, "2026-02-28 11:00:00")
        self._win(lead, "2026-03-31 10:59:59")
        self.assertEqual(self._figures(self.received), {"2026-02": 1, "2026-03": 1})
        self.assertEqual(self._figures(self.accepted), {"2026-03": 1})
        self.assertEqual(self._figures(self.won), {"2026-03": 1})
        lead.date_closed = "2026-03-31 11:00:00"
        self.assertEqual(self._figures(self.won), {"2026-04": 1})

    def test_person_of_the_partner(self):
        """DESIGN 4: a lead given to a person is one of the company, also when they leave it."""
        person = self.acme_person.partner_id
        lead = self._lead(person)
        self.assertEqual(self._rows(lead).partner_id, self.acme)
        person.parent_id = self.bolt
        lead.priority = "1"
        self.assertEqual(self._figures(self.received), {"2026-02": 1})

    def test_handed_to_a_colleague_stays_one(self):
        """K5: another person of the same company is no other partner."""
        lead = self._lead(self.acme)
        with freeze_time("2026-03-10 12:00:00"):
            lead.partner_assigned_id = self.acme_person.partner_id
        self.assertEqual(len(self._rows(lead)), 1)
        self.assertEqual(self._figures(self.received), {"2026-02": 1})

    def test_reassigned(self):
        """K5: each partner received it on its day; who gets it back has received it once."""
        lead = self._lead(self.acme, "2026-02-10 12:00:00")
        for day, partner in (("2026-02-12", self.bolt), ("2026-03-10", self.acme)):
            with freeze_time(day):
                lead.partner_assigned_id = partner
        self.assertEqual(self._figures(self.received), {"2026-02": 1})
        self.assertEqual(self._figures(self.received, self.bolt_in), {"2026-02": 1})
        rows = self._rows(lead)
        self.assertEqual(rows.partner_id, self.acme | self.bolt)
        self.assertEqual([bool(row.left_at) for row in rows], [True, True, False])

    def test_mistake_of_the_same_day(self):
        """K5: taken away on the same day unanswered was none; a second later, or answered, was."""
        self.program.tz = AUCKLAND
        for left, answered, expected in (
            ("2026-02-10 10:59:59", False, 0),
            ("2026-02-10 11:00:00", False, 1),  # midnight in Auckland
            ("2026-02-10 10:59:59", True, 1),
        ):
            with self.subTest(left=left, answered=answered):
                lead = self._lead(self.acme, "2026-02-10 08:00:00")
                if answered:
                    self._accept(lead, "2026-02-10 09:00:00")
                with freeze_time(left):
                    lead.partner_assigned_id = self.bolt
                self.assertEqual(self._figures(self.received).get("2026-02", 0), expected)
                lead.unlink()

    def test_day_entered_by_hand(self):
        """K5: counts on that day; how long the answer took is not known then."""
        lead = self._lead(self.acme, "2026-02-10 12:00:00", date_partner_assign="2026-01-31")
        self._accept(lead)
        self.assertEqual(self._figures(self.received), {"2026-01": 1})
        self.assertEqual(self._figures(self.hours), {})
        self.assertEqual(self._figures(self.answered), {})
        lead.date_partner_assign = "2026-02-10"
        self.assertEqual(self._figures(self.received), {"2026-02": 1})
        self.assertEqual(self._figures(self.hours), {"2026-02": 3})
        lead.date_partner_assign = "2026-03-01"
        self.assertEqual(self._figures(self.received), {"2026-03": 1})

    def test_deals_that_the_partner_registers(self):
        """K5: they are no leads of ours, unless the KPI says so."""
        own = self._kpi("Registered", source="leads_received", lead_origin="own")
        both = self._kpi("Both", source="leads_received", lead_origin="all")
        self.acme.grade_id = self.gold
        with freeze_time("2026-02-10 12:00:00"):
            made = (
                self.env["crm.lead"]
                .with_user(self.acme_person)
                .create_opp_portal({"contact_name": "C", "description": "D", "title": "T"})
            )
        self._lead(self.acme, "2026-03-10 12:00:00")
        deal = self.env["crm.lead"].browse(made["id"])
        self._win(deal)
        self.assertEqual(self._figures(self.received), {"2026-03": 1})
        self.assertEqual(self._figures(own), {"2026-02": 1})
        self.assertEqual(self._figures(both), {"2026-02": 1, "2026-03": 1})
        self.assertEqual(self._figures(self.won), {})
        self.won.lead_origin = "own"
        self.assertEqual(self._figures(self.won), {"2026-02": 1})

    def test_two_companies(self):
        """DESIGN 3.5: a lead of another company never counts, one of no company in each."""
        other = self.env["res.company"].create({"name": "Other"})
        for company in (other, self.company):
            lead = self._lead(self.acme)
            self._accept(lead)
            self._win(lead)
            lead.company_id = company
        for kpi in (self.received, self.accepted, self.won):
            self.assertEqual(self._figures(kpi), {"2026-02": 1}, kpi.name)
        free = self._lead(self.acme, company_id=False)
        self.assertFalse(free.company_id)
        self.assertEqual(self._figures(self.received), {"2026-02": 2})
        free.company_id = other
        self.assertEqual(self._marked(), self.acme_in)
        self.assertEqual(self._figures(self.received), {"2026-02": 1})

    def test_days_of_the_enrolment(self):
        """DESIGN 3.8: the first day counts, the last does not, suspended days do not."""
        self.acme_in.write({"date_start": "2026-02-10", "date_stop": "2026-02-20"})
        for moment, expected in (
            ("2026-02-09 23:59:59", 0),
            ("2026-02-10 00:00:00", 1),
            ("2026-02-19 23:59:59", 1),
            ("2026-02-20 00:00:00", 0),
        ):
            with self.subTest(moment):
                lead = self._lead(self.acme, moment)
                self.assertEqual(self._figures(self.received).get("2026-02", 0), expected)
                lead.unlink()

    def test_group_counts_together(self):
        """K5: the leads of all companies of a group, when the KPI says so."""
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-02-10", False))
        self.received.scope = "group"
        self._lead(self.acme, "2026-02-05 12:00:00")
        self._lead(self.bolt, "2026-02-09 23:59:59")
        self.program._run()
        self._marked()
        self._lead(self.bolt, "2026-02-10 00:00:00")
        self.assertEqual(self._marked().sorted("id"), (self.acme_in | self.bolt_in).sorted("id"))
        self.assertEqual(self._figures(self.received), {"2026-02": 2})

    # === ACCEPTED === #

    def test_accepted(self):
        """A12: by the button, once; who declines afterwards has not accepted."""
        lead = self._lead(self.acme, "2026-02-28 12:00:00")
        self._lead(self.acme)
        self._accept(lead, "2026-03-01 00:00:00")
        self._accept(lead, "2026-03-02 00:00:00")
        self.assertEqual(self._figures(self.accepted), {"2026-03": 1})
        self._decline(lead, "2026-03-03 00:00:00")
        self.assertFalse(lead.partner_assigned_id)
        self.assertEqual(self._figures(self.accepted), {})
        self.assertEqual(self._figures(self.received), {"2026-02": 2})

    def test_an_opportunity_is_accepted_by_working_on_it(self):
        """A12: it has no button; a message alone, or new contact details, accept nothing."""
        deal = self._lead(self.acme, kind="opportunity")
        as_partner = deal.with_user(self.acme_person)
        with freeze_time("2026-03-01 00:00:00"):
            as_partner.update_contact_details_from_portal({"phone": "12345"})
        self.assertEqual(self._figures(self.accepted), {})
        self.assertTrue(self._rows(deal).answered_at)
        with freeze_time("2026-03-02 00:00:00"):
            as_partner.update_stage_from_portal(self.open_stage.id)
        self.assertEqual(self._figures(self.accepted), {"2026-03": 1})

    def test_our_own_people_accept_nothing(self):
        """A12: what a salesperson does is no reaction of the partner."""
        lead = self._lead(self.acme)
        lead.partner_interested("On their behalf")
        lead.update_stage_from_portal(self.open_stage.id)
        lead.message_post(body="Call them", message_type="comment")
        self.assertFalse(self._rows(lead).answered_at)
        self.assertEqual(self._figures(self.accepted), {})

    # === ANSWERED === #

    def test_response_time_and_unanswered(self):
        """A12: 3 and 6 hours are 4.5; the one without an answer shows in the percentage."""
        self._accept(self._lead(self.acme), "2026-02-10 15:00:00")
        self._decline(self._lead(self.acme), "2026-02-10 18:00:00")
        self.assertEqual(self._figures(self.hours), {"2026-02": 4.5})
        self.assertEqual(self._figures(self.answered), {"2026-02": 100})
        open_lead = self._lead(self.acme)
        self.assertEqual(self._figures(self.hours), {"2026-02": 4.5})
        self.assertEqual(self._figures(self.answered), {"2026-02": 66.6667})
        # answered in the next month, it still is a lead of February
        self._accept(open_lead, "2026-03-02 12:00:00")
        self.assertEqual(self._figures(self.hours), {"2026-02": 163})
        self.assertEqual(self._figures(self.answered), {"2026-02": 100})
        self.assertEqual(self._figures(self.hours, self.bolt_in), {})

    def test_response_time_is_lower_is_better(self):
        """K24: the form proposes it; the target is a limit, met at it and missed above."""
        with Form(self.env["pmm.kpi.definition"]) as form:
            form.name = "Hours again"
            form.source = "lead_response_time"
            self.assertEqual((form.direction, form.unit), ("lower", "hours"))
            form.source = "leads_received"
            self.assertEqual((form.direction, form.unit), ("higher", "count"))
        for hour, state in (("15:00:00", "reached"), ("15:00:36", "missed")):
            lead = self._lead(self.acme)
            self._target(self.acme_in, "2026-02", 3, self.hours)
            self._accept(lead, f"2026-02-10 {hour}")
            self.program._run()
            self.assertEqual(self._measurement(self.acme_in, "2026-02", self.hours).state, state)
            lead.unlink()
            self.env["pmm.kpi.target"].search([]).unlink()

    def test_first_reaction_counts(self):
        """A12: a message or mail of its people is one; later ones and those of others are none."""
        lead = self._lead(self.acme)
        for hour, author, kind in (
            (13, self.env.user.partner_id, "comment"),
            (14, self.bolt_person.partner_id, "comment"),
            (15, self.acme_person.partner_id, "notification"),
            (16, self.acme_person.partner_id, "email"),
            (17, self.acme_person.partner_id, "comment"),
        ):
            with freeze_time(f"2026-02-10 {hour}:00:00"):
                lead.message_post(body="Hello", author_id=author.id, message_type=kind)
        self._accept(lead, "2026-02-10 20:00:00")
        self.assertEqual(self._figures(self.hours), {"2026-02": 4})
        self.assertEqual(self._rows(lead).hours, 4)

    def test_who_had_it_before_is_not_asked(self):
        """A12: the answer of the new partner is measured from its own assignment."""
        lead = self._lead(self.acme, "2026-02-10 12:00:00")
        with freeze_time("2026-02-12 12:00:00"):
            lead.partner_assigned_id = self.bolt
        self._accept(lead, "2026-02-12 13:00:00", self.bolt_person)
        self.assertEqual(self._figures(self.answered), {"2026-02": 0})
        self.assertEqual(self._figures(self.hours), {})
        self.assertEqual(self._figures(self.hours, self.bolt_in), {"2026-02": 1})

    # === WON === #

    def test_won_by_the_day_of_closing(self):
        """A12: won, not lost, not open; opened again it no longer counts."""
        lead, lost, _open = (self._lead(self.acme) for _number in range(3))
        lost.action_set_lost()
        self._win(lead, "2026-03-01 00:00:00")
        self.assertEqual(self._figures(self.won), {"2026-03": 1})
        lead.active = False  # Odoo gives it a new closing date
        self.assertEqual(str(lead.date_closed), "2026-04-15 00:00:00")
        self.assertEqual(self._figures(self.won), {"2026-03": 1})
        lead.write({"active": True, "stage_id": self.open_stage.id, "probability": 10})
        self.assertEqual(self._figures(self.won), {})

    def test_won_by_who_had_it_then(self):
        """A12: reassigned at the moment of closing, before, after; entered only afterwards."""
        for left, winner, loser in (
            ("2026-02-20 12:00:00", self.bolt_in, self.acme_in),  # half-open: it was gone
            ("2026-02-20 12:00:01", self.acme_in, self.bolt_in),
        ):
            with self.subTest(left):
                lead = self._lead(self.acme)
                self._win(lead, "2026-02-20 12:00:00")
                with freeze_time(left):
                    lead.partner_assigned_id = self.bolt
                self.assertEqual(self._figures(self.won, winner), {"2026-02": 1})
                self.assertEqual(self._figures(self.won, loser), {})
                lead.unlink()
        lead = self._lead(self.env["res.partner"])
        self._win(lead)
        lead.partner_assigned_id = self.acme
        self.assertEqual(self._figures(self.won), {"2026-02": 1})

    # === THE GUIDE === #

    def test_worked_example(self):
        """K5, A12: readme/USAGE.md, figure by figure."""
        first, second = self._lead(self.acme), self._lead(self.acme)
        third = self._lead(self.acme, "2026-02-28 23:59:00")
        self._accept(first, "2026-02-10 15:00:00")
        self._win(first, "2026-03-05 12:00:00")
        self._decline(second, "2026-02-10 18:00:00")
        with freeze_time("2026-02-10 18:00:00"):
            second.partner_assigned_id = self.bolt
        with freeze_time("2026-03-03 12:00:00"):
            third.partner_assigned_id = False
        for kpi, acme, bolt in (
            (self.received, {"2026-02": 3}, {"2026-02": 1}),
            (self.accepted, {"2026-02": 1}, {}),
            (self.answered, {"2026-02": 66.6667}, {"2026-02": 0}),
            (self.hours, {"2026-02": 4.5}, {}),
            (self.won, {"2026-03": 1}, {}),
        ):
            self.assertEqual(self._figures(kpi), acme, kpi.name)
            self.assertEqual(self._figures(kpi, self.bolt_in), bolt, kpi.name)

    # === THE KPI === #

    def test_facts_behind_a_result(self):
        """K11: the list has exactly what was counted."""
        counted = self._lead(self.acme) | self._lead(self.acme, "2026-02-28 23:59:59")
        self._lead(self.acme, "2026-03-01 00:00:00")
        self._lead(self.bolt)
        self._accept(counted[0])
        self._win(counted[1])
        self.program._run()
        for kpi, leads in (
            (self.received, counted),
            (self.answered, counted),
            (self.accepted, counted[0]),
            (self.won, counted[1]),
        ):
            action = self._measurement(self.acme_in, "2026-02", kpi).action_view_credits()
            found = self.env[action["res_model"]].search(action["domain"])
            self.assertEqual(found.lead_id.sorted("id"), leads.sorted("id"), kpi.name)
        action = self._measurement(self.bolt_in, "2026-03", self.won).action_view_credits()
        self.assertFalse(self.env[action["res_model"]].search(action["domain"]))

    def test_retired_with_the_addon(self):
        """X9: uninstalling takes the KPIs out of use; what was published stays."""
        self._lead(self.acme, "2026-01-10 12:00:00")
        rate = self._kpi("Rate", source="formula", formula="won / received * 100")
        self._close("2026-01")
        self.received._retire_source("leads_received")
        self.assertFalse(rate.active or rate.program_ids)
        self.assertFalse(self.received.active)
        self.assertFalse(self.received.program_ids)
        self.assertTrue(self.won.active)
        self.assertResult(self.acme_in, "2026-01", 1, kpi=self.received)

    def test_all_sources_ask_as_often_for_many(self):
        """X13: one partner with one lead or fifty with two each, the same number of queries."""
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(50)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self.program._run()
        Measurement = self.env["pmm.kpi.measurement"]
        counts = []
        for number in (1, 1, 50):
            for partner in partners[:number]:
                self._lead(partner)
            with self._counted(counts):
                changed = Measurement._measure(enrollments[:number])
            self.assertGreaterEqual(changed, number)
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[2], 25)

    def test_one_pass_for_three_sources(self):
        """X13: received, answered and hours are read together."""
        kpis = self.received | self.answered | self.hours
        self.assertEqual(len({kpi._source()._pass_key(kpi) for kpi in kpis}), 1)
        self.program.kpi_ids = [Command.set(kpis.ids)]
        self._accept(self._lead(self.acme))
        self.assertEqual(self._figures(self.received), {"2026-02": 1})
        self.assertEqual(self._figures(self.hours), {"2026-02": 3})
