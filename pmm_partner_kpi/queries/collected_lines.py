"""How much of what was invoiced has been paid, and when?

Money is what a payment or a bank statement line brings: a receivable item of the document that is
reconciled with one of theirs. Credit notes, exchange differences and other entries bring none.
Where the payment's own entry writes something off (a difference, a bank fee, an early payment
discount), that part is taken out of all that it pays, in proportion.

What is paid of the document's total, in its currency, is paid of each of its lines. A line's credit
is the difference of two rounded sums, so the credits of a paid document are its lines to the cent.
A document over nothing (all of it was paid in advance) is settled by itself, on its own day.
A credit note that is paid back counts less than nothing; it goes with the last day on which the
invoice that it reverses was paid.
"""

from odoo.tools import SQL


def collected_lines(invoiced):
    """Return a SELECT of the credits of what is paid of ``invoiced``, in the same columns.

    ``invoiced`` names a table expression with the rows of :func:`invoiced_lines.invoiced_lines`.
    """
    return SQL(
        """
        SELECT invoiced.line_model, invoiced.line_id, invoiced.partner_id, invoiced.role,
            'collected' AS stage,
            invoiced.company_id,
            portion.date,
            COALESCE(reversed.date, portion.date) AS origin_date,
            invoiced.booked_at, invoiced.origin_document_id, invoiced.customer_id,
            invoiced.product_id, invoiced.user_id, invoiced.team_id, invoiced.share,
            invoiced.has_cost, invoiced.document_model, invoiced.document_id,
            invoiced.document_name, invoiced.is_return, invoiced.categ_id, invoiced.country_id,
            invoiced.state_id, invoiced.currency_id, invoiced.former_refs,
            %(quantity)s AS quantity, %(amount)s AS amount, %(cost)s AS cost
        FROM %(invoiced)s invoiced
        JOIN (%(portions)s) portion ON portion.document_id = invoiced.document_id
        JOIN res_currency currency ON currency.id = invoiced.currency_id
        LEFT JOIN (%(reversed)s) reversed ON reversed.document_id = portion.document_id
            AND reversed.paid_on = portion.date
        """,
        quantity=_between(SQL("invoiced.quantity"), SQL("0.000001")),
        amount=_between(SQL("invoiced.amount"), SQL("currency.rounding")),
        cost=_between(SQL("invoiced.cost"), SQL("currency.rounding")),
        invoiced=invoiced,
        portions=_portions(SQL("SELECT document_id FROM %s", invoiced)),
        reversed=_paid_before_reversed(invoiced),
    )


def _between(value, quantum):
    """Return what of ``value`` came in on a day: the rounded sum until then less that before."""
    return SQL(
        # divided once and last, so that a half is a half
        "(ROUND(%(value)s * portion.until / (portion.total * %(quantum)s))"
        " - ROUND(%(value)s * portion.before / (portion.total * %(quantum)s))) * %(quantum)s",
        value=value,
        quantum=quantum,
    )


def _portions(documents):
    """Return a SELECT (document_id, date, before, until, total): what was paid until then."""
    return SQL(
        """
        SELECT document_id, date, until - paid AS before, until, total
        FROM (
            SELECT paid.document_id, paid.date, paid.amount AS paid,
                CASE WHEN move.amount_total = 0 THEN 1 ELSE move.amount_total END AS total,
                SUM(paid.amount) OVER (PARTITION BY paid.document_id ORDER BY paid.date) AS until
            FROM (%s) paid
            JOIN account_move move ON move.id = paid.document_id AND move.amount_total >= 0
        ) day
        """,
        _paid_days(documents),
    )


def _paid_days(documents):
    """Return a SELECT (document_id, date, amount): money per day, in the document's currency.

    Of documents over nothing it is 1, on the day of the invoice.
    """
    return SQL(
        """
        WITH document AS MATERIALIZED (
            SELECT id, move_type, amount_total = 0 AS is_nothing, invoice_date
            FROM account_move WHERE id IN (%(documents)s)
        ), matching AS MATERIALIZED (
            SELECT document.id AS document_id, payer.move_id AS payer_id,
                %(debit_sign)s * part.debit_amount_currency AS amount
            FROM document
            JOIN account_move_line due ON due.move_id = document.id
                AND due.display_type = 'payment_term' AND NOT document.is_nothing
            JOIN account_partial_reconcile part ON part.debit_move_id = due.id
            JOIN account_move_line payer ON payer.id = part.credit_move_id
            UNION ALL
            SELECT document.id, payer.move_id,
                %(credit_sign)s * part.credit_amount_currency
            FROM document
            JOIN account_move_line due ON due.move_id = document.id
                AND due.display_type = 'payment_term' AND NOT document.is_nothing
            JOIN account_partial_reconcile part ON part.credit_move_id = due.id
            JOIN account_move_line payer ON payer.id = part.debit_move_id
        )
        SELECT matching.document_id, payer.date, SUM(matching.amount * payer.money) AS amount
        FROM matching
        JOIN (%(payers)s) payer ON payer.id = matching.payer_id
        GROUP BY matching.document_id, payer.date
        HAVING SUM(matching.amount * payer.money) <> 0
        UNION ALL
        SELECT id, invoice_date, 1 FROM document WHERE is_nothing
        """,
        documents=documents,
        # an invoice is due on the debit side, a credit note on the other
        debit_sign=SQL("CASE WHEN document.move_type = 'out_refund' THEN -1 ELSE 1 END"),
        credit_sign=SQL("CASE WHEN document.move_type = 'out_refund' THEN 1 ELSE -1 END"),
        payers=_payers(SQL("SELECT payer_id FROM matching")),
    )


def _payers(moves):
    """Return a SELECT (id, date, money) of the payments and statement lines among ``moves``.

    ``money`` is the part of what they settle that is money: all but what their entry writes off
    on lines which are neither the bank, nor a due amount, nor what is still to be matched.
    """
    return SQL(
        """
        SELECT id, date, CASE
                WHEN NOT has_money OR due = 0 OR due_currency = 0 THEN 1
                WHEN in_one_currency
                THEN GREATEST(0, LEAST(1, 1 + written_off_currency / due_currency))
                ELSE GREATEST(0, LEAST(1, 1 + written_off / due))
            END AS money
        FROM (
            SELECT move.id, move.date,
                BOOL_OR(kind.name = 'money') AS has_money,
                COALESCE(SUM(line.balance) FILTER (WHERE kind.name = 'due'), 0) AS due,
                COALESCE(SUM(line.balance) FILTER (WHERE kind.name = 'other'), 0) AS written_off,
                COALESCE(SUM(line.amount_currency) FILTER (WHERE kind.name = 'due'), 0)
                    AS due_currency,
                COALESCE(SUM(line.amount_currency) FILTER (WHERE kind.name = 'other'), 0)
                    AS written_off_currency,
                MIN(line.currency_id) FILTER (WHERE kind.name IN ('due', 'other'))
                    = MAX(line.currency_id) FILTER (WHERE kind.name IN ('due', 'other'))
                    AS in_one_currency
            FROM account_move move
            JOIN account_journal journal ON journal.id = move.journal_id
            LEFT JOIN account_payment payment ON payment.id = move.origin_payment_id
            JOIN account_move_line line ON line.move_id = move.id
            JOIN account_account account ON account.id = line.account_id
            CROSS JOIN LATERAL (
                SELECT CASE
                    WHEN account.id IN (
                        journal.default_account_id, payment.outstanding_account_id
                    ) OR account.account_type IN ('asset_cash', 'liability_credit_card')
                        OR EXISTS (
                            SELECT 1 FROM account_payment_method_line method
                            WHERE method.journal_id = journal.id
                                AND method.payment_account_id = account.id
                        )
                    THEN 'money'
                    WHEN account.account_type IN ('asset_receivable', 'liability_payable')
                    THEN 'due'
                    WHEN account.id = journal.suspense_account_id THEN 'open'
                    ELSE 'other'
                END AS name
            ) kind
            WHERE move.id IN (%s) AND move.state = 'posted'
                AND (move.origin_payment_id IS NOT NULL OR move.statement_line_id IS NOT NULL)
            GROUP BY move.id, move.date
        ) entry
        """,
        moves,
    )


def _paid_before_reversed(invoiced):
    """Return a SELECT (document_id, paid_on, date) of credit notes that were paid back.

    ``date`` is the last day until ``paid_on`` on which the invoice was paid that they reverse.
    """
    return SQL(
        """
        SELECT returned.document_id, back.date AS paid_on, MAX(origin.date) AS date
        FROM (
            SELECT DISTINCT document_id, origin_document_id FROM %(invoiced)s invoiced
            WHERE is_return AND origin_document_id <> document_id
        ) returned
        JOIN (%(back)s) back ON back.document_id = returned.document_id
        JOIN (%(origin)s) origin ON origin.document_id = returned.origin_document_id
            AND origin.date <= back.date
        GROUP BY returned.document_id, back.date
        """,
        invoiced=invoiced,
        back=_paid_days(SQL("SELECT document_id FROM %s WHERE is_return", invoiced)),
        origin=_paid_days(SQL("SELECT origin_document_id FROM %s WHERE is_return", invoiced)),
    )
