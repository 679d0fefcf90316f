from odoo.tests import HttpCase

from .common import PmmCommon
from .portal_common import PortalCommon

OVERVIEW, RESULTS = "/my/programme", "/my/programme/results"
PAGES = (OVERVIEW, RESULTS)


class PortalPages(PortalCommon, PmmCommon, HttpCase):
    """People of a company with results, and the two pages that show them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.people = cls._people(cls.acme)
        cls.sales = cls.people["sales"]
        cls.outsider = cls._person("outsider", cls.stranger, "owner")
        cls.acme_in.user_id = cls._user("Adam Manager", "pmm_partner_kpi.group_pmm_user")

    def _run(self):
        self.program._run()
        self.env.flush_all()

    def _patch_source(self, method, result):
        """Let the KPI source answer ``result`` to ``method``, here and in the pages' thread."""
        source = type(self.env["pmm.kpi.source.revenue"])
        self.patch(source, method, lambda *_args: result)
        self.env.invalidate_all()
