from odoo import http
from odoo.http import request

from odoo.addons.pmm_partner_kpi.controllers.portal import PmmPortal


class PmmOffersPortal(PmmPortal):
    """The offers made to the logged-in person's company, with their codes."""

    def _programme_tabs(self, roles):
        tabs = super()._programme_tabs(roles)
        if self._sees_results(roles):
            tabs.append(self._programme_tab("offers", request.env._("Offers"), 40))
        return tabs

    def _programme_overview_values(self, values):
        overview = super()._programme_overview_values(values)
        if not self._sees_results(values["roles"]):
            return overview
        offers = request.env["pmm.offer"].search(
            [("partner_id", "=", values["company"].id), ("state", "in", ["open"])]
        )
        # names of rules and campaigns
        return overview | {"open_offers": offers.sudo()}

    @http.route(
        ["/my/programme/offers", "/my/programme/offers/page/<int:page>"],
        type="http",
        auth="user",
        website=True,
        readonly=True,
    )
    def portal_programme_offers(self, page=1, **_kwargs):
        """Show the offers of the company: what is open first, then used and expired ones."""
        values = self._programme_page_values("offers")
        offers, pager = self._programme_paged(
            "pmm.offer",
            [("partner_id", "=", values["company"].id)],
            "/my/programme/offers",
            page,
            order="date_stop desc, id desc",
        )
        # names of rules and campaigns
        offers = offers.sudo().sorted(lambda offer: offer.state != "open")
        values |= {"offers": offers, "pager": pager}
        return request.render("pmm_offers.portal_programme_offers", values)
