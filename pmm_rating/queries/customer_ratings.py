"""Which ratings did customers give to partners or their deals, and what do they add up to?"""

from odoo.tools import SQL

from odoo.addons.pmm_partner_kpi.queries.program_days import local_day
from odoo.addons.rating.models.rating_data import RATING_LIMIT_MIN


def customer_ratings(program, paths):
    """Return a SELECT (record_id, partner_id, day, rating) of the ratings that were given.

    ``paths`` are rows (model of the document, table, column of the document, column of the
    partner). A rating counts once per partner, however it leads there; what people of the partner
    themselves say does not count.
    """
    return SQL(
        """
        SELECT rating.id AS record_id, about.partner_id, %(day)s AS day,
            rating.rating::numeric AS rating
        FROM rating_rating rating
        JOIN (%(about)s) about ON about.rating_id = rating.id
        LEFT JOIN res_partner customer ON customer.id = rating.partner_id
        WHERE rating.consumed AND rating.rating >= %(least)s AND rating.rated_on IS NOT NULL
            AND (rating.pmm_company_id IS NULL OR rating.pmm_company_id = %(company)s)
            AND customer.commercial_partner_id IS DISTINCT FROM about.partner_id
        """,
        day=local_day(SQL.identifier("rating", "rated_on"), program),
        about=_about(paths),
        least=RATING_LIMIT_MIN,
        company=program.company_id.id,
    )


def partners_of_ratings(rating_ids, paths):
    """Return a SELECT of the ids of the partner companies that these ratings are about."""
    return SQL(
        "SELECT DISTINCT partner_id FROM (%s) about WHERE rating_id = ANY(%s)",
        _about(paths),
        rating_ids,
    )


def average_rating(least):
    """Return the aggregate: the average, NULL with fewer ratings than ``least``."""
    return SQL("CASE WHEN COUNT(*) >= %s THEN AVG(fact.rating) END", least)


def percent_satisfied(limit, least):
    """Return the aggregate: percent from ``limit`` on, NULL with fewer ratings than ``least``."""
    return SQL(
        "CASE WHEN COUNT(*) >= %s THEN 100 * AVG((fact.rating >= %s)::int) END", least, limit
    )


def _about(paths):
    """Return a SELECT (rating_id, partner_id): each partner company once per rating."""
    selects = [
        SQL(
            "SELECT id AS rating_id, pmm_partner_id AS partner_id FROM rating_rating"
            " WHERE pmm_partner_id IS NOT NULL"
        )
    ]
    selects += [
        SQL(
            """
            SELECT rating.id, partner.commercial_partner_id
            FROM rating_rating rating
            JOIN %(table)s link ON %(document)s = rating.res_id
            JOIN res_partner partner ON partner.id = %(partner)s
            WHERE rating.res_model = %(model)s
            """,
            table=SQL.identifier(table),
            document=SQL.identifier("link", document),
            partner=SQL.identifier("link", partner),
            model=model,
        )
        for model, table, document, partner in paths
    ]
    return SQL(" UNION ").join(selects)
