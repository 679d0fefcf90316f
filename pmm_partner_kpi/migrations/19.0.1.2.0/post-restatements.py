"""Periods that are closed already: which sales credits their published figures know."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            UPDATE pmm_period SET credits_until = (
                -- a close is written to the second, after the credits of its own run
                SELECT COALESCE(MAX(credit.id), 0) FROM pmm_credit credit
                WHERE credit.company_id = pmm_period.company_id
                    AND credit.recorded_at < pmm_period.closed_at + INTERVAL '1 second'
            )
            WHERE state = 'closed' AND COALESCE(credits_until, 0) = 0
            """
        )
    )
