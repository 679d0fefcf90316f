"""On which days did people of partner companies use the pages of their programme?"""

from odoo.tools import SQL

# each person on each day; each person
PERSON_DAYS = SQL("COUNT(DISTINCT (fact.contact_id, fact.day))")
PEOPLE = SQL("COUNT(DISTINCT fact.contact_id)")


def add_visits(program_days, contact, partner):
    """Return the INSERT of visits [(program id, day)] of ``contact``; those known stay."""
    return SQL(
        """
        INSERT INTO pmm_portal_visit (program_id, company_id, partner_id, contact_id, day)
        SELECT program.id, program.company_id, %(partner)s, %(contact)s, visit.day
        FROM (VALUES %(visits)s) visit (program_id, day)
        JOIN pmm_program program ON program.id = visit.program_id
        ON CONFLICT (program_id, contact_id, day) DO NOTHING
        """,
        partner=partner.id,
        contact=contact.id,
        visits=SQL(", ").join(SQL("(%s, %s::date)", *visit) for visit in program_days),
    )


def visit_facts(program, scope):
    """Return a SELECT of facts: a person's day; of other programmes where others count, too."""
    return SQL(
        """
        SELECT partner_id, day, id AS record_id, contact_id FROM pmm_portal_visit
        WHERE company_id = %s AND %s
        """,
        program.company_id.id,
        SQL("program_id = %s", program.id) if scope == "own" else SQL("TRUE"),
    )


def drop_twice_visited(contacts, contact):
    """Return the DELETE of visits that ``contact`` would have twice with those of ``contacts``."""
    return SQL(
        """
        DELETE FROM pmm_portal_visit double USING pmm_portal_visit kept
        WHERE double.contact_id = ANY(%(contacts)s) AND kept.contact_id = ANY(%(all)s)
            AND kept.program_id = double.program_id AND kept.day = double.day
            AND (kept.contact_id = %(contact)s OR kept.id < double.id) AND kept.id <> double.id
        """,
        contacts=contacts.ids,
        contact=contact.id,
        all=(contacts | contact).ids,
    )
