import json

from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
)

from .common import FactsCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestGeography(FactsCommon):
    """K23: the map of sales by country asks for what exists, and is answered."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        path = "pmm_analytics/data/files/geography_dashboard.json"
        cls.data = json.loads(file_open(path).read())
        cls.dashboard = cls.env.ref("pmm_analytics.dashboard_geography")

    def test_its_models_fields_and_menus_exist(self):
        """A18: models, fields, menus, and filters that act on every figure."""
        Coverage = self.env["pmm.coverage"]
        named = fields_in_spreadsheet(self.data)
        self.assertEqual(set(named), {"pmm.coverage"})
        for chain in named["pmm.coverage"]:
            self.assertIn(chain, Coverage._fields)
        for xmlid in menus_xml_ids_in_spreadsheet(self.data):
            self.assertTrue(self.env.ref(xmlid).action, xmlid)
        filters = {each["id"]: each for each in self.data["globalFilters"]}
        for chart in odoo_charts(self.data):
            self.assertEqual(set(chart["fieldMatching"]), set(filters))
            for key, match in chart["fieldMatching"].items():
                field = Coverage._fields[match["chain"]]
                self.assertEqual(field.comodel_name, filters[key]["modelName"])

    def test_its_questions_are_answered(self):
        """K23: the map of what partners buy has the country sold to, and no empty one."""
        self.acme.country_id = self.env.ref("base.de")
        self._kpi("Wanted", source="coverage", coverage_country_ids=self.env.ref("base.fr").ids)
        self._invoice(self.acme, "2026-02-05", 2000)
        self.program._run()
        self.env.flush_all()
        found = {}
        for chart in odoo_charts(self.data):
            search = chart["searchParams"]
            measure = chart["metaData"]["measure"]
            how = "count_distinct" if measure == "partner_id" else "sum"
            found[chart["chartId"]] = {
                group["country_id"][1]: group[f"{measure}:{how}"]
                for group in self.env["pmm.coverage"].formatted_read_group(
                    search["domain"], search["groupBy"], [f"{measure}:{how}"]
                )
            }
        self.assertEqual(found["map_bought"], {"Germany": 2000})
        self.assertEqual(found["map_through"], {})
        self.assertEqual(found["bar_empty"], {"Germany": 1, "France": 2})
        self.assertEqual(found["bar_customers"], {"Germany": 1})

    def test_it_is_for_programme_people(self):
        """DESIGN 3.5: colleagues without the right do not find it."""
        internal = new_test_user(self.env, "pmm_colleague", groups="base.group_user")
        self.assertFalse(self.dashboard.with_user(internal).has_access("read"))
        action = self.env.ref("pmm_analytics.pmm_geography_dashboard_action")
        self.assertEqual(action.params, {"dashboard_id": self.dashboard.id})
