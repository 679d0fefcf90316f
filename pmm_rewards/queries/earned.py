"""What is the basis of a rule, per key, and what does a separable rule earn on it?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.enrollment_days import counts_for
from odoo.addons.pmm_partner_kpi.queries.program_days import program_days
from odoo.addons.pmm_partner_kpi.queries.segment_members import in_segments


def basis(rule, enrollment_ids, credits, *, by_document):
    """Return a SELECT (enrollment_id, period_id, document_id, basis, grade_id, last_credit_id).

    One row per key of ``rule``: enrolment, origin period and, where ``by_document``, document
    (else 0). ``basis`` is the unrounded sum in programme currency; ``grade_id`` the tier that
    counts: on the credit's day for documents, at the start of the period otherwise; segments
    are looked at on the same day.
    ``credits`` is the Query of the credits that count.
    """
    plan, segments = rule.plan_id, rule._segments()
    program = plan.program_id
    own = plan.returns_in == "own"
    date = SQL.identifier("pmm_credit", "date" if own else "origin_date")
    document = SQL.identifier("pmm_credit", "document_id" if own else "origin_document_id")
    tier_day = (
        date
        if by_document
        else SQL("GREATEST(period.date_start, enrollment.date_start, %s)", program.date_start)
    )
    return SQL(
        """
        SELECT enrollment.id AS enrollment_id, days.period_id,
            %(document)s AS document_id,
            SUM(pmm_credit.amount * days.factor) AS basis,
            MIN(tier.grade_id) AS grade_id,
            MAX(pmm_credit.id) AS last_credit_id
        FROM %(credits)s
        JOIN pmm_enrollment enrollment ON %(counts)s
        JOIN (%(days)s) days ON days.day = %(date)s
        JOIN pmm_period period ON period.id = days.period_id
        LEFT JOIN pmm_enrollment_tier tier ON tier.enrollment_id = enrollment.id
            AND tier.date_start <= %(tier_day)s
            AND %(tier_day)s < COALESCE(tier.date_stop, 'infinity')
        WHERE %(where)s
            AND enrollment.program_id = %(program)s AND enrollment.id = ANY(%(enrollments)s)
            AND %(plan_start)s <= %(date)s AND %(date)s < COALESCE(%(plan_stop)s, 'infinity'::date)
            AND %(tiers)s AND %(segments)s
        GROUP BY 1, 2, 3
        """,
        document=document if by_document else SQL("0"),
        credits=credits.from_clause,
        where=credits.where_clause or SQL("TRUE"),
        days=program_days(program, SQL("TRUE")),
        date=date,
        counts=counts_for("pmm_credit", date),
        tier_day=tier_day,
        program=program.id,
        enrollments=enrollment_ids,
        plan_start=plan.date_start,
        plan_stop=plan.date_stop or None,
        tiers=(
            SQL("tier.grade_id = ANY(%s)", rule.grade_ids.ids) if rule.grade_ids else SQL("TRUE")
        ),
        segments=(in_segments(segments.ids, tier_day) if segments else SQL("TRUE")),
    )


def basis_as_text(facts):
    """Return ``facts`` with the basis as text: Odoo's cursor turns numeric into float."""
    return SQL(
        "SELECT enrollment_id, period_id, basis::text, grade_id, last_credit_id FROM (%s) facts",
        facts,
    )


def earned_at_rate(facts, rate, quantum):
    """Return a SELECT of what each row of ``facts`` (see :func:`basis`) earns at ``rate``.

    Columns: enrollment_id, period_id, document_id, basis, amount, terms, last_credit_id.
    """
    return SQL(
        """
        SELECT enrollment_id, period_id, document_id, basis,
            ROUND(basis * %(rate)s::numeric / %(quantum)s::numeric) * %(quantum)s::numeric
                AS amount,
            jsonb_build_object('kind', 'document_rate', 'basis', trim_scale(basis)::text,
                'rate', %(rate)s, 'grade_id', grade_id) AS terms,
            last_credit_id
        FROM (%(facts)s) facts
        """,
        rate=str(rate),
        quantum=str(quantum),
        facts=facts,
    )


def earned_rows(rows, bands):
    """Return a SELECT with the same columns of amounts that were computed in Python.

    ``rows``: [(enrollment_id, period_id, basis, amount, grade_id, last_credit_id)], ``bands``
    the JSON text of the scale that they were computed with.
    """
    columns = list(zip(*rows, strict=True)) or [()] * 6
    arrays = [list(column) for column in columns]
    return SQL(
        """
        SELECT enrollment_id, period_id, 0 AS document_id, basis, amount,
            jsonb_build_object('kind', 'period_bands', 'basis', trim_scale(basis)::text,
                'bands', %s::jsonb, 'grade_id', grade_id) AS terms,
            last_credit_id
        FROM UNNEST(%s::int[], %s::int[], %s::numeric[], %s::numeric[], %s::int[], %s::int[])
            AS computed(enrollment_id, period_id, basis, amount, grade_id, last_credit_id)
        """,
        bands,
        *arrays,
    )
