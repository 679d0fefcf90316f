import inspect

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.service.model import get_public_method
from odoo.tests import Form, freeze_time, tagged

from .access_common import AccessCommon
from .access_rights import RIGHTS


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccessMethods(AccessCommon):
    """DESIGN 3.6, 6, X14: who may do what, and who can go on working."""

    # === METHODS === #

    def test_run_needs_the_manager(self):
        """DESIGN 3.6: neither user nor outsider starts a run by RPC."""
        for user in (self.nobody, self.portal, self.user, self.accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                self.program.with_user(user).action_run()
        for user in (self.manager, self.admin):
            with self.subTest(user.login):
                self._invoice(self.acme, "2026-02-12", 1)
                message = self.program.with_user(user).action_run()["params"]["message"]
                self.assertNotIn("New sales credits: 0", message)

    def test_close_needs_the_manager(self):
        """DESIGN 3.6: neither user nor outsider closes a period by RPC."""
        january = self._period("2026-01")
        for user in (self.nobody, self.portal, self.user, self.accountant):
            with self.subTest(user.login), self.assertRaises(AccessError):
                january.with_user(user).action_close()
        january.with_user(self.manager).action_close()
        self.assertEqual(january.closed_by_id, self.manager)

    def test_proposals_are_the_managers(self):
        """T3: neither user nor outsider gives a tier by RPC."""
        proposal = self.acme_in.proposal_ids
        for user in (self.nobody, self.portal, self.user, self.accountant):
            for name in ("action_approve", "action_reject"):
                with self.subTest(f"{user.login} {name}"), self.assertRaises(AccessError):
                    getattr(proposal.with_user(user), name)()
        proposal.with_user(self.manager).action_reject()
        self.assertEqual(proposal.decided_by_id, self.manager)
        with self.assertRaises(UserError):
            proposal.with_user(self.manager).write({"state": "approved"})

    def test_public_methods_are_refused_to_those_outside(self):
        """DESIGN 6: every public method is an RPC endpoint; each refuses who has no rights."""
        records = {model: self.env[model].sudo().search([], limit=1) for model in RIGHTS}
        records["res.partner"] = self.acme
        # whose rule lets a portal user see it, by whatever way
        own = set(self.env["pmm.enrollment"].with_user(self.portal).search([]))
        self.assertEqual(own, set(self.acme_in))
        for model, record in records.items():
            for name in self._own_public_methods(model):
                for user in (self.portal, self.nobody):
                    with self.subTest(f"{user.login} {model}.{name}"):
                        if model == "res.partner" and user == self.nobody:
                            continue  # an employee may read partners: an action, no data
                        self.assertFalse(self._shown(record.with_user(user), name) - own)

    def _shown(self, record, name):
        """Return the set of records to which this button takes; nothing where it refuses."""
        try:
            action = getattr(record, name)()
            # an action alone shows nothing: its records are searched as the one who pressed
            Model = self.env[action["res_model"]].with_user(record.env.user)
            return set(Model.search(action.get("domain") or []))
        except AccessError:
            return set()

    def _own_public_methods(self, model):
        """Return the names of public methods that pmm_partner_kpi adds to ``model``."""
        names = []
        # what every model has, such as the help of an empty list, is no endpoint of ours
        everywhere = type(self.env["base"])
        for name, method in inspect.getmembers(type(self.env[model]), inspect.isfunction):
            own = method.__module__.startswith("odoo.addons.pmm_partner_kpi.")
            if own and not name.startswith("_") and not hasattr(everywhere, name):
                names.append(name)
        return names

    def test_what_runs_is_private(self):
        """DESIGN 6: stages of the run and marks cannot be called by RPC at all."""
        for model, names in {
            "pmm.program": ["_run", "_ensure_periods", "_rebuild_periods", "_cron_run"],
            "pmm.credit": ["_fill_dirty", "_fill_range", "_append", "_cron_sweep"],
            "pmm.kpi.measurement": ["_measure"],
            "pmm.dirty": ["_mark", "_take", "_peek"],
            "pmm.enrollment": [
                "_mark_dirty",
                "_mark_to_measure",
                "_tiers_changed",
                "_warn_of_downgrade",
                "_propose_grade",
            ],
            "pmm.benefit.grant": ["_sync", "_end_all", "_cron_sync"],
        }.items():
            for name in names:
                with self.subTest(f"{model}.{name}"), self.assertRaises(AccessError):
                    get_public_method(self.env[model], name)
        expected = {
            "pmm.program": {
                "action_run",
                "action_view_enrollments",
                "action_view_measurements",
                "action_view_standings",
                "action_view_proposals",
                "action_simulate_tiers",
                "action_go_live",
                "action_view_applications",
                "action_view_scores",
                "action_view_restatements",
            },
            "pmm.period": {"action_close", "action_view_restatements"},
            "pmm.enrollment": {
                "action_view_credits",
                "action_view_measurements",
                "action_view_downline",
                "action_measure_now",
                "action_suspend",
                "action_resume",
                "action_end",
            },
            "pmm.enrollment.suspension": set(),
            "pmm.application": {"action_accept", "action_reject", "action_open_enrollment"},
            "pmm.agreement": {"action_publish", "action_view_missing"},
            "pmm.agreement.acceptance": set(),
            "pmm.enrollment.parent": set(),
            "pmm.enrollment.former": set(),
            "pmm.partner.group": set(),
            "pmm.partner.group.member": set(),
            "pmm.enrollment.tier": set(),
            "pmm.partner.role": set(),
            "pmm.kpi.target": set(),
            "pmm.kpi.target.version": set(),
            "pmm.target.change": {"action_undo", "action_view_versions"},
            "pmm.kpi.measurement": {
                "action_view_credits",
                "action_view_openings",
                "action_view_restatements",
            },
            "pmm.kpi.restatement": {"action_view_credits"},
            "pmm.credit": {"action_open_document"},
            "pmm.coverage": {"action_view_credits"},
            "pmm.kpi.definition": {
                "action_try_custom",
                "action_view_measurements",
                "action_view_targets",
            },
            "pmm.portal.visit": set(),
            "pmm.benefit.grant": set(),
            "pmm.segment": {"action_refresh"},
            "pmm.segment.member": set(),
            "pmm.opening.balance": set(),
            "pmm.opening.batch": {
                "action_check",
                "action_import",
                "action_template",
                "action_undo",
                "action_view_balances",
            },
            "pmm.territory": set(),
            "pmm.attribution": set(),
            "pmm.dirty": set(),
            "pmm.program.tier": set(),
            "pmm.tier.requirement": set(),
            "pmm.tier.benefit": set(),
            "pmm.tier.check": set(),
            "pmm.tier.standing": set(),
            "pmm.tier.proposal": {"action_approve", "action_reject"},
            "pmm.kpi.points.line": set(),
            "pmm.scorecard": {"action_view_scores"},
            "pmm.scorecard.line": set(),
            "pmm.score": {"action_view_results"},
            "pmm.leaderboard": {"action_view_ranking"},
            "pmm.leaderboard.rank": set(),
            "pmm.contest": {
                "action_cancel",
                "action_refresh",
                "action_start",
                "action_view_results",
            },
            "pmm.contest.result": set(),
            "pmm.badge": {"action_view_grants"},
            "pmm.badge.grant": set(),
            "pmm.program.template": {"action_use"},
            "pmm.program.template.kpi": set(),
            "pmm.program.template.tier": set(),
        }
        found = {model: set(self._own_public_methods(model)) for model in RIGHTS}
        self.assertEqual(found, expected, "a new public method needs a test of its rights")

    # === WHO HAS NOTHING TO DO WITH IT === #

    def test_employee_opens_and_saves_a_partner(self):
        """X14: the addon does not get in the way of those who do not use it."""
        clerk = self._user("clerk", "base.group_user", "base.group_partner_manager")
        with Form(self.acme.with_user(clerk)) as form:
            form.phone = "+1 555 0100"
        with Form(self.env["res.partner"].with_user(clerk)) as form:
            form.name = "New"

    def test_forms_open_for_those_who_may_read(self):
        """DESIGN 6: no page of programme or enrolment asks for more than their rights."""
        for user in (self.user, self.manager, self.accountant):
            for record in (self.program, self.acme_in):
                with self.subTest(f"{user.login} {record._name}"):
                    mine = record.with_user(user)
                    form = html.fromstring(mine.get_view(view_type="form")["arch"])
                    names = form.xpath("//field[not(ancestor::field)]/@name")
                    self.assertTrue(mine.web_read({name: {} for name in names}))

    def test_accountant_invoices_and_refunds(self):
        """X14: invoice form, posting, credit note and reset without any programme rights."""
        Move = self.env["account.move"].with_user(self.accountant)
        with Form(Move.with_context(default_move_type="out_invoice")) as form:
            form.partner_id = self.acme
            form.pmm_referrer_id = self.bolt
            with form.invoice_line_ids.new() as line:
                line.product_id = self.pump
                line.price_unit = 77
        move = form.record
        move.action_post()
        self._refund(move, "2026-04-15")
        self.program._run()
        self.assertEqual(self._credited(self.acme, document_id=move.id), 77)
        self.assertEqual(self._credited(self.bolt, "referrer", document_id=move.id), 77)
        with self.assertRefused("no draft any more"):
            move.pmm_referrer_id = False
        move.button_draft()
        move.pmm_referrer_id = False
        with Form(move) as form:
            form.ref = "corrected"
        self.program._run()
        self.assertEqual(self._credited(self.acme, document_id=move.id), 0)

    def test_salesperson_sells(self):
        """X14: order form, confirmation and invoice without any programme rights."""
        seller = self._user("seller", "sales_team.group_sale_salesman")
        with Form(self.env["sale.order"].with_user(seller)) as form:
            form.partner_id = self.acme
            form.pmm_referrer_id = self.bolt
            with form.order_line.new() as line:
                line.product_id = self.pump
                line.price_unit = 55
        order = form.record
        order.action_confirm()
        invoice = order._create_invoices()
        self.assertEqual(invoice.sudo().pmm_referrer_id, self.bolt)

    def test_posting_by_the_employee_with_billing_rights_leaves_the_mark(self):
        """X13: marks are written for whoever may change the document."""
        biller = self._user("biller", "account.group_account_invoice")
        move = self._invoice(self.acme, "2026-02-10", 3, post=False)
        move.with_user(biller).action_post()
        self.assertIn(move.id, self.env["pmm.dirty"]._peek("credit_move"))

    def test_manager_works_through_the_forms(self):
        """X15: programme, enrolment, tier and target are entered by a manager's own rights."""
        env = self.env(user=self.manager)
        with Form(env["pmm.program"]) as form:
            form.name = "By hand"
            form.tz = "UTC"
            form.kpi_ids.add(self.kpi)
        program = form.record
        with Form(env["pmm.enrollment"]) as form:
            form.program_id = program
            form.partner_id = self.acme
        enrollment = form.record
        program.action_run()
        self.assertEqual(program.enrollment_count, 1)
        self.assertTrue(enrollment.measurement_ids)
        program.action_view_enrollments()
        program.action_view_measurements()
