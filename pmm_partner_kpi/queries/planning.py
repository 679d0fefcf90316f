"""How does PostgreSQL have to be set for our long statements?"""

from odoo.tools import SQL


def without_jit():
    """Return the statement that keeps PostgreSQL from compiling, until the transaction ends.

    Statements over all stages and KPIs are long; on a large database compiling one took half a
    minute where running it took two seconds.
    """
    return SQL("SELECT set_config('jit', 'off', TRUE)")
