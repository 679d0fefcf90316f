from odoo import http
from odoo.http import request

from odoo.addons.pmm_partner_kpi.controllers.portal import PmmPortal


class ElearningPortal(PmmPortal):
    """The courses of the logged-in person, and for owners those of their people."""

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if roles:
            tabs.append(self._programme_tab("courses", request.env._("Courses"), 50))
        return tabs

    def _programme_overview_values(self, values):
        overview = super()._programme_overview_values(values)
        if not values["roles"]:
            return overview
        own = self._programme_own_courses()
        unfinished = own.filtered(lambda row: row.state != "completed")
        return overview | {
            "courses": own,
            # what is under way before what is not begun
            "next_course": unfinished.sorted(lambda row: row.state != "ongoing")[:1],
        }

    @http.route(
        ["/my/programme/courses", "/my/programme/courses/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_programme_courses(self, page=1, **_kwargs):
        """Show how far the logged-in person is, and to an owner how far the colleagues are."""
        values = self._programme_page_values("courses")
        colleagues, pager = request.env["pmm.course.progress"], None
        if "owner" in values["roles"]:
            colleagues, pager = self._programme_paged(
                "pmm.course.progress",
                [
                    ("partner_id", "=", values["company"].id),
                    ("contact_id", "!=", request.env.user.partner_id.id),
                ],
                "/my/programme/courses",
                page,
                order="contact_id, channel_id, id",
            )
        values |= {
            "courses": self._programme_own_courses(),
            # names of people and courses
            "colleagues": colleagues.sudo(),
            "pager": pager,
        }
        return request.render("pmm_elearning.portal_programme_courses", values)

    def _programme_own_courses(self):
        """Return the progress of the logged-in person, once per course, with more rights."""
        Progress = request.env["pmm.course.progress"]
        if not Progress.has_access("read"):
            return Progress
        # names and addresses of courses
        rows = Progress.search(
            [("contact_id", "=", request.env.user.partner_id.id)], order="channel_id, id"
        ).sudo()
        # one of two programmes with the same course is enough
        first = {row.channel_id: row for row in reversed(rows)}
        return rows.filtered(lambda row: row == first[row.channel_id])
