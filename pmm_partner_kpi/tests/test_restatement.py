from psycopg2 import errors

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common import PmmCommon


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestRestatement(PmmCommon):
    """K11: what a closed period published stays; what becomes known later is noted beside it."""

    # === HELPERS === #

    def _changes(self, enrollment=None, period=None, kpi=None):
        """Return [(period, before, now, difference, cause)] of an enrolment, the oldest first."""
        domain = [("enrollment_id", "=", (enrollment or self.acme_in).id)]
        domain += [("period_id.name", "=", period)] if period else []
        domain += [("kpi_id", "=", (kpi or self.kpi).id)]
        changes = self.env["pmm.kpi.restatement"].search(domain, order="id")
        return [
            (
                change.period_id.name,
                change.value_before if change.has_before else None,
                change.value_now if change.has_now else None,
                change.difference,
                change.cause,
            )
            for change in changes
        ]

    def _result(self, period="2026-03", enrollment=None, kpi=None):
        """Return (published, now) of a result."""
        result = self._measurement(enrollment or self.acme_in, period, kpi)
        return result.actual, result.restated_actual

    # === LATE DOCUMENTS === #

    def test_worked_example_of_the_guide(self):
        """K11: USAGE.md, “What comes late”: 1,000 published, credit notes, and the way back."""
        kpi = self._kpi("Net of origin", returns_in="origin")
        invoice = self._invoice(self.acme, "2026-03-10", 1000)
        self._close("2026-01", "2026-02", "2026-03")
        self.assertEqual(self._result(kpi=kpi), (1000, 1000))
        refund = self._refund(invoice, "2026-04-02", 100)
        self.program._run()
        late = self._invoice(self.acme, "2026-03-31", 50)
        self.program._run()
        self.assertEqual(self._result(kpi=kpi), (1000, 950))
        refund.button_draft()
        late.button_draft()
        self.program._run()
        self.assertEqual(self._result(kpi=kpi), (1000, 1000))
        self.assertEqual(
            self._changes(kpi=kpi),
            [
                ("2026-03", 1000, 900, -100, "document"),
                ("2026-03", 900, 950, 50, "document"),
                ("2026-03", 950, 1000, 50, "document"),
            ],
        )
        # where returns count in the period of the credit note, only the late invoice is late
        self.assertEqual(
            self._changes(),
            [("2026-03", 1000, 1050, 50, "document"), ("2026-03", 1050, 1000, -50, "document")],
        )
        self.assertEqual(self._measurement(self.acme_in, "2026-04").actual, 0)

    def test_last_day_before_the_close_and_first_document_after_it(self):
        """K11: what is there when the period closes is published; the next one is late."""
        self._invoice(self.acme, "2026-03-31", 7)
        self._close("2026-01", "2026-02", "2026-03")
        self._invoice(self.acme, "2026-03-31", 5)
        self._invoice(self.acme, "2026-04-01", 3)
        figures = self.program._run()
        self.assertEqual((figures["measurements"], figures["restatements"]), (1, 1))
        self.assertEqual(self._result(), (7, 12))
        self.assertEqual(self._result("2026-04"), (3, 3))
        self.assertEqual(self._changes(), [("2026-03", 7, 12, 5, "document")])

    def test_in_grace_the_figure_itself_moves(self):
        """K11: until the close a late document changes the result, and nothing is noted."""
        self.program.grace_days = 30
        self._invoice(self.acme, "2026-03-31", 7)
        self.program._run()
        self.program._start_grace()
        self._invoice(self.acme, "2026-03-31", 5)
        self.program._run()
        self.assertEqual(self._result(), (12, 12))
        self.assertFalse(self._changes())

    def test_run_twice_adds_nothing(self):
        """DESIGN 3.2: the second run finds what the first one noted."""
        self._close("2026-01", "2026-02", "2026-03")
        self._invoice(self.acme, "2026-02-10", 5)
        self.program._run()
        before = self.env["pmm.kpi.restatement"].search([])
        self.assertFalse(any(self.program._run().values()))
        self.acme_in._mark_to_measure()
        self._call_on_own_cursor("pmm.program", "_cron_run")
        self.assertEqual(self.env["pmm.kpi.restatement"].search([]), before)

    def test_published_figure_target_and_state_stay(self):
        """DESIGN 3.3: neither figure nor attainment nor status of a closed period moves."""
        self._target(self.acme_in, "2026-03", 100)
        self._invoice(self.acme, "2026-03-10", 99)
        self._close("2026-01", "2026-02", "2026-03")
        result = self._measurement(self.acme_in, "2026-03")
        stamp = result.measured_at
        self._invoice(self.acme, "2026-03-11", 1)
        self.program._run()
        self.assertResult(self.acme_in, "2026-03", 99, 0.99, "missed")
        self.assertEqual(result.measured_at, stamp)
        self.assertEqual(result.restated_actual, 100)

    def test_only_partners_and_kpis_with_a_published_result(self):
        """K11: what was not published cannot change: new partners, new KPIs."""
        self._close("2026-01", "2026-02", "2026-03")
        kpi = self._kpi("Later")
        carol = self.env["res.partner"].create({"name": "Carol Inc", "is_company": True})
        carol_in = self._enroll(carol, "2026-03-01")
        self._invoice(carol, "2026-03-10", 5)
        self._invoice(self.acme, "2026-03-10", 5)
        self.program._run()
        self.assertFalse(self._changes(carol_in))
        self.assertFalse(self._changes(kpi=kpi))
        self.assertTrue(self._changes())

    def test_figure_for_no_data_and_back(self):
        """DESIGN 3.7: no data that becomes a figure is a change, and so is the way back."""
        growth = self._kpi("Growth", compare="percent")
        self._invoice(self.acme, "2026-03-10", 150)
        self._close("2026-01", "2026-02", "2026-03")
        result = self._measurement(self.acme_in, "2026-03", growth)
        self.assertFalse(result.has_actual)
        base = self._invoice(self.acme, "2025-03-10", 100)
        self.program._run()
        self.assertEqual((result.has_restated_actual, result.restated_actual), (True, 50))
        self.assertTrue(result.is_restated)
        base.button_draft()
        self.program._run()
        self.assertFalse(result.has_restated_actual)
        self.assertFalse(result.is_restated)
        self.assertEqual(
            self._changes(kpi=growth),
            [("2026-03", None, 50, 50, "document"), ("2026-03", 50, None, -50, "document")],
        )

    # === HOW FAR BACK === #

    def test_months_looked_back(self):
        """K11: with one month March is looked at in April, February is not; 0 looks at none."""
        self._close("2026-01", "2026-02", "2026-03")
        for months, expected in ((0, []), (1, ["2026-03"]), (2, ["2026-02", "2026-03"])):
            with self.subTest(months), self.env.cr.savepoint() as savepoint:
                self.program.restate_months = months
                for day in ("2026-01-31", "2026-02-28", "2026-03-01"):
                    self._invoice(self.acme, day, 5)
                self.program._run()
                self.assertEqual(sorted(change[0] for change in self._changes()), expected)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_month_that_ended_on_the_bound_is_left_alone(self):
        """K11: on 1 April one month back is all of March, on 30 April still; on 1 May not."""
        self._close("2026-01", "2026-02", "2026-03")
        self.program.restate_months = 1
        for day, count in (("2026-04-30", 1), ("2026-05-01", 0)):
            with (
                self.subTest(day),
                freeze_time(day),
                self.env.cr.savepoint() as savepoint,
            ):
                self._invoice(self.acme, "2026-03-31", 5)
                self.program._run()
                self.assertEqual(len(self._changes()), count)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_months_have_bounds(self):
        """DESIGN 3.9: -1 and 121 are refused, 0 and 120 are not."""
        for months in (0, 120):
            self.program.restate_months = months
            self.env.flush_all()
        for months in (-1, 121):
            with (
                self.subTest(months),
                mute_logger("odoo.sql_db"),
                self.assertRaises(errors.CheckViolation),
                self.env.cr.savepoint(),
            ):
                self.program.restate_months = months
                self.env.flush_all()

    # === CAUSES === #

    def test_corrected_rate(self):
        """K11: a rate that is corrected moves closed figures, and says so."""
        euro = self._foreign_currency("EUR", ("2020-01-01", 2))
        program = self.env["pmm.program"].create(
            {
                "name": "Euro",
                "company_id": self.company.id,
                "currency_id": euro.id,
                "date_start": "2026-01-01",
                "tz": "UTC",
                "kpi_ids": [Command.set(self.kpi.ids)],
            }
        )
        enrollment = self._enroll(self.acme, program=program)
        self._invoice(self.acme, "2026-03-10", 100)
        self._close("2026-01", "2026-02", "2026-03", program=program)
        self.assertEqual(self._result(enrollment=enrollment), (200, 200))
        euro.rate_ids.filtered(lambda rate: str(rate.name) == "2020-01-01").rate = 3
        program._run()
        self.assertEqual(self._changes(enrollment), [("2026-03", 200, 300, 100, "rate")])

    def test_other_data(self):
        """K11: what neither a document nor a rate explains is called other data."""
        kpi = self._kpi("Hardware", category_ids=[Command.set(self.hardware.ids)])
        self._invoice(self.acme, "2026-03-10", 100)
        self._close("2026-01", "2026-02", "2026-03")
        # the category goes to another branch of the tree
        self.env["pmm.credit"].invalidate_model()
        self.pumps.parent_id = self.services
        self.program._run()
        self.assertEqual(self._changes(kpi=kpi), [("2026-03", 100, 0, -100, "other")])

    def test_document_that_a_figure_does_not_count(self):
        """K11: the cause is a document of the KPI's stage and role, from its first day on."""
        kpi = self._kpi("Hardware", category_ids=[Command.set(self.hardware.ids)])
        self._invoice(self.acme, "2026-03-10", 100)
        self._close("2026-01", "2026-02", "2026-03")
        for name, document in {
            "the day before": lambda: self._invoice(self.acme, "2026-02-28", 5),
            "another role": lambda: self._invoice(
                self.bolt, "2026-03-10", 5, pmm_referrer_id=self.acme.id
            ),
            "the first day": lambda: self._invoice(self.acme, "2026-03-01", 5),
        }.items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                document()
                self.env["pmm.credit"].invalidate_model()
                self.pumps.parent_id = self.services
                self.program._run()
                causes = [change[4] for change in self._changes(period="2026-03", kpi=kpi)]
                self.assertEqual(causes, ["document" if name == "the first day" else "other"])
                savepoint.rollback()
                self.env.invalidate_all()

    def test_document_of_the_months_looked_back_on(self):
        """K11: rolling months reach back: their first day is theirs, the day before is not."""
        hardware = [Command.set(self.hardware.ids)]
        kpi = self._kpi("Two", window="rolling", window_months=2, category_ids=hardware)
        self._invoice(self.acme, "2026-03-10", 100)
        self._close("2026-01", "2026-02", "2026-03")
        for day, cause in (("2026-01-31", "other"), ("2026-02-01", "document")):
            with self.subTest(day), self.env.cr.savepoint() as savepoint:
                self._invoice(self.acme, day, 5)
                self.pumps.parent_id = self.services
                self.program._run()
                self.assertEqual(self._changes(period="2026-03", kpi=kpi)[0][4], cause)
                savepoint.rollback()
                self.env.invalidate_all()

    def test_document_of_a_group_or_of_somebody_below(self):
        """K11: the cause is looked for where the KPI looks: the whole group, the whole tree."""
        for scope in ("group", "tree"):
            self._kpi(scope, scope=scope)
        self._group((self.acme, "2026-01-01", False), (self.bolt, "2026-01-01", False))
        self._below(self.bolt_in, self.acme_in)
        self._close("2026-01", "2026-02", "2026-03")
        self._invoice(self.bolt, "2026-03-10", 5)
        self.program._run()
        kpis = self.program.kpi_ids - self.kpi
        for kpi in kpis:
            self.assertEqual(self._changes(kpi=kpi), [("2026-03", 0, 5, 5, "document")], kpi.name)
        self.assertFalse(self._changes())

    # === DRILL-DOWN === #

    def test_drill_down_shows_what_is_behind_each_change(self):
        """K8: the credits of a change are those that came since the one before, and add up."""
        invoice = self._invoice(self.acme, "2026-03-10", 1000)
        self._close("2026-01", "2026-02", "2026-03")
        for amount in (30, 4):
            self._invoice(self.acme, "2026-03-11", amount)
            self.program._run()
        invoice.button_draft()
        self.program._run()
        self._invoice(self.acme, "2026-03-12", 5)
        self.program._run()
        changes = self.env["pmm.kpi.restatement"].search([], order="id")
        self.assertEqual(changes.mapped("difference"), [30, 4, -1000, 5])
        for change in changes:
            action = change.action_view_credits()
            credits = self.env["pmm.credit"].search(action["domain"])
            self.assertEqual(sum(credits.mapped("amount")), change.difference)

    def test_counters_and_lists(self):
        """K11: programme, period and result lead to their late changes; the filter finds them."""
        self._close("2026-01", "2026-02", "2026-03")
        for day in ("2026-02-10", "2026-03-10", "2026-03-11"):
            self._invoice(self.acme, day, 5)
            self.program._run()
        march = self._period("2026-03")
        self.assertEqual((self.program.restatement_count, march.restatement_count), (3, 2))
        Change = self.env["pmm.kpi.restatement"]
        result = self._measurement(self.acme_in, "2026-03")
        for record, count in ((self.program, 3), (march, 2), (result, 2)):
            domain = record.action_view_restatements()["domain"]
            self.assertEqual(Change.search_count(domain), count)
        Result = self.env["pmm.kpi.measurement"]
        found = Result.search([("is_restated", "=", True)])
        self.assertEqual(set(found.mapped("period_id.name")), {"2026-02", "2026-03"})
        self.assertFalse(Result.search([("is_restated", "=", False)]) & found)
        self.assertTrue(changes := result.restatement_ids)
        self.assertIn("Acme Trading", changes[0].display_name)

    # === A LEDGER === #

    def test_late_changes_are_append_only(self):
        """DESIGN 3.3: neither the ORM nor SQL changes or deletes one, nor adds a revision twice."""
        self._close("2026-01", "2026-02", "2026-03")
        self._invoice(self.acme, "2026-03-10", 5)
        self.program._run()
        change = self.env["pmm.kpi.restatement"].search([])
        with self.assertRefused("never changed or deleted"):
            change.sudo().write({"difference": 1})
        with self.assertRefused("never changed or deleted"):
            change.sudo().unlink()
        for refusal, way_around in (
            (
                errors.RestrictViolation,
                lambda: self.env.cr.execute("DELETE FROM pmm_kpi_restatement"),
            ),
            (errors.UniqueViolation, change.sudo().copy),
        ):
            with (
                mute_logger("odoo.sql_db"),
                self.assertRaises(refusal),
                self.env.cr.savepoint(),
            ):
                way_around()
        with self.assertRaises(UserError):
            self.acme_in.unlink()

    def test_merge_restates_nothing_and_later_changes_follow(self):
        """P12: two partners become one; closed figures stay, a late change finds its enrolment."""
        invoice = self._invoice(self.acme, "2026-03-10", 100)
        self._invoice(self.bolt, "2026-03-10", 10)
        self._close("2026-01", "2026-02", "2026-03")
        late = self._invoice(self.acme, "2026-03-11", 5)
        self.program._run()
        self._merge(self.acme, into=self.bolt)
        self.program._run()
        change = self.env["pmm.kpi.restatement"].search([])
        self.assertEqual(len(change), 1, "the merge itself changes no figure")
        self.assertEqual(change.partner_id, self.bolt)
        late.button_draft()
        invoice.button_draft()
        self.program._run()
        self.assertEqual(
            self._changes(self.acme_in),
            [("2026-03", 100, 105, 5, "document"), ("2026-03", 105, 0, -105, "document")],
        )
        self.assertFalse(self._changes(self.bolt_in))

    def test_nothing_counts_twice(self):
        """DESIGN 3.1: a tier looks at the documents of its window, not at published figures."""
        self._close("2026-01", "2026-02", "2026-03")
        rung = self.env["pmm.program.tier"].create(
            {"program_id": self.program.id, "grade_id": self.gold.id}
        )
        requirement = self.env["pmm.tier.requirement"].create(
            {"program_tier_id": rung.id, "kpi_id": self.kpi.id, "threshold": 10}
        )
        self._invoice(self.acme, "2026-03-10", 5)
        for _again in range(2):
            self.program._run()
            standing = self.env["pmm.tier.standing"].search(
                [("enrollment_id", "=", self.acme_in.id), ("requirement_id", "=", requirement.id)]
            )
            self.assertEqual(standing.value, 5)

    # === WHAT IS MEASURED STAYS === #

    def test_definition_is_fixed_by_its_first_closed_period(self):
        """K11: what decides on values may change until a period is closed, and not after."""
        changes = {
            "role": "referrer",
            "returns_in": "origin",
            "direction": "lower",
            "scope": "group",
            "compare": "value",
            "category_ids": [Command.set(self.hardware.ids)],
            "credit_domain": "[('country_id.code', '=', 'DE')]",
        }
        before = {name: self.kpi[name] for name in changes}
        self.program._run()
        self.assertFalse(self.kpi.is_published)
        for name, value in changes.items():
            self.kpi[name] = value
            self.kpi[name] = before[name]
        self._close("2026-01")
        self.kpi.invalidate_recordset()
        self.assertTrue(self.kpi.is_published)
        for name, value in changes.items():
            with self.subTest(name), self.assertRefused("Duplicate “Revenue”"):
                self.kpi.write({name: value})
            self.kpi.write({name: before[name] if name != "category_ids" else [Command.clear()]})
        self.kpi.write({"name": "Sales", "sequence": 3, "active": True})

    def test_points_are_fixed_as_well(self):
        """K11, K21: what gives how many points stays; the order of the lines may change."""
        points = self._kpi(
            "Activity",
            source="points",
            points_line_ids=[Command.create({"counted_kpi_id": self.kpi.id, "points": 2})],
        )
        other = self._kpi("Units", source="quantity")
        line = points.points_line_ids
        line.points = 3
        self._close("2026-01")
        Line = self.env["pmm.kpi.points.line"]
        changes = [
            lambda: line.write({"points": 4}),
            lambda: line.write({"max_units": 4}),
            lambda: line.write({"counted_kpi_id": other.id}),
            lambda: Line.create({"kpi_id": points.id, "counted_kpi_id": other.id}),
            lambda: points.write({"points_line_ids": [Command.update(line.id, {"points": 5})]}),
            line.unlink,
        ]
        for change in changes:
            with self.assertRefused("Duplicate “Activity”"), self.env.cr.savepoint():
                change()
        self.env.invalidate_all()
        line.write({"sequence": 3, "points": 3, "counted_kpi_id": self.kpi.id})
        copy = points.copy()
        copy.points_line_ids.points = 4

    def test_copy_takes_its_place(self):
        """K11: the remedy of the sentence works: the copy measures from now on, both are kept."""
        self._invoice(self.acme, "2026-01-10", 5)
        self._invoice(self.bolt, "2026-04-10", 5, pmm_referrer_id=self.acme.id)
        self._close("2026-01")
        copy = self.kpi.copy({"name": "Referred"})
        copy.role = "referrer"
        self.program.kpi_ids = copy
        self.program._run()
        self.assertEqual(self._result("2026-01"), (5, 5))
        self.assertFalse(self._measurement(self.acme_in, "2026-04"))
        self.assertEqual(self._result("2026-04", kpi=copy), (5, 5))
        self.assertFalse(self.env["pmm.kpi.restatement"].search([]))

    def test_measured_kpi_is_not_deleted(self):
        """K11: a KPI with results is archived, not deleted; the copy without any goes."""
        self._close("2026-01")
        with self.assertRefused("archive it"):
            self.kpi.unlink()
        self.kpi.copy({"program_ids": False}).unlink()

    def test_frame_is_fixed_as_well(self):
        """DESIGN 3.3: a period closes once, and the programme's frame stays."""
        self._close("2026-01")
        with self.assertRefused("closed already"):
            self._period("2026-01").action_close()
        with self.assertRefused("figures that stay", ValidationError):
            self.program.date_start = "2025-12-01"
