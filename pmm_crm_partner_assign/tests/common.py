from odoo.tests import freeze_time

from odoo.addons.pmm_partner_kpi.tests.common import PmmCommon

AUCKLAND = "Pacific/Auckland"  # 13 hours before UTC until 5 April 2026, then 12


class LeadCommon(PmmCommon):
    """The programme of PmmCommon with one KPI per source over leads.

    Today is 2026-04-15 in all tests (freeze it with ``freeze_time("2026-04-15")`` on the class).
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.user.group_ids |= cls.env.ref("sales_team.group_sale_manager")
        cls.received = cls._kpi("Received", source="leads_received")
        cls.accepted = cls._kpi("Accepted", source="leads_accepted")
        cls.won = cls._kpi("Won", source="leads_won")
        cls.answered = cls._kpi("Answered", source="leads_answered")
        cls.hours = cls._kpi("Hours", source="lead_response_time", direction="lower")
        cls.won_stage = cls.env["crm.stage"].create({"name": "Sold", "is_won": True})
        cls.open_stage = cls.env["crm.stage"].create({"name": "Talks", "sequence": 1})
        cls.acme_person = cls._portal_person("ann", cls.acme)
        cls.bolt_person = cls._portal_person("ben", cls.bolt)

    @classmethod
    def _portal_person(cls, login, company):
        user = cls._user(login, "base.group_portal")
        user.partner_id.parent_id = company
        return user

    @classmethod
    def _lead(cls, partner, at="2026-02-10 12:00:00", kind="lead", **vals):
        """Return a lead that ``partner`` was given at ``at`` (UTC)."""
        with freeze_time(at):
            return (
                cls.env["crm.lead"]
                .with_context(mail_create_nolog=True, tracking_disable=True)
                .create(
                    {
                        "name": "Somebody asks for pumps",
                        "type": kind,
                        "partner_assigned_id": partner.id,
                        "company_id": cls.company.id,
                        "user_id": False,
                        "team_id": False,
                        **vals,
                    }
                )
            )

    @classmethod
    def _rows(cls, lead):
        return cls.env["pmm.lead.assignment"].search([("lead_id", "in", lead.ids)], order="id")

    @classmethod
    def _accept(cls, lead, at="2026-02-10 15:00:00", user=None):
        with freeze_time(at):
            lead.with_user(user or cls.acme_person).partner_interested("Gladly")

    @classmethod
    def _decline(cls, lead, at="2026-02-10 15:00:00", user=None):
        with freeze_time(at):
            lead.with_user(user or cls.acme_person).partner_desinterested("No time")

    @classmethod
    def _win(cls, lead, at="2026-02-20 12:00:00"):
        with freeze_time(at):
            lead.write({"stage_id": cls.won_stage.id})

    def _figures(self, kpi, enrollment=None):
        """Run the programme; return {period: actual} of the results that are not 0."""
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search(
            [("enrollment_id", "=", (enrollment or self.acme_in).id), ("kpi_id", "=", kpi.id)]
        )
        void = kpi._source()._void_value(kpi) is None
        return {
            result.period_id.name: result.actual
            for result in results
            if (result.has_actual if void else result.actual)
        }

    def _marked(self):
        """Return the enrolments that wait for being measured, and take their marks."""
        self.env.flush_all()
        Dirty = self.env["pmm.dirty"]
        ids = Dirty._peek("measure")
        Dirty._take("measure", ids)
        return self.env["pmm.enrollment"].browse(ids)
