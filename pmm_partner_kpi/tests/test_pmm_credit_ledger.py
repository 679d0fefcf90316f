from psycopg2 import errors

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestPmmCreditLedger(PmmCommon):
    """DESIGN 3.3, X13: credits are append-only; marks find the changes, the sweep the rest."""

    def _marks(self, queue):
        return self.env["pmm.dirty"].sudo().search([("queue", "=", queue)])

    # === APPEND-ONLY === #

    def test_orm_refuses_changes_with_a_sentence(self):
        """DESIGN 3.3: nobody changes or deletes a credit, not even as superuser."""
        self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        credit = self.env["pmm.credit"].sudo().search([])
        with self.assertRefused("never changed or deleted"):
            credit.write({"amount": 5})
        with self.assertRefused("never changed or deleted"):
            credit.amount = 5
        with self.assertRefused("never changed or deleted"):
            credit.unlink()

    def test_database_refuses_changes(self):
        """DESIGN 3.3: plain SQL is refused as well; where no row is hit nothing happens."""
        self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        for statement in (
            "UPDATE pmm_credit SET amount = 0",
            "DELETE FROM pmm_credit",
            "TRUNCATE pmm_credit",
        ):
            with (
                self.subTest(statement),
                mute_logger("odoo.sql_db"),
                self.assertRefused("never changed or deleted", errors.RestrictViolation),
            ):
                self.env.cr.execute(statement)
        self.assertEqual(self._credited(self.acme), 100)

    def test_nobody_types_in_a_credit(self):
        """DESIGN 3.6: credits come from documents; the administrator cannot make one up."""
        with self.assertRaises(AccessError):
            self.env["pmm.credit"].create({"partner_id": self.acme.id, "amount": 1})

    def test_one_revision_of_a_key_stands_once(self):
        """DESIGN 3.2: a unique index refuses what two runs at once would both append."""
        self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        credit = self.env["pmm.credit"].sudo().search([])
        columns = [
            name
            for name, field in credit._fields.items()
            if field.store and field.column_type and name != "id"
        ]
        names = SQL(", ").join(SQL.identifier(name) for name in columns)
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self.env.cr.execute(
                SQL("INSERT INTO pmm_credit (%s) SELECT %s FROM pmm_credit", names, names)
            )

    def test_each_correction_is_a_revision(self):
        """DESIGN 3.2: corrections of a line are numbered one after the other."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        for price in (80, 90):
            invoice.button_draft()
            invoice.invoice_line_ids.price_unit = price
            invoice.action_post()
            self.program._run()
        credits = self.env["pmm.credit"].search([], order="id")
        self.assertEqual(credits.mapped("amount"), [100, -20, 10])
        self.assertEqual(credits.mapped("revision"), [1, 2, 3])

    # === MARKS === #

    def test_posting_leaves_a_mark_and_no_credit(self):
        """X13: hooks only write a key; posting an invoice calculates nothing."""
        self.program._run()
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.assertIn(invoice.id, self._marks("credit_move").mapped("res_id"))
        self.assertCredits(self.acme, [])
        self.program._run()
        self.assertFalse(self._marks("credit_move"))
        self.assertFalse(self._marks("credit_partner"))
        self.assertFalse(self._marks("measure"))

    def test_mark_written_during_a_run_survives_it(self):
        """X13: marks are never merged, so one that comes later is worked off later."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        Dirty = self.env["pmm.dirty"]
        ids = Dirty._peek("credit_move")
        before = self._marks("credit_move")
        Dirty._mark("credit_move", invoice.ids)
        self.assertEqual(ids, Dirty._peek("credit_move"), "the same key, marked once more")
        self.assertEqual(len(self._marks("credit_move")), len(before) + 1)

    def test_batches_take_the_oldest_marks_first(self):
        """X13: a limited call works off so many documents and leaves the others marked."""
        self.program._run()
        moves = [self._invoice(self.acme, "2026-02-03", price) for price in (1, 2, 3)]
        self.assertEqual(self.env["pmm.credit"]._fill_batch(2), 2)
        self.assertEqual(self._credited(self.acme), 3)
        self.assertEqual(set(self._marks("credit_move").mapped("res_id")), {moves[2].id})
        self.assertEqual(self.env["pmm.credit"]._fill_batch(2), 1)
        self.assertEqual(self._credited(self.acme), 6)

    # === SWEEP === #

    def _forget_marks(self):
        """Lose all marks, as if a hook had been missing."""
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM pmm_dirty")
        self.env.invalidate_all()

    def test_sweep_mends_a_document_that_nothing_announced(self):
        """X13: the sweep finds what has no mark, and says that it was the one."""
        self._invoice(self.acme, "2026-02-03", 5)
        self.program._run()
        lost = self._invoice(self.acme, "2026-02-03", 100)
        self._forget_marks()
        self.assertEqual(self.program._run()["credits"], 0)
        self.assertEqual(self.env["pmm.credit"]._fill_range(lost.id, lost.id), 1)
        mended = self.env["pmm.credit"].search([("mended", "=", True)])
        self.assertEqual((mended.document_id, mended.amount), (lost.id, 100))
        self.assertIn(self.acme_in.id, self._marks("measure").mapped("res_id"))
        self.assertEqual(self.env["pmm.credit"]._fill_range(lost.id, lost.id), 0)

    def test_sweep_mends_an_amount_changed_behind_the_orm(self):
        """X13: table and documents are equal after the sweep, whatever happened to a line."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        self.env.cr.execute(
            "UPDATE account_move_line SET balance = balance - 11 WHERE id = %s",
            [invoice.invoice_line_ids.id],
        )
        self.assertEqual(self.env["pmm.credit"]._fill_range(invoice.id, invoice.id), 1)
        mended = self.env["pmm.credit"].search([("mended", "=", True)])
        self.assertEqual((mended.amount, mended.reason), (11, "changed"))

    def test_sweep_mends_a_document_that_is_gone(self):
        """X13: credits of a document that no longer exists are withdrawn."""
        invoice = self._invoice(self.acme, "2026-02-03", 100)
        self.program._run()
        document = invoice.id
        invoice.button_draft()
        invoice.with_context(force_delete=True).unlink()
        self._forget_marks()
        self.assertEqual(self.env["pmm.credit"]._fill_range(document, document), 1)
        self.assertEqual(self._credited(self.acme), 0)

    def test_sweep_keeps_to_its_range(self):
        """X13: the bounds belong to the range, their neighbours do not."""
        moves = [self._invoice(self.acme, "2026-02-03", price) for price in (1, 2, 4, 8)]
        self._forget_marks()
        ids = sorted(move.id for move in moves)
        self.env["pmm.credit"]._fill_range(ids[1], ids[2])
        self.assertEqual(self._credited(self.acme), 6)

    # === SCHEDULED ACTIONS === #

    def test_cron_run_credits_and_measures(self):
        """K10: what changed is calculated by itself, without anybody pressing a button."""
        self._target(self.acme_in, "2026-02", 100)
        self._invoice(self.acme, "2026-02-03", 100)
        self._run_cron("ir_cron_run")
        self.assertEqual(self._credited(self.acme), 100)
        self.assertResult(self.acme_in, "2026-02", 100, 1.0, "reached")
        self.assertResult(self.bolt_in, "2026-02", 0, None, "none")
        self.assertFalse(self._marks("credit_move") | self._marks("measure"))

    def test_cron_run_works_in_batches(self):
        """X13: small batches lead to the same figures as one."""
        for price in (1, 2, 4):
            self._invoice(self.acme, "2026-02-03", price)
            self._invoice(self.bolt, "2026-02-03", price)
        self._call_on_own_cursor("pmm.program", "_cron_run", batch=1)
        self.assertResult(self.acme_in, "2026-02", 7)
        self.assertResult(self.bolt_in, "2026-02", 7)
        self.assertFalse(self._marks("credit_move") | self._marks("measure"))

    def test_cron_sweep_mends_and_the_next_run_measures(self):
        """X13: the night finds what the day had lost; the next run shows it."""
        self.program._run()
        self._invoice(self.acme, "2026-02-03", 100)
        self._forget_marks()
        self._run_cron("ir_cron_sweep")
        self.assertEqual(self._credited(self.acme, mended=True), 100)
        self._run_cron("ir_cron_run")
        self.assertResult(self.acme_in, "2026-02", 100)

    def test_cron_sweep_works_in_ranges(self):
        """X13: small ranges find the same as one, each document once."""
        for price in (1, 2, 4):
            self._invoice(self.acme, "2026-02-03", price)
        self._forget_marks()
        self._call_on_own_cursor("pmm.credit", "_cron_sweep", batch=2)
        self.assertEqual(self._credited(self.acme), 7)
        self.assertEqual(self.env["pmm.credit"].search_count([]), 3)
