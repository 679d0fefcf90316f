"""Credits that were there before stages, shares and costs."""

from odoo.tools import SQL

ADDED = (
    ("share", SQL("numeric NOT NULL DEFAULT 100")),
    ("has_cost", SQL("boolean NOT NULL DEFAULT FALSE")),
    ("cost", SQL("numeric DEFAULT 0")),
    ("is_return", SQL("boolean NOT NULL DEFAULT FALSE")),
)


def migrate(cr, version):
    """Add the columns with their value at once, and say which credits are of credit notes.

    The trigger that keeps the ledger append-only stands aside for that one statement.
    """
    for column, kind in ADDED:
        names = {"column": SQL.identifier(column), "kind": kind}
        cr.execute(
            SQL("ALTER TABLE pmm_credit ADD COLUMN IF NOT EXISTS %(column)s %(kind)s", **names)
        )
        cr.execute(SQL("ALTER TABLE pmm_credit ALTER COLUMN %(column)s DROP DEFAULT", **names))
    cr.execute(SQL("ALTER TABLE pmm_credit DISABLE TRIGGER USER"))
    cr.execute(
        SQL(
            """
            UPDATE pmm_credit credit SET is_return = TRUE
            WHERE document_model = 'account.move' AND (
                -- of a credit note that is gone nothing else is known
                origin_document_id <> document_id
                OR document_id IN (SELECT id FROM account_move WHERE move_type = 'out_refund')
                AND NOT EXISTS (
                    -- a final invoice below the down payment: nothing has come back
                    SELECT 1 FROM account_move move
                    JOIN account_move_line line ON line.move_id = move.id
                    WHERE move.id = credit.document_id AND line.id = credit.line_id
                        AND move.reversed_entry_id IS NULL
                        AND (line.is_downpayment OR line.quantity < 0)
                        AND 0 < (
                            SELECT COUNT(*) FROM account_move_line sold
                            WHERE sold.move_id = move.id AND sold.display_type = 'product'
                                AND sold.is_downpayment IS NOT TRUE
                                AND sold.quantity < 0 AND sold.price_unit >= 0
                        )
                )
            )
            """
        )
    )
    cr.execute(SQL("ALTER TABLE pmm_credit ENABLE TRIGGER USER"))
