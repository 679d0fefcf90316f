"""Tiers of a programme become rungs of a ladder."""

from odoo.tools import SQL
from odoo.tools.sql import table_exists

OLD = "pmm_program_res_partner_grade_rel"


def migrate(cr, version):
    """Make a rung of each tier that a programme had, in the order of the tiers."""
    if not table_exists(cr, OLD):
        return
    cr.execute(
        SQL(
            """
            INSERT INTO pmm_program_tier
                (program_id, company_id, grade_id, sequence, group_match, tier_match,
                 create_uid, write_uid, create_date, write_date)
            SELECT program.id, program.company_id, grade.id,
                -- Odoo lists its best tier first, a ladder its lowest
                10 * ROW_NUMBER() OVER (
                    PARTITION BY program.id ORDER BY grade.sequence DESC, grade.id DESC
                ),
                'all', 'any', 1, 1, NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
            FROM %(old)s chosen
            JOIN pmm_program program ON program.id = chosen.pmm_program_id
            JOIN res_partner_grade grade ON grade.id = chosen.res_partner_grade_id
            ON CONFLICT DO NOTHING
            """,
            old=SQL.identifier(OLD),
        )
    )
    cr.execute(SQL("DROP TABLE %s", SQL.identifier(OLD)))
