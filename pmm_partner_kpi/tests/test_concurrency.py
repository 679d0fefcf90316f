from psycopg2 import errors

from odoo import SUPERUSER_ID, api
from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

QUEUE = "test_concurrency"


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """DESIGN 3.2: two runs at once, on real connections of their own.

    Only a programme without enrolments and marks of a queue of the test are committed; both are
    removed at the end. Credits are never committed: nobody could remove them.
    """

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        # cleanups go backwards: the cursors are closed, and their locks gone, before this one
        self.addCleanup(self._committed, self._remove)
        self.first, self.second = self._cursor(), self._cursor()

    @staticmethod
    def _remove(env):
        # a failed test must not wait for its own locks
        env.cr.execute("SET LOCAL lock_timeout = '5s'")
        env["pmm.program"].search([("name", "=", QUEUE)]).unlink()
        env["pmm.dirty"]._take(QUEUE, [7, 8])

    def _cursor(self):
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return cr

    @staticmethod
    def _env(cr):
        context = {"tracking_disable": True, "mail_create_nolog": True}
        return api.Environment(cr, SUPERUSER_ID, context)

    def _committed(self, action):
        """Call ``action(env)`` in a transaction of its own and return what it returned."""
        with self.registry.cursor() as cr:
            return action(self._env(cr))

    def test_second_run_is_told_to_wait(self):
        """DESIGN 3.2: while one transaction calculates a programme, another is refused."""
        program_id = self._committed(
            lambda env: env["pmm.program"].create({"name": QUEUE, "tz": "UTC"}).id
        )
        first = self._env(self.first)["pmm.program"].browse(program_id)
        second = self._env(self.second)["pmm.program"].browse(program_id)
        first._lock_for_run()
        with self.assertRaisesRegex(UserError, "is being calculated right now"):
            second._run()
        self.second.rollback()
        with self.assertRaisesRegex(UserError, "is being calculated right now"):
            second.action_run()
        self.second.rollback()
        self.first.rollback()
        self.assertFalse(any(second._run().values()))
        self.second.rollback()

    def test_one_partner_waits_for_a_run_as_well(self):
        """K10: while a run is on, “Measure now” says so; when it is over it works, once."""
        program_id = self._committed(
            lambda env: env["pmm.program"].create({"name": QUEUE, "tz": "UTC"}).id
        )
        self._env(self.first)["pmm.program"].browse(program_id)._lock_for_run()
        env = self._env(self.second)
        vals = {
            "program_id": program_id,
            "partner_id": env.ref("base.main_partner").id,
            "date_start": "2026-01-01",
        }
        enrollment = env["pmm.enrollment"].create(vals)
        with self.assertRaisesRegex(UserError, "is being calculated right now"):
            enrollment.action_measure_now()
        self.second.rollback()
        self.first.rollback()
        enrollment = env["pmm.enrollment"].create(vals)
        enrollment.action_measure_now()
        self.assertEqual(
            enrollment.action_measure_now()["params"]["message"], "Nothing has changed."
        )
        # and the other way round: the schedule leaves the programme for the next time
        program = self._env(self.first)["pmm.program"].browse(program_id)
        self.assertFalse(program._try_lock_for_run())
        self.first.rollback()
        self.second.rollback()

    def test_killed_between_two_batches(self):
        """K10: what a batch committed stays taken, what it had begun is there for the next."""
        self._committed(lambda env: env["pmm.dirty"]._mark(QUEUE, [7, 8]))
        for cr, id_ in ((self.first, 7), (self.second, 8)):
            dirty = self._env(cr)["pmm.dirty"]
            self.assertEqual(dirty._peek(QUEUE, 1), [id_])
            dirty._take(QUEUE, [id_])
            # a batch that ends; and the connection of a killed process
            end = cr.commit if id_ == 7 else cr.rollback
            end()
        self.assertEqual(self._env(self.first)["pmm.dirty"]._peek(QUEUE), [8])
        self.first.rollback()

    def test_readers_do_not_wait_for_a_run(self):
        """DESIGN 3.2: an enrolment or invoice that refers to the programme can be written."""
        program_id = self._committed(
            lambda env: env["pmm.program"].create({"name": QUEUE, "tz": "UTC"}).id
        )
        self._env(self.first)["pmm.program"].browse(program_id)._lock_for_run()
        env = self._env(self.second)
        self.second.execute("SET LOCAL lock_timeout = '500ms'")
        env["pmm.enrollment"].create(
            {
                "program_id": program_id,
                "partner_id": env.ref("base.main_partner").id,
                "date_start": "2026-01-01",
            }
        )
        env.flush_all()
        self.second.rollback()

    def test_second_transaction_cannot_append_the_same_revision(self):
        """DESIGN 3.2: the unique index makes it wait for the first, and fail if that commits."""
        self._append(self.first, 1)
        self.second.execute("SET LOCAL lock_timeout = '300ms'")
        self._append(self.second, 2)
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.LockNotAvailable):
            self._append(self.second, 1)
        self.second.rollback()
        self.first.rollback()
        self._append(self.second, 1)
        with mute_logger("odoo.sql_db"), self.assertRaises(errors.UniqueViolation):
            self._append(self.second, 1)
        self.second.rollback()

    def _append(self, cr, revision):
        partner = self._env(cr).ref("base.main_partner")
        company = self._env(cr).ref("base.main_company")
        cr.execute(
            """
            INSERT INTO pmm_credit
                (line_model, line_id, document_model, document_id, partner_id, role, stage,
                 company_id, currency_id, date, origin_date, quantity, amount, reason,
                 revision, recorded_at, former_ref, origin_former_ref,
                 share, has_cost, is_return, cost)
            VALUES ('account.move.line', -1, 'account.move', -1, %s, 'buyer', 'invoiced',
                %s, %s, '2026-01-01', '2026-01-01', 1, 1, 'new', %s, NOW(), 0, 0,
                100, FALSE, FALSE, 0)
            """,
            [partner.id, company.id, company.currency_id.id, revision],
        )

    def test_mark_of_another_transaction_survives_the_run(self):
        """X13: a document that changes while it is being credited is credited once more."""
        self._committed(lambda env: env["pmm.dirty"]._mark(QUEUE, [7]))
        run = self._env(self.first)["pmm.dirty"]
        self.assertEqual(run._peek(QUEUE), [7])
        self._committed(lambda env: env["pmm.dirty"]._mark(QUEUE, [7]))
        run._take(QUEUE, [7])
        self.first.commit()
        self.assertEqual(self._env(self.second)["pmm.dirty"]._peek(QUEUE), [7])
        self.second.rollback()
