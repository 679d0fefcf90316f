from odoo import http
from odoo.http import request

from .portal import PmmPortal


class PmmPortalBadges(PmmPortal):
    """Badges that the company has and those that it may get, for those who see results."""

    def _programme_tabs_of(self, values, page):
        tabs = super()._programme_tabs_of(values, page)
        if values["sees_results"] and (page == "badges" or self._programme_badges(values)):
            tabs.append(self._programme_tab("badges", request.env._("Badges"), 17))
        return tabs

    @http.route("/my/programme/badges", type="http", auth="user", website=True, readonly=True)
    def portal_programme_badges(self, **_kwargs):
        """Show the badges of the logged-in person's company, and how far it is with the others."""
        values = self._programme_page_values("badges")
        if not values["sees_results"]:
            return request.redirect("/my/programme")
        enrollments = self._programme_live(values)
        badges = self._programme_badges(values)
        values["badges"] = badges._of_partner(enrollments)
        return request.render("pmm_partner_kpi.portal_programme_badges", values)

    def _programme_badges(self, values):
        """Return the badges of the programmes of the person's company, archived ones as well."""
        programs = self._programme_live(values).program_id
        # partners have no rights on badges; all of their programmes are for them
        badges = request.env["pmm.badge"].sudo().with_context(active_test=False)
        badges = badges.search([("program_id", "in", programs.ids)])
        # a KPI may become internal later
        return badges.filtered(lambda badge: not badge.kpi_id.is_internal)
