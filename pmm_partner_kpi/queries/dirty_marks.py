"""How are changed keys noted, and forgotten?"""

from odoo.tools import SQL


def add_marks(queue, ids):
    """Return the INSERT of one mark per id, in one statement whatever their number.

    It is part of every posted invoice, so it is kept as cheap as can be.
    """
    return SQL(
        "INSERT INTO pmm_dirty (queue, res_id) SELECT %s, UNNEST(%s::int[])", queue, list(ids)
    )


def mark_paid_documents(payer_ids):
    """Return the INSERT of a mark per document that these entries pay, and that reverses one."""
    return SQL(
        """
        WITH paid AS (
            SELECT document.id FROM (
                SELECT due.move_id
                FROM account_move_line payer
                JOIN account_partial_reconcile part ON part.credit_move_id = payer.id
                JOIN account_move_line due ON due.id = part.debit_move_id
                WHERE payer.move_id = ANY(%(payers)s)
                UNION
                SELECT due.move_id
                FROM account_move_line payer
                JOIN account_partial_reconcile part ON part.debit_move_id = payer.id
                JOIN account_move_line due ON due.id = part.credit_move_id
                WHERE payer.move_id = ANY(%(payers)s)
            ) matched
            JOIN account_move document ON document.id = matched.move_id
                AND document.move_type IN ('out_invoice', 'out_refund')
        )
        INSERT INTO pmm_dirty (queue, res_id)
        SELECT 'credit_move', id FROM paid
        UNION
        SELECT 'credit_move', id FROM account_move
        WHERE reversed_entry_id IN (SELECT id FROM paid)
        """,
        payers=list(payer_ids),
    )


def remove_marks(queue, ids):
    """Return the DELETE of all marks of these ids that the transaction sees."""
    return SQL("DELETE FROM pmm_dirty WHERE queue = %s AND res_id = ANY(%s)", queue, list(ids))


def oldest_marks(queue, limit):
    """Return a SELECT of distinct marked ids, oldest first, from the first ``limit`` marks."""
    return SQL(
        """
        SELECT res_id FROM (
            SELECT res_id, id FROM pmm_dirty WHERE queue = %s ORDER BY id LIMIT %s
        ) oldest
        GROUP BY res_id ORDER BY MIN(id)
        """,
        queue,
        limit,
    )


def count_marks(queues):
    """Return a SELECT of the number of distinct (queue, id) that are marked."""
    return SQL(
        "SELECT COUNT(*) FROM (SELECT DISTINCT queue, res_id FROM pmm_dirty"
        " WHERE queue = ANY(%s)) marked",
        list(queues),
    )
