"""When were the instalments of customer invoices due, and when were they paid?

An instalment is a due date of an invoice with its amount. What a credit note took off was never
owed, so it is no part of the amount, and an instalment of which nothing is left is none at all.
Whatever else settles an instalment pays it, on the date of its journal item. What Odoo books for
exchange differences settles nothing.
"""

from odoo.tools import SQL

# percent of what fell due that was paid in time
ON_TIME = SQL(
    "COALESCE(SUM(fact.amount) FILTER (WHERE fact.paid_on <= fact.due_on), 0) * 100"
    " / NULLIF(SUM(fact.amount), 0)"
)
# days beyond terms: weighted by amount, early is 0
DAYS_LATE = SQL(
    "SUM(GREATEST(fact.paid_on - fact.due_on, 0) * fact.amount) / NULLIF(SUM(fact.amount), 0)"
)


def due_instalments(program, today):
    """Return a SELECT of facts: instalments whose due date is over on ``today``, by that date."""
    return SQL(
        """
        SELECT partner_id, due_on AS day, record_id, amount, due_on, paid_on
        FROM (%s) instalment
        WHERE amount > 0 AND due_on < %s
        """,
        _instalments(program),
        today,
    )


def paid_instalments(program):
    """Return a SELECT of facts: instalments paid in full, by the day of the last payment."""
    return SQL(
        """
        SELECT partner_id, paid_on AS day, record_id, amount, due_on, paid_on
        FROM (%s) instalment
        WHERE amount > 0 AND paid_on IS NOT NULL
        """,
        _instalments(program),
    )


def _instalments(program):
    """Return a SELECT (partner_id, record_id, due_on, paid_on, amount in company currency)."""
    return SQL(
        """
        SELECT move.commercial_partner_id AS partner_id, move.id AS record_id,
            COALESCE(line.date_maturity, move.invoice_date) AS due_on,
            CASE WHEN line.reconciled THEN settled.last_day END AS paid_on,
            line.balance * (line.amount_currency - settled.credited) / line.amount_currency
                AS amount
        FROM account_move_line line
        JOIN account_move move ON move.id = line.move_id
        CROSS JOIN LATERAL (
            SELECT
                COALESCE(SUM(part.debit_amount_currency) FILTER (
                    WHERE document.move_type = 'out_refund'
                ), 0) AS credited,
                MAX(other.date) FILTER (
                    WHERE document.move_type <> 'out_refund' AND NOT EXISTS (
                        SELECT 1 FROM account_partial_reconcile exchanged
                        WHERE exchanged.exchange_move_id = document.id
                    )
                ) AS last_day
            FROM account_partial_reconcile part
            JOIN account_move_line other ON other.id = part.credit_move_id
            JOIN account_move document ON document.id = other.move_id
            WHERE part.debit_move_id = line.id
        ) settled
        WHERE line.company_id = %s AND line.display_type = 'payment_term'
            AND move.move_type = 'out_invoice' AND move.state = 'posted'
            AND line.amount_currency > 0
        """,
        program.company_id.id,
    )
