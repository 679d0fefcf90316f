from odoo import http
from odoo.http import request

from .portal import PmmPortal


class PmmPortalTiers(PmmPortal):
    """The tier ladder in the portal: where a partner stands, what is missing, what it gives."""

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if self._sees_results(roles) and self._programme_enrollments().program_id.tier_ids:
            tabs.append(self._programme_tab("tiers", request.env._("Tiers"), 20))
        return tabs

    def _programme_overview_values(self, values):
        found = super()._programme_overview_values(values)
        if not self._sees_results(values["roles"]):
            return found
        ladders = self._programme_ladders(values["enrollments"])
        return found | {
            "next_tiers": {
                enrollment: next((rung for rung in rungs if rung["is_next"]), None)
                for enrollment, rungs in ladders.items()
            }
        }

    @http.route("/my/programme/tiers", type="http", auth="user", website=True, readonly=True)
    def portal_programme_tiers(self, **_kwargs):
        """Show the ladders of the programmes in which the logged-in person's company takes part."""
        values = self._programme_page_values("tiers")
        if values["tab"]["page"] != "tiers":
            return request.redirect("/my/programme")
        enrollments = values["enrollments"].filtered("program_id.tier_ids")
        history = request.env["pmm.enrollment.tier"].search(
            [("enrollment_id", "in", enrollments.ids)], order="date_start desc"
        )
        # names of tiers
        values |= {"ladders": self._programme_ladders(enrollments), "history": history.sudo()}
        return request.render("pmm_partner_kpi.portal_programme_tiers", values)

    def _programme_ladders(self, enrollments):
        """Return {enrolment: rungs} of the enrolments whose programme has a ladder."""
        laddered = enrollments.filtered("program_id.tier_ids")
        Standing = request.env["pmm.tier.standing"]
        if not Standing.has_access("read"):
            return {}
        # found as the reader; the wording of requirements is read with more rights
        standings = Standing.search([("enrollment_id", "in", laddered.ids)]).sudo()
        return {
            enrollment: enrollment._ladder_rungs(
                standings.filtered(lambda s, own=enrollment: s.enrollment_id == own)
            )
            for enrollment in laddered
        }
