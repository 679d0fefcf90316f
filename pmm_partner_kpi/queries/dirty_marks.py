"""How are changed keys noted, and forgotten?"""

from odoo.tools import SQL


def add_marks(queue, ids):
    """Return the INSERT of one mark per id, in one statement whatever their number.

    It is part of every posted invoice, so it is kept as cheap as can be.
    """
    return SQL(
        "INSERT INTO pmm_dirty (queue, res_id) SELECT %s, UNNEST(%s::int[])", queue, list(ids)
    )


def remove_marks(queue, ids):
    """Return the DELETE of all marks of these ids that the transaction sees."""
    return SQL("DELETE FROM pmm_dirty WHERE queue = %s AND res_id = ANY(%s)", queue, list(ids))
