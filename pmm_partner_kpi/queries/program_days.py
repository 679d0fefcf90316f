"""Which period does each day of a programme belong to, and at what rate does it convert?

Days are joined by equality, which PostgreSQL can hash; a range join of a million credits with
the periods could not be.
"""

from odoo.tools import SQL

from .counted_partners import counted_partners


def program_days(program, period_where, stretch=None):
    """Return a SELECT (period_id, day, factor) of the days of ``program``'s periods.

    ``factor`` turns company currency into programme currency at that day's rate; it is NULL
    where no rate is dated on or before the day. ``period_where`` may use the alias ``period``.
    ``stretch`` (:class:`windows.Stretch`) chooses other days than the period's own.
    """
    months, years = stretch or (0, 0)
    source = program.company_id.currency_id
    target = program.currency_id
    if source == target:
        factor = SQL("1::numeric")
    else:
        factor = SQL(
            "%s / CASE WHEN %s THEN %s ELSE 1 END",
            _rate(target, program),
            SQL("EXISTS (SELECT 1 %s)", _rates(source, program)),
            _rate(source, program),
        )
    first = SQL("period.date_start")
    if months:
        first = SQL("(period.date_stop - MAKE_INTERVAL(months => %s))::date", months)
    first, stop = SQL("GREATEST(%s, %s)", first, program.date_start), SQL("period.date_stop")
    if years:
        back = SQL("MAKE_INTERVAL(years => %s)", years)
        first, stop = SQL("(%s - %s)::date", first, back), SQL("(%s - %s)::date", stop, back)
    # materialised: else the rate would be looked for once per credit instead of once per day;
    # a period has 366 days at most, and a fixed number lets the planner count
    return SQL(
        """
        WITH days AS MATERIALIZED (
            SELECT period_id, day, %(factor)s AS factor
            FROM (
                SELECT period.id AS period_id, %(first)s + number AS day, %(stop)s AS date_stop
                FROM pmm_period period
                CROSS JOIN generate_series(0, %(longest)s) AS number
                WHERE period.program_id = %(program)s AND (%(where)s)
            ) calendar
            WHERE day < date_stop
        )
        SELECT period_id, day, factor FROM days
        """,
        factor=factor,
        first=first,
        stop=stop,
        longest=max(365, 31 * months),
        program=program.id,
        where=period_where,
    )


def local_day(column, program):
    """Return the day that the UTC datetime ``column`` is in ``program``'s time zone."""
    return SQL("(%s AT TIME ZONE 'UTC' AT TIME ZONE %s)::date", column, program.tz)


def day_without_rate(program, stretches):
    """Return a SELECT of the first day with credits that has no exchange rate, if any.

    ``stretches`` say which days of the periods are converted, see
    :func:`program_days`. Where every day has one, no credit is read.
    """
    return SQL(
        """
        SELECT MIN(days.day)
        FROM (%(days)s) days
        JOIN (
            SELECT date AS day, partner_id, company_id, stage FROM pmm_credit
            UNION ALL SELECT origin_date, partner_id, company_id, stage FROM pmm_credit
            -- where the programme is in another time zone than the company, another day
            UNION ALL SELECT %(booked)s, partner_id, company_id, stage
                FROM pmm_credit WHERE booked_at IS NOT NULL
        ) credit ON credit.day = days.day
        WHERE days.factor IS NULL AND credit.company_id = %(company)s
            AND credit.stage = ANY(%(stages)s) AND credit.partner_id IN (%(partners)s)
        HAVING MIN(days.day) IS NOT NULL
        """,
        days=SQL(" UNION ALL ").join(
            SQL("(%s)", program_days(program, SQL("TRUE"), stretch)) for stretch in stretches
        ),
        company=program.company_id.id,
        # rewards count what is invoiced
        stages=sorted({"invoiced", *program.kpi_ids._with_depends().mapped("stage")}),
        partners=counted_in(program),
        booked=local_day(SQL.identifier("booked_at"), program),
    )


def counted_in(program):
    """Return a SELECT of the partners whose credits count somewhere in ``program``."""
    enrolled = SQL("FROM pmm_enrollment WHERE program_id = %s", program.id)
    scopes = sorted(set(program.kpi_ids._with_depends().mapped("scope")) - {"own"})
    return SQL(" UNION ").join(
        [SQL("SELECT partner_id %s", enrolled)]
        + [
            SQL(
                "SELECT partner_id FROM (%s) counted",
                counted_partners(scope, SQL("SELECT id %s", enrolled)),
            )
            for scope in scopes
        ]
    )


def _rate(currency, program):
    """Return the rate of ``currency`` on ``day``: the company's own rows before shared ones."""
    return SQL(
        "(SELECT rate.rate %s AND rate.name <= day"
        " ORDER BY rate.company_id NULLS LAST, rate.name DESC LIMIT 1)",
        _rates(currency, program),
    )


def _rates(currency, program):
    return SQL(
        "FROM res_currency_rate rate WHERE rate.currency_id = %s"
        " AND (rate.company_id IS NULL OR rate.company_id = %s)",
        currency.id,
        program.company_id.root_id.id,
    )
