"""Does the accrued account hold exactly what partners have earned and are not billed for?"""

from odoo.tools import SQL


def gl_proof(day):
    """Return a SELECT with one row per company, accrued account, partner and currency.

    ``posted`` (reward entries in the general ledger up to ``day``) less ``settled``
    (statements on posted bills, less reversed bills) is what the account should hold,
    ``balance`` what its journal items say, each from its own tables. ``not_posted`` stands
    beside it. What a pilot earns is never posted and stands outside.
    """
    return SQL(
        """
        WITH part AS (
            SELECT entry.company_id, program.accrued_account_id AS account_id,
                entry.partner_id, entry.currency_id,
                SUM(entry.amount) FILTER (WHERE move.date <= %(day)s) AS posted,
                0::numeric AS settled, 0::numeric AS balance,
                SUM(entry.amount) FILTER (
                    WHERE entry.date <= %(day)s AND (move.id IS NULL OR move.date > %(day)s)
                ) AS not_posted
            FROM pmm_reward_entry entry
            JOIN pmm_program program ON program.id = entry.program_id
            JOIN pmm_enrollment enrollment ON enrollment.id = entry.enrollment_id
                AND enrollment.is_shadow IS NOT TRUE
            LEFT JOIN pmm_reward_posting posting ON posting.entry_id = entry.id
            LEFT JOIN account_move move ON move.id = posting.move_id
            GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT settlement.company_id, program.accrued_account_id, statement.partner_id,
                statement.currency_id, 0, SUM(settlement.amount), 0, 0
            FROM pmm_settlement settlement
            JOIN pmm_statement statement ON statement.id = settlement.statement_id
            JOIN pmm_program program ON program.id = statement.program_id
            JOIN account_move document ON document.id = settlement.move_id
            WHERE document.state = 'posted' AND document.date <= %(day)s
            GROUP BY 1, 2, 3, 4
            UNION ALL
            SELECT line.company_id, line.account_id, line.partner_id, line.currency_id,
                0, 0, -SUM(line.amount_currency), 0
            FROM account_move_line line
            WHERE line.parent_state = 'posted' AND line.date <= %(day)s
                AND line.account_id IN (
                    SELECT accrued_account_id FROM pmm_program
                    WHERE accrued_account_id IS NOT NULL
                )
            GROUP BY 1, 2, 3, 4
        ), total AS (
            SELECT company_id, account_id, partner_id, currency_id,
                COALESCE(SUM(posted), 0) AS posted, SUM(settled) AS settled,
                SUM(balance) AS balance, COALESCE(SUM(not_posted), 0) AS not_posted
            FROM part GROUP BY 1, 2, 3, 4
        )
        SELECT ROW_NUMBER() OVER (ORDER BY company_id, account_id, partner_id, currency_id) AS id,
            total.*, posted - settled AS expected, balance - (posted - settled) AS difference
        FROM total
        WHERE posted <> 0 OR settled <> 0 OR balance <> 0 OR not_posted <> 0
        """,
        day=day,
    )
