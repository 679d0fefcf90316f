"""Where does each enrolment sell, and where not, of all places that matter?"""

from odoo.tools import SQL

from .enrollment_days import counts_for


def coverage(today, middle, start, roles, wanted):
    """Return a SELECT of one row per running enrolment, role, country and state that matter.

    A place matters where the company has sold to anybody in the two years ``[start, today]``, or
    where it is wanted: ``wanted`` is a SELECT (program_id, partner_id, country_id, state_id);
    partner and state may be NULL. Sold is what was invoiced to, or through, the partner itself,
    enrolled or not; ``middle`` is where the last 12 months begin, ``roles``
    are the codes of all roles.
    """
    return SQL(
        """
        WITH sold AS (
            SELECT company_id, partner_id, former_ref, role, date, country_id, state_id,
                customer_id, amount
            FROM pmm_credit
            WHERE stage = 'invoiced' AND country_id IS NOT NULL
                AND %(start)s <= date AND date <= %(today)s
        ), running AS (
            SELECT enrollment.*, roles.role
            FROM pmm_enrollment enrollment
            JOIN (
                SELECT DISTINCT chosen.pmm_program_id AS program_id, kpi.role
                FROM pmm_kpi_definition_pmm_program_rel chosen
                JOIN pmm_kpi_definition kpi ON kpi.id = chosen.pmm_kpi_definition_id
            ) roles ON roles.program_id = enrollment.program_id
            WHERE COALESCE(enrollment.date_stop, 'infinity') > %(today)s
        ), places AS (
            SELECT running.id AS enrollment_id, running.role, place.country_id, place.state_id
            FROM running
            JOIN (SELECT DISTINCT company_id, country_id, state_id FROM sold) place
                ON place.company_id = running.company_id
            UNION
            SELECT running.id, running.role, wanted.country_id, wanted.state_id
            FROM running
            JOIN (%(wanted)s) wanted ON wanted.program_id = running.program_id
                AND COALESCE(wanted.partner_id, running.partner_id) = running.partner_id
            WHERE wanted.state_id IS NOT NULL OR NOT EXISTS (
                -- its states are there
                SELECT 1 FROM sold WHERE sold.company_id = running.company_id
                    AND sold.country_id = wanted.country_id
            )
        ), figures AS (
            SELECT enrollment.id AS enrollment_id, credit.role, credit.country_id, credit.state_id,
                SUM(credit.amount) FILTER (WHERE %(middle)s <= credit.date) AS amount,
                SUM(credit.amount) FILTER (WHERE credit.date < %(middle)s) AS amount_before,
                COUNT(DISTINCT credit.customer_id)
                    FILTER (WHERE %(middle)s <= credit.date AND credit.amount > 0) AS customers
            FROM sold credit
            JOIN running enrollment ON %(counts)s AND enrollment.role = credit.role
                AND enrollment.company_id = credit.company_id
            GROUP BY enrollment.id, credit.role, credit.country_id, credit.state_id
        )
        SELECT ((enrollment.id::bigint * 8 + ARRAY_POSITION(%(roles)s, places.role)) * 1024
                + places.country_id) * 1048576 + COALESCE(places.state_id, 0) AS id,
            enrollment.program_id, places.enrollment_id, enrollment.partner_id,
            enrollment.user_id, enrollment.company_id, company.currency_id,
            places.role, places.country_id, places.state_id,
            COALESCE(figures.amount, 0) AS amount,
            COALESCE(figures.amount_before, 0) AS amount_before,
            COALESCE(figures.customers, 0) AS customers,
            COALESCE(figures.amount, 0) <= 0 AS is_empty,
            COALESCE(SUM(figures.amount) OVER country, 0) <= 0 AS is_country_empty
        FROM places
        JOIN pmm_enrollment enrollment ON enrollment.id = places.enrollment_id
        JOIN res_company company ON company.id = enrollment.company_id
        LEFT JOIN figures ON figures.enrollment_id = places.enrollment_id
            AND figures.role = places.role AND figures.country_id = places.country_id
            AND COALESCE(figures.state_id, 0) = COALESCE(places.state_id, 0)
        WINDOW country AS (
            PARTITION BY places.enrollment_id, places.role, places.country_id
        )
        """,
        today=today,
        middle=middle,
        start=start,
        wanted=wanted,
        roles=roles,
        # also what was sold before or after the enrolment
        counts=counts_for("credit", SQL("credit.date"), enrolled=False),
    )


def wanted_by_kpis():
    """Return a SELECT (program_id, partner_id, country_id, state_id): what coverage KPIs want."""
    return SQL(
        """
        SELECT chosen.pmm_program_id AS program_id, NULL::int AS partner_id,
            COALESCE(state.country_id, country.res_country_id) AS country_id, state.id AS state_id
        FROM pmm_kpi_definition kpi
        JOIN pmm_kpi_definition_pmm_program_rel chosen ON chosen.pmm_kpi_definition_id = kpi.id
        LEFT JOIN pmm_kpi_definition_res_country_rel country
            ON country.pmm_kpi_definition_id = kpi.id AND kpi.coverage_by = 'country'
        LEFT JOIN pmm_kpi_definition_res_country_state_rel wanted
            ON wanted.pmm_kpi_definition_id = kpi.id AND kpi.coverage_by = 'state'
        LEFT JOIN res_country_state state ON state.id = wanted.res_country_state_id
        WHERE kpi.source = 'coverage'
            AND (country.res_country_id IS NOT NULL OR state.id IS NOT NULL)
        """
    )


def wanted_by_territories(today):
    """Return the same of the territories that partners have on ``today``, in all programmes."""
    return SQL(
        """
        SELECT enrollment.program_id, territory.partner_id,
            COALESCE(state.country_id, country.country_id) AS country_id, state.id AS state_id
        FROM pmm_territory territory
        JOIN pmm_enrollment enrollment ON enrollment.partner_id = territory.partner_id
            AND enrollment.company_id = territory.company_id
        LEFT JOIN pmm_territory_state_rel chosen ON chosen.territory_id = territory.id
        LEFT JOIN res_country_state state ON state.id = chosen.state_id
        LEFT JOIN pmm_territory_country_rel country
            ON country.territory_id = territory.id AND chosen.state_id IS NULL
        WHERE territory.date_start <= %(today)s
            AND %(today)s < COALESCE(territory.date_stop, 'infinity')
            AND (state.id IS NOT NULL OR country.country_id IS NOT NULL)
        """,
        today=today,
    )
