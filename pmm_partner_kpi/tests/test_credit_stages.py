from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from .common import PmmCommon

STAGES = ("booked", "invoiced", "collected")


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditStages(PmmCommon):
    """K4: what holds at every stage: shares, merged partners, rights, what lists show."""

    def _sold(self, *lines, paid=(), **vals):
        """Return the invoice of an order of Acme, and pay these parts of it."""
        order = self._sale(self.acme, "2026-02-03 10:00:00", *lines, **vals)
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-04"
        invoice.action_post()
        for day, amount in paid:
            self._pay(invoice, day, amount)
        return invoice

    def _sums(self, partner, **where):
        return {
            stage: round(sum(self._stage(stage, partner, **where).mapped("amount")), 2)
            for stage in STAGES
        }

    def test_worked_example_of_the_guide(self):
        """K4: the figures of readme/USAGE.md, “Booked, invoiced, collected”."""
        self.pump.standard_price = 300
        vat = self.env["account.tax"].create({"name": "19 %", "amount": 19})
        order = self._sale(self.acme, "2026-02-03 10:00:00", (self.pump, 2, 500), confirm=False)
        order.order_line.tax_ids = vat
        order.action_confirm()
        order.date_order = "2026-02-03 10:00:00"
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-04"
        invoice.action_post()
        self.assertEqual(invoice.amount_total, 1190)
        self._pay(invoice, "2026-03-10", 595)
        self._pay(
            invoice,
            "2026-04-02",
            571.20,
            payment_difference_handling="reconcile",
            writeoff_account_id=self.company_data["default_account_expense"].id,
        )
        self.program._run()
        found = [
            (stage, str(credit.date), credit.amount, credit.cost)
            for stage in STAGES
            for credit in self._stage(stage)
        ]
        self.assertEqual(
            found,
            [
                ("booked", "2026-02-03", 1000, 600),
                ("invoiced", "2026-02-04", 1000, 600),
                ("collected", "2026-03-10", 500, 300),
                ("collected", "2026-04-02", 480, 288),
            ],
        )

    def test_shares_at_every_stage(self):
        """R14: each share is rounded on its own; paid in three parts, nothing is lost."""
        third = {"partner_id": self.bolt.id, "role": "split", "share": 33.33}
        self.pump.standard_price = 0.5
        self._sold(
            1,
            99.98,
            paid=[("2026-02-10", 33.66), ("2026-02-11", 33.66), ("2026-02-12", 33.66)],
            pmm_attribution_ids=[Command.create(third)],
        )
        self.program._run()
        # 0.3333 is 0.33, 33.323334 is 33.32
        expected = {"booked": 33.65, "invoiced": 33.65, "collected": 33.65}
        self.assertEqual(self._sums(self.bolt, role="split"), expected)
        self.assertEqual(self._sums(self.acme), dict.fromkeys(STAGES, 100.98))
        for stage in STAGES:
            credits = self._stage(stage, self.bolt)
            self.assertEqual(set(credits.mapped("share")), {33.33})
            self.assertEqual(round(sum(credits.mapped("cost")), 2), 0.34)  # twice 0.16665
            self.assertEqual(round(sum(credits.mapped("quantity")), 6), 0.6666)
        self.assertNothingToMend()

    def test_merged_partners_keep_every_stage(self):
        """DESIGN 1: after a merge no run adds a row, at no stage."""
        self._sold(100, paid=[("2026-02-10", 40), ("2026-02-11", 60)])
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        self.assertEqual(self._sums(self.bolt), dict.fromkeys(STAGES, 100))
        self.assertNothingToMend()

    def test_two_companies(self):
        """DESIGN 3.5: a payment or an order of another company counts for its programme only."""
        other = self.setup_other_company()["company"]
        program = self.env["pmm.program"].create(
            {"name": "Other", "company_id": other.id, "date_start": "2026-01-01", "tz": "UTC"}
        )
        self._enroll(self.acme, program=program)
        self._sold(100, paid=[("2026-02-10", 40)])
        foreign = (
            self.env["account.move"]
            .with_company(other)
            .create(
                {
                    "move_type": "out_invoice",
                    "company_id": other.id,
                    "partner_id": self.acme.id,
                    "invoice_date": "2026-02-04",
                    "invoice_line_ids": [
                        Command.create({"name": "Typed", "price_unit": 70, "tax_ids": False})
                    ],
                }
            )
        )
        foreign.action_post()
        self._pay(foreign, "2026-02-10", 30)
        self.program._run()
        for company, paid in ((self.company, 40), (other, 30)):
            sums = self._sums(self.acme, company_id=company.id)
            self.assertEqual(sums["collected"], paid)
        user = self._user("ours", "pmm_partner_kpi.group_pmm_manager")
        credits = self.env["pmm.credit"].with_user(user).search([])
        self.assertEqual(credits.company_id, self.company)

    def test_a_kpi_per_stage(self):
        """K4, K12: each stage by its own day; a return where the KPI says."""
        kpis = {stage: self._kpi(stage, stage=stage) for stage in STAGES}
        origin = self._kpi("origin", stage="invoiced", returns_in="origin")
        invoice = self._sold(100, paid=[("2026-03-01", 30), ("2026-03-31", 70)])
        refund = self._refund(invoice, "2026-04-02", 20)
        self._pay(refund, "2026-04-03")
        self.program._run()
        expected = {
            "booked": [100, 0, 0],
            "invoiced": [100, 0, -20],
            "collected": [0, 100, -20],
        }
        for stage, amounts in expected.items():
            for month, amount in zip(("02", "03", "04"), amounts, strict=True):
                with self.subTest(stage=stage, month=month):
                    self.assertResult(self.acme_in, f"2026-{month}", amount, kpi=kpis[stage])
        self.assertResult(self.acme_in, "2026-02", 80, kpi=origin)
        self.assertResult(self.acme_in, "2026-04", 0, kpi=origin)

    def test_what_lists_show(self):
        """DESIGN 4: a document's list opens with one stage, as its button counts."""
        invoice = self._sold(100, 50, paid=[("2026-02-10", 10), ("2026-02-11", 10)])
        order = invoice.line_ids.sale_line_ids.order_id
        self.program._run()
        for document, stage in ((order, "booked"), (invoice, "invoiced")):
            self.assertEqual(document.pmm_credit_count, 2)
            action = document.action_view_pmm_credits()
            self.assertTrue(action["context"][f"search_default_{stage}"])
            found = self.env["pmm.credit"].search([*action["domain"], ("stage", "=", stage)])
            self.assertEqual(sum(found.mapped("amount")), 150)

    def test_who_may_open_the_document(self):
        """X9: the way to the document is shown to those who may read it."""
        self._sold(100)
        self.program._run()
        manager = self._user("seller", "pmm_partner_kpi.group_pmm_manager")
        credits = self.env["pmm.credit"].with_user(manager).search([], order="stage")
        self.assertEqual(credits.mapped("may_open"), [True, True])
        viewer = self._user("viewer", "pmm_partner_kpi.group_pmm_user")
        self.acme_in.user_id = viewer
        credits = self.env["pmm.credit"].with_user(viewer).search([])
        self.assertEqual(len(credits), 2)
        self.assertEqual(credits.mapped("may_open"), [False, False])

    def test_margin_is_for_managers(self):
        """K4: what something cost is for programme managers; no cost is no margin."""
        self.pump.standard_price = 60
        self._sold((self.pump, 1, 100), (self.valve, 1, 10))
        self.program._run()
        credits = self._stage("booked")
        self.assertEqual(credits.mapped("margin"), [40, 0])
        viewer = self._user("viewer", "pmm_partner_kpi.group_pmm_user")
        fields = self.env["pmm.credit"].with_user(viewer).fields_get()
        self.assertFalse({"cost", "margin"} & fields.keys())
