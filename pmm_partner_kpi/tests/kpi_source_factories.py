"""How the contract test of KPI sources makes a KPI and a fact of each source.

An addon with sources has such a file in its own ``tests``: ``FACTORIES`` = {code: factory}. A
factory is called with the test case; see :class:`Factory` for what it may say.
"""


class Factory:
    """A source that counts one invoice of the partner; others say how their facts are made."""

    kpi_vals = {}
    # whether a fact belongs to a company, so that programmes of others do not count it
    has_company = True

    def __init__(self, test):
        self.test = test

    def vals(self):
        """Return the values of a KPI of this source, besides name and source."""
        return self.kpi_vals

    def fact(self, partner, day):
        """Make a fact of ``partner`` on ``day`` (a text) in the company of the test."""
        partner.country_id = self.test.env.ref("base.de")
        self.test.pump.standard_price = 60
        self.test._invoice(partner, day, 100)


class Referred(Factory):
    kpi_vals = {"role": "referrer"}

    def fact(self, partner, day):
        customer = partner.create({"name": "Customer", "is_company": True})
        self.test._invoice(customer, day, 100, pmm_referrer_id=partner.id)


class Returned(Factory):
    def fact(self, partner, day):
        self.test._refund(self.test._invoice(partner, day, 100), day, 40)


class Due(Factory):
    def fact(self, partner, day):
        self.test._invoice(partner, day, 100, invoice_date_due=day)


class Paid(Factory):
    def fact(self, partner, day):
        self.test._pay(self.test._invoice(partner, day, 100), day)


class Meeting(Factory):
    def fact(self, partner, day):
        self.test._meeting(partner, f"{day} 12:00:00")


class Activity(Factory):
    def fact(self, partner, day):
        self.test._done_activity(partner, day)


class Visit(Factory):
    def fact(self, partner, day):
        self.test._visit(partner, day)


class Custom(Factory):
    kpi_vals = {"custom_partner_path": "partner_id", "custom_date_field": "date_order"}

    def vals(self):
        model = self.test.env["ir.model"]._get("sale.order")
        return self.kpi_vals | {"custom_model_id": model.id}

    def fact(self, partner, day):
        self.test.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "date_order": f"{day} 12:00:00",
                "company_id": self.test.company.id,
            }
        )


FACTORIES = {
    "revenue": Factory,
    "quantity": Factory,
    "margin": Factory,
    "margin_rate": Factory,
    "orders": Factory,
    "average_order": Factory,
    "largest_order": Factory,
    "smallest_order": Factory,
    "assortment": Factory,
    "coverage": Factory,
    "new_customers": Referred,
    "returns_rate": Returned,
    "paid_on_time": Due,
    "days_late": Paid,
    "meetings": Meeting,
    "activities": Activity,
    "portal_activity": Visit,
    "custom": Custom,
}
