"""How far has each enrolment come in a period, on the scale of a rule?"""

from odoo.tools import SQL

from odoo.addons.pmm_rewards.queries.earned import basis


def basis_in_period(rule, enrollment_ids, credits, period_id):
    """Return a SELECT (enrollment_id, basis as text) of what counts for ``rule`` in a period.

    Text, because Odoo's cursor turns numeric into float. Enrolments that ``rule`` is not for, or
    that have nothing in the period, are left out.
    """
    return SQL(
        "SELECT enrollment_id, basis::text FROM (%s) facts WHERE period_id = %s ORDER BY 1",
        basis(rule, enrollment_ids, credits, by_document=False),
        period_id,
    )
