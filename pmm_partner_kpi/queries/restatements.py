"""What would the figures of closed periods be today, and what has changed since the close?

The published figure stays; what is found later is appended as the difference to the last one that
was noted. It is measured by the same statement as the open periods: nothing is read twice.
"""

from collections import namedtuple

from odoo.tools import SQL

from .counted_partners import counted_partners


def is_measured(since):
    """Return the condition on ``period`` that a run measures it.

    Open periods are, and of the closed ones those that ended after the day ``since``.
    """
    return SQL("(period.state <> 'closed' OR period.date_stop > %s)", since)


def with_closed_pairs(pairs, program, enrollment_ids, since):
    """Return ``pairs`` (enrollment_id, window_id) and those of closed periods to look at again.

    Where nothing was published in one of them there is nothing to restate; it falls out later.
    """
    return SQL(
        """
        %s
        UNION ALL
        SELECT enrollment.id, period.id
        FROM pmm_enrollment enrollment
        JOIN pmm_period period ON period.program_id = enrollment.program_id
        WHERE enrollment.program_id = %s AND enrollment.id = ANY(%s)
            AND period.state = 'closed' AND period.date_stop > %s
            AND period.date_stop > enrollment.date_start
        """,
        pairs,
        program.id,
        enrollment_ids,
        since,
    )


def store_and_restate(values, upsert, changed, late, rate_since):
    """Return the statement that stores results and appends restatements; RETURNS both counts.

    ``values`` is measured once under the name that ``upsert`` and ``changed`` read from
    (:data:`MEASURED`); ``late`` is what :func:`behind_late_documents` returns for CHANGED.
    """
    return SQL(
        """
        WITH measured_values AS MATERIALIZED (%(values)s),
        stored AS (%(upsert)s),
        changed AS MATERIALIZED (%(changed)s),
        appended AS (
            INSERT INTO pmm_kpi_restatement
                (measurement_id, enrollment_id, kpi_id, period_id, program_id, partner_id,
                 company_id, currency_id, date_start, revision, has_before, value_before, has_now,
                 value_now, difference, cause, credit_from, credit_until, recorded_at)
            SELECT changed.measurement_id, changed.enrollment_id, changed.kpi_id,
                changed.period_id, changed.program_id, changed.partner_id, changed.company_id,
                changed.currency_id, changed.date_start, changed.revision,
                changed.before IS NOT NULL, changed.before, changed.now IS NOT NULL, changed.now,
                COALESCE(changed.now, 0) - COALESCE(changed.before, 0),
                CASE
                    WHEN changed.measurement_id IN (%(late)s) THEN 'document'
                    WHEN %(rate_since)s THEN 'rate'
                    ELSE 'other'
                END,
                changed.credit_from,
                (SELECT COALESCE(MAX(id), 0) FROM pmm_credit),
                NOW() AT TIME ZONE 'UTC'
            FROM changed
            ORDER BY changed.measurement_id
            RETURNING measurement_id
        )
        SELECT (SELECT COUNT(*) FROM stored), (SELECT COUNT(*) FROM appended)
        """,
        values=values,
        upsert=upsert,
        changed=changed,
        late=late,
        rate_since=rate_since,
    )


MEASURED = SQL("SELECT * FROM measured_values")


def changed_values(kpis, program, enrollment_ids):
    """Return a SELECT of what is not what was published, or noted since, in closed periods."""
    return SQL(
        """
        SELECT * FROM (
            SELECT published.id AS measurement_id, published.enrollment_id, published.kpi_id,
                published.period_id, published.program_id, published.partner_id,
                published.company_id, published.currency_id, published.date_start,
                period.date_stop,
                CASE
                    WHEN latest.measurement_id IS NOT NULL THEN latest.value_now
                    WHEN published.has_actual THEN published.actual
                END AS before,
                cell.value AS now,
                COALESCE(latest.revision, 0) + 1 AS revision,
                COALESCE(latest.credit_until, period.credits_until, 0) AS credit_from,
                COALESCE(latest.recorded_at, period.closed_at) AS since
            FROM measured_values measured
            JOIN pmm_period period ON period.id = measured.window_id AND period.state = 'closed'
            CROSS JOIN LATERAL (VALUES %(cells)s) cell (kpi_id, value)
            JOIN pmm_kpi_measurement published ON published.kpi_id = cell.kpi_id
                AND published.enrollment_id = measured.enrollment_id
                AND published.period_id = measured.window_id
                -- what the index of results is ordered by
                AND published.date_start = period.date_start
            LEFT JOIN (
                SELECT DISTINCT ON (measurement_id)
                    measurement_id, value_now, revision, credit_until, recorded_at
                FROM pmm_kpi_restatement
                WHERE program_id = %(program)s AND enrollment_id = ANY(%(enrollments)s)
                ORDER BY measurement_id, revision DESC
            ) latest ON latest.measurement_id = published.id
        ) compared
        WHERE before IS DISTINCT FROM now AND NOT (kpi_id = ANY(%(forgetful)s) AND EXISTS (
            -- what is no sale does not remember whose it was before a merge of partners
            SELECT 1 FROM pmm_enrollment_former former
            JOIN pmm_enrollment enrollment ON enrollment.id = former.enrollment_id
            WHERE enrollment.partner_id = compared.partner_id
                AND compared.date_start < former.date_stop
        ))
        """,
        cells=SQL(", ").join(
            SQL("(%s, measured.%s)", kpi.id, SQL.identifier(kpi._value_column())) for kpi in kpis
        ),
        program=program.id,
        enrollments=enrollment_ids,
        forgetful=[
            kpi.id
            for kpi in kpis
            if any(
                not each._is_derived() and not each.counts_credits for each in kpi._with_depends()
            )
        ],
    )


# which credits a KPI looks at: of whom, at which stage and role, over which months up to the end of
# a period (0: the period itself) and of how many years before it; or over all that came before
LookedAt = namedtuple("LookedAt", ("scope", "stage", "role", "months", "years_back", "always"))


def behind_late_documents(kpis_by_credits):
    """Return a SELECT of the ids of results in ``changed`` that have got sales credits since.

    ``kpis_by_credits`` is {LookedAt: ids of the KPIs that follow from such credits}.
    """
    if not kpis_by_credits:
        return SQL("SELECT NULL::int")
    return SQL(" UNION ALL ").join(
        SQL(
            """
            SELECT changed.measurement_id
            FROM changed
            JOIN (%(counted)s) counted ON counted.enrollment_id = changed.enrollment_id
            JOIN pmm_credit credit ON credit.partner_id = counted.partner_id
                AND credit.company_id = changed.company_id AND credit.id > changed.credit_from
                AND credit.stage = %(stage)s AND credit.role = %(role)s
                AND LEAST(credit.date, credit.origin_date) < changed.date_stop + %(slack)s
                AND %(recent)s
            WHERE changed.kpi_id = ANY(%(kpis)s)
            """,
            # most KPIs count the partner itself: no need to look for its days
            counted=SQL("SELECT id AS enrollment_id, partner_id FROM pmm_enrollment")
            if looked.scope == "own"
            else counted_partners(looked.scope, SQL("SELECT enrollment_id FROM changed")),
            stage=looked.stage,
            role=looked.role,
            # the day of an order is another one by the clock of the programme
            slack=int(looked.stage == "booked"),
            recent=SQL("TRUE") if looked.always else _since_first_day(looked),
            kpis=kpi_ids,
        )
        for looked, kpi_ids in kpis_by_credits.items()
    )


def _since_first_day(looked):
    """Return the condition that a credit is not older than what ``changed`` looks at."""
    return SQL(
        """GREATEST(credit.date, credit.origin_date) >= (
            %(first)s - make_interval(years => %(years)s, days => %(slack)s)
        )::date""",
        first=SQL("changed.date_stop - make_interval(months => %s)", looked.months)
        if looked.months
        else SQL("changed.date_start"),
        years=looked.years_back,
        slack=int(looked.stage == "booked"),
    )


def is_rate_written(program):
    """Return the condition that a rate which ``changed`` converts with was written since."""
    company = program.company_id
    if company.currency_id == program.currency_id:
        return SQL("FALSE")
    return SQL(
        """EXISTS (
            SELECT 1 FROM res_currency_rate rate
            WHERE rate.currency_id IN (%s, %s) AND rate.name < changed.date_stop
                AND (rate.company_id IS NULL OR rate.company_id = %s)
                AND rate.write_date >= changed.since
        )""",
        company.currency_id.id,
        program.currency_id.id,
        company.root_id.id,
    )
