"""Which entries wait for the general ledger, and which for a statement?"""

from odoo.tools import SQL


def unposted_sums(program):
    """Return a SELECT (period_id, enrollment_id, partner_id, amount, entry_ids) not posted yet.

    One row per booking period and enrolment: the grain of the accrual's journal items, so that
    a statement later settles whole items. What a pilot earns is not paid, so never posted.
    """
    return SQL(
        """
        SELECT entry.period_id, entry.enrollment_id, entry.partner_id,
            SUM(entry.amount)::text, ARRAY_AGG(entry.id ORDER BY entry.id)
        FROM pmm_reward_entry entry
        JOIN pmm_period period ON period.id = entry.period_id
        JOIN pmm_enrollment enrollment ON enrollment.id = entry.enrollment_id
        WHERE entry.program_id = %s AND enrollment.is_shadow IS NOT TRUE AND NOT EXISTS (
            SELECT 1 FROM pmm_reward_posting posting WHERE posting.entry_id = entry.id
        )
        GROUP BY entry.period_id, entry.enrollment_id, entry.partner_id, period.date_start
        ORDER BY period.date_start, entry.enrollment_id
        """,
        program.id,
    )


def unstated_sums(period):
    """Return a SELECT (enrollment_id, partner_id, amount) of what no statement has yet.

    Entries booked up to ``period`` in closed periods of its programme, without those of a pilot.
    """
    return SQL(
        "SELECT entry.enrollment_id, entry.partner_id, SUM(entry.amount)::text %s"
        " GROUP BY entry.enrollment_id, entry.partner_id"
        # what adds up to 0 waits: a statement over nothing could never be settled
        " HAVING SUM(entry.amount) <> 0 ORDER BY entry.enrollment_id",
        _unstated(period),
    )


def state_entries(period, statement_ids):
    """Return the INSERT that puts the unstated entries on their enrolment's statement."""
    return SQL(
        """
        INSERT INTO pmm_statement_line (statement_id, entry_id)
        SELECT statement.id, entry.id %s AND statement.id = ANY(%s) ORDER BY entry.id
        """,
        _unstated(
            period,
            SQL("JOIN pmm_statement statement ON statement.enrollment_id = entry.enrollment_id"),
        ),
        statement_ids,
    )


def _unstated(period, join=None):
    return SQL(
        """
        FROM pmm_reward_entry entry
        JOIN pmm_period booked ON booked.id = entry.period_id
        JOIN pmm_enrollment enrollment ON enrollment.id = entry.enrollment_id
            AND enrollment.is_shadow IS NOT TRUE
        %s
        WHERE entry.program_id = %s AND booked.state = 'closed' AND booked.date_start <= %s
            AND NOT EXISTS (SELECT 1 FROM pmm_statement_line line WHERE line.entry_id = entry.id)
        """,
        join or SQL(),
        period.program_id.id,
        period.date_start,
    )
