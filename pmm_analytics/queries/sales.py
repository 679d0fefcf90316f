"""What have the partners of all programmes bought, per enrolment and period?

The rules of the KPI source "invoiced revenue" for what the partner buys: credits count on their
own date while programme and enrolment run, and convert at that day's rate.
"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import counts_for
from odoo.addons.pmm_partner_kpi.queries.program_days import program_days


def revenue(programs):
    """Return a SELECT (enrollment_id, period_id, revenue) over ``programs``.

    The sum is rounded once, to the programme's currency. It is NULL where a day has no rate; the
    run of the programme tells so.
    """
    per_day = SQL(
        """
        SELECT partner_id, former_ref, company_id, date, SUM(amount) AS amount
        FROM pmm_credit WHERE role = 'buyer' AND stage = 'invoiced'
        GROUP BY partner_id, former_ref, company_id, date
        """
    )
    return SQL(
        """
        SELECT enrollment_id, period_id,
            CASE WHEN COUNT(*) = COUNT(factor) THEN
                ROUND(SUM(amount * factor) / MIN(quantum)) * MIN(quantum)
            END AS revenue
        FROM (%s) sale
        GROUP BY enrollment_id, period_id
        """,
        _in_periods(programs, per_day),
    )


def invoices(programs):
    """Return a SELECT (enrollment_id, period_id, documents): invoices that count for revenue.

    What adds up to nothing, or less, was withdrawn, or is a credit note.
    """
    per_day = SQL(
        """
        SELECT partner_id, former_ref, company_id, date, document_id
        FROM pmm_credit WHERE role = 'buyer' AND stage = 'invoiced'
        GROUP BY partner_id, former_ref, company_id, date, document_id
        HAVING SUM(amount) > 0
        """
    )
    return SQL(
        """
        SELECT enrollment_id, period_id, COUNT(*) AS documents
        FROM (%s) sale
        GROUP BY enrollment_id, period_id
        """,
        _in_periods(programs, per_day),
    )


def _in_periods(programs, per_day):
    """Return the rows of ``per_day`` (partner_id, former_ref, company_id, …) for each enrolment."""
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.period_id, days.factor, days.quantum, credit.*
        FROM (%s) credit
        JOIN pmm_enrollment enrollment ON %s AND enrollment.company_id = credit.company_id
        JOIN (%s) days ON days.program_id = enrollment.program_id AND days.day = credit.date
        """,
        per_day,
        counts_for("credit", SQL("credit.date")),
        SQL(" UNION ALL ").join([_NO_DAYS, *(_days(program) for program in programs)]),
    )


_NO_DAYS = SQL(
    "SELECT 0 AS program_id, 1::numeric AS quantum, 0 AS period_id, NULL::date AS day,"
    " 1::numeric AS factor WHERE FALSE"
)


def _days(program):
    return SQL(
        "SELECT %s, %s::numeric, period_id, day, factor FROM (%s) days",
        program.id,
        str(program.currency_id.rounding),
        program_days(program, SQL("TRUE")),
    )
