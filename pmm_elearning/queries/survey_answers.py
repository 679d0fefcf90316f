"""What did people of partners answer to a question that asks for a number?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.fact_values import fact_values
from odoo.addons.pmm_partner_kpi.queries.program_days import local_day


def survey_answers(program, question_id):
    """Return a SELECT (record_id, partner_id, day, person_id, moment, value) of real answers.

    Test entries, questions that were skipped and people whom nobody knows are left out.
    ``partner_id`` is the company for which the person worked then.
    """
    return SQL(
        """
        SELECT entry.id AS record_id, entry.pmm_partner_id AS partner_id, %(day)s AS day,
            entry.partner_id AS person_id, entry.end_datetime AS moment,
            CASE line.answer_type
                WHEN 'scale' THEN line.value_scale ELSE line.value_numerical_box
            END AS value
        FROM survey_user_input_line line
        JOIN survey_user_input entry ON entry.id = line.user_input_id
        WHERE line.question_id = %(question)s AND line.skipped IS NOT TRUE
            AND line.answer_type IN ('scale', 'numerical_box')
            AND entry.state = 'done' AND entry.test_entry IS NOT TRUE
            AND entry.end_datetime IS NOT NULL AND entry.partner_id IS NOT NULL
        """,
        day=local_day(SQL.identifier("entry", "end_datetime"), program),
        question=question_id,
    )


def answer_values(windows, scope, answers, columns):
    """Return a SELECT (enrollment_id, window_id, …): each person's last answer in a window.

    ``columns`` is {name: (aggregate over the alias ``answer``, answers needed)}.
    """
    latest = SQL(
        "JSONB_OBJECT_AGG(fact.person_id, fact.value ORDER BY fact.moment, fact.record_id)"
    )
    return SQL(
        """
        SELECT enrollment_id, window_id, %(columns)s
        FROM (%(people)s) people
        CROSS JOIN LATERAL (
            SELECT value::numeric AS value FROM JSONB_EACH_TEXT(people.latest)
        ) answer
        GROUP BY enrollment_id, window_id
        """,
        columns=SQL(", ").join(
            SQL(
                "CASE WHEN COUNT(*) >= %s THEN %s END AS %s",
                least,
                aggregate,
                SQL.identifier(name),
            )
            for name, (aggregate, least) in columns.items()
        ),
        people=fact_values(windows, scope, answers, {"latest": latest}),
    )


def net_promoters():
    """Return the aggregate: percent of 9 and 10 less percent of 0 to 6."""
    return SQL(
        "100 * AVG(CASE WHEN answer.value >= 9 THEN 1 WHEN answer.value <= 6 THEN -1 ELSE 0 END)"
    )


def average_answer():
    """Return the aggregate: the average."""
    return SQL("AVG(answer.value)")
