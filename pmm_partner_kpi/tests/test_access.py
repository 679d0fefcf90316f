import inspect

from lxml import html

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.service.model import get_public_method
from odoo.tests import Form, freeze_time, tagged

from .common import PmmCommon

READ, FULL, NONE = "r", "rwcd", ""
# what each group may do: read, write, create, delete
RIGHTS = {
    #                       nobody portal user  manager admin  accountant
    "pmm.program":         (NONE, NONE, READ, "rwc", FULL, READ),
    "pmm.period":          (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.enrollment":      (NONE, READ, READ, FULL, FULL, READ),
    "pmm.enrollment.tier": (NONE, READ, READ, FULL, FULL, READ),
    "pmm.partner.role":    (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.enrollment.parent": (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.enrollment.former": (NONE, NONE, READ, READ, READ, READ),
    "pmm.partner.group":   (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.partner.group.member": (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.kpi.definition":  (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.kpi.target":      (NONE, READ, READ, FULL, FULL, READ),
    "pmm.kpi.measurement": (NONE, READ, READ, READ, READ, READ),
    "pmm.kpi.restatement": (NONE, READ, READ, READ, READ, READ),
    "pmm.credit":          (NONE, NONE, READ, READ, READ, READ),
    "pmm.program.tier":    (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.tier.requirement": (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.tier.benefit":    (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.tier.check":      (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.tier.standing":   (NONE, READ, READ, READ, READ, READ),
    "pmm.tier.proposal":   (NONE, NONE, READ, "rwc", "rwc", READ),
    "pmm.benefit.grant":   (NONE, NONE, READ, READ, READ, READ),
    "pmm.segment":         (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.segment.member":  (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.opening.balance": (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.opening.batch":   (NONE, NONE, NONE, FULL, FULL, NONE),
    "pmm.enrollment.suspension": (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.application":     (NONE, NONE, READ, "rwc", FULL, NONE),
    "pmm.agreement":       (NONE, NONE, READ, FULL, FULL, READ),
    "pmm.agreement.acceptance": (NONE, NONE, READ, READ, READ, READ),
    "pmm.dirty":           (NONE, NONE, NONE, NONE, READ, NONE),
    "pmm.program.template": (NONE, NONE, READ, FULL, FULL, NONE),
    "pmm.program.template.kpi": (NONE, NONE, READ, FULL, FULL, NONE),
    "pmm.program.template.tier": (NONE, NONE, READ, FULL, FULL, NONE),
}  # fmt: skip
OPERATIONS = {"r": "read", "w": "write", "c": "create", "d": "unlink"}


@tagged("post_install", "-at_install")
@freeze_time("2026-04-15")
class TestAccess(PmmCommon):
    """X10, DESIGN 3.5, 3.6, 6: who may read and do what."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls._user("nobody", "base.group_user")
        cls.portal = cls._user("portal", "base.group_portal")
        cls.user = cls._user("user", "pmm_partner_kpi.group_pmm_user")
        cls.colleague = cls._user("colleague", "pmm_partner_kpi.group_pmm_user")
        cls.manager = cls._user("manager", "pmm_partner_kpi.group_pmm_manager")
        cls.admin = cls._user("pmmadmin", "pmm_partner_kpi.group_pmm_admin")
        cls.accountant = cls._user("accountant", "account.group_account_user")
        cls.users = [
            cls.nobody,
            cls.portal,
            cls.user,
            cls.manager,
            cls.admin,
            cls.accountant,
        ]
        # a portal user of the partner company itself is the one with most to see
        cls.portal.partner_id.parent_id = cls.acme
        cls.acme_in.user_id = cls.user
        cls.bolt_in.user_id = cls.colleague
        cls.env["pmm.enrollment.tier"].create(
            [
                {"enrollment_id": e.id, "grade_id": cls.gold.id, "date_start": "2026-01-01"}
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        cls.env["pmm.benefit.grant"].sudo().create(
            [
                {
                    "enrollment_id": e.id,
                    "partner_id": e.partner_id.id,
                    "kind": "grade",
                    "value_applied": cls.gold.id,
                    "granted_on": "2026-01-01",
                }
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        people = cls.env["res.partner"].create(
            [{"name": p.name, "parent_id": p.id} for p in cls.acme | cls.bolt]
        )
        cls.env["pmm.partner.role"].create([{"contact_id": p.id, "role": "owner"} for p in people])
        cls.env["pmm.program.template"].create(
            {
                "name": "Ours",
                "company_id": cls.company.id,
                "kpi_line_ids": [Command.create({"kpi_id": cls.kpi.id, "target": 1})],
                "tier_line_ids": [Command.create({"grade_id": cls.gold.id})],
            }
        )
        for enrollment in cls.acme_in | cls.bolt_in:
            cls._group((enrollment.partner_id, "2026-01-01", False))
            cls.env["pmm.enrollment.former"].sudo().create(
                {"enrollment_id": enrollment.id, "former_ref": 1, "date_stop": "2025-12-31"}
            )
        cls._below(cls.acme_in, cls.bolt_in, "2026-01-01", "2026-02-01")
        cls._below(cls.bolt_in, cls.acme_in, "2026-02-01")
        cls._target(cls.acme_in, "2026-02", 100)
        cls._target(cls.bolt_in, "2026-02", 100)
        cls._invoice(cls.acme, "2026-02-10", 100)
        cls._invoice(cls.bolt, "2026-02-10", 50)
        cls._make_ladder()
        segment = cls.env["pmm.segment"].create({"name": "All", "company_id": cls.company.id})
        segment._set_members(cls.acme | cls.bolt)
        batch = cls.env["pmm.opening.batch"].create({"program_id": cls.program.id})
        cls.env["pmm.opening.balance"].create(
            [
                {
                    "enrollment_id": e.id,
                    "kind": "points",
                    "date": "2025-12-31",
                    "value": 1,
                    "batch_id": batch.id,
                }
                for e in cls.acme_in | cls.bolt_in
            ]
        )
        cls._make_entry()
        cls.program._run()
        cls._late_change(cls.acme_in, "2026-01")
        cls._late_change(cls.bolt_in, "2026-01")
        cls._invoice(cls.acme, "2026-02-11", 1)  # leaves a mark

    @classmethod
    def _make_ladder(cls):
        rung = cls.env["pmm.program.tier"].create(
            {"program_id": cls.program.id, "grade_id": cls.gold.id}
        )
        asked, confirmed = cls.env["pmm.tier.requirement"].create(
            [
                {"program_tier_id": rung.id, "kpi_id": cls.kpi.id, "threshold": 10},
                {"program_tier_id": rung.id, "kind": "check", "name": "Has a showroom"},
            ]
        )
        cls.env["pmm.tier.benefit"].create(
            {"program_tier_id": rung.id, "kind": "text", "name": "Marketing kit"}
        )
        cls.requirement = asked
        enrollments = cls.acme_in | cls.bolt_in
        cls.env["pmm.tier.check"].create(
            [{"enrollment_id": e.id, "requirement_id": confirmed.id} for e in enrollments]
        )
        cls.env["pmm.tier.proposal"].create(
            [
                {
                    "enrollment_id": e.id,
                    "new_grade_id": cls.gold.id,
                    "date_effective": "2026-04-15",
                    "move_kind": "foreign",
                }
                for e in enrollments
            ]
        )

    @classmethod
    def _make_entry(cls):
        """Make what comes of joining and pausing, for both partners."""
        enrollments = cls.acme_in | cls.bolt_in
        cls.env["pmm.enrollment.suspension"].create(
            [
                {"enrollment_id": e.id, "date_start": "2026-06-01", "reason": "Review"}
                for e in enrollments
            ]
        )
        agreement = cls.env["pmm.agreement"].create(
            {"program_id": cls.program.id, "body": "<p>Be fair.</p>", "date_from": "2026-01-01"}
        )
        agreement.action_publish()
        Acceptance = cls.env["pmm.agreement.acceptance"].sudo()
        vals = Acceptance._vals_of(agreement, "Ann Lee")
        Acceptance.create([vals | {"enrollment_id": e.id} for e in enrollments])
        for partner, user in ((cls.acme, cls.user), (cls.bolt, cls.colleague)):
            program = cls.program.copy(
                {"name": user.name, "apply_mode": "review", "user_id": user.id}
            )
            cls.env["pmm.application"].create({"program_id": program.id, "partner_id": partner.id})

    def _of(self, records, path):
        return {record.id for record in records if record.mapped(path) & self.acme}

    # === MODEL × GROUP × OPERATION === #

    def test_each_group_has_the_rights_of_the_table(self):
        """DESIGN 6: model × group × operation, all of them."""
        for model, rights in RIGHTS.items():
            for user, granted in zip(self.users, rights, strict=True):
                for letter, operation in OPERATIONS.items():
                    with self.subTest(f"{user.login} {operation} {model}"):
                        self.assertEqual(
                            self.env[model].with_user(user).has_access(operation),
                            letter in granted,
                        )

    def test_table_of_rights_names_every_model(self):
        """DESIGN 6: a new model has to be thought about."""
        models = self.env["ir.model"].search([("model", "=like", "pmm.%")]).mapped("model")
        own = {
            name
            for name in models
            if not self.env[name]._abstract
            and self.env[name]._original_module == "pmm_partner_kpi"
            and not self.env[name]._transient
        }
        self.assertEqual(own, set(RIGHTS))

    def test_reading_is_refused_to_those_outside(self):
        """DESIGN 3.5: records, counts and groups alike; for portal users see test_portal_access."""
        for user in (self.nobody, self.portal):
            for model, rights in RIGHTS.items():
                if rights[self.users.index(user)]:
                    continue
                Model = self.env[model].with_user(user)
                record = self.env[model].sudo().search([], limit=1).with_user(user)
                self.assertTrue(record, model)
                for call in (
                    lambda Model=Model: Model.search([]),
                    lambda Model=Model: Model.search_count([]),
                    lambda Model=Model: Model._read_group([], [], ["__count"]),
                    lambda record=record: record.read(["id", "display_name"]),
                ):
                    with self.subTest(f"{user.login} {model}"), self.assertRaises(AccessError):
                        call()
                # who may not export at all is told so first
                with self.assertRaises(UserError):
                    record.export_data(["id"])

    def test_partner_fields_are_hidden_from_those_outside(self):
        """DESIGN 3.5: enrolments and roles are not read through the partner or invoice."""
        move = self.env["account.move"].search([("partner_id", "=", self.acme.id)], limit=1)
        for user in (self.nobody, self.portal, self.accountant):
            for record, names in (
                (self.acme, ["pmm_enrollment_ids", "pmm_role_ids", "pmm_enrollment_count"]),
                (move, ["pmm_credit_count"]),
            ):
                for name in names:
                    with self.subTest(f"{user.login} {name}"):
                        self.assertNotIn(name, record.with_user(user).fields_get())
                        with self.assertRaises(AccessError):
                            record.with_user(user).read([name])

    # === RECORD RULES === #

    def test_user_sees_own_partners_only(self):
        """X10: enrolments, tiers, roles, targets, results, credits of the user's own partners."""
        for model, path in (
            ("pmm.enrollment", "partner_id"),
            ("pmm.enrollment.tier", "enrollment_id.partner_id"),
            ("pmm.partner.role", "partner_id"),
            ("pmm.enrollment.parent", "enrollment_id.partner_id"),
            ("pmm.enrollment.former", "enrollment_id.partner_id"),
            ("pmm.partner.group", "member_ids.partner_id"),
            ("pmm.partner.group.member", "partner_id"),
            ("pmm.kpi.target", "enrollment_id.partner_id"),
            ("pmm.kpi.measurement", "partner_id"),
            ("pmm.credit", "partner_id"),
            ("pmm.tier.standing", "partner_id"),
            ("pmm.tier.proposal", "partner_id"),
            ("pmm.tier.check", "enrollment_id.partner_id"),
            ("pmm.benefit.grant", "partner_id"),
            ("pmm.segment.member", "partner_id"),
            ("pmm.opening.balance", "partner_id"),
            ("pmm.enrollment.suspension", "enrollment_id.partner_id"),
            ("pmm.agreement.acceptance", "enrollment_id.partner_id"),
            ("pmm.application", "partner_id"),
        ):
            for user, seen, hidden in (
                (self.user, self.acme, self.bolt),
                (self.colleague, self.bolt, self.acme),
            ):
                with self.subTest(f"{user.login} {model}"):
                    records = self.env[model].with_user(user).search([])
                    self.assertEqual(records.sudo().mapped(path), seen)
                    others = self.env[model].sudo().search([(path, "=", hidden.id)])
                    with self.assertRaises(AccessError):
                        others.with_user(user).read(["display_name"])
            # accounting posts and audits what follows from it, for all partners
            auditors = self.accountant if RIGHTS[model][-1] else self.accountant.browse()
            for user in self.manager | self.admin | auditors:
                with self.subTest(f"{user.login} {model}"):
                    records = self.env[model].with_user(user).search([])
                    self.assertEqual(records.sudo().mapped(path), self.acme | self.bolt)

    def test_user_opens_own_partner_from_all_sides(self):
        """K8: what is theirs opens: result, drill-down, buttons of partner and invoice."""
        result = self._measurement(self.acme_in, "2026-02").with_user(self.user)
        action = result.action_view_credits()
        credits = self.env["pmm.credit"].with_user(self.user).search(action["domain"])
        self.assertEqual(sum(credits.mapped("amount")), 100)
        credits.action_open_document()
        self.acme.with_user(self.user).action_view_pmm_measurements()
        self.assertEqual(self.acme.with_user(self.user).pmm_enrollment_count, 1)
        self.acme_in.with_user(self.user).action_view_credits()
        self.acme_in.with_user(self.user).action_view_measurements()

    def test_user_cannot_change_what_money_depends_on(self):
        """DESIGN 6: a user reads; targets, tiers and dates are the manager's."""
        for record, vals in (
            (self.acme_in, {"date_start": "2026-02-01"}),
            (self.acme_in, {"user_id": self.colleague.id}),
            (self.acme_in.tier_ids, {"grade_id": self.silver.id}),
            (self.acme_in.target_ids, {"value": 1}),
            (self.program, {"kpi_ids": [Command.clear()]}),
            (self.kpi, {"role": "referrer"}),
            (self.acme_in.role_ids, {"role": "sales"}),
            (self.acme_in, {"tier_lock_until": False}),
            (self.requirement, {"threshold": 1}),
            (self.acme_in.proposal_ids, {"state": "approved"}),
        ):
            with self.subTest(str(vals)), self.assertRaises(AccessError):
                record.with_user(self.user).write(vals)
        # the inverse of a related field must not be a back door
        with self.assertRaises(AccessError):
            self.acme_in.with_user(self.user).write({"role_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            self.acme.with_user(self.user).write({"pmm_enrollment_ids": [Command.clear()]})
        with self.assertRaises(AccessError):
            self.acme.with_user(self.user).write({"pmm_role_ids": [Command.clear()]})

    def test_other_company_is_out_of_sight(self):
        """DESIGN 3.5: no company sees another's, not even its administrators."""
        other = self.env["res.company"].create({"name": "Other"})
        stranger = self._user("abroad", "pmm_partner_kpi.group_pmm_admin")
        stranger.write({"company_ids": [Command.set(other.ids)], "company_id": other.id})
        self.acme.company_id = self.company
        for model in sorted(set(RIGHTS) - {"pmm.dirty"}):
            # KPIs and templates without company are everybody's
            own = [("company_id", "!=", False)] if "company_id" in self.env[model]._fields else []
            record = self.env[model].sudo().search(own, limit=1)
            with self.subTest(model):
                self.assertFalse(self.env[model].with_user(stranger).search([]) & record)
                with self.assertRaises(AccessError):
                    record.with_user(stranger).read(["display_name"])
        with self.assertRaises(AccessError):
            self.program.with_user(stranger).action_run()

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
                self.assertNotIn("0 new sales credits", message)

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
        for name, method in inspect.getmembers(type(self.env[model]), inspect.isfunction):
            own = method.__module__.startswith("odoo.addons.pmm_partner_kpi.")
            if own and not name.startswith("_") and not hasattr(BaseModel, name):
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
            "pmm.kpi.definition": set(),
            "pmm.kpi.target": set(),
            "pmm.kpi.measurement": {
                "action_view_credits",
                "action_view_openings",
                "action_view_restatements",
            },
            "pmm.kpi.restatement": {"action_view_credits"},
            "pmm.credit": {"action_open_document"},
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
            "pmm.dirty": set(),
            "pmm.program.tier": set(),
            "pmm.tier.requirement": set(),
            "pmm.tier.benefit": set(),
            "pmm.tier.check": set(),
            "pmm.tier.standing": set(),
            "pmm.tier.proposal": {"action_approve", "action_reject"},
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
        move.pmm_referrer_id = False
        move.button_draft()
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
