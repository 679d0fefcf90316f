from odoo import http
from odoo.http import request

from .portal import PmmPortal

# as many of the past stay on the page
SHOWN = 20


class PmmPortalContests(PmmPortal):
    """Contests that have been started, for those who see results."""

    def _programme_tabs_of(self, values, page):
        tabs = super()._programme_tabs_of(values, page)
        if values["sees_results"] and (page == "contests" or self._programme_contests(values)):
            tabs.append(self._programme_tab("contests", request.env._("Contests"), 16))
        return tabs

    @http.route("/my/programme/contests", type="http", auth="user", website=True, readonly=True)
    def portal_programme_contests(self, **_kwargs):
        """Show the contests that the logged-in person's company takes part in."""
        values = self._programme_page_values("contests")
        if not values["sees_results"]:
            return request.redirect("/my/programme")
        enrollments = self._programme_live(values)
        contests = self._programme_contests(values)
        values["contests"] = contests._of_partner(enrollments)
        return request.render("pmm_partner_kpi.portal_programme_contests", values)

    def _programme_contests(self, values):
        """Return the contests of the programmes of the person's company, the newest first."""
        programs = self._programme_live(values).program_id
        # partners have no rights on contests; those that were started are for them
        contests = request.env["pmm.contest"].sudo()
        contests = contests.search(
            [("program_id", "in", programs.ids), ("state", "!=", "draft")], limit=SHOWN
        )
        # a KPI may become internal later
        return contests.filtered(
            lambda contest: not any((contest.kpi_id | contest.second_kpi_id).mapped("is_internal"))
        )
