from unittest.mock import patch

from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ..queries.no_sales import NO_SALES
from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditExclusions(PmmCommon):
    """DESIGN 1: delivery and loyalty reward lines are no sale, at any stage."""

    def test_lines_that_are_no_sale(self):
        """K4: what an addon marks on the order line holds for order, invoice and payment."""
        cases = [("is_delivery", SQL("boolean"), True), ("reward_id", SQL("int4"), 7)]
        for column, kind, value in cases:
            with self.subTest(column), self.env.cr.savepoint() as savepoint:
                known = column in self.env["sale.order.line"]._fields
                order = self._sale(self.acme, "2026-02-03", 100, (self.training, 1, 9))
                self.env.flush_all()
                name = SQL.identifier(column)
                if not known:  # stand in for the addon: its column is all that is read
                    self.env.cr.execute(SQL("ALTER TABLE sale_order_line ADD %s %s", name, kind))
                self.env.cr.execute(
                    SQL(
                        "ALTER TABLE sale_order_line DROP CONSTRAINT IF EXISTS"
                        " sale_order_line_reward_id_fkey;"
                        "UPDATE sale_order_line SET %s = %s WHERE id = %s",
                        name,
                        value,
                        order.order_line[1].id,
                    )
                )
                invoice = order._create_invoices()
                invoice.invoice_date = "2026-02-04"
                invoice.action_post()
                self._pay(invoice, "2026-02-05")
                with patch.object(
                    type(self.env["pmm.credit"]),
                    "_excluded_sale_lines",
                    lambda self, column=column: [NO_SALES[column]],
                ):
                    self.assertNothingToMend()
                for stage in ("booked", "invoiced", "collected"):
                    self.assertEqual(self._stage(stage).mapped("amount"), [100], stage)
                savepoint.rollback()
            self.env.invalidate_all()

    def test_what_the_installed_addons_mark(self):
        """K4: conditions only on columns that are there."""
        columns = self.env["sale.order.line"]._fields
        self.assertEqual(
            self.env["pmm.credit"]._excluded_sale_lines(),
            [condition for name, condition in NO_SALES.items() if name in columns],
        )

    def test_a_discount_by_hand_is_what_the_customer_pays(self):
        """K4: lines below 0 that people write do count."""
        self._sale(self.acme, "2026-02-03", 100, -30)
        self.program._run()
        self.assertEqual(self._stage("booked").mapped("amount"), [100, -30])
