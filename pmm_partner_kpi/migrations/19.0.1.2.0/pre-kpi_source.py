"""The one source of before measured invoiced amounts: it is revenue at the stage invoiced now."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL("UPDATE pmm_kpi_definition SET source = 'revenue' WHERE source = 'invoiced_revenue'")
    )
