from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.tests import Form, freeze_time, tagged
from odoo.tools import SQL

from .common import PmmCommon
from .test_migration_ladder import script_of


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestTargetVersions(PmmCommon):
    """K1, K17: threshold and stretch, versions with reasons, many targets in one go, undo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program._ensure_periods()
        cls.april, cls.may = cls._period("2026-04"), cls._period("2026-05")
        cls.Change = cls.env["pmm.target.change"]
        cls.Version = cls.env["pmm.kpi.target.version"]

    def _rows(self, *rows):
        """Return the SELECT of rows (enrolment, period, threshold, value, stretch, by_hand)."""
        return SQL(" UNION ALL ").join(
            SQL(
                "SELECT %s AS enrollment_id, %s AS kpi_id, %s AS period_id,"
                " %s::numeric AS threshold, %s::numeric AS value, %s::numeric AS stretch,"
                " %s AS by_hand",
                enrollment.id,
                self.kpi.id,
                period.id,
                *figures,
            )
            for enrollment, period, *figures in rows
        )

    def _applied(self, *rows, kind="bulk", **options):
        change = self.Change._begin(self.program, kind, "New year")
        return change, change._apply(self._rows(*rows), **options)

    def _found(self, enrollment, period):
        target = self.env["pmm.kpi.target"].search(
            [("enrollment_id", "=", enrollment.id), ("period_id", "=", period.id)]
        )
        return target and (target.threshold, target.value, target.stretch, target.by_hand)

    def _history(self, enrollment, period):
        versions = self.Version.search(
            [("enrollment_id", "=", enrollment.id), ("period_id", "=", period.id)]
        )
        return [(v.number, v.value, v.is_removed, v.reason) for v in versions.sorted("number")]

    # === BY HAND === #

    def test_every_edit_is_a_version(self):
        """K17: made, changed with a reason, removed: all versions stay, numbered."""
        target = self._target(self.acme_in, "2026-04", 100)
        target.write({"value": 120, "change_reason": "New branch"})
        target.write({"value": 120, "change_reason": "Nothing changes"})
        target.unlink()
        self.assertEqual(
            self._history(self.acme_in, self.april),
            [(1, 100, False, False), (2, 120, False, "New branch"), (3, 120, True, False)],
        )
        self._target(self.acme_in, "2026-04", 90)
        self.assertEqual(self._history(self.acme_in, self.april)[-1], (4, 90, False, False))

    def test_form_asks_for_the_reason_of_a_change(self):
        """K17: on screen a new target needs no reason, the change of one does."""
        target = self._target(self.acme_in, "2026-04", 100)
        with Form(target) as form:
            form.value = 110
            with self.assertRaises(AssertionError):
                form.save()
            form.change_reason = "Larger territory"
        self.assertEqual(target.version_ids[0].reason, "Larger territory")
        self.assertFalse(target.change_reason)

    def test_steps_are_in_order(self):
        """K1: threshold ≤ target ≤ stretch, equal allowed, one unit beyond refused; 0 is none."""
        target = self._target(self.acme_in, "2026-04", 100)
        target.write({"threshold": 100, "stretch": 100})
        with self.assertRefused("easier to reach"):
            target.threshold = 100.01
        with self.assertRefused("easier to reach"):
            target.stretch = 99.99
        target.write({"threshold": 0, "stretch": 0})
        self.kpi.direction = "lower"
        target.write({"threshold": 100, "stretch": 100})
        with self.assertRefused("easier to reach"):
            target.threshold = 99.99
        with self.assertRefused("easier to reach"):
            target.stretch = 100.01
        target.write({"threshold": 0, "stretch": 0})

    def test_steps_are_not_negative(self):
        """K1: neither threshold nor stretch may be below 0."""
        target = self._target(self.acme_in, "2026-04", 100)
        with self.assertRefused("value_positive", IntegrityError):
            target.threshold = -0.01
            target.flush_recordset()
        self.kpi.direction = "lower"
        with self.assertRefused("value_positive", IntegrityError):
            target.stretch = -0.01
            target.flush_recordset()

    # === MANY AT ONCE === #

    def test_apply_sets_changes_and_leaves(self):
        """K17: what differs is changed, with one version each; the same again adds nothing."""
        self._target(self.acme_in, "2026-04", 100)
        rows = (
            (self.acme_in, self.april, 80, 100, 120, False),
            (self.bolt_in, self.april, 0, 50, None, False),
        )
        change, count = self._applied(*rows)
        self.assertEqual((count, change.version_count), (2, 2))
        self.assertEqual(self._found(self.acme_in, self.april), (80, 100, 120, False))
        self.assertEqual(self._found(self.bolt_in, self.april), (0, 50, 0, False))
        self.assertEqual(self._applied(*rows)[1], 0)

    def test_apply_marks_for_the_run(self):
        """K17, DESIGN 5: whose target changed is measured by the next run, nobody else."""
        self.program._run()
        self._applied((self.bolt_in, self.april, 0, 50, 0, False))
        self.assertEqual(self.env["pmm.dirty"]._peek("measure"), [self.bolt_in.id])

    def test_targets_set_by_hand_are_kept(self):
        """K17: the override of one partner keeps its mark; only_new leaves all that exist."""
        self._target(self.acme_in, "2026-04", 100)
        self._applied((self.bolt_in, self.april, 0, 50, 0, False))
        rows = (
            (self.acme_in, self.april, 0, 70, 0, False),
            (self.bolt_in, self.april, 0, 70, 0, False),
        )
        self.assertEqual(self._applied(*rows, only_new=True)[1], 0)
        self.assertEqual(self._applied(*rows, keep_by_hand=True)[1], 1)
        self.assertEqual(self._found(self.acme_in, self.april), (0, 100, 0, True))
        self.assertEqual(self._applied(*rows)[1], 1)
        self.assertEqual(self._found(self.acme_in, self.april), (0, 70, 0, False))
        # editing what was set in bulk marks it
        target = self.env["pmm.kpi.target"].search([("enrollment_id", "=", self.bolt_in.id)])
        target.value = 71
        self.assertTrue(target.by_hand)

    def test_undo_gives_back_what_was(self):
        """X4: new ones go, changed ones come back with their mark, changed since stay."""
        self._target(self.acme_in, "2026-04", 100)
        change, _count = self._applied(
            (self.acme_in, self.april, 0, 70, 0, False),
            (self.acme_in, self.may, 0, 71, 0, False),
            (self.bolt_in, self.april, 0, 72, 0, False),
        )
        self._applied((self.bolt_in, self.april, 0, 73, 0, False))
        message = change.action_undo()["params"]["message"]
        self.assertIn("before: 2. Changed since, left as they are: 1", message)
        self.assertEqual(self._found(self.acme_in, self.april), (0, 100, 0, True))
        self.assertFalse(self._found(self.acme_in, self.may))
        self.assertEqual(self._found(self.bolt_in, self.april), (0, 73, 0, False))
        self.assertEqual(change.state, "undone")
        with self.assertRefused("taken back already"):
            change.action_undo()
        # taking back what was taken back
        change.undone_by_id.action_undo()
        self.assertEqual(self._found(self.acme_in, self.may), (0, 71, 0, False))

    def test_apply_removes(self):
        """K17: a value that is missing takes the target away, and undo brings it back."""
        self._target(self.acme_in, "2026-04", 100)
        change, count = self._applied((self.acme_in, self.april, 0, None, 0, False))
        self.assertEqual(count, 1)
        self.assertFalse(self._found(self.acme_in, self.april))
        self.assertEqual(self._history(self.acme_in, self.april)[-1][1:3], (100, True))
        change.action_undo()
        self.assertEqual(self._found(self.acme_in, self.april), (0, 100, 0, True))

    def test_apply_refuses_whole(self):
        """Invariant 9: one wrong row and nothing is written, with a sentence that names it."""
        good = (self.bolt_in, self.april, 0, 50, 0, False)
        other = self.env["pmm.program"].create({"name": "Other", "date_start": "2026-01-01"})
        other._ensure_periods()
        for row, sentence in (
            ((self.acme_in, self.april, 0, -0.01, 0, False), "Acme Trading, Revenue, 2026-04: a"),
            ((self.acme_in, self.april, 50.01, 50, 0, False), "easier to reach"),
            ((self.acme_in, self.april, 0, 50, 49.99, False), "easier to reach"),
            ((self.acme_in, other.period_ids[0], 0, 50, 0, False), "one programme"),
        ):
            with self.subTest(sentence), self.assertRefused(sentence):
                self._applied(good, row)
        self.assertFalse(self._found(self.bolt_in, self.april))

    def test_periods_that_are_over(self):
        """Invariant 3: targets of closed periods stay; in grace only administrators change one."""
        self._close("2026-01", "2026-02")
        february, march = self._period("2026-02"), self._period("2026-03")
        with self.assertRefused("2026-02 is closed"):
            self._applied((self.acme_in, february, 0, 50, 0, False))
        march.sudo().state = "grace"
        manager = self._user("mm", "pmm_partner_kpi.group_pmm_manager")
        change = self.Change._begin(self.program, "bulk").with_user(manager)
        with self.assertRefused("grace days"):
            change._apply(self._rows((self.acme_in, march, 0, 50, 0, False)))
        self.assertEqual(self._applied((self.acme_in, march, 0, 50, 0, False))[1], 1)

    def test_as_many_statements_for_many(self):
        """X13: 1 target or 200, the same number of statements."""
        partners = self.env["res.partner"].create([{"name": f"R {n}"} for n in range(200)])
        enrollments = self.env["pmm.enrollment"].create(
            [
                {"program_id": self.program.id, "partner_id": p.id, "date_start": "2026-01-01"}
                for p in partners
            ]
        )
        counts = []
        for number, members in enumerate((enrollments[:1], enrollments[:1], enrollments)):
            rows = self._rows(*((e, self.april, 0, 50 + number, 0, False) for e in members))
            change = self.Change._begin(self.program, "bulk")
            self.env.invalidate_all()
            with self._counted(counts):
                self.assertEqual(change._apply(rows), len(members))
        self.assertEqual(counts[1], counts[2])

    # === RIGHTS AND UPGRADE === #

    def test_users_cannot_undo(self):
        """X10: whoever may not edit targets cannot take a change back."""
        change, _count = self._applied((self.acme_in, self.april, 0, 70, 0, False))
        user = self._user("uu", "pmm_partner_kpi.group_pmm_user")
        with self.assertRaises(AccessError):
            change.with_user(user).action_undo()

    def test_upgrade_gives_first_versions(self):
        """X12: targets from before get version 1 and no steps; a second time adds nothing."""
        target = self._target(self.acme_in, "2026-04", 100)
        self.env.cr.execute(SQL("DELETE FROM pmm_kpi_target_version"))
        self.env.cr.execute(
            SQL("UPDATE pmm_kpi_target SET change_id = NULL, threshold = NULL, stretch = NULL")
        )
        script = script_of("19.0.1.3.0", "post-targets")
        for _time in range(2):
            script.migrate(self.env.cr, "19.0.1.2.0")
            self.env.invalidate_all()
            self.assertEqual(self._history(self.acme_in, self.april), [(1, 100, False, False)])
        self.env.cr.execute(SQL("SELECT threshold, stretch FROM pmm_kpi_target"))
        self.assertEqual(self.env.cr.fetchall(), [(0, 0)])
        self.assertTrue(target.by_hand)
