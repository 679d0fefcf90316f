import json
import re

from odoo.tests import HttpCase, freeze_time, new_test_user, tagged
from odoo.tools import file_open

from odoo.addons.spreadsheet.utils.validate_data import (
    fields_in_spreadsheet,
    menus_xml_ids_in_spreadsheet,
    odoo_charts,
)

from .common import FactsCommon

FOLDER = "pmm_analytics/data/files"


def cells(data):
    """Return {(sheet, cell): content} of a spreadsheet."""
    return {
        (sheet["name"], name): content
        for sheet in data["sheets"]
        for name, content in sheet["cells"].items()
    }


def sources(data):
    """Return the pivots and charts of a spreadsheet that ask the database."""
    return [*data["pivots"].values(), *odoo_charts(data)]


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestDashboard(FactsCommon, HttpCase):
    """A7, A18: what the dashboard names exists, and every reader gets what is theirs."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dashboard = cls.env.ref("pmm_analytics.dashboard_partner_programmes")
        cls.data, cls.sample = (
            json.loads(file_open(f"{FOLDER}/partner_programmes_{kind}dashboard.json").read())
            for kind in ("", "sample_")
        )
        cls.reader, cls.idle = (
            new_test_user(
                cls.env,
                login,
                groups="pmm_partner_kpi.group_pmm_user",
                company_id=cls.company.id,
                company_ids=[cls.company.id],
            )
            for login in ("pmm_reader", "pmm_idle")
        )
        cls.acme_in.user_id = cls.reader
        cls.program._ensure_periods()

    def test_its_models_fields_and_menus_exist(self):
        """A18: a field that is renamed would only be missed by who opens the dashboard."""
        named = fields_in_spreadsheet(self.data)
        self.assertEqual(set(named), {"pmm.partner.facts"})
        for model, chains in named.items():
            for chain in chains:
                self.assertIn(chain, self.env[model]._fields)
        for xmlid in menus_xml_ids_in_spreadsheet(self.data):
            self.assertTrue(self.env.ref(xmlid).action, xmlid)
        self.assertEqual(
            set(self.data["chartOdooMenusReferences"]),
            {figure["id"] for figure in self.data["sheets"][0]["figures"]},
        )

    def test_its_filters_reach_every_figure(self):
        """A18: a filter that does not act on one of the figures would tell wrong ones."""
        filters = {each["id"]: each for each in self.data["globalFilters"]}
        self.assertEqual(len(filters), 5)
        for source in sources(self.data):
            self.assertEqual(set(source["fieldMatching"]), set(filters))
            for key, match in source["fieldMatching"].items():
                field = self.env["pmm.partner.facts"]._fields[match["chain"]]
                self.assertEqual(field.type, match["type"])
                self.assertEqual(field.comodel_name, filters[key].get("modelName"))

    def test_its_formulas_ask_for_what_the_pivots_have(self):
        """A7: measures and groups by name, spreadsheet cells by a sheet that exists."""
        asked = 0
        for place, content in cells(self.data).items():
            for number, measure in re.findall(r'PIVOT\.VALUE\((\d+),"([^"]+)"', content):
                measures = [each["id"] for each in self.data["pivots"][number]["measures"]]
                self.assertIn(measure, measures, place)
                asked += 1
            for number, group in re.findall(r'PIVOT\.\w+\((\d+),[^()]*"#(\w+)"', content):
                rows = [each["fieldName"] for each in self.data["pivots"][number]["rows"]]
                self.assertIn(group, rows, place)
            for sheet, name in re.findall(r"\b(Data|Dashboard)!([A-Z]+\d+)", content):
                self.assertIn((sheet, name), cells(self.data), place)
        self.assertGreater(asked, 40)
        for figure in self.data["sheets"][0]["figures"]:
            if figure["data"]["type"] == "scorecard":
                for key in ("keyValue", "baseline"):
                    self.assertIn(tuple(figure["data"][key].split("!")), cells(self.data))

    def test_its_questions_are_answered(self):
        """A7: every pivot and chart, read as the reader of the dashboard reads it."""
        self._invoice(self.acme, "2026-02-05", 2000)
        self._invoice(self.bolt, "2026-02-05", 500)
        self.program._run()
        self.env.flush_all()
        Facts = self.env["pmm.partner.facts"].with_user(self.reader)
        for pivot in self.data["pivots"].values():
            rows = [row["fieldName"] for row in pivot["rows"]]
            measures = [
                each["id"]
                if ":" in each["id"]
                else f"{each['id']}:{Facts._fields[each['id']].aggregator}"
                for each in pivot["measures"]
            ]
            groups = Facts.formatted_read_group([], rows, measures)
            self.assertTrue(groups, pivot["name"])
            if "revenue:sum" in measures:
                self.assertEqual(sum(group["revenue:sum"] for group in groups), 2000)
        for chart in odoo_charts(self.data):
            groups = Facts.formatted_read_group(
                [], chart["metaData"]["groupBy"], [f"{chart['metaData']['measure']}:sum"]
            )
            self.assertEqual(len(groups), 4)

    def test_the_sample_looks_like_the_real_one(self):
        """A7: same sheets, same titles, same figures; it asks the database nothing."""
        self.assertFalse(sources(self.sample))
        self.assertFalse(self.sample["globalFilters"])
        for data in (self.data, self.sample):
            self.assertEqual([sheet["name"] for sheet in data["sheets"]], ["Dashboard", "Data"])
        self.assertEqual(
            *(
                sorted(figure["id"] for figure in data["sheets"][0]["figures"])
                for data in (self.data, self.sample)
            )
        )
        titles = [
            {
                text
                for (sheet, _name), text in cells(data).items()
                if sheet == "Dashboard" and text.startswith("[")
            }
            for data in (self.data, self.sample)
        ]
        self.assertEqual(*titles)
        self.assertEqual(len(titles[0]), 5)
        self.assertFalse([text for text in cells(self.sample).values() if "PIVOT" in text])

    def test_who_has_no_partners_sees_the_sample(self):
        """A7: an empty dashboard tells nothing; the sample says that it is one."""
        for login, is_sample in (("pmm_reader", None), ("pmm_idle", True)):
            self.authenticate(login, login)
            answer = self.url_open(f"/spreadsheet/dashboard/data/{self.dashboard.id}")
            with self.subTest(login=login):
                self.assertEqual(answer.status_code, 200)
                self.assertEqual(answer.json().get("is_sample"), is_sample)
                known = self.sample if is_sample else self.data
                self.assertEqual(answer.json()["snapshot"]["sheets"], known["sheets"])

    def test_it_is_for_programme_people(self):
        """DESIGN 3.5: colleagues without the right do not find it."""
        internal = new_test_user(self.env, "pmm_colleague", groups="base.group_user")
        self.assertTrue(self.dashboard.with_user(self.reader).has_access("read"))
        self.assertFalse(self.dashboard.with_user(internal).has_access("read"))
        action = self.env.ref("pmm_analytics.pmm_dashboard_action")
        self.assertEqual(action.params, {"dashboard_id": self.dashboard.id})

    def test_its_texts_are_translated(self):
        """X12: in the reader's language, titles and formulas alike."""
        known = json.loads(json.dumps(self.data))
        terms = set()
        for data in (known, self.sample):
            for text in cells(data).values():
                terms |= set(re.findall(r'_t\("([^"]+)"\)', text))
                if match := re.fullmatch(r"\[(.+)\]\(.+\)", text):
                    terms.add(match[1])
            for figure in data["sheets"][0]["figures"]:
                terms.add(figure["data"]["title"].get("text", ""))
        with file_open("pmm_analytics/i18n/ru.po") as file:
            translations = file.read()
        for term in terms - {""}:
            self.assertIn(f'msgid "{term}"', translations.replace('""\n"', '"').replace('"\n"', ""))
