"""On which days does an enrolment take part, and which credits are its own?

Every query that joins enrolments with days or credits asks here, so that all agree.

Two partners that are merged keep what each had before: what is theirs from that time carries
the number of the partner that it was (``former_ref``, else 0), and so do the days of the
enrolments. From the day of the merge on everything is 0, so the surviving partner adds it up.
"""

from odoo.tools import SQL


def enrolled_on(day, years=0):
    """Return the condition that the row ``enrollment`` takes part on ``day``: not suspended.

    With ``years`` it asks for the same day so many years later: what is compared with this year
    counts on the days that count this year.
    """
    if years:
        day = SQL("(%s + MAKE_INTERVAL(years => %s))::date", day, years)
    # written so that PostgreSQL turns it into a hashed anti-join: suspensions are few
    return SQL(
        """(enrollment.date_start <= %(day)s
        AND %(day)s < COALESCE(enrollment.date_stop, 'infinity')
        AND NOT EXISTS (
            SELECT 1 FROM pmm_enrollment_suspension suspension
            WHERE suspension.enrollment_id = enrollment.id
                AND suspension.date_start <= %(day)s
                AND %(day)s < COALESCE(suspension.date_stop, 'infinity')
        ))""",
        day=day,
    )


def is_former(ref, day):
    """Return the condition that ``ref`` is the former number of ``enrollment`` on ``day``."""
    # in two halves, so that the planner knows that nearly all rows pass
    return SQL(
        """((enrollment.merged_on IS NULL AND %(ref)s = 0)
            OR (enrollment.merged_on IS NOT NULL AND %(ref)s = CASE
                WHEN %(day)s < enrollment.merged_on THEN (
                    SELECT former.former_ref FROM pmm_enrollment_former former
                    WHERE former.enrollment_id = enrollment.id AND %(day)s < former.date_stop
                    ORDER BY former.date_stop LIMIT 1
                )
                ELSE 0
            END))""",
        ref=ref,
        day=day,
    )


def counts_for(credit, day, years=0, *, enrolled=True):
    """Return the condition that the row ``credit`` (an alias) counts for ``enrollment`` on ``day``.

    It is the condition of a join and begins with what PostgreSQL can hash. For ``years`` see
    :func:`enrolled_on`. Without ``enrolled`` it only says that the credit is of the partner.
    """
    return SQL(
        "enrollment.partner_id = %s AND %s AND %s",
        SQL.identifier(credit, "partner_id"),
        is_former(former_ref(credit, day), day),
        enrolled_on(day, years) if enrolled else SQL("TRUE"),
    )


def former_ref(credit, day):
    """Return the column that tells whose the row ``credit`` was on ``day``, one of its dates."""
    by_origin = day == SQL.identifier(credit, "origin_date")
    return SQL.identifier(credit, "origin_former_ref" if by_origin else "former_ref")


def own_stretches():
    """Return a SELECT (enrollment_id, partner_id, former_ref, date_start, date_stop).

    The days of all enrolments and whose sales are their own then: ``counts_for`` as rows.
    """
    return SQL(
        """
        SELECT stretch.enrollment_id, stretch.partner_id, stretch.former_ref,
            GREATEST(stretch.date_start, free.date_start) AS date_start,
            LEAST(stretch.date_stop, free.date_stop) AS date_stop
        FROM (
            SELECT enrollment.id AS enrollment_id, enrollment.partner_id, 0 AS former_ref,
                GREATEST(enrollment.date_start, enrollment.merged_on) AS date_start,
                COALESCE(enrollment.date_stop, 'infinity') AS date_stop
            FROM pmm_enrollment enrollment
            UNION ALL
            SELECT enrollment.id, enrollment.partner_id, former.former_ref,
                GREATEST(enrollment.date_start, LAG(former.date_stop) OVER (
                    PARTITION BY former.enrollment_id ORDER BY former.date_stop
                )),
                LEAST(enrollment.date_stop, former.date_stop)
            FROM pmm_enrollment_former former
            JOIN pmm_enrollment enrollment ON enrollment.id = former.enrollment_id
        ) stretch
        JOIN (%s) free ON free.enrollment_id = stretch.enrollment_id
            AND free.date_start < stretch.date_stop AND stretch.date_start < free.date_stop
        WHERE stretch.date_start < stretch.date_stop
        """,
        _free_stretches(),
    )


def _free_stretches():
    """Return a SELECT (enrollment_id, date_start, date_stop): what suspensions leave."""
    return SQL(
        """
        SELECT * FROM (
            SELECT enrollment_id,
                COALESCE(LAG(date_stop) OVER (
                    PARTITION BY enrollment_id ORDER BY date_start
                ), '-infinity') AS date_start,
                date_start AS date_stop
            FROM pmm_enrollment_suspension
            UNION ALL
            SELECT enrollment.id,
                CASE WHEN COUNT(suspension.id) = 0 THEN '-infinity'::date
                    ELSE MAX(COALESCE(suspension.date_stop, 'infinity')) END,
                'infinity'
            FROM pmm_enrollment enrollment
            LEFT JOIN pmm_enrollment_suspension suspension
                ON suspension.enrollment_id = enrollment.id
            GROUP BY enrollment.id
        ) gap
        WHERE date_start < date_stop
        """
    )
