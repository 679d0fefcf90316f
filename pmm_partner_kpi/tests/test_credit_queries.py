from odoo.tests import freeze_time, tagged

from .common import PmmCommon

MANY = 200


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCreditQueries(PmmCommon):
    """X13, DESIGN 5: one document or two hundred, stages are filled in as many statements."""

    def _fill(self, queue, documents):
        """Return the numbers of queries that filling 1 and all of ``documents`` takes."""
        Dirty, Credit = self.env["pmm.dirty"], self.env["pmm.credit"]
        Credit._fill_dirty()
        counts = []
        for number in (1, 1, len(documents)):
            self.env.cr.execute(
                "ALTER TABLE pmm_credit DISABLE TRIGGER USER; DELETE FROM pmm_credit;"
                "ALTER TABLE pmm_credit ENABLE TRIGGER USER; DELETE FROM pmm_dirty"
            )
            Dirty._mark(queue, documents[:number].ids)
            with self._counted(counts):
                Credit._fill_dirty()
        _warm, one, many = counts
        return one, many

    def test_orders(self):
        """X13: the stage booked."""
        first = self._sale(self.acme, "2026-02-03", 10, confirm=False)
        orders = first
        for _number in range(MANY - 1):
            orders |= first.copy()
        orders.action_confirm()
        one, many = self._fill("credit_order", orders)
        self.assertEqual(one, many)
        self.assertLess(many, 15)
        self.assertEqual(len(self._stage("booked")), MANY)

    def test_payments(self):
        """X13: the stages invoiced and collected, in one statement."""
        first = self._invoice(self.acme, "2026-02-03", 10, post=False)
        invoices = first
        for _number in range(MANY - 1):
            invoices |= first.copy({"invoice_date": "2026-02-03"})
        invoices.action_post()
        self._pay(invoices, "2026-02-10", group_payment=True)
        one, many = self._fill("credit_move", invoices)
        self.assertEqual(one, many)
        self.assertLess(many, 15)
        self.assertEqual(len(self._stage("collected")), MANY)

    def test_what_the_hooks_cost(self):
        """X13: posting, confirming and paying ask a little more, however many documents."""
        first = self._invoice(self.acme, "2026-02-03", 10, post=False)
        order = self._sale(self.acme, "2026-02-03", 10, confirm=False)
        Line, Move = self.env["account.move.line"], self.env["account.move"]
        counts = []
        for number in (1, 1, 20):
            moves = Move.union(*[first.copy({"invoice_date": "2026-02-03"}) for _ in range(number)])
            orders = order.union(*[order.copy() for _ in range(number)])
            with self._counted(counts):
                Line._pmm_note_costs(moves)
                moves._pmm_mark_dirty()
            with self._counted(counts):
                orders.order_line._pmm_note_costs()
                orders._pmm_mark_dirty()
        posting, confirming = counts[2:4]  # after the first, which reads what never changes
        self.assertEqual(counts[4:], [posting, confirming])
        self.assertLessEqual(posting, 6)
        self.assertLessEqual(confirming, 5)
