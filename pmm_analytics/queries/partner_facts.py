"""What is there to say about each enrolment in each period that has begun?"""

from odoo.tools import SQL


def partner_facts(now, measures):
    """Return a SELECT: a row per live enrolment × period that has begun at ``now`` (UTC).

    ``measures`` is {name: (SELECT, {column: void})}: each SELECT gives (enrollment_id,
    period_id, column, …), at most one row per pair; a pair that it leaves out gets ``void``.

    Nothing here keeps PostgreSQL from merging this SELECT into the one around it, which then
    drops the joins of measures that nobody asked for. So ``id`` is Cantor's pairing of the two
    ids, not a row number.
    """
    return SQL(
        """
        SELECT (enrollment.id::bigint + period.id) * (enrollment.id::bigint + period.id + 1) / 2
                + period.id AS id,
            enrollment.program_id, enrollment.id AS enrollment_id, enrollment.partner_id,
            partner.country_id, enrollment.user_id, enrollment.company_id, program.currency_id,
            period.id AS period_id, period.date_start, tier.grade_id,
            %(columns)s
        FROM pmm_enrollment enrollment
        JOIN pmm_program program ON program.id = enrollment.program_id
        JOIN pmm_period period ON period.program_id = program.id
            AND period.date_start < COALESCE(enrollment.date_stop, 'infinity')
            AND enrollment.date_start < period.date_stop
            -- the day that it is now at the programme
            AND period.date_start <= (%(now)s::timestamp AT TIME ZONE 'UTC'
                AT TIME ZONE program.tz)::date
        LEFT JOIN res_partner partner ON partner.id = enrollment.partner_id
        LEFT JOIN pmm_enrollment_tier tier ON tier.enrollment_id = enrollment.id
            AND tier.date_start <=
                GREATEST(period.date_start, enrollment.date_start, program.date_start)
            AND GREATEST(period.date_start, enrollment.date_start, program.date_start)
                < COALESCE(tier.date_stop, 'infinity')
        %(joins)s
        -- nothing of a pilot is paid: beside its sales, rewards would look too small
        WHERE enrollment.is_shadow IS NOT TRUE
        """,
        now=now,
        columns=SQL(", ").join(
            _column(name, column, void)
            for name, (_select, columns) in measures.items()
            for column, void in columns.items()
        ),
        joins=SQL(" ").join(_join(name, select) for name, (select, _) in measures.items()),
    )


def _join(name, select):
    return SQL(
        "LEFT JOIN (%(select)s) %(alias)s ON %(enrollment)s = enrollment.id"
        " AND %(period)s = period.id",
        select=select,
        alias=SQL.identifier(name),
        enrollment=SQL.identifier(name, "enrollment_id"),
        period=SQL.identifier(name, "period_id"),
    )


def _column(name, column, void):
    # not COALESCE: an unknown figure of a pair that is there stays unknown
    return SQL(
        "CASE WHEN %s IS NULL THEN %s ELSE %s END AS %s",
        SQL.identifier(name, "enrollment_id"),
        void,
        SQL.identifier(name, column),
        SQL.identifier(column),
    )
