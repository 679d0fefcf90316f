"""Which entries must be appended so that the ledger says what has been earned?"""

from odoo.tools import SQL


def append_entries(rule, enrollment_ids, earned, today):
    """Return the INSERT of the differences between ``earned`` and the ledger of ``rule``.

    ``earned`` has the columns of ``earned.earned_at_rate``, at most one row per key. A key
    that has entries but is not earned any more counts as 0. What belongs to a closed period
    is booked in the oldest open one after it. RETURNS the ids of the new entries.
    """
    plan = rule.plan_id
    program = plan.program_id
    return SQL(
        """
        WITH earned AS MATERIALIZED (%(earned)s),
        ledger AS (
            SELECT enrollment_id, origin_period_id AS period_id,
                COALESCE(document_id, 0) AS document_id,
                SUM(amount) AS amount, SUM(basis_amount) AS basis, MAX(revision) AS revision
            FROM pmm_reward_entry
            WHERE rule_id = %(rule)s AND enrollment_id = ANY(%(enrollments)s)
            GROUP BY 1, 2, 3
        ),
        difference AS (
            SELECT enrollment_id, period_id, document_id,
                COALESCE(earned.amount, 0) AS earned,
                COALESCE(ledger.amount, 0) AS before,
                COALESCE(earned.basis, 0) - COALESCE(ledger.basis, 0) AS basis,
                COALESCE(ledger.revision, 0) + 1 AS revision,
                COALESCE(earned.terms, '{"kind": "none", "basis": "0"}') AS terms,
                earned.last_credit_id
            FROM earned FULL JOIN ledger USING (enrollment_id, period_id, document_id)
            WHERE COALESCE(earned.amount, 0) <> COALESCE(ledger.amount, 0)
        ),
        booking AS (
            SELECT origin.id AS period_id, booked.*
            FROM pmm_period origin
            CROSS JOIN LATERAL (
                SELECT booked.id AS booked_id, booked.date_start, booked.date_stop
                FROM pmm_period booked
                WHERE booked.program_id = origin.program_id AND booked.state <> 'closed'
                    AND booked.date_start >= origin.date_start
                ORDER BY booked.date_start LIMIT 1
            ) booked
            WHERE origin.program_id = %(program)s
        )
        INSERT INTO pmm_reward_entry
            (rule_id, plan_id, program_id, enrollment_id, partner_id, company_id, currency_id,
             origin_period_id, period_id, date, kind, document_model, document_id,
             document_name, cause_model, cause_id, cause_name, basis_amount, amount, terms,
             revision, recorded_at)
        SELECT %(rule)s, %(plan)s, %(program)s, difference.enrollment_id, enrollment.partner_id,
            %(company)s, %(currency)s, difference.period_id, booking.booked_id,
            GREATEST(booking.date_start, LEAST(%(today)s, booking.date_stop - 1)),
            CASE
                WHEN difference.earned < difference.before THEN 'clawback'
                WHEN difference.revision = 1 THEN 'accrual'
                ELSE 'adjustment'
            END,
            CASE WHEN difference.document_id <> 0 THEN 'account.move' END,
            NULLIF(difference.document_id, 0), document.name,
            cause.document_model, cause.document_id, cause.document_name,
            difference.basis, difference.earned - difference.before,
            difference.terms || jsonb_build_object(
                'earned', trim_scale(difference.earned)::text,
                'before', trim_scale(difference.before)::text),
            difference.revision, NOW() AT TIME ZONE 'UTC'
        FROM difference
        JOIN pmm_enrollment enrollment ON enrollment.id = difference.enrollment_id
        JOIN booking ON booking.period_id = difference.period_id
        LEFT JOIN account_move document ON document.id = difference.document_id
        -- a first entry is explained by what it is for, a difference by what came last
        LEFT JOIN pmm_credit cause
            ON cause.id = difference.last_credit_id AND difference.revision > 1
        ORDER BY difference.enrollment_id, booking.date_start, difference.document_id
        RETURNING id
        """,
        earned=earned,
        rule=rule.id,
        plan=plan.id,
        program=program.id,
        company=program.company_id.id,
        currency=program.currency_id.id,
        enrollments=enrollment_ids,
        today=today,
    )
