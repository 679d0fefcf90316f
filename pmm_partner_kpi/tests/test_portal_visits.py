from odoo.tests import HttpCase, freeze_time, tagged

from .common import PmmCommon
from .facts_common import FactsCommon
from .portal_common import PortalCommon

PAGE = "/my/programme"


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15 12:00:00")
class TestPortalVisits(FactsCommon, PortalCommon, PmmCommon, HttpCase):
    """K5: who used the pages of the programme, and on which days."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.visits = cls._kpi("Visits", source="portal_activity")
        cls.visitors = cls._kpi("Visitors", source="portal_activity", portal_count="people")
        cls.ann = cls._person("ann", cls.acme, "owner")
        cls.ben = cls._person("ben", cls.acme)
        cls.ann.name, cls.ben.name = "ann", "ben"

    def _noted(self):
        visits = self.env["pmm.portal.visit"].sudo().search([], order="id")
        return [(visit.contact_id.name, str(visit.day)) for visit in visits]

    def test_page_is_noted_once_a_day(self):
        """K5: whatever pages, once a day; the page is served from a read-only cursor."""
        for url in (PAGE, PAGE, "/my/programme/results"):
            self.assertEqual(self._open(self.ann, url).status_code, 200)
        self.assertEqual(self._noted(), [("ann", "2026-04-15")])
        self._open(self.ben, PAGE)
        with freeze_time("2026-04-16 00:00:00"):
            self._open(self.ann, PAGE)
        self.assertEqual(
            self._noted(),
            [("ann", "2026-04-15"), ("ben", "2026-04-15"), ("ann", "2026-04-16")],
        )
        self.assertEqual(self._actuals(self.visits), {"2026-04": 3})
        self.assertEqual(self._actuals(self.visitors, run=False), {"2026-04": 2})
        self.assertEqual(len(self._facts_of(self.visitors, "2026-04")), 3)

    def test_day_of_the_programme(self):
        """DESIGN 4: the day is that of the programme's time zone."""
        self.program.tz = "Pacific/Auckland"
        self._open(self.ann, PAGE)
        self.assertEqual(self._noted(), [("ann", "2026-04-16")])

    def test_who_is_no_visitor(self):
        """K5: our own people, those of companies that take no part, and the home page."""
        clerk = self._user("employee", "base.group_user")
        clerk.partner_id.parent_id = self.acme
        self._open(clerk, PAGE)
        self._open(self._person("outsider", self.stranger, "owner"), PAGE)
        self._open(self.ann, "/my")
        self.acme_in.date_stop = "2026-04-15"
        self._open(self.ann, PAGE)
        self.assertEqual(self._noted(), [])

    def test_no_rights(self):
        """DESIGN 3.5: partners read no visits, their own included."""
        self._visit(self.ann.partner_id, "2026-04-01")
        self.assertFalse(self.env["pmm.portal.visit"].with_user(self.ann).has_access("read"))

    def test_units_add_up(self):
        """K5: days of people add up, so openings are possible; people do not."""
        source = self.visits._source()
        self.assertTrue(source._is_additive(self.visits))
        self.assertFalse(source._is_additive(self.visitors))

    def test_visits_go_with_the_person(self):
        """Privacy: rows go with the contact, figures of closed periods stay."""
        partner = self._contact("Third", self.acme)
        self._visit(partner, "2026-03-10")
        self.program._run()
        self._close("2026-01", "2026-02", "2026-03")
        partner.unlink()
        self.assertEqual(self._noted(), [])
        self.assertEqual(self._actuals(self.visits), {"2026-03": 1})

    def test_old_visits_are_removed(self):
        """Privacy: three years to the day are kept."""
        for day in ("2023-04-14", "2023-04-15"):
            self._visit(self.ann.partner_id, day)
        self.env["pmm.portal.visit"].sudo()._gc_visits()
        self.assertEqual(self._noted(), [("ann", "2023-04-15")])

    def test_merged_people(self):
        """K5: a day of both is one day of the one that stays; the other days are kept."""
        ann = self.ann.partner_id
        second, third = self._contact("Second", self.acme), self._contact("Third", self.acme)
        for person, days in ((ann, (1, 2)), (second, (2, 3)), (third, (3, 4))):
            for day in days:
                self._visit(person, f"2026-03-0{day}")
        self._merge(second, third, into=ann)
        self.assertEqual(
            sorted(self._noted()), [("ann", f"2026-03-0{number}") for number in (1, 2, 3, 4)]
        )

    def test_uplines_count_those_below(self):
        """K5, R15: also visits to another programme of the company."""
        other = self.program.copy({"name": "Agents", "kpi_ids": False})
        below = self._enroll(self.bolt, program=other)
        self._below(below, self.acme_in)
        cleo = self._contact("Cleo", self.bolt)
        self._visit(cleo, "2026-03-10", other)
        self.assertEqual(self._actuals(self.visits), {})
        self.visits.scope = "tree"
        self.assertEqual(self._actuals(self.visits), {"2026-03": 1})

    def test_queries(self):
        """X13: a page that is noted already takes one query more than without."""
        self._open(self.ann, PAGE)
        first = self._queries_of(self.ann, PAGE)
        self.patch(type(self.env["pmm.portal.visit"]), "_note", lambda *_args: None)
        self.assertLessEqual(first - self._queries_of(self.ann, PAGE), 2)
