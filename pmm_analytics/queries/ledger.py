"""What has each enrolment earned with the business of each period, and what of it is paid?"""

from odoo.tools import SQL


def ledger():
    """Return a SELECT (enrollment_id, period_id, reward, reward_paid) by period of origin."""
    return SQL(
        """
        SELECT entry.enrollment_id, entry.origin_period_id AS period_id,
            SUM(entry.amount) AS reward,
            COALESCE(SUM(entry.amount) FILTER (WHERE statement.state = 'paid'), 0) AS reward_paid
        FROM pmm_reward_entry entry
        -- what a pilot earns is never paid
        JOIN pmm_enrollment enrollment ON enrollment.id = entry.enrollment_id
            AND enrollment.is_shadow IS NOT TRUE
        LEFT JOIN pmm_statement_line line ON line.entry_id = entry.id
        LEFT JOIN pmm_statement statement ON statement.id = line.statement_id
        GROUP BY entry.enrollment_id, entry.origin_period_id
        """
    )
