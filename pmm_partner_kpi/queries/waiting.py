"""What waits for the next run, and what does the change of a day or of a rate make wait?"""

from odoo.tools import SQL


def waiting_enrollments(program_ids):
    """Return a SELECT (program_id, number of enrolments that have to be looked at again)."""
    return SQL(
        """
        SELECT enrollment.program_id, COUNT(*)
        FROM pmm_enrollment enrollment
        WHERE enrollment.program_id = ANY(%s) AND (
            EXISTS (
                SELECT 1 FROM pmm_dirty mark
                WHERE mark.queue = 'measure' AND mark.res_id = enrollment.id
            ) OR EXISTS (
                SELECT 1 FROM pmm_dirty mark
                WHERE mark.queue = 'credit_partner' AND mark.res_id = enrollment.partner_id
            )
        )
        GROUP BY enrollment.program_id
        """,
        program_ids,
    )


def waiting_documents(company_ids):
    """Return a SELECT (company_id, number of documents that are not in the credits yet)."""
    return SQL(
        """
        SELECT company_id, COUNT(*) FROM (
            SELECT move.company_id, move.id
            FROM (SELECT DISTINCT res_id FROM pmm_dirty WHERE queue = 'credit_move') mark
            JOIN account_move move ON move.id = mark.res_id
            UNION ALL
            SELECT sale.company_id, sale.id
            FROM (SELECT DISTINCT res_id FROM pmm_dirty WHERE queue = 'credit_order') mark
            JOIN sale_order sale ON sale.id = mark.res_id
        ) document
        WHERE company_id = ANY(%s)
        GROUP BY company_id
        """,
        company_ids,
    )


def changed_by_the_day(program, today):
    """Return a SELECT of the ids of enrolments that the day changes and that do not wait yet.

    A period has ended and its result is still running, or one has begun in which the enrolment
    has no result.
    """
    return SQL(
        """
        SELECT enrollment.id
        FROM pmm_enrollment enrollment
        WHERE enrollment.program_id = %(program)s
            AND enrollment.id IN (
                SELECT measurement.enrollment_id
                FROM pmm_period period
                JOIN pmm_kpi_measurement measurement
                    ON measurement.program_id = period.program_id
                    AND measurement.period_id = period.id
                WHERE period.program_id = %(program)s AND period.state <> 'closed'
                    AND period.date_stop <= %(today)s AND measurement.state = 'open'
                UNION
                SELECT begun.id
                FROM pmm_period period
                JOIN pmm_enrollment begun ON begun.program_id = period.program_id
                    AND begun.date_start < period.date_stop
                    AND period.date_start < COALESCE(begun.date_stop, 'infinity')
                WHERE period.program_id = %(program)s AND period.state <> 'closed'
                    AND period.date_start <= %(today)s AND %(today)s < period.date_stop
                    AND NOT EXISTS (
                        SELECT 1 FROM pmm_kpi_measurement measurement
                        WHERE measurement.program_id = period.program_id
                            AND measurement.period_id = period.id
                            AND measurement.enrollment_id = begun.id
                    )
            )
            AND NOT EXISTS (
                SELECT 1 FROM pmm_dirty mark
                WHERE mark.queue = 'measure' AND mark.res_id = enrollment.id
            )
        """,
        program=program.id,
        today=today,
    )


def credited_since(company_ids, day):
    """Return a SELECT of the partners with sales credits of these companies from ``day`` on."""
    # the day of an order may be another one in the time zone of a programme
    return SQL(
        "SELECT DISTINCT partner_id FROM pmm_credit"
        " WHERE company_id = ANY(%s) AND date >= %s::date - 1",
        company_ids,
        day,
    )
