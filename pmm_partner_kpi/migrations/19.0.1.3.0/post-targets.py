"""Targets that exist already get their first version, and no threshold or stretch."""

from odoo.tools import SQL


def migrate(cr, version):
    cr.execute(
        SQL(
            """
            UPDATE pmm_kpi_target
            SET threshold = COALESCE(threshold, 0), stretch = COALESCE(stretch, 0)
            WHERE threshold IS NULL OR stretch IS NULL
            """
        )
    )
    cr.execute(
        SQL(
            """
            WITH change AS (
                INSERT INTO pmm_target_change
                    (program_id, company_id, kind, state, create_uid, create_date)
                SELECT DISTINCT ON (program_id) program_id, company_id, 'manual', 'done',
                    create_uid, create_date
                FROM pmm_kpi_target WHERE change_id IS NULL
                ORDER BY program_id, create_date DESC
                RETURNING id, program_id
            ), versions AS (
                INSERT INTO pmm_kpi_target_version
                    (enrollment_id, kpi_id, period_id, company_id, number, change_id, is_removed,
                     threshold, value, stretch, by_hand)
                SELECT target.enrollment_id, target.kpi_id, target.period_id, target.company_id, 1,
                    change.id, FALSE, target.threshold, target.value, target.stretch,
                    target.by_hand
                FROM pmm_kpi_target target JOIN change USING (program_id)
                WHERE target.change_id IS NULL
            )
            UPDATE pmm_kpi_target target SET change_id = change.id
            FROM change
            WHERE change.program_id = target.program_id AND target.change_id IS NULL
            """
        )
    )
