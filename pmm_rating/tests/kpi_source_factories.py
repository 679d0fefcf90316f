"""Sources of this addon for the contract test of pmm_partner_kpi."""

from odoo.tests import freeze_time

from odoo.addons.pmm_partner_kpi.tests.kpi_source_factories import Factory


class Rated(Factory):
    """An order that the partner referred, rated by its customer."""

    def fact(self, partner, day):
        customer = partner.create({"name": "Customer"})
        order = self.test.env["sale.order"].create(
            {
                "partner_id": customer.id,
                "company_id": self.test.company.id,
                "pmm_referrer_id": partner.id,
            }
        )
        # customers rate without any right
        token = order.sudo()._rating_get_access_token(customer)
        with freeze_time(f"{day} 12:00:00"):
            order.sudo().rating_apply(4, token=token)


FACTORIES = {"customer_rating": Rated, "customer_satisfaction": Rated}
