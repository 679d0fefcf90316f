from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from odoo.addons.pmm_partner_kpi.tests.common import PmmCommon

AUCKLAND = "Pacific/Auckland"  # 13 hours before UTC until 5 April 2026, then 12


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestCustomerRating(PmmCommon):
    """K24: what customers say about a partner; each boundary from both sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.rated = cls._kpi("Rating", source="customer_rating")
        cls.happy = cls._kpi("Satisfied", source="customer_satisfaction")
        cls.customer = cls.env["res.partner"].create({"name": "Customer"})
        cls.ann, cls.ben = cls.env["res.partner"].create(
            [{"name": "Ann", "parent_id": cls.acme.id}, {"name": "Ben", "parent_id": cls.bolt.id}]
        )

    @classmethod
    def _rate(cls, value, at="2026-02-10 12:00:00", document=None, rated=None, **vals):
        """Return the rating of ``document`` that was given at ``at`` (UTC)."""
        document = document if document is not None else cls.customer
        with freeze_time(at):
            return (
                cls.env["rating.rating"]
                .sudo()
                .create(
                    {
                        "res_model_id": cls.env["ir.model"]._get_id(document._name),
                        "res_id": document.id,
                        "rated_partner_id": rated and rated.id,
                        "partner_id": cls.customer.id,
                        "rating": value,
                        "consumed": True,
                        **vals,
                    }
                )
            )

    @classmethod
    def _order(cls, referrer=None, **vals):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "pmm_referrer_id": referrer and referrer.id,
                **vals,
            }
        )

    def _figures(self, kpi=None, enrollment=None):
        """Run the programme; return {period: actual} of the results that have data."""
        self.program._run()
        results = self.env["pmm.kpi.measurement"].search(
            [
                ("enrollment_id", "=", (enrollment or self.acme_in).id),
                ("kpi_id", "=", (kpi or self.rated).id),
                ("has_actual", "=", True),
            ]
        )
        return {result.period_id.name: result.actual for result in results}

    def _marked(self):
        """Return the enrolments that wait for being measured, and take their marks."""
        self.env.flush_all()
        Dirty = self.env["pmm.dirty"]
        ids = Dirty._peek("measure")
        Dirty._take("measure", ids)
        return self.env["pmm.enrollment"].browse(ids)

    # === WHAT IT IS === #

    def test_average_and_satisfied(self):
        """K24: 5, 4 and 3 are 4 on average; Odoo calls 4 and more happy, 3.9 not."""
        for value in (5, 4, 3):
            self._rate(value, rated=self.ann)
        self.assertEqual(self._figures(), {"2026-02": 4})
        self.assertEqual(self._figures(self.happy), {"2026-02": 66.6667})
        self._rate(3.9, rated=self.ann)
        self.assertEqual(self._figures(), {"2026-02": 3.975})
        self.assertEqual(self._figures(self.happy), {"2026-02": 50})
        self.assertEqual((self.rated.unit, self.happy.unit), ("score", "percent"))

    def test_what_counts_table(self):
        """K24: filled, from 1 on; 0 means not rated; internal ones are ratings, too."""
        for name, value, vals, expected in (
            ("the worst", 1, {}, {"2026-02": 1}),
            ("just below", 0.9, {}, {}),
            ("not rated", 0, {}, {}),
            ("not filled in", 5, {"consumed": False}, {}),
            ("by nobody we know", 5, {"partner_id": False}, {"2026-02": 5}),
            ("visible to us only", 5, {"is_internal": True}, {"2026-02": 5}),
        ):
            with self.subTest(name):
                rating = self._rate(value, rated=self.ann, **vals)
                self.assertEqual(self._figures(), expected)
                rating.unlink()
        self.assertEqual(self._figures(), {})

    def test_too_few_answers(self):
        """K24: one fewer than needed is no data, not zero; with the target it has no state."""
        (self.rated | self.happy).min_answers = 3
        self._target(self.acme_in, "2026-02", 4, self.rated)
        for number, expected in ((1, {}), (2, {}), (3, {"2026-02": 5})):
            self._rate(5, rated=self.ann)
            self.assertEqual(self._figures(), expected, number)
        self.assertEqual(self._figures(self.happy), {"2026-02": 100})
        self.assertResult(self.acme_in, "2026-02", 5, 1.25, "reached", self.rated)
        self.rated.min_answers = 4
        self.program._run()
        result = self._measurement(self.acme_in, "2026-02", self.rated)
        self.assertFalse(result.has_actual or result.has_attainment)

    def test_worked_example(self):
        """K24: readme/USAGE.md, figure by figure."""
        (self.rated | self.happy).min_answers = 3
        self._rate(5, document=self._order(self.acme))
        self._rate(4, rated=self.ann)
        self._rate(3, document=self._order(self.acme))
        self._rate(5, document=self._order(self.acme), partner_id=self.ann.id)
        self._rate(0, document=self._order(self.acme), consumed=False)
        for value in (5, 5):
            self._rate(value, "2026-03-10 12:00:00", rated=self.ann)
        self.assertEqual(self._figures(), {"2026-02": 4})
        self.assertEqual(self._figures(self.happy), {"2026-02": 66.6667})

    # === WHOSE IT IS === #

    def test_ways_to_a_partner(self):
        """K24: the person, the company, the order that it referred or has a share of."""
        split = self._order(
            pmm_attribution_ids=[
                Command.create({"role": "split", "partner_id": self.acme.id, "share": 50})
            ]
        )
        for name, how in (
            ("person", {"rated": self.ann}),
            ("company", {"rated": self.acme}),
            ("page of a person", {"document": self.ann}),
            ("page of the company", {"document": self.acme}),
            ("referred order", {"document": self._order(self.acme)}),
            ("shared order", {"document": split}),
        ):
            with self.subTest(name):
                rating = self._rate(5, **how)
                self.assertEqual(self._figures(), {"2026-02": 5})
                self.assertEqual(self._figures(enrollment=self.bolt_in), {})
                rating.unlink()
        self._rate(5, document=self._order())
        self._rate(5, rated=self.stranger)
        self.assertEqual(self._figures(), {})

    def test_lead_of_the_partner(self):
        """K24: the partner to whom Odoo assigned the lead, where it can."""
        if "partner_assigned_id" not in self.env["crm.lead"]._fields:
            self.skipTest("leads are assigned to nobody without website_crm_partner_assign")
        lead = self.env["crm.lead"].create({"name": "L", "partner_assigned_id": self.ann.id})
        self._rate(5, document=lead)
        self.assertEqual(self._figures(), {"2026-02": 5})

    def test_two_ways_are_one_rating(self):
        """K24: a person of the partner that referred the order: one rating, not two."""
        order = self._order(self.acme)
        self._rate(5, document=order, rated=self.ann)
        self._rate(2, document=order, rated=self.ben)
        self.assertEqual(self._figures(), {"2026-02": 3.5})
        self.assertEqual(self._figures(enrollment=self.bolt_in), {"2026-02": 2})

    def test_nobody_rates_itself(self):
        """K24: what people of the partner say about it does not count, about others it does."""
        order = self._order(self.acme)
        self._rate(5, document=order, partner_id=self.ann.id)
        self._rate(5, rated=self.acme, partner_id=self.acme.id)
        self.assertEqual(self._figures(), {})
        self._rate(2, document=order, partner_id=self.ben.id)
        self.assertEqual(self._figures(), {"2026-02": 2})

    def test_who_changes_company_takes_nothing_along(self):
        """DESIGN 4: a rating stays with the company for which the person worked."""
        self._rate(4, rated=self.ann)
        self.ann.parent_id = self.bolt
        self._rate(2, rated=self.ann)
        self.acme_in._mark_to_measure()
        self.assertEqual(self._figures(), {"2026-02": 4})
        self.assertEqual(self._figures(enrollment=self.bolt_in), {"2026-02": 2})

    def test_two_companies(self):
        """DESIGN 3.5: about a document of another company never, of no company everywhere."""
        other = self.env["res.company"].create({"name": "Other"})
        theirs = self._order(self.acme, company_id=other.id)
        self._rate(1, document=theirs, rated=self.ann)
        self.assertEqual(self._figures(), {})
        self._rate(5, document=self._order(self.acme))
        self.assertEqual(self._figures(), {"2026-02": 5})
        self._rate(3, document=self.customer, rated=self.ann)
        self.assertEqual(self._figures(), {"2026-02": 4})

    def test_group_counts_together(self):
        """K24: each rating once, also where two of the group are in it."""
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-02-10", False))
        self.rated.scope = "group"
        self._rate(5, rated=self.ann)
        self._rate(2, "2026-02-09 23:59:59", rated=self.ben)
        self._rate(1, "2026-02-10 00:00:00", rated=self.ben)
        self.assertEqual(self._figures(), {"2026-02": 3})

    # === WHEN === #

    def test_midnight_of_the_programme(self):
        """DESIGN 4, 3.8: the day is that of the programme's time zone; months are half-open."""
        for moment, value in (("2026-02-28 10:59:59", 5), ("2026-02-28 11:00:00", 3)):
            self._rate(value, moment, rated=self.ann)
        self.assertEqual(self._figures(), {"2026-02": 4})
        self.program.tz = AUCKLAND
        self.acme_in._mark_to_measure()
        self.assertEqual(self._figures(), {"2026-02": 5, "2026-03": 3})

    def test_days_of_the_enrolment(self):
        """DESIGN 3.8: the first day counts, the last does not."""
        self.acme_in.write({"date_start": "2026-02-10", "date_stop": "2026-02-20"})
        for moment, expected in (
            ("2026-02-09 23:59:59", {}),
            ("2026-02-10 00:00:00", {"2026-02": 5}),
            ("2026-02-19 23:59:59", {"2026-02": 5}),
            ("2026-02-20 00:00:00", {}),
        ):
            with self.subTest(moment):
                rating = self._rate(5, moment, rated=self.ann)
                self.assertEqual(self._figures(), expected)
                rating.unlink()

    def test_day_of_the_answer(self):
        """K24: asked in January and answered in February, as the link of a mail does it."""
        order = self._order(self.acme)
        with freeze_time("2026-01-10 12:00:00"):
            token = order._rating_get_access_token(self.customer)
        self.assertEqual(self._figures(), {})
        with freeze_time("2026-02-10 12:00:00"):
            order.sudo().rating_apply(4, token=token)
        self.assertEqual(self._figures(), {"2026-02": 4})
        with freeze_time("2026-03-10 12:00:00"):
            order.sudo().rating_apply(2, token=token)
        self.assertEqual(self._figures(), {"2026-03": 2})

    # === THE RUN === #

    def test_ratings_mark_the_partners(self):
        """DESIGN 1: given, changed, deleted, reset; not while only asked for."""
        self.program._run()
        self._marked()
        order = self._order(self.acme)
        self._marked()
        rating = self._rate(0, document=order, rated=self.ben, consumed=False)
        self.assertFalse(self._marked())
        both = (self.acme_in | self.bolt_in).sorted("id")
        for vals, expected in (
            ({"rating": 4, "consumed": True}, both),
            ({"is_internal": True}, both.browse()),
            ({"rating": 3}, both),
            ({"rated_partner_id": False}, both),
            ({"rating": 0, "consumed": False}, self.acme_in),
        ):
            with self.subTest(vals):
                rating.write(vals)
                self.assertEqual(self._marked().sorted("id"), expected)
        rating.unlink()
        self.assertFalse(self._marked())
        self._rate(4, document=order).unlink()
        self.assertEqual(self._marked(), self.acme_in)

    def test_another_referrer_is_found_daily(self):
        """K10: whose an order is may change without a mark: all are measured once a day."""
        order = self._order(self.acme)
        self._rate(4, document=order)
        self.assertEqual(self._figures(), {"2026-02": 4})
        order.pmm_referrer_id = self.bolt
        with freeze_time("2026-04-16"):
            self.program._mark_what_the_day_changes()
            self.assertEqual(self._figures(), {})
            self.assertEqual(self._figures(enrollment=self.bolt_in), {"2026-02": 4})

    def test_ratings_behind_a_result(self):
        """K11: the list has exactly what was counted."""
        counted = self._rate(4, rated=self.ann) | self._rate(2, document=self._order(self.acme))
        self._rate(5, "2026-03-01 00:00:00", rated=self.ann)
        self._rate(5, rated=self.ben)
        self.program._run()
        for kpi in (self.rated, self.happy):
            action = self._measurement(self.acme_in, "2026-02", kpi).action_view_credits()
            self.assertEqual(action["res_model"], "rating.rating")
            found = self.env["rating.rating"].search(action["domain"])
            self.assertEqual(found.sorted("id").ids, counted.sorted("id").ids)

    def test_one_pass_and_as_often_for_many(self):
        """X13: both KPIs are read together; as many queries for 50 partners as for one."""
        self.assertEqual(
            self.rated._source()._pass_key(self.rated), self.happy._source()._pass_key(self.happy)
        )
        partners = self.env["res.partner"].create(
            [{"name": f"Reseller {number}", "is_company": True} for number in range(50)]
        )
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        self.program._run()
        counts = []
        for number in (1, 1, 50):
            for partner in partners[:number]:
                self._rate(number % 5 + 1, rated=partner)
            with self._counted(counts):
                self.env["pmm.kpi.measurement"]._measure(enrollments[:number])
        self.assertEqual(counts[1], counts[2])
        self.assertLess(counts[2], 25)

    def test_retired_with_the_addon(self):
        """X9: uninstalling takes the KPIs out of use; what was published stays."""
        self._rate(4, "2026-01-10 12:00:00", rated=self.ann)
        self._close("2026-01")
        self.rated._retire_source("customer_rating")
        self.assertFalse(self.rated.active or self.rated.program_ids)
        self.assertResult(self.acme_in, "2026-01", 4, kpi=self.rated)
