"""Ledger rows and enrolments that were there before partners could be merged."""

from odoo.tools import SQL

ADDED = (
    ("pmm_credit", "former_ref"),
    ("pmm_credit", "origin_former_ref"),
    ("pmm_enrollment", "former_ref"),
)


def migrate(cr, version):
    """Add the columns with their value at once: rows of a ledger cannot be filled later.

    The exclusion constraint of enrolments is made anew, with the former partner in it.
    """
    for table, column in ADDED:
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        cr.execute(
            SQL(
                "ALTER TABLE %(table)s ADD COLUMN IF NOT EXISTS %(column)s int4 NOT NULL DEFAULT 0",
                **names,
            )
        )
        cr.execute(SQL("ALTER TABLE %(table)s ALTER COLUMN %(column)s DROP DEFAULT", **names))
