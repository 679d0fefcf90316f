from odoo.http import request

from .portal import PmmPortal


class PmmPortalVisits(PmmPortal):
    """Who opens a page of the programme is noted, once a day (KPI source portal activity)."""

    def _programme_page_values(self, page):
        values = super()._programme_page_values(page)
        request.env["pmm.portal.visit"]._note(values["enrollments"])
        return values
