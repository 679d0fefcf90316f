"""Results that are there already: how those of periods that are over ended."""

from odoo.tools import SQL


def migrate(cr, version):
    # what still runs is told by the next run
    cr.execute(
        SQL(
            """
            UPDATE pmm_kpi_measurement SET has_forecast = FALSE, tracking = CASE
                WHEN has_target AND has_actual IS NOT TRUE THEN 'no_data' ELSE state
            END
            WHERE tracking IS NULL AND state <> 'open'
            """
        )
    )
