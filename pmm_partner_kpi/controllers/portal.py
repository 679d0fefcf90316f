from odoo import http
from odoo.http import request

from odoo.addons.portal.controllers.portal import CustomerPortal
from odoo.addons.portal.controllers.portal import pager as portal_pager


class PmmPortal(CustomerPortal):
    """The pages of the partner programme; addons add tabs, sections and pages of their own.

    What is searched here is searched as the logged-in person, so the record rules decide what
    there is to see. Names of programmes, KPIs and periods are read with more rights afterwards.
    """

    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if "pmm_enrollment_count" in counters:
            values["pmm_enrollment_count"] = len(self._programme_enrollments())
        return values

    # === WHAT ADDONS EXTEND === #

    def _programme_tabs(self, roles):
        """Return the tabs of a person with these ``roles``, as ``_programme_tab`` makes them."""
        tabs = [self._programme_tab("overview", request.env._("Overview"), 0, "/my/programme")]
        if self._sees_results(roles):
            tabs.append(self._programme_tab("results", request.env._("Results"), 10))
        return tabs

    def _programme_tabs_of(self, values, page):
        """Return tabs that are there only if ``values`` have something behind them, or on ``page``.

        ``values`` are those of all pages but the tabs.
        """
        return []

    def _programme_tab(self, page, title, sequence, url=None):
        url = url or f"/my/programme/{page}"
        return {"page": page, "title": title, "sequence": sequence, "url": url}

    def _programme_overview_values(self, values):
        """Return what the sections of the overview need, beside the ``values`` of all pages."""
        if not self._sees_results(values["roles"]):
            return {}
        enrollments = values["enrollments"]
        today = {program: program._today() for program in enrollments.program_id}
        periods = enrollments.program_id.period_ids.filtered(
            lambda period: period.date_stop > today[period.program_id]
        )
        coming = periods.filtered(lambda period: period.date_start > today[period.program_id])
        measurements = request.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "in", enrollments.ids),
                ("period_id", "in", (periods - coming).ids),
            ]
        )
        targets = request.env["pmm.kpi.target"].search(
            [("enrollment_id", "in", enrollments.ids), ("period_id", "in", coming.ids)]
        )
        # names of KPIs and periods
        measurements, targets = measurements.sudo(), targets.sudo()
        return {
            "today": today,
            "current": measurements.sorted(
                lambda m: (m.kpi_id.sequence, m.kpi_id.name, m.kpi_id.id)
            ),
            "coming": targets,
        }

    def _programme_results_values(self, values):
        """Return what the page of results needs beside ``values``: measurements and all pages'."""
        return {}

    # === PAGES === #

    @http.route("/my/programme", type="http", auth="user", website=True, readonly=True)
    def portal_programme(self, **_kwargs):
        """Show the programmes of the logged-in person's company, as they stand today."""
        values = self._programme_page_values("overview")
        values |= self._programme_overview_values(values)
        return request.render("pmm_partner_kpi.portal_programme_overview", values)

    @http.route(
        ["/my/programme/results", "/my/programme/results/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_programme_results(self, page=1, **_kwargs):
        """Show the results of all periods, the newest first."""
        values = self._programme_page_values("results")
        measurements, pager = self._programme_paged(
            "pmm.kpi.measurement",
            [("partner_id", "=", values["company"].id)],
            "/my/programme/results",
            page,
            order="date_start desc, program_id, kpi_id, id",
        )
        # names of KPIs and periods
        values |= {"measurements": measurements.sudo(), "pager": pager}
        values |= self._programme_results_values(values)
        return request.render("pmm_partner_kpi.portal_programme_results", values)

    # === HELPERS === #

    def _programme_enrollments(self):
        """Return the enrolments of the person's company that go on today, with more rights."""
        Enrollment = request.env["pmm.enrollment"]
        if not Enrollment.has_access("read"):
            return Enrollment
        company = request.env.user.commercial_partner_id
        # names of programmes and tiers
        enrollments = Enrollment.search([("partner_id", "=", company.id)]).sudo()
        return enrollments.filtered(lambda e: e._state_now() in ("running", "suspended"))

    def _programme_page_values(self, page):
        """Return the values of every page: its tabs, the company, enrolments and own roles."""
        roles = request.env["pmm.partner.role"]._of_user()
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": f"pmm_{page}",
            "company": request.env.user.commercial_partner_id,
            "enrollments": self._programme_enrollments(),
            "roles": roles,
            "sees_results": self._sees_results(roles),
        }
        tabs = self._programme_tabs(roles) + self._programme_tabs_of(values, page)
        tabs.sort(key=lambda tab: tab["sequence"])
        values["tabs"] = tabs
        values["tab"] = next((tab for tab in tabs if tab["page"] == page), tabs[0])
        return values

    def _programme_live(self, values):
        """Return the enrolments of ``values`` without pilots, of which partners see nothing."""
        return values["enrollments"].filtered(lambda enrollment: not enrollment.is_shadow)

    def _programme_paged(self, model, domain, url, page, *, step=20, order=None):
        """Return one page of what the logged-in person may see, and the pager; ids as found."""
        Model = request.env[model]
        if not Model.has_access("read"):
            return Model, None
        pager = portal_pager(url=url, total=Model.search_count(domain), page=page, step=step)
        return Model.search(domain, order=order, limit=step, offset=pager["offset"]), pager

    def _sees_results(self, roles):
        # an employee may hold a role there, too, without any rights in PMM
        return bool(roles & {"owner", "finance", "sales"}) and request.env[
            "pmm.kpi.measurement"
        ].has_access("read")

    def _sees_money(self, roles):
        return bool(roles & {"owner", "finance"})
