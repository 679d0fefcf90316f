from unittest.mock import patch

from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..queries.unit_costs import add_cost_noted
from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditCostKept(PmmCommon):
    """K4, K12: what comes back costs what it did when it was sold; nobody makes a cost up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.pump.standard_price = 60

    def _margin(self, stage="invoiced"):
        """Return (amount, margin) of Acme's credits whose cost is known."""
        self.program._run()
        credits = self._stage(stage, has_cost=True)
        return sum(credits.mapped("amount")), sum(credits.mapped("margin"))

    def _retype(self, move, line, **vals):
        """Delete a line of a draft and enter it once more."""
        again = {
            "product_id": line.product_id.id,
            "quantity": line.quantity,
            "price_unit": line.price_unit,
            "tax_ids": [Command.clear()],
        }
        move.invoice_line_ids = [Command.delete(line.id), Command.create(again | vals)]

    # === CREDIT NOTES === #

    def test_line_typed_again_on_a_credit_note(self):
        """K12: it takes back what the invoice's lines of that product had cost on average."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        self.pump.standard_price = 75
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        self._retype(refund, refund.invoice_line_ids)
        refund.action_post()
        self.assertEqual(refund.invoice_line_ids.pmm_unit_cost, 60)
        self.assertEqual(self._margin(), (0, 0))
        self.assertNothingToMend()

    def test_product_changed_and_changed_back(self):
        """K12: the same, where the line is the old one; also after the credit note was posted."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        self.pump.standard_price = 75
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        for _time in range(2):
            refund.invoice_line_ids.product_id = self.valve
            refund.invoice_line_ids.write({"product_id": self.pump.id, "price_unit": 100})
            refund.action_post()
            self.assertEqual(refund.invoice_line_ids.pmm_unit_cost, 60)
            refund.button_draft()
        refund.action_post()
        self.assertEqual(self._margin(), (0, 0))

    def test_average_of_the_lines(self):
        """K12: weighted by quantity; a copied line has the cost of its own line."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 3, 100), (self.pump, 1, 100))
        self.pump.standard_price = 80
        invoice.button_draft()
        self._retype(invoice, invoice.invoice_line_ids[1])
        invoice.action_post()
        self.assertEqual(sorted(invoice.invoice_line_ids.mapped("pmm_unit_cost")), [60, 80])
        self.pump.standard_price = 75
        whole = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        self.assertEqual(sorted(whole.invoice_line_ids.mapped("pmm_unit_cost")), [60, 80])
        whole.action_post()
        self.assertEqual(self._margin(), (0, 0))
        part = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        part.invoice_line_ids[1].unlink()
        self._retype(part, part.invoice_line_ids, quantity=1)
        part.action_post()
        self.assertEqual(part.invoice_line_ids.pmm_unit_cost, 65)  # (3 × 60 + 1 × 80) / 4

    def test_no_cost_on_the_invoice(self):
        """K12: nothing is taken back then, so a full refund leaves the margin as it was."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.valve, 1, 100))
        self.valve.standard_price = 30
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        self._retype(refund, refund.invoice_line_ids)
        refund.action_post()
        self.assertEqual(refund.invoice_line_ids.pmm_unit_cost, 0)
        self.assertEqual(self._margin(), (0, 0))

    def _returned(self, product, price=100):
        """Return an order of which 10 were invoiced; 3 of them have come back."""
        product.invoice_policy = "delivery"
        order = self._sale(self.acme, "2026-02-03", (product, 10, price))
        order.order_line.qty_delivered = 10
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-04"
        invoice.action_post()
        order.order_line.qty_delivered = 7
        return order

    def test_credit_note_of_an_order(self):
        """K12: 3 of 10 come back: at the cost of the invoice, whatever it is today."""
        order = self._returned(self.pump)
        self.pump.standard_price = 75
        refund = order._create_invoices(final=True)
        self.assertEqual((refund.move_type, refund.reversed_entry_id.id), ("out_refund", False))
        refund.invoice_date = "2026-03-01"
        refund.action_post()
        self.assertEqual(self._margin(), (700, 280))
        self.assertNothingToMend()

    def test_credit_note_of_an_order_without_cost(self):
        """K12: none was known, so none is taken back."""
        order = self._returned(self.valve)
        self.valve.standard_price = 75
        refund = order._create_invoices(final=True)
        refund.invoice_date = "2026-03-01"
        refund.action_post()
        self.assertEqual(refund.invoice_line_ids.pmm_unit_cost, 0)
        self.assertEqual(self._margin(), (0, 0))

    def test_taken_back_on_a_later_invoice(self):
        """K12: what comes back may also be a negative quantity beside what is sold anew."""
        order = self._returned(self.pump)
        self.pump.standard_price = 75
        self.training.invoice_policy = "order"
        order.order_line = [
            Command.create(
                {
                    "product_id": self.training.id,
                    "product_uom_qty": 1,
                    "price_unit": 900,
                    "tax_ids": [Command.clear()],
                }
            )
        ]
        invoice = order._create_invoices(final=True)
        self.assertEqual(invoice.move_type, "out_invoice")
        invoice.invoice_date = "2026-03-01"
        invoice.action_post()
        self.assertEqual(self._margin(), (700, 280))
        # the average is that of what was sold: 10 at 60 and 4 at 75; what came back is not in it
        for delivered, margin in ((11, (1100, 380)), (9, (900, 308.57))):
            order.order_line[0].qty_delivered = delivered
            invoice = order._create_invoices(final=True)
            invoice.invoice_date = "2026-03-02"
            invoice.action_post()
            self.assertEqual(self._margin(), margin)

    def test_credit_note_by_hand(self):
        """K12: one that reverses nothing costs what the product costs on its day."""
        self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        self.pump.standard_price = 75
        self._invoice(self.acme, "2026-03-01", (self.pump, 1, 100), move_type="out_refund")
        self.assertEqual(self._margin(), (0, 15))

    # === DEDUCTIONS === #

    def test_discount_of_the_order(self):
        """K4: Odoo's own discount is a line; it has no cost, which is known."""
        margin = self._kpi("Margin", source="margin")
        rate = self._kpi("Margin in %", source="margin_rate", unit="percent")
        order = self._sale(self.acme, "2026-02-03", (self.pump, 10, 100), confirm=False)
        self.env["sale.order.discount"].create(
            {"sale_order_id": order.id, "discount_type": "amount", "discount_amount": 100}
        ).action_apply_discount()
        self.assertEqual(order.order_line.mapped("price_unit"), [100, -100])
        order.action_confirm()
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-04"
        invoice.action_post()
        self.assertEqual(self._margin("booked"), (900, 300))
        self.assertEqual(self._margin(), (900, 300))
        self.assertResult(self.acme_in, "2026-02", 300, kpi=margin)
        self.assertResult(self.acme_in, "2026-02", 33.3333, kpi=rate)
        self._pay(invoice, "2026-02-05", 450)
        self.assertEqual(self._margin("collected"), (450, 150))
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        refund.action_post()
        self.assertEqual(self._margin(), (0, 0))
        self.assertNothingToMend()

    def test_down_payment_is_no_deduction(self):
        """K4: it is paid and taken off without a cost; the rest has the whole margin."""
        order = self._sale(self.acme, "2026-02-03", (self.pump, 10, 100))
        wizard = self.env["sale.advance.payment.inv"].with_context(active_ids=order.ids)
        wizard.create({"advance_payment_method": "percentage", "amount": 20}).create_invoices()
        down = order.invoice_ids
        down.invoice_date = "2026-02-04"
        down.action_post()
        self.assertEqual(self._margin(), (0, 0))
        wizard.create({"advance_payment_method": "delivered"}).create_invoices()
        final = order.invoice_ids - down
        final.invoice_date = "2026-02-05"
        final.action_post()
        self.assertEqual(self._margin(), (1000, 400))
        self.assertEqual(sum(self._stage("invoiced").mapped("amount")), 1000)

    # === FIRST POSTING === #

    def test_no_cost_stays_no_cost(self):
        """K4: it is that of the first posting; new lines and changed ones have their own day's."""
        invoice = self._invoice(self.acme, "2026-02-03", *[(self.valve, 1, 100)] * 3)
        self.valve.standard_price = 30
        for _time in range(2):
            invoice.button_draft()
            invoice.action_post()
            self.assertEqual(invoice.invoice_line_ids.mapped("pmm_unit_cost"), [0, 0, 0])
        invoice.button_draft()
        invoice.invoice_line_ids[1].product_id = self.pump
        self._retype(invoice, invoice.invoice_line_ids[2])
        invoice.action_post()
        self.assertEqual(invoice.invoice_line_ids.mapped("pmm_unit_cost"), [0, 60, 30])

    def test_from_before_the_addon(self):
        """K4: posted before: none, also when posted again; a draft takes the cost of its day."""
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        draft = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100), post=False)
        self.env.flush_all()
        self.cr.execute(SQL("ALTER TABLE account_move_line DROP COLUMN pmm_cost_noted"))
        self.cr.execute(SQL("UPDATE account_move_line SET pmm_unit_cost = NULL"))
        for statement in add_cost_noted():
            self.cr.execute(statement)
        self.env.invalidate_all()
        invoice.button_draft()
        (invoice | draft).action_post()
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
        self._retype(refund, refund.invoice_line_ids)
        refund.action_post()
        self.assertEqual((invoice | refund).invoice_line_ids.mapped("pmm_unit_cost"), [0, 0])
        self.assertEqual(draft.invoice_line_ids.pmm_unit_cost, 60)

    def test_the_order_line_knows_later(self):
        """K4: where margins are kept; then a full refund that is posted again follows."""
        if "purchase_price" not in self.env["sale.order.line"]._fields:
            # stand in for the addon: its column is all that is read
            self.cr.execute(SQL("ALTER TABLE sale_order_line ADD purchase_price float8"))
        order = self._sale(self.acme, "2026-02-03", (self.valve, 1, 100))
        invoice = order._create_invoices()
        invoice.invoice_date = "2026-02-04"
        Line = type(self.env["account.move.line"])
        with patch.object(Line, "_pmm_has_margin", lambda self: True):
            invoice.action_post()
            refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}])
            refund.action_post()
            self.valve.standard_price = 30
            lines = (invoice | refund).invoice_line_ids
            for cost in (0, 20):
                self.env.flush_all()
                self.cr.execute(SQL("UPDATE sale_order_line SET purchase_price = %s", cost))
                for move in invoice | refund:
                    move.button_draft()
                    move.action_post()
                self.assertEqual(lines.mapped("pmm_unit_cost"), [cost, cost])

    def test_order_line_keeps_none(self):
        """K4: the same product written once more is no other product."""
        order = self._sale(self.acme, "2026-02-03", (self.valve, 1, 100))
        self.valve.standard_price = 30
        order.order_line.product_id = self.valve
        self.assertEqual(order.order_line.pmm_unit_cost, 0)
        order._action_cancel()
        order.action_draft()
        order.action_confirm()  # another day of sale
        self.assertEqual(order.order_line.pmm_unit_cost, 30)

    # === NOBODY MAKES A COST UP === #

    def test_created_cost_of_an_order_line(self):
        """DESIGN 3.6: neither as a value nor as a default."""
        seller = self._user("seller", "sales_team.group_sale_manager")
        order = self._sale(self.acme, "2026-02-03", (self.pump, 1, 100)).with_user(seller)
        vals = {"order_id": order.id, "product_id": self.pump.id}
        forged = {"pmm_unit_cost": 1}
        Line = self.env["sale.order.line"].with_user(seller)
        lines = Line.create(vals | forged)
        lines |= Line.with_context(default_pmm_unit_cost=1).create(vals)
        self.env["ir.default"].set("sale.order.line", "pmm_unit_cost", 1)
        lines |= Line.create(vals)
        order.write({"order_line": [Command.create(vals | forged)]})
        self.assertEqual(order.order_line.mapped("pmm_unit_cost"), [60] * 5)
        with self.assertRefused("cannot be typed in"):
            order.write({"order_line": [Command.update(lines[0].id, forged)]})

    def test_created_cost_of_an_invoice_line(self):
        """DESIGN 3.6: on invoices, credit notes and what claims to be noted already."""
        booker = self._user("booker", "account.group_account_manager")
        forged = {"pmm_unit_cost": 1, "pmm_cost_noted": True}
        line = {"product_id": self.pump.id, "price_unit": 100, "tax_ids": [Command.clear()]}
        head = {"partner_id": self.acme.id, "invoice_date": "2026-02-03"}
        Move = self.env["account.move"].with_user(booker)
        sold = self._invoice(self.acme, "2026-02-03", (self.pump, 1, 100))
        for kind in (
            {"move_type": "out_invoice"},
            {"move_type": "out_refund"},
            {"move_type": "out_refund", "reversed_entry_id": sold.id},
        ):
            given = Move.create(kind | head | {"invoice_line_ids": [Command.create(line | forged)]})
            defaults = {f"default_{name}": value for name, value in forged.items()}
            default = Move.with_context(**defaults).create(
                kind | head | {"invoice_line_ids": [Command.create(line)]}
            )
            (given | default).action_post()
            costs = (given | default).invoice_line_ids.mapped("pmm_unit_cost")
            self.assertEqual(costs, [60, 60], kind)
            for name in forged:  # False differs from what is there
                with self.assertRefused("cannot be typed in"):
                    given.invoice_line_ids.write({name: False})

    def test_accountant_reverses(self):
        """K12: the copied cost arrives for those who may not write it; a duplicate has none."""
        booker = self._user("booker", "account.group_account_manager")
        invoice = self._invoice(self.acme, "2026-02-03", (self.pump, 2, 100)).with_user(booker)
        self.assertEqual(invoice.copy().invoice_line_ids.pmm_unit_cost, 0)
        refund = invoice._reverse_moves([{"invoice_date": "2026-03-01"}], cancel=True)
        self.assertEqual(refund.invoice_line_ids.pmm_unit_cost, 60)
