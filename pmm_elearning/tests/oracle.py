"""What the KPI "certifications passed" has to be, said once more: slowly, attempt by attempt.

Reads records through the ORM, knows nothing of ``queries``. Which company a person worked for
when an attempt ended is remembered from outside, by whoever makes the world.
"""

import pytz


def passed_by_company(env, company_of, zone):
    """Return [(company, person, certification, day)] of the attempts that count."""
    found = []
    for attempt in env(su=True)["survey.user_input"].search([]):
        if attempt.state != "done" or attempt.test_entry or not attempt.end_datetime:
            continue
        if not attempt.partner_id or not attempt.survey_id.certification:
            continue
        best = sum(
            max(answer.answer_score for answer in question.suggested_answer_ids)
            for question in attempt.survey_id.question_ids
        )
        score = sum(line.suggested_answer_id.answer_score for line in attempt.user_input_line_ids)
        if 100 * score < attempt.survey_id.scoring_success_min * best:
            continue
        day = pytz.utc.localize(attempt.end_datetime).astimezone(pytz.timezone(zone)).date()
        found.append((company_of[attempt.id], attempt.partner_id, attempt.survey_id, day))
    return found


def expected(env, kpi, program, company_of):
    """Return {(enrolment id, period name): number} of the open periods, zeros left out."""
    found = {}
    facts = passed_by_company(env, company_of, program.tz)
    for enrollment in program.enrollment_ids:
        for period in program.period_ids:
            if period.state == "closed":
                continue
            pairs = set()
            for company, person, survey, day in facts:
                if (
                    company == enrollment.partner_id
                    and (not kpi.certification_ids or survey in kpi.certification_ids)
                    and period.date_start <= day < period.date_stop
                    and program.date_start <= day
                    and enrollment.date_start <= day
                    and (not enrollment.date_stop or day < enrollment.date_stop)
                ):
                    pairs.add((person, survey))
            if pairs:
                found[enrollment.id, period.name] = len(pairs)
    return found
