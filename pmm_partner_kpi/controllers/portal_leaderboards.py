from odoo import http
from odoo.exceptions import AccessError
from odoo.http import request

from .portal import PmmPortal

PAGE = "/my/programme/leaderboards"


class PmmPortalLeaderboards(PmmPortal):
    """Leaderboards that a manager has published, for those who see results."""

    def _programme_tabs_of(self, values, page):
        tabs = super()._programme_tabs_of(values, page)
        if values["sees_results"] and (page == "leaderboards" or self._programme_boards(values)):
            tabs.append(self._programme_tab("leaderboards", request.env._("Leaderboards"), 15))
        return tabs

    @http.route(PAGE, type="http", auth="user", website=True, readonly=True)
    def portal_programme_leaderboards(self, **_kwargs):
        """Show where the logged-in person's company stands on published leaderboards."""
        values = self._programme_page_values("leaderboards")
        if not values["sees_results"]:
            return request.redirect("/my/programme")
        boards = self._programme_boards(values)
        values |= {
            "boards": boards._of_partner(values["enrollments"]),
            "may_opt_out": "owner" in values["roles"] and request.env.user._is_portal(),
            "opting": values["enrollments"].filtered(
                lambda enrollment: enrollment.program_id in boards.program_id
            ),
        }
        return request.render("pmm_partner_kpi.portal_programme_leaderboards", values)

    @http.route(
        f"{PAGE}/<int:enrollment_id>", type="http", auth="user", website=True, methods=["POST"]
    )
    def portal_programme_opt_out(self, enrollment_id, opt_out="", **_post):
        """Let an owner hide the company from the leaderboards of others, or show it again."""
        try:
            request.env["pmm.enrollment"]._opt_out_of_leaderboards(enrollment_id, opt_out == "1")
        except AccessError:
            raise request.not_found() from None
        return request.redirect(PAGE, code=303)

    def _programme_boards(self, values):
        """Return the published leaderboards of the programmes of the person's company."""
        programs = self._programme_live(values).program_id
        # partners have no rights on leaderboards; published ones are for them
        boards = request.env["pmm.leaderboard"].sudo()
        boards = boards.search([("program_id", "in", programs.ids), ("is_published", "=", True)])
        return boards.filtered(lambda board: board._is_for_partners())
