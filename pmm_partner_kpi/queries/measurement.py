"""What do all enrolments have reached, per KPI and open period? (one statement per KPI)"""

from odoo.tools import SQL

from .counted_partners import join_counted
from .opening_balances import openings_per_period
from .program_days import program_days


def upsert_measurements(kpi, program, enrollment_ids, actuals, today):
    """Return the statement that stores the results of ``kpi`` for ``enrollment_ids``.

    ``actuals`` is a SELECT (enrollment_id, period_id, actual) as a KPI source gives it; an
    enrolment that is absent there gets ``kpi``'s void value. Opening balances are added. Closed
    periods are left alone, rows that already say the same are not touched. RETURNS the ids that
    changed.
    """
    return SQL(
        """
        INSERT INTO pmm_kpi_measurement AS known
            (kpi_id, enrollment_id, period_id, program_id, partner_id, company_id, currency_id,
             date_start, has_target, target, has_actual, actual, has_attainment, attainment,
             state, measured_at)
        SELECT %(kpi)s, fact.enrollment_id, fact.period_id, %(program)s, fact.partner_id,
            %(company)s, %(currency)s, fact.date_start,
            fact.target IS NOT NULL, fact.target, fact.actual IS NOT NULL, fact.actual,
            fact.attainment IS NOT NULL, fact.attainment,
            CASE
                WHEN fact.target IS NULL OR fact.actual IS NULL THEN 'none'
                WHEN fact.actual >= fact.target THEN 'reached'
                WHEN fact.date_stop <= %(today)s THEN 'missed'
                ELSE 'open'
            END,
            NOW() AT TIME ZONE 'UTC'
        FROM (
            SELECT grid.*, target.value AS target, %(reached)s AS actual,
                -- cut, not rounded: 99.996 %% of a target is not 100 %%
                TRUNC(%(reached)s / NULLIF(target.value, 0), 4) AS attainment
            FROM (%(grid)s) grid
            LEFT JOIN (%(actuals)s) actual USING (enrollment_id, period_id)
            LEFT JOIN (%(openings)s) opening USING (enrollment_id, period_id)
            LEFT JOIN pmm_kpi_target target ON target.kpi_id = %(kpi)s
                AND target.enrollment_id = grid.enrollment_id
                AND target.period_id = grid.period_id
        ) fact
        ON CONFLICT (kpi_id, enrollment_id, period_id) DO UPDATE SET
            company_id = EXCLUDED.company_id, currency_id = EXCLUDED.currency_id,
            has_target = EXCLUDED.has_target, target = EXCLUDED.target,
            has_actual = EXCLUDED.has_actual, actual = EXCLUDED.actual,
            has_attainment = EXCLUDED.has_attainment, attainment = EXCLUDED.attainment,
            state = EXCLUDED.state, measured_at = EXCLUDED.measured_at
        WHERE (known.company_id, known.currency_id, known.target, known.actual,
                known.attainment, known.state)
            IS DISTINCT FROM (EXCLUDED.company_id, EXCLUDED.currency_id, EXCLUDED.target,
                EXCLUDED.actual, EXCLUDED.attainment, EXCLUDED.state)
        RETURNING known.id
        """,
        kpi=kpi.id,
        program=program.id,
        company=program.company_id.id,
        currency=kpi._currency(program).id or None,
        today=today,
        # "no data" and an opening is the opening
        reached=SQL(
            "COALESCE(COALESCE(actual.actual, %(void)s) + opening.value, actual.actual, %(void)s,"
            " opening.value)",
            void=SQL("%s::numeric", kpi._void_actual()),
        ),
        grid=grid(program, enrollment_ids, today),
        actuals=actuals,
        openings=openings_per_period(kpi, program, enrollment_ids),
    )


def grid(program, enrollment_ids, today):
    """Return a SELECT of the (enrollment, open period) pairs that are to have a result."""
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, enrollment.partner_id, period.id AS period_id,
            period.date_start, period.date_stop
        FROM pmm_enrollment enrollment
        JOIN pmm_period period ON period.program_id = enrollment.program_id
            AND period.date_start < COALESCE(enrollment.date_stop, 'infinity')
            AND enrollment.date_start < period.date_stop
        WHERE enrollment.program_id = %s AND enrollment.id = ANY(%s)
            AND period.state <> 'closed' AND period.date_start <= %s
        """,
        program.id,
        enrollment_ids,
        today,
    )


def stale_measurements(program, enrollment_ids, today):
    """Return a SELECT of results in open periods that belong to no grid cell any more."""
    return SQL(
        """
        SELECT measurement.id
        FROM pmm_kpi_measurement measurement
        JOIN pmm_period period ON period.id = measurement.period_id
        WHERE measurement.program_id = %(program)s AND period.state <> 'closed'
            AND measurement.enrollment_id = ANY(%(enrollments)s)
            AND (
                NOT (measurement.kpi_id = ANY(%(kpis)s))
                OR NOT EXISTS (
                    SELECT 1 FROM (%(grid)s) grid
                    WHERE grid.enrollment_id = measurement.enrollment_id
                        AND grid.period_id = measurement.period_id
                )
            )
        """,
        program=program.id,
        enrollments=enrollment_ids,
        kpis=program.kpi_ids.ids,
        grid=grid(program, enrollment_ids, today),
    )


def credited_amounts(program, enrollment_ids, credits, date_column, scope="own"):
    """Return a SELECT (enrollment_id, period_id, actual): untaxed amounts of open periods.

    ``credits`` is the Query of the credits that count, ``date_column`` the one of their dates
    that decides on the period, ``scope`` says whose credits count (:mod:`counted_partners`).
    The sum is rounded once, to the programme's currency.
    """
    quantum = SQL("%s::numeric", str(program.currency_id.rounding))
    date = SQL.identifier("pmm_credit", date_column)
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.period_id,
            ROUND(SUM(pmm_credit.amount * days.factor) / %(quantum)s) * %(quantum)s AS actual
        FROM %(credits)s
        %(join_counted)s
        JOIN (%(days)s) days ON days.day = %(date)s
        WHERE %(where)s
            AND enrollment.program_id = %(program)s AND enrollment.id = ANY(%(enrollments)s)
        GROUP BY enrollment.id, days.period_id
        """,
        quantum=quantum,
        credits=credits.from_clause,
        where=credits.where_clause or SQL("TRUE"),
        days=program_days(program, SQL("period.state <> 'closed'")),
        date=date,
        join_counted=join_counted(scope, date, SQL("SELECT UNNEST(%s::int[])", enrollment_ids)),
        program=program.id,
        enrollments=enrollment_ids,
    )
