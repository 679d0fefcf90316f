"""Sources of this addon for the contract test of pmm_partner_kpi."""

from odoo.tests import freeze_time

from odoo.addons.pmm_partner_kpi.tests.kpi_source_factories import Factory


class Lead(Factory):
    """A lead of the partner that was answered, accepted and won on one day."""

    def fact(self, partner, day):
        with freeze_time(f"{day} 12:00:00"):
            # as it happens: whoever runs the test need have no rights in CRM
            lead = self.test.env["crm.lead"].sudo().create({"name": "Lead"})
            lead.partner_assigned_id = partner
            lead.company_id = self.test.company
            lead._pmm_present(partner)._answer("accepted_at")
            lead.action_set_won()


FACTORIES = {
    "leads_received": Lead,
    "leads_accepted": Lead,
    "leads_won": Lead,
    "leads_answered": Lead,
    "lead_response_time": Lead,
}
