from psycopg2 import IntegrityError

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import mute_logger

from .attribution_common import AttributionCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmAttribution(AttributionCommon):
    """R14, K9: several partners share a sale, and each is credited with its part."""

    # === WHAT IS ALLOWED === #

    def test_shares_add_up_to_a_hundred_at_most(self):
        """R14: on 100 %, one hundredth below, one above; with and without the flag."""
        other = self.env["res.company"].create({"name": "Other"})
        self.program.create(
            {"name": "Elsewhere", "company_id": other.id, "tz": "UTC", "allow_over_split": True}
        )
        for shares, allowed in (
            ((60, 39.99), True),
            ((60, 40), True),
            ((33.33, 33.33, 33.34), True),
            ((60, 40.01), False),
            ((100.01,), False),
        ):
            partners = [self.bolt, self.carol, self.dora]
            pairs = list(zip(partners, shares, strict=False))
            for make in (
                lambda pairs=pairs: self._order(self.acme, 100, shares=pairs),
                lambda pairs=pairs: self._shared("2026-02-03", 100, *pairs),
            ):
                with self.subTest(shares):
                    if allowed:
                        make()
                        continue
                    with self.assertRefused("100 %", ValidationError):
                        make()
                    self.program.allow_over_split = True
                    make()
                    self.program.allow_over_split = False

    def test_nobody_says_whose_a_share_was(self):
        """P12: only merging partners does; neither a value nor a context is taken."""
        false = [[self.dora.id, "2026-12-31"]]
        order = self._order(self.acme, 100, confirm=False)
        Share = self.env["pmm.attribution"].with_context(default_former_refs=false)
        vals = {"order_id": order.id, "role": "split", "share": 10}
        by_context = Share.create(vals | {"partner_id": self.bolt.id})
        by_value = Share.create(vals | {"partner_id": self.carol.id, "former_refs": false})
        self.assertFalse(by_context.former_refs or by_value.former_refs)

    def test_shares_change_in_one_go(self):
        """R14: 40/60 becomes 60/40 whichever line is saved first; 60/41 is refused."""
        for document in (
            self._order(self.acme, 100, shares=[(self.bolt, 40), (self.carol, 60)], confirm=False),
            self._shared("2026-02-03", 100, (self.bolt, 40), (self.carol, 60), post=False),
        ):
            rows = document.pmm_split_ids.sorted("share")
            document.pmm_split_ids = [
                Command.update(rows[0].id, {"share": 60}),
                Command.update(rows[1].id, {"share": 40}),
            ]
            self.assertEqual(self._credited_with(document), {"Bolt": 60, "Carol": 40})
            with self.assertRefused("101", ValidationError), self.env.cr.savepoint():
                document.pmm_split_ids = [Command.update(rows[1].id, {"share": 41})]
            with self.assertRefused("101", ValidationError), self.env.cr.savepoint():
                rows[1].share = 41
            self.assertIn("Bolt Supplies 60.00 %", document.message_ids[0].body)

    def test_what_is_no_share_is_refused(self):
        """DESIGN 3.9: nothing, a contact, a partner twice, a vendor's bill."""
        person = self.env["res.partner"].create({"name": "Ann", "parent_id": self.bolt.id})
        with self.assertRefused("Credit its company Bolt Supplies", ValidationError):
            self._order(self.acme, 100, shares=[(person, 10)])
        for shares in ([(self.bolt, 0)], [(self.bolt, -1)], [(self.bolt, 10), (self.bolt, 20)]):
            # the web client turns these into the sentences of the constraints
            with (
                self.subTest(shares),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self._order(self.acme, 100, shares=shares)
        with self.assertRefused("no customer document", ValidationError):
            self._shared("2026-02-03", 9, (self.bolt, 10), move_type="in_invoice", post=False)

    def test_the_buyer_may_share_its_own_purchase(self):
        """R14: roles never add up, so the buyer's own credit is not reduced."""
        self._invoice(self.acme, "2026-02-03", 100, pmm_split_ids=self._splits((self.acme, 30)))
        self.program._run()
        self.assertEqual(self._credited(self.acme), 100)
        self.assertEqual(self._credited(self.acme, "split"), 30)

    # === WHAT IS CREDITED === #

    def test_example_of_the_guide(self):
        """K9, R14: the worked example in readme/USAGE.md, figure by figure."""
        shared = self._kpi("Shared", role="split")
        invoice = self._invoice(
            self.acme,
            "2026-03-10",
            (self.pump, 10, 100.05),
            pmm_split_ids=self._splits((self.bolt, 60), (self.carol, 40)),
        )
        for enrollment in (self.bolt_in, self.carol_in):
            self._target(enrollment, "2026-03", 1000, shared)
        self._refund(invoice, "2026-03-20", 200)
        self.program._run()
        for partner, amounts in (
            (self.bolt, [600.3, -120]),
            (self.carol, [400.2, -80]),
        ):
            credits = self.env["pmm.credit"].search(
                [("partner_id", "=", partner.id), ("stage", "=", "invoiced")], order="id"
            )
            self.assertEqual(credits.mapped("amount"), amounts)
            self.assertEqual(set(credits.mapped("role")), {"split"})
        self.assertResult(self.bolt_in, "2026-03", 480.3, 0.4803, kpi=shared)
        self.assertResult(self.carol_in, "2026-03", 320.2, 0.3202, kpi=shared)
        self.assertResult(self.acme_in, "2026-03", 800.5)
        self.assertResult(self.bolt_in, "2026-03", 0)
        # three weeks later it turns out that they shared it 50/50; March is closed
        self._close("2026-01", "2026-02", "2026-03")
        self._change_credits(invoice, shares=[(self.bolt, 50), (self.carol, 50)])
        self.program._run()
        self.assertEqual(self._credited(self.bolt, "split", stage="invoiced"), 380.25)
        self.assertEqual(self._credited(self.carol, "split", stage="invoiced"), 420.25)
        self.assertResult(self.bolt_in, "2026-03", 480.3, 0.4803, kpi=shared)

    def test_each_line_is_rounded_on_its_own(self):
        """K9: a third of 0.05 and of 100; quantities are shared, too."""
        third = [(self.bolt, 33.33), (self.carol, 33.33), (self.dora, 33.34)]
        self._invoice(
            self.stranger,
            "2026-03-10",
            (self.pump, 3, 0.05),
            (self.valve, 1, 100),
            pmm_split_ids=self._splits(*third),
        )
        self.program._run()
        for partner, amounts, quantities in (
            (self.bolt, [0.05, 33.33], [0.9999, 0.3333]),
            (self.dora, [0.05, 33.34], [1.0002, 0.3334]),
        ):
            credits = self.env["pmm.credit"].search([("partner_id", "=", partner.id)], order="id")
            self.assertEqual(credits.mapped("amount"), amounts)
            self.assertEqual(credits.mapped("quantity"), quantities)

    # === FROM DOCUMENT TO DOCUMENT === #

    def test_shares_go_from_the_order_to_the_credit_note(self):
        """R14: order, invoice, credit note and copies; a copy of the order has no territory."""
        self._territory(self.dora, country_ids=False)
        shares = [(self.bolt, 60), (self.carol, 40)]
        order = self._order(self.acme, 100, shares=shares, pmm_referrer_id=self.dora.id)
        invoice = order._create_invoices()
        expected = {"Bolt": 60, "Carol": 40}
        self.assertEqual(self._credited_with(invoice), expected)
        invoice.action_post()
        refund = self._refund(invoice, "2026-04-15")
        for document in (order, invoice, refund):
            self.assertEqual(self._credited_with(document), {**expected, "Dora": 100})
            self.assertEqual(document.pmm_referrer_id, self.dora)
            self.assertEqual(document.pmm_territory_partner_id, self.dora)
        self.assertEqual(self._credited_with(order.copy()), expected)
        self.assertEqual(self._credited_with(invoice.copy()), expected)
        wizard = self.env["account.move.reversal"].with_context(
            active_model="account.move", active_ids=invoice.copy({"invoice_date": "2026-04-15"}).ids
        )
        wizard.env["account.move"].browse(wizard.env.context["active_ids"]).action_post()
        moves = wizard.create({"journal_id": invoice.journal_id.id}).modify_moves()
        replaced = self.env["account.move"].browse(moves["res_id"])
        self.assertEqual(self._credited_with(replaced), expected)

    def test_orders_end_on_one_invoice_where_their_credits_are_the_same(self):
        """R14: one invoice is shared in one way only."""
        shares = [(self.bolt, 60), (self.carol, 40)]
        orders = self._order(self.acme, 1, shares=shares)
        orders |= self._order(self.acme, 20, shares=[*reversed(shares)])
        orders |= self._order(self.acme, 300, shares=[(self.bolt, 60), (self.carol, 39)])
        orders |= self._order(self.acme, 4000)
        orders |= self._order(self.acme, 50000)
        self._territory(self.dora, country_ids=False)
        orders |= self._order(self.acme, 600000)
        invoices = orders._create_invoices()
        self.assertEqual(sorted(invoices.mapped("amount_untaxed")), [21, 300, 54000, 600000])
        merged = invoices.filtered(lambda move: move.amount_untaxed == 21)
        self.assertEqual(self._credited_with(merged), {"Bolt": 60, "Carol": 40})
        invoices.action_post()
        self.assertEqual(
            [move.amount_untaxed for move in invoices if move.pmm_territory_partner_id], [600000]
        )

    def test_down_payment_is_shared_like_the_order(self):
        """R14, R31: what is paid in advance is shared, and the rest once."""
        order = self._order(self.acme, 100, shares=[(self.bolt, 60), (self.carol, 40)])
        for method, vals in (("percentage", {"amount": 30}), ("delivered", {})):
            wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
            wizard.create({"advance_payment_method": method, **vals}).create_invoices()
            order.invoice_ids.filtered(lambda move: move.state == "draft").action_post()
            self.program._run()
        self.assertEqual(self._credited(self.bolt, "split", stage="invoiced"), 60)
        self.assertEqual(self._credited(self.carol, "split", stage="invoiced"), 40)

    def test_forms_take_shares(self):
        """X15: a salesperson and an accountant enter shares on the page “Partners”."""
        seller = self._user("seller", "sales_team.group_sale_salesman")
        accountant = self._user("accountant", "account.group_account_invoice")
        with Form(self.env["sale.order"].with_user(seller)) as form:
            form.partner_id = self.acme
            for partner, share in ((self.bolt, 60), (self.carol, 40)):
                with form.pmm_split_ids.new() as line:
                    line.partner_id = partner
                    line.share = share
        self.assertEqual(self._credited_with(form.record), {"Bolt": 60, "Carol": 40})
        Move = self.env["account.move"].with_user(accountant)
        with Form(Move.with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.acme
            with form.pmm_split_ids.new() as line:
                line.partner_id = self.bolt
                line.share = 60
        self.assertEqual(self._credited_with(form.record), {"Bolt": 60})

    def test_those_without_programmes_see_nothing(self):
        """X14: a company without programmes has no page “Partners”."""
        order = self._order(self.acme, 1, confirm=False)
        self.assertTrue(order.pmm_has_programs)
        self.program.active = False
        order.invalidate_recordset()
        self.assertFalse(order.pmm_has_programs)
