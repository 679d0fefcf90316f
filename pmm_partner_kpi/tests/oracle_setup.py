"""The world of the slow oracle before anything happens: products, partners, places, KPIs."""

from odoo.fields import Command

from .common import PmmCommon


def value_or_none(*values):
    """Return whether one of the values is no data."""
    return any(value is None for value in values)


def share(value):
    goods, revenue = value("Hardware booked"), value("Booked")
    return None if value_or_none(goods, revenue) or not revenue else goods / revenue * 100


def spread(value):
    figures = [value("Invoiced"), value("Collected"), value("Margin")]
    return None if value_or_none(*figures) else max(figures[:2]) - 2 * figures[2] + abs(figures[1])


CONDITIONS = {
    "Germany": lambda fact: fact.country == "DE",
    "Bavaria": lambda fact: fact.state == "Bayern",
    "Nowhere": lambda fact: not fact.country,
}
FORMULAS = {"Share": share, "Spread": spread}


class OracleSetup(PmmCommon):
    """A company with three programmes and a KPI for all that sales credits can be asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_data = cls.setup_other_company()
        cls.other = cls.other_data["company"]
        cls.euro = cls._foreign_currency("EUR", ("2024-01-01", 0.5), ("2026-02-10", 0.8125))
        cls.in_euro = cls.env["product.pricelist"].create(
            {"name": "Euro", "currency_id": cls.euro.id}
        )
        cls._products()
        cls._partners()
        cls._kpis()
        cls._programs()
        cls._places()
        cls.halves = cls.env["account.payment.term"].create(
            {
                "name": "Two halves",
                "line_ids": [
                    Command.create({"value": "percent", "value_amount": 50, "nb_days": days})
                    for days in (0, 30)
                ],
            }
        )

    @classmethod
    def _products(cls):
        cls.gift = cls.valve.copy({"name": "Hose"})
        cls.loose = cls.valve.copy({"name": "Odds and ends", "categ_id": False})
        cls.products = cls.pump | cls.valve | cls.training | cls.gift | cls.loose
        cls.products.invoice_policy = "order"
        for company in cls.company | cls.other:
            cls.pump.with_company(company).standard_price = 60.125
            cls.gift.with_company(company).standard_price = 4.5

    @classmethod
    def _partners(cls):
        germany, austria = cls.env.ref("base.de"), cls.env.ref("base.at")
        bavaria, berlin = cls.env.ref("base.state_de_by"), cls.env.ref("base.state_de_be")
        cls.carol, cls.dora = cls.env["res.partner"].create(
            [{"name": "Carol Inc", "is_company": True}, {"name": "Dora"}]
        )
        cls.acme.write({"country_id": germany.id, "state_id": bavaria.id, "zip": "80331"})
        cls.bolt.write({"country_id": germany.id, "state_id": berlin.id})
        cls.carol.country_id = austria
        cls.stranger.write({"country_id": germany.id, "state_id": bavaria.id, "zip": "90402"})
        cls.ann = cls.env["res.partner"].create({"name": "Ann", "parent_id": cls.acme.id})
        cls.buyers = [cls.acme, cls.ann, cls.bolt, cls.carol, cls.dora, cls.stranger]
        cls.companies = [cls.acme, cls.bolt, cls.carol, cls.dora, cls.stranger]
        cls.areas = {"germany": germany, "bavaria": bavaria, "austria": austria}
        cls.salespeople = [
            cls._user(login, "sales_team.group_sale_salesman") for login in ("sue", "sam")
        ]

    @classmethod
    def _places(cls):
        """Make territories that overlap: land, state, codes; one that has ended."""
        germany, austria = cls.areas["germany"], cls.areas["austria"]
        common = {"company_id": cls.company.id, "date_start": "2024-01-01"}
        land = {"country_ids": [Command.set(germany.ids)]}
        state = {"state_ids": [Command.set(cls.areas["bavaria"].ids)]}
        cls.env["pmm.territory"].create(
            [
                common | land | {"name": "Germany", "partner_id": cls.bolt.id},
                common | land | state
                | {"name": "Bavaria", "partner_id": cls.carol.id, "share": 33.33},
                common | land | state
                | {"name": "Munich", "partner_id": cls.dora.id, "zip_prefixes": "80, 81"},
                common
                | {
                    "name": "Austria",
                    "partner_id": cls.acme.id,
                    "country_ids": [Command.set(austria.ids)],
                    "date_start": "2026-01-31",
                    "date_stop": "2026-03-01",
                    "share": 60,
                },
            ]
        )  # fmt: skip

    @classmethod
    def _kpis(cls):
        hardware = {"category_ids": [Command.set(cls.hardware.ids)]}
        kpis = {
            "Invoiced": {},
            "Booked": {"stage": "booked"},
            "Collected": {"stage": "collected"},
            "Units": {"source": "quantity"},
            "Units collected": {"source": "quantity", "stage": "collected"},
            "Margin": {"source": "margin"},
            "Margin booked": {"source": "margin", "stage": "booked"},
            "Margin collected": {"source": "margin", "stage": "collected"},
            "Margin rate": {"source": "margin_rate", "returns_in": "origin"},
            "Invoices": {"source": "orders"},
            "Orders of the tree": {"source": "orders", "stage": "booked", "scope": "tree"},
            "Paid invoices": {"source": "orders", "stage": "collected"},
            "Average invoice": {"source": "average_order"},
            "Average of the group": {
                "source": "average_order",
                "scope": "group",
                "returns_in": "origin",
            },
            "Largest invoice": {"source": "largest_order", "scope": "group"},
            "Largest order": {"source": "largest_order", "stage": "booked", "role": "referrer"},
            "Smallest invoice": {"source": "smallest_order"},
            "Products": {"source": "assortment"},
            "Categories of the tree": {
                "source": "assortment",
                "distinct_by": "category",
                "scope": "tree",
                "stage": "collected",
            },
            "Customers": {"source": "assortment", "distinct_by": "customer", "role": "territory"},
            "Countries": {"source": "coverage", "role": "split"},
            "Returns": {"source": "returns_rate", "direction": "lower"},
            "Returns of origin": {
                "source": "returns_rate",
                "direction": "lower",
                "returns_in": "origin",
            },
            "Referred": {"role": "referrer", "scope": "tree"} | hardware,
            "Shared": {"role": "split"},
            "Shared booked": {"role": "split", "stage": "booked", "scope": "group"},
            "Shared collected": {"role": "split", "stage": "collected"},
            "Territory": {"role": "territory", "returns_in": "origin"},
            "Territory booked": {"role": "territory", "stage": "booked"},
            "Territory margin": {"source": "margin", "role": "territory"},
            "Net of origin": {"returns_in": "origin", "scope": "group"},
            "Hardware booked": {"stage": "booked"} | hardware,
            "Germany": {"credit_domain": repr([("country_id.code", "=", "DE")])},
            "Bavaria": {"credit_domain": repr([("state_id.name", "=", "Bayern")])},
            "Nowhere": {"credit_domain": repr([("country_id", "=", False)]), "stage": "booked"},
            "New customers": {"source": "new_customers", "role": "referrer"},
            "New customers below": {"source": "new_customers", "scope": "tree"},
            "New customers of the group": {
                "source": "new_customers",
                "role": "split",
                "stage": "booked",
                "scope": "group",
            }
            | hardware,
            "New customers who paid": {
                "source": "new_customers",
                "role": "referrer",
                "stage": "collected",
                "window": "rolling",
                "window_months": 2,
            },
            "Collected of origin": {"stage": "collected", "returns_in": "origin"},
            "Smallest order": {"source": "smallest_order", "stage": "booked"},
            "Growth": {"compare": "value"},
            "Growth in percent": {"compare": "percent", "source": "quantity"},
            "Growth booked": {"compare": "percent", "stage": "booked", "source": "orders"},
            "Rolling": {"window": "rolling", "window_months": 3},
            "Rolling products": {
                "window": "rolling",
                "window_months": 2,
                "source": "assortment",
                "scope": "tree",
            },
        }
        Kpi = cls.env["pmm.kpi.definition"]
        made = Kpi.create([{"name": name, **vals} for name, vals in kpis.items()])
        code = {kpi.name: kpi.code for kpi in made}
        made |= Kpi.create(
            [
                {
                    "name": "Share",
                    "source": "formula",
                    "formula": f"{code['Hardware booked']} / {code['Booked']} * 100",
                    "formula_unit": "percent",
                },
                {
                    "name": "Spread",
                    "source": "formula",
                    "formula": f"max({code['Invoiced']}, {code['Collected']})"
                    f" - 2 * {code['Margin']} + abs({code['Collected']})",
                    "formula_unit": "money",
                },
                {
                    "name": "Points",
                    "source": "points",
                    "points_line_ids": [
                        Command.create(
                            {"counted_kpi_id": kpi.id, "points": points, "max_units": most}
                        )
                        for kpi, points, most in (
                            (made.filtered(lambda k: k.name == "Units"), 1.5, 10),
                            (made.filtered(lambda k: k.name == "Invoices"), 10, 0),
                            (made.filtered(lambda k: k.name == "Average invoice"), -0.01, 500),
                        )
                    ],
                },
            ]
        )
        cls.kpis = made
        cls.shared = Kpi.create(
            [
                {"name": name, "company_id": False, **vals}
                for name, vals in {
                    "Everywhere": {},
                    "Everywhere booked": {"stage": "booked", "scope": "tree"},
                    "Everywhere collected": {"stage": "collected", "scope": "group"},
                }.items()
            ]
        )

    @classmethod
    def _programs(cls):
        cls.program.kpi_ids = cls.kpis | cls.shared
        cls.program.tz = "Europe/Berlin"
        cls.quarterly = cls.program.copy(
            {
                "name": "Quarterly in euro",
                "period_scheme": "quarter",
                "currency_id": cls.euro.id,
                "date_start": "2026-01-15",
                "tz": "America/New_York",
            }
        )
        cls.abroad = cls.env["pmm.program"].create(
            {
                "name": "Abroad",
                "company_id": cls.other.id,
                "date_start": "2026-01-01",
                "tz": "Pacific/Auckland",
                "kpi_ids": [Command.set(cls.shared.ids)],
            }
        )
        cls.programs = cls.program | cls.quarterly | cls.abroad
        cls.bolt_in.write({"date_start": "2026-01-31", "date_stop": "2026-02-10"})
        cls._enroll(cls.bolt, "2026-02-10")
        cls._enroll(cls.acme, "2026-02-10", program=cls.quarterly)
        cls._enroll(cls.bolt, "2025-06-01", "2026-04-01", program=cls.quarterly)
        cls._enroll(cls.acme, "2026-02-01", program=cls.abroad)
        cls._enroll(cls.carol, "2026-01-01", "2026-02-28", program=cls.abroad)
        cls._enroll(cls.carol, "2026-02-01")
        cls._enroll(cls.dora, "2026-01-01")
